import type { ByteWriter, PipelineReply, ServerHello } from "../codec/index.js";
import type { kv } from "../wire/index.js";
import type { AttemptCall } from "./node-calls.js";

export type PipelineAnswer = Exclude<PipelineReply, ServerHello>;

/** Something that is asked on a pipeline, once. */
export abstract class PipelinedOperation implements AttemptCall {
  /** Of `performance.now()`. */
  readonly deadlineMs: number;
  /** On its stream, once it is in a frame; 0 before. */
  id = 0;
  /** Nobody waits for its answer any more. */
  isCancelled = false;

  constructor(deadlineMs: number) {
    this.deadlineMs = deadlineMs;
  }

  get hasLeft(): boolean {
    return this.id > 0;
  }

  /** What its node may still do for it is left to be. */
  cancel(): void {
    this.isCancelled = true;
  }

  /** What it adds to a frame, but for a few bytes. */
  abstract get bytes(): number;
  /** Into a frame. */
  abstract write(writer: ByteWriter, timeoutMs: number): void;
  /** Called once, unless `failed` is. @throws CodecError for the answer to something else */
  abstract answered(answer: PipelineAnswer, header: kv.ReplyHeader__Output): void;
  abstract failed(error: Error): void;
}
