/**
 * Pipeline: frames of operations on one stream, answered in the order in which they are done. What one turn of the event loop
 * has done goes out as one frame.
 *
 *     frame ──▶ items, one by one ──▶ node ──▶ replies ──▶ (end of the turn) frame
 *       ▲          │ too many under way, or too many bytes that the client has not taken
 *       └─ paused ─┘
 */
import type { handleBidiStreamingCall } from "@grpc/grpc-js";
import {
  type Asking,
  CodecError,
  type PipelinedCall,
  type PipelinedGet,
  type PipelinedPut,
  PipelineItems,
  type PipelineReply,
  type PipelineRequest,
} from "../codec/index.js";
import type { NodeApi } from "../node/index.js";
import { type Failure, failure } from "../replication/index.js";
import { type kv, kvService } from "../wire/index.js";
import { type Call, clusterProblem, inSession, run } from "./call.js";
import { badRequest, internalFailure, isFailure, toItemError, toStatus, unimplemented } from "./failure.js";
import type { KvMethods } from "./kv-methods.js";
import type { Limits } from "./limits.js";
import { PipelineAnswers, type PipelineStream } from "./pipeline-answers.js";
import { decodeAsking, decodePipelinedGet, decodePipelinedPut } from "./pipeline-decoding.js";
import { type PipelinedMethod, pipelinedMethod } from "./pipelined-method.js";
import { expectRead, expectWritten } from "./reply-encoding.js";
import type { ReplyHeaders } from "./reply-header.js";
import type { CallsInFlight, RequestObserver } from "./unary-call.js";

interface PipelineParts {
  readonly node: Pick<NodeApi, "execute" | "layout">;
  readonly headers: ReplyHeaders;
  readonly limits: Limits;
  readonly calls: CallsInFlight;
  readonly observe: RequestObserver;
  readonly methods: KvMethods;
}

/** Of one stream that are under way; the rest of its frame waits. */
const OPERATIONS_MAX = 4_096;
/** Their answers can be given again: nothing is lost when one is not. */
const READS: ReadonlySet<string> = new Set(["Get", "BatchGet"]);
const OVERFULL = failure(
  "OVERLOADED",
  "too many answers wait for this client to take them: read less at once",
);
const DRAINED = failure("DRAINING", "this node is shutting down; what it has not answered, it has not done");

/** Answers one operation. */
type End = (result: PipelineReply | Failure) => void;

/** The gRPC handler. */
export function pipelineCall(
  parts: PipelineParts,
): handleBidiStreamingCall<kv.PipelineRequest__Output, kv.PipelineResponse> {
  const { methods } = parts;
  const byName = new Map<string, PipelinedMethod>([
    ["Get", pipelinedMethod(kvService.Get, methods.Get)],
    ["Put", pipelinedMethod(kvService.Put, methods.Put)],
    ["Delete", pipelinedMethod(kvService.Delete, methods.Delete)],
    ["Update", pipelinedMethod(kvService.Update, methods.Update)],
    ["BatchGet", pipelinedMethod(kvService.BatchGet, methods.BatchGet)],
    ["BatchWrite", pipelinedMethod(kvService.BatchWrite, methods.BatchWrite)],
  ]);
  return (stream) => new Pipeline(parts, byName, stream).start();
}

class Pipeline {
  readonly #parts: PipelineParts;
  readonly #methods: ReadonlyMap<string, PipelinedMethod>;
  readonly #stream: PipelineStream;
  readonly #answers: PipelineAnswers;
  readonly #onDrain = (): void => this.#endOnceIdle("draining");
  /** What is left of the frame that came last; no other comes before its end. */
  #items: PipelineItems<PipelineRequest> | undefined;
  /** When it came: the times of its operations count from then. */
  #cameAtMs = 0;
  #isWorking = false;
  #underWay = 0;
  /** The client sends nothing more, or this server takes nothing more: it ends once it is idle. */
  #ending: "finished" | "draining" | undefined;
  #isOver = false;

  constructor(parts: PipelineParts, methods: ReadonlyMap<string, PipelinedMethod>, stream: PipelineStream) {
    this.#parts = parts;
    this.#methods = methods;
    this.#stream = stream;
    this.#answers = new PipelineAnswers(stream, parts.headers, {
      onTaken: () => this.#work(),
      onSent: () => this.#endIfIdle(),
    });
  }

  start(): void {
    const { draining } = this.#parts.calls;
    this.#stream.on("data", ({ frame }: kv.PipelineRequest__Output) => this.#take(frame));
    this.#stream.on("end", () => this.#endOnceIdle("finished"));
    this.#stream.on("cancelled", () => this.#over());
    this.#stream.on("error", () => this.#over());
    draining.addEventListener("abort", this.#onDrain, { once: true });
    if (draining.aborted) this.#onDrain();
  }

  #take(frame: Buffer): void {
    if (this.#isOver) return;
    this.#cameAtMs = performance.now();
    this.#guard(() => {
      this.#items = PipelineItems.ofRequests(frame);
      this.#work();
    });
  }

  /** Does what is left of the frame, as far as there is room. */
  #work(): void {
    if (this.#isWorking || this.#items === undefined) return;
    this.#isWorking = true;
    this.#guard(() => {
      while (!this.#isOver && this.#hasRoom) {
        const item = this.#items?.next();
        if (item === undefined) {
          this.#items = undefined;
          break;
        }
        this.#do(item);
      }
    });
    this.#isWorking = false;
    if (this.#items === undefined) this.#stream.resume();
    else this.#stream.pause();
  }

  get #hasRoom(): boolean {
    return this.#underWay < OPERATIONS_MAX && this.#answers.hasRoomBeside(this.#underWay);
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof CodecError) this.#fail(badRequest("frame", `malformed: ${error.message}`));
      else this.#fail(internalFailure(error));
    }
  }

  #do(item: PipelineRequest): void {
    if (item.kind === "hello") return this.#greet(item.clusterId);
    if (!this.#answers.hasGreeted) return this.#fail(badRequest("frame", "a pipeline begins with a hello"));
    const end = this.#begin(item);
    try {
      switch (item.kind) {
        case "get":
          return this.#get(item, end);
        case "put":
          return this.#put(item, end);
        case "call":
          return this.#call(item, end);
      }
    } catch (error) {
      end(internalFailure(error));
    }
  }

  #greet(clusterId: string): void {
    const problem = clusterProblem(clusterId, this.#parts.node.layout);
    if (problem !== undefined) return this.#fail(problem);
    this.#answers.greet();
  }

  #get(item: PipelinedGet, end: End): void {
    const { limits, node } = this.#parts;
    const call = this.#callOf(item.asking);
    const operation = decodePipelinedGet(item, limits);
    if (isFailure(call)) return end(call);
    if (isFailure(operation)) return end(operation);
    run(node, operation, call, (outcome) => {
      const read = expectRead(outcome);
      if (isFailure(read)) return end(read);
      if (read.kind !== "read") return end(internalFailure(new Error(`a value was read as a ${read.kind}`)));
      const sessionToken = call.session?.token;
      end({ kind: "read", id: item.id, values: read.values, context: read.context, sessionToken });
    });
  }

  #put(item: PipelinedPut, end: End): void {
    const { limits, node } = this.#parts;
    const call = this.#callOf(item.asking);
    const operation = decodePipelinedPut(item, limits);
    if (isFailure(call)) return end(call);
    if (isFailure(operation)) return end(operation);
    run(node, operation, call, (outcome) => {
      const written = expectWritten(outcome);
      if (isFailure(written)) return end(written);
      end({ ...written, id: item.id, sessionToken: call.session?.token });
    });
  }

  #call({ body, id, method: name, timeoutMs }: PipelinedCall, end: End): void {
    const method = this.#methods.get(name);
    if (method === undefined) return end(unimplemented(`the method "${name}" on a pipeline`));
    method(body, this.#remainingMs(timeoutMs), (result) =>
      end(isFailure(result) ? result : { kind: "reply", id, body: result }),
    );
  }

  #callOf(asking: Asking): Call | Failure {
    const { limits, node } = this.#parts;
    const options = decodeAsking(asking, this.#remainingMs(asking.timeoutMs), limits);
    return inSession(options, asking.sessionToken, node);
  }

  /** Until the client gives up, of what it allowed when it sent the frame; 0: it does not. */
  #remainingMs(timeoutMs: number): number {
    return timeoutMs === 0 ? Number.POSITIVE_INFINITY : timeoutMs - (performance.now() - this.#cameAtMs);
  }

  /** One operation is under way until what is returned is called; further calls do nothing. */
  #begin(item: Exclude<PipelineRequest, { kind: "hello" }>): End {
    const { calls, observe } = this.#parts;
    const { id } = item;
    const method = this.#methodOf(item);
    const startedAt = performance.now();
    let isAnswered = false;
    calls.begin();
    this.#underWay++;
    return (result) => {
      if (isAnswered) return;
      isAnswered = true;
      const outcome = isFailure(result) ? result.reason.toLowerCase() : "ok";
      observe(method, outcome, (performance.now() - startedAt) / 1_000);
      this.#underWay--;
      if (isFailure(result)) this.#answers.add(failedOf(id, result));
      else if (READS.has(method) && this.#answers.isOverfull) this.#answers.add(failedOf(id, OVERFULL));
      else this.#answers.add(result);
      calls.end();
      this.#work();
    };
  }

  #methodOf(item: Exclude<PipelineRequest, { kind: "hello" }>): string {
    if (item.kind === "call") return this.#methods.has(item.method) ? item.method : "unknown";
    return item.kind === "get" ? "Get" : "Put";
  }

  #endOnceIdle(why: "finished" | "draining"): void {
    this.#ending ??= why;
    this.#endIfIdle();
  }

  #endIfIdle(): void {
    const isIdle = this.#underWay === 0 && this.#items === undefined && this.#answers.isSent;
    if (this.#ending === undefined || !isIdle || this.#isOver) return;
    // All that was taken is answered: what the client has sent since, it may ask another node for.
    if (this.#ending === "draining") return this.#fail(DRAINED);
    this.#over();
    this.#stream.end();
  }

  #fail(failure: Failure): void {
    if (this.#isOver) return;
    this.#over();
    this.#stream.emit("error", toStatus(failure));
  }

  #over(): void {
    this.#isOver = true;
    this.#items = undefined;
    this.#answers.over();
    this.#parts.calls.draining.removeEventListener("abort", this.#onDrain);
  }
}

function failedOf(id: number, given: Failure): PipelineReply {
  const { code = 0, message = "" } = toItemError(given);
  return { kind: "failed", id, code, reason: given.reason, message, metadata: given.metadata };
}
