/** Two nodes of two regions with a link between them: `a` dials `b` through it, and `b` accepts. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { LinkNetwork } from "../../cluster/links/index.js";
import { type PathSettings, UNSHAPED } from "../../cluster/regions.js";

export const A_TO_B = { from: "a", to: "b" };
export const B_TO_A = { from: "b", to: "a" };

export class LinkedPair {
  readonly network: LinkNetwork;
  readonly server: Server;
  readonly #proxyPort: number;
  readonly #sockets = new Set<Socket>();
  readonly #accepted: Socket[] = [];

  private constructor(network: LinkNetwork, server: Server, proxyPort: number) {
    this.network = network;
    this.server = server;
    this.#proxyPort = proxyPort;
    server.on("connection", (socket) => {
      this.#track(socket);
      this.#accepted.push(socket);
    });
  }

  static async create(path: PathSettings = UNSHAPED): Promise<LinkedPair> {
    const server = createServer({ allowHalfOpen: true });
    const target = await listenAnywhere(server);
    const probe = createServer();
    const proxyPort = await listenAnywhere(probe);
    await new Promise((done) => probe.close(done));
    const nodes = [
      { id: "a", region: "east", peer: { host: "127.0.0.1", port: 1 } },
      { id: "b", region: "west", peer: { host: "127.0.0.1", port: target } },
    ];
    const network = new LinkNetwork(nodes, () => path);
    await network.listen([{ ...A_TO_B, listen: { host: "127.0.0.1", port: proxyPort } }]);
    return new LinkedPair(network, server, proxyPort);
  }

  /** What `b` has accepted so far. */
  get accepted(): readonly Socket[] {
    return this.#accepted;
  }

  /** Dials `b` as `a` does. Resolves once the emulator took the connection. */
  async dial(): Promise<Socket> {
    const socket = connect({ port: this.#proxyPort, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    this.#track(socket);
    await once(socket, "connect");
    return socket;
  }

  /** Both ends of a new connection. */
  async open(): Promise<{ a: Socket; b: Socket }> {
    const before = this.#accepted.length;
    const a = await this.dial();
    await until(() => this.#accepted.length > before);
    const b = this.#accepted[before];
    if (b === undefined) throw new Error("not accepted");
    return { a, b };
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await this.network.close();
    await new Promise((done) => this.server.close(done));
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
  }
}

/** Collects what arrives at a socket. */
export class Received {
  readonly chunks: Buffer[] = [];
  bytes = 0;
  ended = false;
  closed = false;
  failed = false;
  constructor(socket: Socket) {
    socket.on("data", (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.bytes += chunk.length;
    });
    socket.once("end", () => {
      this.ended = true;
    });
    socket.once("close", (failed: boolean) => {
      this.closed = true;
      this.failed = failed;
    });
  }
  all(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

/** Polls until `condition` holds; throws when it does not within `deadlineMs`. */
export async function until(condition: () => boolean, deadlineMs = 5000): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${condition}`);
    await pause(2);
  }
}

/** For showing that something does not happen: there is no state to wait for. */
export function pause(durationMs: number): Promise<void> {
  return new Promise((done) => setTimeout(done, durationMs));
}

async function listenAnywhere(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
