/** The two lanes of a link to a peer: what waits in the one for bulk, and what is under way of each. */
import { appendMessage, beginFrame, type Message } from "../codec/index.js";

export const BULK_QUEUE_BYTES_MAX = 16 * 1024 * 1024;

/** Pages that wait for their turn, a frame each. */
export class BulkLane {
  #frames: Buffer[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** False: too much waits already, and it was dropped. */
  add(message: Message): boolean {
    if (this.#bytes > BULK_QUEUE_BYTES_MAX) return false;
    const writer = beginFrame();
    appendMessage(writer, message);
    const frame = writer.take();
    this.#frames.push(frame);
    this.#bytes += frame.length;
    return true;
  }

  take(): Buffer | undefined {
    const frame = this.#frames.shift();
    this.#bytes -= frame?.length ?? 0;
    return frame;
  }

  clear(): void {
    this.#frames = [];
    this.#bytes = 0;
  }
}

type Kind = "live" | "bulk";

/** What was sent and not yet taken off the link, by kind. Frames arrive in the order in which they were sent. */
export class UnderWay {
  #stretches: { readonly kind: Kind; bytes: number }[] = [];
  #bulkBytes = 0;

  get bulkBytes(): number {
    return this.#bulkBytes;
  }

  add(kind: Kind, bytes: number): void {
    const last = this.#stretches.at(-1);
    if (last?.kind === kind) last.bytes += bytes;
    else this.#stretches.push({ kind, bytes });
    if (kind === "bulk") this.#bulkBytes += bytes;
  }

  arrived(bytes: number): void {
    let left = bytes;
    while (left > 0) {
      const first = this.#stretches[0];
      if (first === undefined) return;
      const part = Math.min(left, first.bytes);
      first.bytes -= part;
      if (first.kind === "bulk") this.#bulkBytes -= part;
      left -= part;
      if (first.bytes === 0) this.#stretches.shift();
    }
  }

  clear(): void {
    this.#stretches = [];
    this.#bulkBytes = 0;
  }
}
