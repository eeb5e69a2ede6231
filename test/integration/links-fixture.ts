/** Two nodes of two regions with links between them, over which each dials the other. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { LinkNetwork } from "../../cluster/links/index.js";
import { type PathSettings, UNSHAPED } from "../../cluster/regions.js";

export const A_TO_B = { from: "a", to: "b" };
export const B_TO_A = { from: "b", to: "a" };

/** One node's listening port, and the proxy port at which the other one dials it. */
class Acceptor {
  readonly server = createServer({ allowHalfOpen: true });
  readonly accepted: Socket[] = [];
  port = 0;
  proxyPort = 0;

  async listen(): Promise<this> {
    this.port = await listenAnywhere(this.server);
    const probe = createServer();
    this.proxyPort = await listenAnywhere(probe);
    await new Promise((done) => probe.close(done));
    return this;
  }
}

export class LinkedPair {
  readonly network: LinkNetwork;
  readonly #a: Acceptor;
  readonly #b: Acceptor;
  readonly #sockets = new Set<Socket>();

  private constructor(network: LinkNetwork, a: Acceptor, b: Acceptor) {
    this.network = network;
    this.#a = a;
    this.#b = b;
    for (const { server, accepted } of [a, b]) {
      server.on("connection", (socket) => {
        this.#track(socket);
        accepted.push(socket);
      });
    }
  }

  static async create(path: PathSettings = UNSHAPED): Promise<LinkedPair> {
    const [a, b] = [await new Acceptor().listen(), await new Acceptor().listen()];
    const at = (port: number) => ({ host: "127.0.0.1", port });
    const nodes = [
      { id: "a", region: "east", peer: at(a.port) },
      { id: "b", region: "west", peer: at(b.port) },
    ];
    const network = new LinkNetwork(nodes, () => path);
    await network.listen([
      { ...A_TO_B, listen: at(b.proxyPort) },
      { ...B_TO_A, listen: at(a.proxyPort) },
    ]);
    return new LinkedPair(network, a, b);
  }

  /** What `b` has accepted so far. */
  get accepted(): readonly Socket[] {
    return this.#b.accepted;
  }

  /** Where `b` listens. */
  get server(): Server {
    return this.#b.server;
  }

  /** Dials `b` as `a` does. Resolves once the emulator took the connection. */
  dial(): Promise<Socket> {
    return this.#dial(this.#b);
  }

  /** Both ends of a new connection that `a` dialled. */
  async open(): Promise<{ a: Socket; b: Socket }> {
    const [a, b] = await this.#open(this.#b);
    return { a, b };
  }

  /** Both ends of a new connection that `b` dialled. */
  async openBack(): Promise<{ a: Socket; b: Socket }> {
    const [b, a] = await this.#open(this.#a);
    return { a, b };
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await this.network.close();
    for (const { server } of [this.#a, this.#b]) await new Promise((done) => server.close(done));
  }

  async #dial({ proxyPort }: Acceptor): Promise<Socket> {
    const socket = connect({ port: proxyPort, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    this.#track(socket);
    await once(socket, "connect");
    return socket;
  }

  /** What was dialled and what was accepted. */
  async #open(acceptor: Acceptor): Promise<[Socket, Socket]> {
    const before = acceptor.accepted.length;
    const dialled = await this.#dial(acceptor);
    await until(() => acceptor.accepted.length > before);
    const accepted = acceptor.accepted[before];
    if (accepted === undefined) throw new Error("not accepted");
    return [dialled, accepted];
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
export async function until(condition: () => boolean, deadlineMs = 30_000): Promise<void> {
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
