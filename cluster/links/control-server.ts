/**
 * How another process cuts and heals links: JSON over HTTP on a loopback port. `GET /cuts` lists what is cut,
 * `POST /cut` and `POST /heal` change it and answer with the new list; `/heal` without directions heals everything.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import { ClusterError, messageOf } from "../cluster-error.js";
import type { Endpoint } from "./connection.js";
import type { LinkNetwork } from "./network.js";

const BODY_LIMIT_BYTES = 1024 * 1024;

const Request = z.strictObject({
  directions: z.array(z.strictObject({ from: z.string(), to: z.string() })).optional(),
});

/** Serves control requests for `network` until the returned function has closed it. */
export async function serveControl(network: LinkNetwork, listen: Endpoint): Promise<() => Promise<void>> {
  const server: Server = createServer((request, response) => {
    answer(network, request).then(
      (body) => reply(response, 200, body),
      (error: unknown) => reply(response, statusOf(error), { error: messageOf(error) }),
    );
  });
  server.requestTimeout = 5000;
  server.listen(listen.port, listen.host);
  try {
    await once(server, "listening");
  } catch (error) {
    throw new ClusterError(
      "FAILED",
      `cannot listen on ${listen.host}:${listen.port} to control the links`,
      error,
    );
  }
  return async () => {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  };
}

async function answer(network: LinkNetwork, request: IncomingMessage): Promise<object> {
  const call = `${request.method} ${request.url}`;
  if (call === "POST /cut" || call === "POST /heal") {
    const { directions } = await readRequest(request);
    if (call === "POST /heal") {
      if (directions === undefined) network.healAll();
      else network.heal(directions);
    } else if (directions === undefined) {
      throw new ClusterError("INVALID", "`directions` is missing: say which links to cut");
    } else {
      network.cut(directions);
    }
  } else if (call !== "GET /cuts") {
    throw new ClusterError("NOT_FOUND", "there are GET /cuts, POST /cut and POST /heal");
  }
  return { cuts: network.cuts() };
}

/** Only JSON is taken: a browser asks first before it sends that across origins, and is then refused. */
async function readRequest(request: IncomingMessage): Promise<z.infer<typeof Request>> {
  if (request.headers["content-type"] !== "application/json") {
    throw new ClusterError("INVALID", "the content type has to be application/json");
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > BODY_LIMIT_BYTES)
      throw new ClusterError("INVALID", `a request has at most ${BODY_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return parseRequest(Buffer.concat(chunks).toString());
}

function parseRequest(text: string): z.infer<typeof Request> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ClusterError("INVALID", `the request is not JSON: ${messageOf(error)}`);
  }
  const parsed = Request.safeParse(json);
  if (!parsed.success) throw new ClusterError("INVALID", z.prettifyError(parsed.error));
  return parsed.data;
}

function statusOf(error: unknown): number {
  if (!(error instanceof ClusterError)) return 500;
  if (error.code === "NOT_FOUND") return 404;
  return error.code === "INVALID" ? 400 : 500;
}

function reply(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(`${JSON.stringify(body)}\n`);
}
