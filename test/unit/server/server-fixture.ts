/** A server over fake nodes on free ports, and clients of every kind for it. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect as connectHttp2, type IncomingHttpHeaders } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { parseConfig } from "../../../src/server/config.js";
import { AtollServer } from "../../../src/server/server.js";
import {
  AdminServiceClient,
  decodeStatusDetails,
  KvServiceClient,
  STATUS_DETAILS_KEY,
} from "../../../src/wire/index.js";
import { FakeNodes } from "./fake-node.js";

/** How a call failed: gRPC's code by name, and what was in the details. */
export interface Failed {
  readonly code: string;
  readonly message: string;
  readonly reason: string | undefined;
  readonly metadata: Readonly<Record<string, string>> | undefined;
}

/** Generous: a loaded machine is no failure. */
export const CALL_LIMIT_MS = 20_000;
export const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export class ServerFixture {
  readonly nodes = new FakeNodes();
  readonly server: AtollServer;
  readonly kv: InstanceType<typeof KvServiceClient>;
  readonly admin: InstanceType<typeof AdminServiceClient>;
  readonly #folder: string;

  private constructor(server: AtollServer, nodes: FakeNodes, folder: string) {
    this.server = server;
    this.nodes = nodes;
    this.#folder = folder;
    this.kv = new KvServiceClient(server.addresses.client, credentials.createInsecure());
    this.admin = new AdminServiceClient(server.addresses.client, credentials.createInsecure());
  }

  static async start(settings: object = {}, nodes = new FakeNodes()): Promise<ServerFixture> {
    const folder = await mkdtemp(join(tmpdir(), "atoll-server-"));
    try {
      const listen = { client: "127.0.0.1:0", peer: "127.0.0.1:0", admin: "127.0.0.1:0" };
      const config = parseConfig({ node: "eu-west-1", region: "eu-west", data: folder, listen, ...settings });
      const server = await AtollServer.start(config, { log: SILENT, buildNode: nodes.build });
      return new ServerFixture(server, nodes, folder);
    } catch (error) {
      await rm(folder, { recursive: true });
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const node of this.nodes.built) node.release();
    this.kv.close();
    this.admin.close();
    await this.server.stop();
    await rm(this.#folder, { recursive: true });
  }

  /** GET of the admin port. */
  http(path: string, method = "GET"): Promise<Response> {
    return fetch(`http://${this.server.addresses.admin}${path}`, { method });
  }

  /** One call with raw bytes as its message, on a connection of its own. */
  async raw(
    path: string,
    message: Buffer,
    headers: Readonly<Record<string, string>> = {},
    isCompressed = false,
  ): Promise<Failed> {
    const session = connectHttp2(`http://${this.server.addresses.client}`);
    session.on("error", () => {});
    try {
      const frame = Buffer.concat([Buffer.from([isCompressed ? 1 : 0, 0, 0, 0, 0]), message]);
      frame.writeUInt32BE(message.length, 1);
      const stream = session.request({
        ":method": "POST",
        ":path": path,
        "content-type": "application/grpc",
        te: "trailers",
        ...headers,
      });
      stream.resume();
      let found: IncomingHttpHeaders = {};
      const take = (given: IncomingHttpHeaders): void => {
        found = { ...found, ...given };
      };
      stream.on("response", take);
      stream.on("trailers", take);
      stream.end(frame);
      await once(stream, "close", { signal: AbortSignal.timeout(CALL_LIMIT_MS) });
      return failedOf(found);
    } finally {
      session.destroy();
    }
  }
}

/** The reply of a unary call; rejects with its ServiceError. */
export function call<Reply>(
  invoke: (
    metadata: Metadata,
    options: { deadline: number },
    done: (error: ServiceError | null, reply?: Reply) => void,
  ) => unknown,
  deadline = Date.now() + CALL_LIMIT_MS,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    invoke(new Metadata(), { deadline }, (error, reply) => {
      if (error !== null) reject(error);
      else if (reply === undefined) reject(new Error("neither a reply nor an error"));
      else resolve(reply);
    });
  });
}

/** How `attempt` failed; throws when it did not. */
export async function failureOf(attempt: Promise<unknown>): Promise<Failed> {
  const error: unknown = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isServiceError(error)) throw new Error(`expected a gRPC error, not ${String(error)}`);
  const bytes = error.metadata.get(STATUS_DETAILS_KEY)[0];
  const details = bytes instanceof Buffer ? decodeStatusDetails(bytes) : undefined;
  const { reason, metadata } = details ?? {};
  return { code: status[error.code], message: error.details, reason, metadata };
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "details" in error && "metadata" in error;
}

function failedOf(headers: IncomingHttpHeaders): Failed {
  const code = status[Number(headers["grpc-status"])] ?? `none, HTTP ${headers[":status"]}`;
  const encoded = headers[STATUS_DETAILS_KEY];
  const details =
    typeof encoded === "string" ? decodeStatusDetails(Buffer.from(encoded, "base64")) : undefined;
  const message = decodeURIComponent(String(headers["grpc-message"] ?? ""));
  return { code, message, reason: details?.reason, metadata: details?.metadata };
}

/** Protobuf by hand, for what no generated client would send. */
export const proto = {
  varint(field: number, value: number): Buffer {
    return Buffer.concat([varint(field * 8), varint(value)]);
  },
  bytes(field: number, ...parts: (Buffer | string)[]): Buffer {
    const body = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
    return Buffer.concat([varint(field * 8 + 2), varint(body.length), body]);
  },
};

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}
