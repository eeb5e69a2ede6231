/** One connection to a Redis server: commands of one turn of the event loop leave in one piece, replies come in their order. */
import { connect, type Socket } from "node:net";
import { DriverError } from "./driver.js";
import { encodeCommand, RespError, RespReader, type RespReply } from "./resp.js";

interface Waiting {
  readonly sinceMs: number;
  resolve(reply: RespReply): void;
  reject(error: Error): void;
}

const CHECK_MS = 100;
const COMPACT_AT = 1_024;

export class RedisSocket {
  readonly #socket: Socket;
  readonly #reader = new RespReader();
  /** In the order of their commands; bounded by the operations in flight. */
  #waiting: Waiting[] = [];
  #next = 0;
  #outgoing: Buffer[] = [];
  #failure: Error | undefined;
  readonly #timer: NodeJS.Timeout;

  private constructor(socket: Socket, timeoutMs: number) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", (error) => this.#fail(new DriverError("DISCONNECTED", error.message, error)));
    socket.on("close", () => this.#fail(new DriverError("DISCONNECTED", "the server closed the connection")));
    this.#timer = setInterval(() => {
      const oldest = this.#waiting[this.#next];
      if (oldest !== undefined && performance.now() - oldest.sinceMs > timeoutMs)
        this.#fail(new DriverError("TIMEOUT", `no reply within ${timeoutMs} ms`));
    }, CHECK_MS);
    this.#timer.unref();
  }

  /** @param endpoint `host:port` */
  static async open(endpoint: string, timeoutMs: number): Promise<RedisSocket> {
    const [, host = "", port = ""] = /^\[?([^\]]+)\]?:(\d+)$/.exec(endpoint) ?? [];
    const socket = connect({ host, port: Number(port), timeout: timeoutMs });
    await new Promise<void>((resolve, reject) => {
      const refuse = (why: string): void =>
        reject(new DriverError("UNAVAILABLE", `no Redis answers at ${endpoint}: ${why}`));
      socket.once("connect", resolve);
      socket.once("timeout", () => {
        socket.destroy();
        refuse(`not connected within ${timeoutMs} ms`);
      });
      socket.once("error", (error) => refuse(error.message));
    });
    socket.setTimeout(0);
    return new RedisSocket(socket, timeoutMs);
  }

  get isBroken(): boolean {
    return this.#failure !== undefined;
  }

  /** Rejects with what the server refused, or with `TIMEOUT` or `DISCONNECTED`. */
  ask(parts: readonly (string | Uint8Array)[]): Promise<RespReply> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#outgoing.length === 0) setImmediate(() => this.#flush());
    this.#outgoing.push(encodeCommand(parts));
    return new Promise((resolve, reject) =>
      this.#waiting.push({ sinceMs: performance.now(), resolve, reject }),
    );
  }

  close(): void {
    this.#fail(new DriverError("CLOSED", "the connection is closed"));
  }

  #flush(): void {
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    if (this.#failure === undefined) this.#socket.write(Buffer.concat(outgoing));
  }

  #read(chunk: Buffer): void {
    try {
      for (const reply of this.#reader.push(chunk)) this.#answer(reply);
    } catch (error) {
      this.#fail(new DriverError("PROTOCOL", error instanceof Error ? error.message : String(error), error));
    }
  }

  #answer(reply: RespReply): void {
    const asked = this.#waiting[this.#next++];
    // Now and then, and not for each: taking the first of a long list moves all others.
    if (this.#next >= COMPACT_AT || this.#next === this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    if (reply instanceof RespError) asked?.reject(reply);
    else asked?.resolve(reply);
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    clearInterval(this.#timer);
    this.#socket.destroy();
    for (const asked of this.#waiting.splice(this.#next)) asked.reject(error);
  }
}
