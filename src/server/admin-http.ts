/**
 * The admin port: plain HTTP for probes, Prometheus and people. Reads only; it holds no data of the store.
 *
 *     /          what this is, as JSON
 *     /livez     200 while the process answers
 *     /readyz    200 while the node takes requests, else 503 with the reason
 *     /metrics   Prometheus' text format
 */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { HostPort } from "./addresses.js";
import { BindError } from "./bind-error.js";
import type { ServerMetrics } from "./metrics.js";
import type { HostedNode } from "./node-host.js";
import type { Identity } from "./reply-header.js";
import { isServing } from "./serving.js";
import type { TlsFiles } from "./tls.js";

interface AdminHttpParts {
  readonly node: HostedNode;
  readonly identity: Identity;
  /** Of the package. */
  readonly version: string;
  readonly metrics: ServerMetrics;
  readonly tls: TlsFiles | undefined;
}

/** Probes and scrapes are small and quick; whatever is not, is none. */
const LIMITS = {
  maxHeaderSize: 8 * 1_024,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};
const MAX_CONNECTIONS = 256;
const MAX_REQUESTS_PER_CONNECTION = 10_000;

const PATHS = ["/", "/livez", "/readyz", "/metrics"] as const;
type Path = (typeof PATHS)[number];

interface Page {
  readonly code: number;
  readonly type: string;
  readonly body: string;
}

export class AdminHttp {
  readonly #parts: AdminHttpParts;
  readonly #server: Server;

  private constructor(parts: AdminHttpParts) {
    this.#parts = parts;
    const listener: RequestListener = (request, response) => {
      void this.#answer(request, response);
    };
    const { tls } = parts;
    this.#server =
      tls === undefined
        ? createServer(LIMITS, listener)
        : createTlsServer({ ...LIMITS, cert: tls.cert, key: tls.key }, listener);
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION;
  }

  /** Listens on `address`; resolves with the port. Rejects with `BindError`. */
  static listen(parts: AdminHttpParts, address: HostPort): Promise<{ http: AdminHttp; port: number }> {
    const http = new AdminHttp(parts);
    return new Promise((resolve, reject) => {
      http.#server.on("error", (error) => reject(new BindError("admin", address, error)));
      http.#server.listen(address.port, address.host, () => {
        const bound = http.#server.address();
        resolve({ http, port: typeof bound === "object" && bound !== null ? bound.port : address.port });
      });
    });
  }

  /** Ends every connection. Idempotent. */
  async close(): Promise<void> {
    await new Promise<void>((done) => {
      this.#server.close(() => done());
      this.#server.closeAllConnections();
    });
  }

  /** Never rejects. */
  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const page = await this.#page(request);
      response.writeHead(page.code, {
        "content-type": page.type,
        "content-length": Buffer.byteLength(page.body),
        "cache-control": "no-store",
        ...(page.code === 405 ? { allow: "GET, HEAD" } : {}),
      });
      response.end(request.method === "HEAD" ? undefined : page.body);
    } catch (error) {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #page(request: IncomingMessage): Promise<Page> {
    const asked = (request.url ?? "/").split("?", 1)[0];
    const path = PATHS.find((known) => known === asked);
    if (path === undefined) return json(404, { error: "not found", paths: PATHS });
    if (request.method !== "GET" && request.method !== "HEAD") {
      return json(405, { error: `${request.method} is not allowed; use GET` });
    }
    return this.#known(path);
  }

  async #known(path: Path): Promise<Page> {
    const { node, identity, metrics, version } = this.#parts;
    switch (path) {
      case "/livez":
        return { code: 200, type: "text/plain; charset=utf-8", body: "ok\n" };
      case "/metrics":
        return { code: 200, type: metrics.contentType, body: await metrics.text() };
      case "/readyz": {
        const status = node.status();
        const ready = isServing(status);
        return json(ready ? 200 : 503, { ready, state: status.state, reason: status.reason });
      }
      case "/": {
        const { peers, ...status } = node.status();
        const connected = peers.filter((peer) => peer.isConnected).length;
        const { clusterId, removed = [] } = node.layout;
        return json(200, {
          ...{ name: "atolldb", version, clusterId, ...identity, ...status },
          peers: { connected, known: peers.length },
          removed,
          paths: PATHS,
        });
      }
    }
  }
}

function json(code: number, content: object): Page {
  return { code, type: "application/json; charset=utf-8", body: `${JSON.stringify(content, null, 2)}\n` };
}
