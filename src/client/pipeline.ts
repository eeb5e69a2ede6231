import { type ClientDuplexStream, status } from "@grpc/grpc-js";
import {
  type ByteWriter,
  beginPipelineFrame,
  CodecError,
  PipelineItems,
  type PipelineReply,
  type ServerHello,
  writeRequest,
} from "../codec/index.js";
import type { kv } from "../wire/index.js";
import { AtollError } from "./atoll-error.js";
import type { KvStub } from "./channel.js";
import type { PipelinedOperation } from "./pipelined-operation.js";
import { neverSent, notGreeted, TransportFailure } from "./transport-failure.js";

/** What the connection may hold; beyond, operations wait as they were asked. */
const UNTAKEN_BYTES_MAX = 1024 * 1024;
/** A frame is closed once it has so many: with the last operation in it, it is no longer than what every node takes. */
const FRAME_BYTES_MAX = 128 * 1024;
/** A frame of nothing: its version. */
const EMPTY_FRAME_BYTES = 1;
/** How often a stream is looked at: unused since the last time, it ends, for it would keep the process alive. */
const IDLE_MS = 1_000;
/**
 * Then the next operation opens another stream, on a newer connection if the node has asked for one: it ends old
 * connections, with all that is out on them, a minute after it has said so.
 */
const AGE_MAX_MS = 30_000;

const NOTHING = Buffer.alloc(0);

/**
 * One stream to a node. Nothing is asked before the node has greeted: one that hangs takes connections, and what was never
 * sent to it may go to another node, where nobody has to find out whether it arrived. From then on, what one turn of the
 * event loop asks goes out as one frame, with no delay besides; answers come in any order. It ends with the first failure
 * of the connection, and all that is out fails with it.
 */
export class Pipeline {
  readonly #stream: ClientDuplexStream<kv.PipelineRequest, kv.PipelineResponse__Output>;
  readonly #sent = new Map<number, PipelinedOperation>();
  #waiting: PipelinedOperation[] = [];
  #lastId = 0;
  /** Who answers; undefined until it has said so. */
  #header: kv.ReplyHeader__Output | undefined;
  #untakenBytes = 0;
  #isFlushDue = false;
  #isClosing = false;
  #isOver = false;
  readonly #openedAtMs = performance.now();
  readonly #look: NodeJS.Timeout;
  #lastIdAtLook = 0;
  #timer: NodeJS.Timeout | undefined;
  /** The earliest deadline that the timer knows of. */
  #timerAtMs = Number.POSITIVE_INFINITY;

  constructor(stub: KvStub, clusterId: string) {
    this.#stream = stub.pipeline();
    this.#stream.on("data", ({ frame }) => this.#take(frame));
    this.#stream.on("error", (error) => this.#fail(error));
    this.#stream.on("end", () => this.#fail(new TransportFailure(status.UNAVAILABLE, "Connection dropped")));
    this.#look = setInterval(() => this.#endIfUnused(), IDLE_MS);
    this.#look.unref();
    const hello = beginPipelineFrame();
    writeRequest(hello, { kind: "hello", clusterId });
    this.#send(hello.take());
  }

  /** It takes nothing more. */
  get isOver(): boolean {
    return this.#isOver || this.#isClosing;
  }

  ask(operation: PipelinedOperation): void {
    this.#waiting.push(operation);
    if (operation.deadlineMs < this.#timerAtMs) this.#watchDeadlines(operation.deadlineMs);
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    setImmediate(() => {
      this.#isFlushDue = false;
      this.#flush();
    });
  }

  /** What was asked may end; then the stream does. Idempotent. */
  close(): void {
    this.#isClosing = true;
    this.#endIfIdle();
  }

  #flush(): void {
    if (this.#isOver || this.#header === undefined) return;
    const nowMs = performance.now();
    let next = 0;
    while (next < this.#waiting.length && this.#untakenBytes < UNTAKEN_BYTES_MAX) {
      const frame = beginPipelineFrame();
      for (; next < this.#waiting.length && frame.length < FRAME_BYTES_MAX; next++) {
        const operation = this.#waiting[next];
        if (operation === undefined || operation.isCancelled) continue;
        this.#write(operation, frame, Math.max(1, Math.ceil(operation.deadlineMs - nowMs)));
      }
      if (frame.length > EMPTY_FRAME_BYTES) this.#send(frame.take());
    }
    this.#waiting = this.#waiting.slice(next);
    this.#endIfIdle();
  }

  /** What cannot be written fails alone: the frame is of others, too. */
  #write(operation: PipelinedOperation, frame: ByteWriter, timeoutMs: number): void {
    const { length } = frame;
    operation.id = ++this.#lastId;
    try {
      operation.write(frame, timeoutMs);
      this.#sent.set(operation.id, operation);
    } catch (error) {
      frame.truncate(length);
      operation.isCancelled = true;
      operation.failed(AtollError.invalid("request", `the request cannot be sent: ${String(error)}`, error));
    }
  }

  #send(frame: Buffer): void {
    this.#untakenBytes += frame.length;
    this.#stream.write({ frame }, () => {
      this.#untakenBytes -= frame.length;
      if (this.#waiting.length > 0 && !this.#isFlushDue) this.#flush();
    });
  }

  #take(frame: Buffer): void {
    try {
      const items = PipelineItems.ofReplies(frame);
      for (let item = items.next(); item !== undefined && !this.#isOver; item = items.next())
        this.#hear(item);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.#stream.cancel();
      this.#fail(
        new TransportFailure(status.INTERNAL, `an answer of the node is malformed: ${error.message}`),
      );
    }
    this.#endIfIdle();
  }

  #hear(item: PipelineReply): void {
    if (item.kind === "hello") {
      const isFirst = this.#header === undefined;
      this.#header = headerOf(item);
      return isFirst ? this.#flush() : undefined;
    }
    if (this.#header === undefined) throw new CodecError("an answer came before a hello");
    const operation = this.#sent.get(item.id);
    // Its deadline may have passed.
    if (operation === undefined) return;
    // One that throws is still out, and fails with the stream.
    if (!operation.isCancelled) operation.answered(item, this.#header);
    this.#sent.delete(item.id);
  }

  #watchDeadlines(atMs: number): void {
    clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(() => this.#expire(), Math.max(1, atMs - performance.now()));
  }

  /** As a rule the earliest was answered long ago, and the next one is as far away as it was: this looks seldom. */
  #expire(): void {
    const nowMs = performance.now();
    let earliestMs = Number.POSITIVE_INFINITY;
    const overdue: PipelinedOperation[] = [];
    // Those that were given up as well: a node that is silent would leave them here.
    for (const operation of [...this.#sent.values(), ...this.#waiting]) {
      if (operation.deadlineMs <= nowMs) overdue.push(operation);
      else earliestMs = Math.min(earliestMs, operation.deadlineMs);
    }
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    if (earliestMs < Number.POSITIVE_INFINITY) this.#watchDeadlines(earliestMs);
    for (const operation of overdue) {
      this.#sent.delete(operation.id);
      if (operation.isCancelled) continue;
      operation.isCancelled = true;
      operation.failed(
        operation.hasLeft
          ? new TransportFailure(status.DEADLINE_EXCEEDED, "Deadline exceeded")
          : notGreeted(),
      );
    }
    this.#endIfIdle();
  }

  #outstanding(): PipelinedOperation[] {
    return [...this.#sent.values(), ...this.#waiting].filter(({ isCancelled }) => !isCancelled);
  }

  #endIfUnused(): void {
    const isUnused = this.#lastId === this.#lastIdAtLook && this.#outstanding().length === 0;
    this.#lastIdAtLook = this.#lastId;
    if (isUnused || performance.now() - this.#openedAtMs > AGE_MAX_MS) this.close();
  }

  #endIfIdle(): void {
    if (!this.#isClosing || this.#isOver || this.#outstanding().length > 0) return;
    this.#over();
    this.#stream.end();
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    const failed = this.#outstanding();
    this.#over();
    const unsent = AtollError.from(error).reason === undefined ? neverSent(error) : error;
    for (const operation of failed) operation.failed(operation.hasLeft ? error : unsent);
  }

  #over(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearInterval(this.#look);
    this.#sent.clear();
    this.#waiting = [];
  }
}

function headerOf({ clusterId, layoutVersion, nodeId, region }: ServerHello): kv.ReplyHeader__Output {
  return { clusterId, nodeId, region, layoutVersion: String(layoutVersion), sessionToken: NOTHING };
}
