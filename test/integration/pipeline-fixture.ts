/** A client of `Pipeline` that lays its frames by hand, and can break every rule of them. */
import { once } from "node:events";
import { type ClientDuplexStream, Metadata, status } from "@grpc/grpc-js";
import { expect } from "vitest";
import {
  beginPipelineFrame,
  PipelineItems,
  type PipelineReply,
  type PipelineRequest,
  type ServerHello,
  writeRequest,
} from "../../src/codec/index.js";
import type { kv } from "../../src/wire/index.js";
import { ENCODING_NAMES, LEVEL_NAMES, TYPE_NAMES } from "../unit/client/pipeline-names.js";
import { CALL_LIMIT_MS, type Failed, failureOf, type ServerFixture } from "../unit/server/server-fixture.js";

export type Answer = Exclude<PipelineReply, ServerHello>;

export const HELLO: PipelineRequest = { kind: "hello", clusterId: "" };

export class RawPipeline {
  readonly stream: ClientDuplexStream<kv.PipelineRequest, kv.PipelineResponse__Output>;
  readonly hellos: ServerHello[] = [];
  /** In the order in which they came. */
  readonly answers: Answer[] = [];
  frames = 0;
  /** How it ended; undefined while it has not. */
  end: Failed | "ok" | undefined;

  private constructor(fixture: ServerFixture, deadline: number | undefined) {
    this.stream =
      deadline === undefined ? fixture.kv.pipeline() : fixture.kv.pipeline(new Metadata(), { deadline });
    this.stream.on("error", (error) => {
      void failureOf(Promise.reject(error)).then((failed) => {
        this.end = failed;
      });
    });
    this.stream.on("end", () => {
      this.end ??= "ok";
    });
  }

  /** It has said nothing yet. */
  static silent(fixture: ServerFixture): RawPipeline {
    const pipeline = new RawPipeline(fixture, undefined);
    pipeline.read();
    return pipeline;
  }

  static open(fixture: ServerFixture): RawPipeline {
    const pipeline = RawPipeline.silent(fixture);
    pipeline.send(HELLO);
    return pipeline;
  }

  /** It takes nothing until it is told to `read`. */
  static deaf(fixture: ServerFixture, deadline?: number): RawPipeline {
    const pipeline = new RawPipeline(fixture, deadline);
    pipeline.send(HELLO);
    return pipeline;
  }

  read(): void {
    this.stream.on("data", ({ frame }) => {
      this.frames += 1;
      const items = PipelineItems.ofReplies(frame);
      for (let item = items.next(); item !== undefined; item = items.next()) {
        if (item.kind === "hello") this.hellos.push(item);
        else this.answers.push(item);
      }
    });
  }

  /** One frame. */
  send(...requests: readonly PipelineRequest[]): void {
    this.sendRaw(frameOf(requests));
  }

  sendRaw(frame: Buffer): void {
    this.stream.write({ frame });
  }

  /** Sends one operation, and waits for its answer. */
  async ask(request: PipelineRequest & { readonly id: number }): Promise<Answer> {
    this.send(request);
    return this.answerOf(request.id);
  }

  /** Until the server knows that its answers are short, and lets as many operations be under way as it ever does. */
  async warmUp(address: kv.Address): Promise<void> {
    const first = 1_000_000;
    this.send(...Array.from({ length: 300 }, (_, index) => hotGet(first + index, { address })));
    await this.answerOf(first + 299);
    this.answers.length = 0;
  }

  async answerOf(id: number): Promise<Answer> {
    await this.until(() => this.answers.some((answer) => answer.id === id));
    const [answer, ...others] = this.answers.filter((candidate) => candidate.id === id);
    expect(others).toEqual([]);
    if (answer === undefined) throw new Error(`operation ${id} has no answer`);
    return answer;
  }

  async until(isTrue: () => boolean): Promise<void> {
    await expect
      .poll(() => this.end !== undefined || isTrue(), { timeout: CALL_LIMIT_MS, interval: 2 })
      .toBe(true);
    if (!isTrue()) throw new Error(`the pipeline ended: ${JSON.stringify(this.end)}`);
  }

  async ended(): Promise<Failed | "ok"> {
    await expect.poll(() => this.end, { timeout: CALL_LIMIT_MS, interval: 2 }).toBeDefined();
    if (this.end === undefined) throw new Error("it has not ended");
    return this.end;
  }

  /** Sends nothing more. */
  finish(): Promise<Failed | "ok"> {
    this.stream.end();
    return this.ended();
  }

  /** Vanishes in the middle. */
  async vanish(): Promise<void> {
    const closed = once(this.stream, "error", { signal: AbortSignal.timeout(CALL_LIMIT_MS) });
    this.stream.cancel();
    await closed;
  }
}

export function frameOf(requests: readonly PipelineRequest[]): Buffer {
  const frame = beginPipelineFrame();
  for (const request of requests) writeRequest(frame, request);
  return frame.take();
}

/** The same request, in bytes of its own. */
export function hotGet(id: number, { address, options }: kv.GetRequest): PipelineRequest & { id: number } {
  return { kind: "get", id, asking: askingOf(options), address: keyOf(address) };
}

export function hotPut(id: number, request: kv.PutRequest): PipelineRequest & { id: number } {
  const { address, context, ifAbsent, ifContext, options, ttlMs = 0, value } = request;
  return {
    kind: "put",
    id,
    asking: askingOf(options),
    address: keyOf(address),
    value: {
      data: bytesOf(value?.data),
      encoding: numberOf(ENCODING_NAMES, value?.encoding),
    },
    context: bytesOf(context),
    condition: ifAbsent ? "absent" : ifContext ? "unchanged" : undefined,
    ttlMs: Number(ttlMs) > Number.MAX_SAFE_INTEGER ? "never" : Number(ttlMs),
  };
}

function askingOf(options: kv.RequestOptions | null | undefined) {
  const { consistency, isRetry, isSloppy, requestId, sessionToken, timeoutMs } = options ?? {};
  const { level, replicas } = consistency ?? {};
  const id = bytesOf(requestId);
  const token = bytesOf(sessionToken);
  return {
    timeoutMs: timeoutMs ?? 0,
    consistency: replicas === undefined ? numberOf(LEVEL_NAMES, level) : replicas + 8,
    requestId: id.length === 0 ? undefined : id,
    isRetry: isRetry ?? false,
    isSloppy: isSloppy ?? false,
    sessionToken: token.length === 0 ? undefined : token,
  };
}

function keyOf(address: kv.Address | null | undefined) {
  return {
    type: numberOf(TYPE_NAMES, address?.type),
    bucket: address?.bucket ?? "",
    key: bytesOf(address?.key),
  };
}

function bytesOf(given: Buffer | Uint8Array | string | undefined): Buffer {
  return typeof given === "string" ? Buffer.from(given, "base64") : Buffer.from(given ?? []);
}

/** As a call of its own fails. */
export function failedOf(answer: Answer): Failed {
  if (answer.kind !== "failed") throw new Error(`expected a failure, not ${JSON.stringify(answer)}`);
  const { code, message, metadata, reason } = answer;
  return { code: status[code] ?? String(code), message, reason, metadata };
}

/** Of a name, or of what is none: that is left to the server, as 0. */
function numberOf(names: readonly unknown[], name: unknown): number {
  return Math.max(0, names.indexOf(name));
}
