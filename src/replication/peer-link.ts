/**
 * The sending side of the link to one peer: whatever one turn produced goes out as one frame, at most as many bytes as
 * the peer gave credit for. What waits for credit is bounded: beyond the bound deltas are dropped, because the clocks
 * will show that they are missing, and requests fail at once, because someone waits for them.
 *
 * There are two lanes. Pages of a catch-up are bulk: they go out only when no live message waits, and only so many of
 * their bytes may be under way at a time, because what is on the wire is ahead of every write that comes after it. The
 * bound is low while live messages flow, and wide when the peer has the link to itself.
 */
import { appendMessage, type ByteWriter, beginFrame, type Message } from "../codec/index.js";
import type { Fill } from "./bounds.js";
import { BULK_QUEUE_BYTES_MAX, BulkLane, UnderWay } from "./link-lanes.js";

/** Bytes that a peer may send before it hears that they were taken off the link. */
const CREDIT_WINDOW_BYTES = 4 * 1024 * 1024;
/** Taken bytes are reported once they come to this many. */
const CREDIT_STEP_BYTES = CREDIT_WINDOW_BYTES / 16;
/** A frame is closed once it has so many: heartbeats wait behind one frame at most. */
const FRAME_BYTES_MAX = 64 * 1024;
const QUEUE_BYTES_MAX = 16 * 1024 * 1024;
/** Bulk under way beside live messages, and without. Not less than a credit step, or it would never go on. */
const BULK_BESIDE_LIVE_BYTES = CREDIT_STEP_BYTES;
const BULK_ALONE_BYTES = CREDIT_WINDOW_BYTES / 2;
/** So much bulk without a message that somebody waits for, and the peer has the link to itself. */
const ALONE_AFTER_BYTES = 1024 * 1024;
/** The message that fills a queue still goes in whole. */
const MESSAGE_BYTES_MAX = 4 * 1024 * 1024;

export class PeerLink {
  readonly #transmit: (frame: Buffer) => void;
  #isUp = false;
  /** How often it came up. */
  #ups = 0;
  #frame: ByteWriter | undefined;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #credit = 0;
  #takenBytes = 0;
  readonly #bulk = new BulkLane();
  readonly #underWay = new UnderWay();
  #bulkSinceLive = 0;

  constructor(transmit: (frame: Buffer) => void) {
    this.#transmit = transmit;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Which of the links to the peer, one after the other, this is. */
  get generation(): number {
    return this.#ups;
  }

  get queuedBytes(): number {
    return this.#queuedBytes + (this.#frame?.length ?? 0) + this.#bulk.bytes;
  }

  /** In bytes. */
  get fill(): Fill {
    return { size: this.queuedBytes, max: QUEUE_BYTES_MAX + BULK_QUEUE_BYTES_MAX + 2 * MESSAGE_BYTES_MAX };
  }

  up(): void {
    this.down();
    this.#isUp = true;
    this.#ups++;
    this.#credit = CREDIT_WINDOW_BYTES;
  }

  down(): void {
    this.#isUp = false;
    this.#frame = undefined;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#takenBytes = 0;
    this.#bulk.clear();
    this.#underWay.clear();
    this.#bulkSinceLive = 0;
  }

  /** Adds a message to the frame of this turn. False: the link is down or its queue is full, and it was dropped. */
  send(message: Message): boolean {
    if (!this.#isUp) return false;
    if (message.type === "catch-up-page") return this.#bulk.add(message);
    if (this.#queuedBytes + (this.#frame?.length ?? 0) > QUEUE_BYTES_MAX) return false;
    if (message.type !== "clock" && message.type !== "catch-up-request") this.#bulkSinceLive = 0;
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
      this.#underWay.add("live", frame.length);
      this.#transmit(frame);
      sent++;
    }
    if (sent > 0) this.#queue = this.#queue.slice(sent);
    if (this.#queue.length === 0) this.#flushBulk();
  }

  #flushBulk(): void {
    while (this.#credit > 0) {
      const isAlone = this.#bulkSinceLive >= ALONE_AFTER_BYTES;
      if (this.#underWay.bulkBytes >= (isAlone ? BULK_ALONE_BYTES : BULK_BESIDE_LIVE_BYTES)) return;
      const frame = this.#bulk.take();
      if (frame === undefined) return;
      this.#credit -= frame.length;
      this.#bulkSinceLive += frame.length;
      this.#underWay.add("bulk", frame.length);
      this.#transmit(frame);
    }
  }

  /** The peer took so many bytes off the link. */
  addCredit(bytes: number): void {
    this.#credit = Math.min(CREDIT_WINDOW_BYTES, this.#credit + bytes);
    this.#underWay.arrived(bytes);
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
