/**
 * What a pipeline answers: gathered while a turn of the event loop lasts, and sent as one frame. It knows how much of that
 * the client has not taken, and so how many more operations there is room for.
 */
import type { ServerDuplexStream } from "@grpc/grpc-js";
import { type ByteWriter, beginPipelineFrame, type PipelineReply, writeReply } from "../codec/index.js";
import type { kv } from "../wire/index.js";
import { PIPELINE_FRAME_BYTES } from "./limits.js";
import type { ReplyHeaders } from "./reply-header.js";

export type PipelineStream = ServerDuplexStream<kv.PipelineRequest__Output, kv.PipelineResponse>;

/** Of answers that one client has not taken; what would go beyond is not begun. */
const UNTAKEN_BYTES_MAX = 4 * 1024 * 1024;
/** Answers can be larger than the last ones were. Here reads are refused: a client of nothing but these holds no more. */
const OVERFULL_BYTES = 64 * 1024 * 1024;
/** Before there is an answer to go by. */
const FIRST_ANSWER_BYTES = 64 * 1024;
/** The weight of the newest answer in the mean of what one takes. */
const ANSWER_WEIGHT = 1 / 32;

interface AnswerEvents {
  /** The client has taken something. */
  readonly onTaken: () => void;
  /** All that was answered has been sent. */
  readonly onSent: () => void;
}

export class PipelineAnswers {
  readonly #stream: PipelineStream;
  readonly #headers: ReplyHeaders;
  readonly #events: AnswerEvents;
  #frame: ByteWriter | undefined;
  #isFlushDue = false;
  #untakenBytes = 0;
  #meanBytes = FIRST_ANSWER_BYTES;
  /** The layout that the client was told of; undefined before it has said hello. */
  #toldLayout: number | undefined;
  #isOver = false;

  constructor(stream: PipelineStream, headers: ReplyHeaders, events: AnswerEvents) {
    this.#stream = stream;
    this.#headers = headers;
    this.#events = events;
  }

  get hasGreeted(): boolean {
    return this.#toldLayout !== undefined;
  }

  get isSent(): boolean {
    return this.#frame === undefined;
  }

  /** For one more operation beside those under way, whose answers are taken to be as large as the last ones. */
  hasRoomBeside(underWay: number): boolean {
    return this.#heldBytes + underWay * this.#meanBytes < UNTAKEN_BYTES_MAX;
  }

  get isOverfull(): boolean {
    return this.#heldBytes >= OVERFULL_BYTES;
  }

  get #heldBytes(): number {
    return this.#untakenBytes + (this.#frame?.length ?? 0);
  }

  /** Says who answers. */
  greet(): void {
    this.#toldLayout = -1;
    this.#tellLayout();
  }

  add(reply: PipelineReply): void {
    if (this.#isOver) return;
    this.#tellLayout();
    this.#append(reply);
  }

  /** What was not sent yet is dropped. */
  over(): void {
    this.#isOver = true;
    this.#frame = undefined;
  }

  /** By which layout: first of all, and again whenever that is a newer one. */
  #tellLayout(): void {
    const { clusterId = "", layoutVersion = 0, nodeId = "", region = "" } = this.#headers.current();
    const version = Number(layoutVersion);
    if (version === this.#toldLayout) return;
    this.#toldLayout = version;
    this.#append({ kind: "hello", clusterId, nodeId, region, layoutVersion: version });
  }

  #append(reply: PipelineReply): void {
    this.#frame ??= beginPipelineFrame();
    const before = this.#frame.length;
    writeReply(this.#frame, reply);
    if (reply.kind !== "hello")
      this.#meanBytes += ANSWER_WEIGHT * (this.#frame.length - before - this.#meanBytes);
    if (this.#frame.length >= PIPELINE_FRAME_BYTES) this.#send();
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    setImmediate(() => {
      this.#isFlushDue = false;
      this.#send();
      this.#events.onSent();
    });
  }

  #send(): void {
    if (this.#frame === undefined) return;
    const frame = this.#frame.take();
    this.#frame = undefined;
    this.#untakenBytes += frame.length;
    this.#stream.write({ frame }, () => {
      this.#untakenBytes -= frame.length;
      this.#events.onTaken();
    });
  }
}
