/**
 * The sending side of the link to one peer: whatever one turn produced goes out as one frame, at most as many bytes as
 * the peer gave credit for. What waits for credit is bounded: beyond the bound deltas are dropped, because the clocks
 * will show that they are missing, and requests fail at once, because someone waits for them.
 */
import { appendMessage, type ByteWriter, beginFrame, type Message } from "../codec/index.js";
import type { Fill } from "./bounds.js";

/** Bytes that a peer may send before it hears that they were taken off the link. */
const CREDIT_WINDOW_BYTES = 4 * 1024 * 1024;
/** Taken bytes are reported once they come to this many. */
const CREDIT_STEP_BYTES = CREDIT_WINDOW_BYTES / 4;
/** A frame is closed once it has so many: heartbeats wait behind one frame at most. */
const FRAME_BYTES_MAX = 64 * 1024;
const QUEUE_BYTES_MAX = 16 * 1024 * 1024;
/** The message that fills the queue still goes in whole. */
const MESSAGE_BYTES_MAX = 4 * 1024 * 1024;

export class PeerLink {
  readonly #transmit: (frame: Buffer) => void;
  #isUp = false;
  #frame: ByteWriter | undefined;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #credit = 0;
  #takenBytes = 0;

  constructor(transmit: (frame: Buffer) => void) {
    this.#transmit = transmit;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get queuedBytes(): number {
    return this.#queuedBytes + (this.#frame?.length ?? 0);
  }

  /** In bytes. */
  get fill(): Fill {
    return { size: this.queuedBytes, max: QUEUE_BYTES_MAX + MESSAGE_BYTES_MAX };
  }

  up(): void {
    this.down();
    this.#isUp = true;
    this.#credit = CREDIT_WINDOW_BYTES;
  }

  down(): void {
    this.#isUp = false;
    this.#frame = undefined;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#takenBytes = 0;
  }

  /** Adds a message to the frame of this turn. False: the link is down or its queue is full, and it was dropped. */
  send(message: Message): boolean {
    if (!this.#isUp || this.queuedBytes > QUEUE_BYTES_MAX) return false;
    this.#frame ??= beginFrame();
    appendMessage(this.#frame, message);
    if (this.#frame.length >= FRAME_BYTES_MAX) this.#closeFrame();
    return true;
  }

  /** Heartbeats and credits do not wait behind data, nor for credit: else a full link would look dead, or stay full. */
  sendUrgent(message: Message): void {
    if (!this.#isUp) return;
    const frame = beginFrame();
    appendMessage(frame, message);
    this.#transmit(frame.take());
  }

  /** At the end of a turn: sends what it produced, as far as the credit goes. */
  flush(): void {
    if (!this.#isUp) return;
    this.#closeFrame();
    let sent = 0;
    for (const frame of this.#queue) {
      if (this.#credit <= 0) break;
      this.#credit -= frame.length;
      this.#queuedBytes -= frame.length;
      this.#transmit(frame);
      sent++;
    }
    if (sent > 0) this.#queue = this.#queue.slice(sent);
  }

  /** The peer took so many bytes off the link. */
  addCredit(bytes: number): void {
    this.#credit = Math.min(CREDIT_WINDOW_BYTES, this.#credit + bytes);
  }

  /** We took a data frame of so many bytes off the link. */
  taken(bytes: number): void {
    this.#takenBytes += bytes;
    if (this.#takenBytes < CREDIT_STEP_BYTES) return;
    this.sendUrgent({ type: "credit", bytes: this.#takenBytes });
    this.#takenBytes = 0;
  }

  #closeFrame(): void {
    if (this.#frame === undefined) return;
    const frame = this.#frame.take();
    this.#frame = undefined;
    this.#queue.push(frame);
    this.#queuedBytes += frame.length;
  }
}
