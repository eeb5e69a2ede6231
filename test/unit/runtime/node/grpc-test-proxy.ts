/** A TCP proxy in front of a node, whose connections can be slow, each in its own way, and can break. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

export class TestProxy {
  address = "";
  /** Whether connections are taken; those that are not break at once. */
  isOpen = true;
  /** How long each new connection holds back what it carries, either way. */
  delayMs: () => number = () => 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(target: () => string) {
    this.#server = createServer((dialler) => this.#carry(dialler, target()));
  }

  async start(): Promise<this> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
    const bound = this.#server.address();
    if (bound === null || typeof bound === "string") throw new Error("a TCP port");
    this.address = `127.0.0.1:${bound.port}`;
    return this;
  }

  /** Breaks what is open now. */
  break(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.break();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #carry(dialler: Socket, target: string): void {
    if (!this.isOpen) {
      dialler.destroy();
      return;
    }
    const [host, port] = target.split(":");
    const acceptor = connect(Number(port), host);
    const delayMs = this.delayMs();
    const ends = [dialler, acceptor] as const;
    for (const [from, to] of [ends, [acceptor, dialler]] as const) {
      this.#sockets.add(from);
      from.on("error", () => undefined);
      from.on("data", (bytes) => later(delayMs, () => to.write(bytes)));
      from.on("close", () => {
        this.#sockets.delete(from);
        later(delayMs, () => to.destroy());
      });
    }
  }
}

/** Equal delays keep their order. */
function later(delayMs: number, task: () => void): void {
  if (delayMs === 0) task();
  else setTimeout(task, delayMs);
}
