/** What gRPC alone takes, one client process and one server process: a call for each operation, a message, a frame. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Client, type ClientDuplexStream, credentials } from "@grpc/grpc-js";
import { z } from "zod";
import { type Ceiling, type CeilingGroup, inFlight, inTurns, KEY_BYTES, VALUE_BYTES } from "./ceiling.js";
import { ECHO, frame, type Item, itemsOf } from "./echo-service.js";

/** What all others are given as a share of. */
export const UNARY_ECHO = "gRPC unary echo, 128 in flight";

const ECHO_PROCESS = new URL("./echo-process.js", import.meta.url);
const PAYLOAD = Buffer.alloc(KEY_BYTES + VALUE_BYTES, 0x61);
const Started = z.object({ port: z.number() });

type EchoStream = ClientDuplexStream<Buffer, Buffer>;

export async function echoCeilings(): Promise<CeilingGroup> {
  const child = fork(fileURLToPath(ECHO_PROCESS));
  try {
    const told = await Promise.race([once(child, "message"), once(child, "exit")]);
    const client = new Client(`127.0.0.1:${Started.parse(told[0]).port}`, credentials.createInsecure());
    return { ceilings: ceilingsOf(client), close: () => end(client, child) };
  } catch (error) {
    child.kill();
    throw error;
  }
}

async function end(client: Client, child: ChildProcess): Promise<void> {
  client.close();
  const exited = once(child, "exit");
  child.disconnect();
  await exited;
}

function ceilingsOf(client: Client): Ceiling[] {
  const streamed = (path: typeof ECHO.stream): EchoStream =>
    client.makeBidiStreamRequest(path.path, path.requestSerialize, path.responseDeserialize);
  const frames = (count: number): Ceiling => ({
    name: `gRPC stream, frames of what one turn asked, ${count.toLocaleString("en-US")} in flight`,
    measure: async (forMs) => {
      const stream = streamed(ECHO.frames);
      const asked = new FramedEcho(stream);
      const measured = await inFlight(count, forMs, () => asked.ask());
      await finished(stream);
      return measured;
    },
  });
  return [
    { name: UNARY_ECHO, measure: (forMs) => inFlight(128, forMs, () => unary(client)) },
    { name: "gRPC unary echo, one at a time", measure: (forMs) => inTurns(1, forMs, () => unary(client)) },
    {
      name: "gRPC stream, a message for each, 128 in flight",
      measure: async (forMs) => {
        const stream = streamed(ECHO.stream);
        const waiting: (() => void)[] = [];
        stream.on("data", () => waiting.shift()?.());
        const measured = await inFlight(128, forMs, () => {
          stream.write(PAYLOAD);
          return new Promise<void>((resolve) => waiting.push(resolve));
        });
        await finished(stream);
        return measured;
      },
    },
    frames(16),
    frames(128),
    frames(1_024),
  ];
}

function unary(client: Client): Promise<unknown> {
  const { path, requestSerialize, responseDeserialize } = ECHO.unary;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, PAYLOAD, (error, reply) =>
      error === null ? resolve(reply) : reject(error),
    );
  });
}

async function finished(stream: EchoStream): Promise<void> {
  const ended = once(stream, "end");
  stream.end();
  await ended;
}

/** Sends what one turn of the event loop asked as one frame. */
class FramedEcho {
  readonly #stream: EchoStream;
  readonly #waiting = new Map<number, () => void>();
  #outgoing: Item[] = [];
  #nextId = 0;

  constructor(stream: EchoStream) {
    this.#stream = stream;
    stream.on("data", (message: Buffer) => {
      for (const { id } of itemsOf(message)) {
        this.#waiting.get(id)?.();
        this.#waiting.delete(id);
      }
    });
  }

  ask(): Promise<void> {
    if (this.#outgoing.length === 0) setImmediate(() => this.#flush());
    const id = this.#nextId++ >>> 0;
    this.#outgoing.push({ id, payload: PAYLOAD });
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  #flush(): void {
    this.#stream.write(frame(this.#outgoing));
    this.#outgoing = [];
  }
}
