/** The operations of a pipeline: reads and puts of whole values in bytes of their own, anything else as gRPC sends it. */
import {
  type Asking,
  type ByteWriter,
  CodecError,
  type PipelinedFailure,
  writeRequest,
} from "../codec/index.js";
import { DataType, ValueEncoding } from "../crdt/index.js";
import type { kv } from "../wire/index.js";
import { AtollError } from "./atoll-error.js";
import type { CallTerms } from "./dispatcher.js";
import type { AttemptDone } from "./node-calls.js";
import { type PipelineAnswer, PipelinedOperation } from "./pipelined-operation.js";
import { ENCODINGS, type Encoding } from "./value-codec.js";
import type { ValueGet, ValuePut, ValueRead, ValueWritten } from "./values.js";

/** What the answers of all operations have in common. */
abstract class Operation<Reply> extends PipelinedOperation {
  readonly #done: AttemptDone<Reply>;

  constructor(deadlineMs: number, done: AttemptDone<Reply>) {
    super(deadlineMs);
    this.#done = done;
  }

  override answered(answer: PipelineAnswer, header: kv.ReplyHeader__Output): void {
    if (answer.kind === "failed") this.#done(refusalOf(answer));
    else this.#done(null, this.replyOf(answer, header));
  }

  override failed(error: Error): void {
    this.#done(error);
  }

  /** @throws CodecError for the answer to something else */
  protected abstract replyOf(answer: PipelineAnswer, header: kv.ReplyHeader__Output): Reply;
}

export class GetOperation extends Operation<ValueRead> {
  readonly #get: ValueGet;

  constructor(get: ValueGet, deadlineMs: number, done: AttemptDone<ValueRead>) {
    super(deadlineMs, done);
    this.#get = get;
  }

  override get bytes(): number {
    const { address, terms } = this.#get;
    return address.key.length + tokenBytes(terms);
  }

  override write(writer: ByteWriter, timeoutMs: number): void {
    const { address, terms } = this.#get;
    const asking = { ...askingOf(terms), timeoutMs };
    writeRequest(writer, { kind: "get", id: this.id, asking, address: hotAddress(address) });
  }

  protected override replyOf(answer: PipelineAnswer, header: kv.ReplyHeader__Output): ValueRead {
    if (answer.kind !== "read") throw unasked(answer);
    const { context, sessionToken } = answer;
    const values = answer.values.map((value) => ({ ...value, encoding: ENCODING_NAMES[value.encoding] }));
    return { header: withSession(header, sessionToken), values, context };
  }
}

export class PutOperation extends Operation<ValueWritten> {
  readonly #put: ValuePut;

  constructor(put: ValuePut, deadlineMs: number, done: AttemptDone<ValueWritten>) {
    super(deadlineMs, done);
    this.#put = put;
  }

  override get bytes(): number {
    const { address, context, terms, value } = this.#put;
    return address.key.length + tokenBytes(terms) + context.length + value.data.length;
  }

  override write(writer: ByteWriter, timeoutMs: number): void {
    const { address, condition, context, isRetry, requestId, terms, ttlMs, value } = this.#put;
    const { isSloppy } = terms;
    writeRequest(writer, {
      kind: "put",
      id: this.id,
      asking: { ...askingOf(terms), timeoutMs, requestId, isRetry, isSloppy },
      address: hotAddress(address),
      value: { data: asBuffer(value.data), encoding: ENCODINGS.indexOf(value.encoding) },
      context: asBuffer(context),
      condition,
      ttlMs,
    });
  }

  protected override replyOf(answer: PipelineAnswer, header: kv.ReplyHeader__Output): ValueWritten {
    if (answer.kind !== "written") throw unasked(answer);
    const { acksReceived, context, fallbackAcks, hlc, sessionToken } = answer;
    return { header: withSession(header, sessionToken), hlc, context, acksReceived, fallbackAcks };
  }
}

/** A method and its request, in the bytes that gRPC sends. */
interface SerializedCall {
  readonly method: string;
  readonly body: Buffer;
}

export class CallOperation<Reply> extends Operation<Reply> {
  readonly #call: SerializedCall;
  readonly #deserialize: (body: Buffer) => Reply;

  constructor(
    call: SerializedCall,
    deserialize: (body: Buffer) => Reply,
    deadlineMs: number,
    done: AttemptDone<Reply>,
  ) {
    super(deadlineMs, done);
    this.#call = call;
    this.#deserialize = deserialize;
  }

  override get bytes(): number {
    return this.#call.body.length;
  }

  override write(writer: ByteWriter, timeoutMs: number): void {
    writeRequest(writer, { kind: "call", id: this.id, timeoutMs, ...this.#call });
  }

  protected override replyOf(answer: PipelineAnswer): Reply {
    if (answer.kind !== "reply") throw unasked(answer);
    try {
      return this.#deserialize(answer.body);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new CodecError(`the reply to operation ${answer.id} is none of ${this.#call.method}: ${why}`);
    }
  }
}

const ENCODING_NAMES: Readonly<Record<ValueEncoding, Encoding>> = {
  [ValueEncoding.bytes]: "bytes",
  [ValueEncoding.text]: "text",
  [ValueEncoding.msgpack]: "msgpack",
  [ValueEncoding.json]: "json",
};

/** Of registers and multis only: all else is read and written in parts. */
function hotAddress({ bucket, key, type }: ValueGet["address"]) {
  return { type: type === "DATA_TYPE_MULTI" ? DataType.multi : DataType.register, bucket, key };
}

/** The same bytes. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function askingOf({ consistency, session }: CallTerms): Omit<Asking, "timeoutMs"> {
  return {
    consistency: consistency.number,
    sessionToken: session?.token,
    requestId: undefined,
    isRetry: false,
    isSloppy: false,
  };
}

function tokenBytes({ session }: CallTerms): number {
  return session?.token.length ?? 0;
}

function withSession(
  header: kv.ReplyHeader__Output,
  sessionToken: Buffer | undefined,
): kv.ReplyHeader__Output {
  return sessionToken === undefined ? header : { ...header, sessionToken };
}

function refusalOf({ code, message, metadata, reason }: PipelinedFailure): AtollError {
  return AtollError.refused(code, reason, message, metadata);
}

function unasked({ id, kind }: PipelineAnswer): CodecError {
  return new CodecError(`the answer to operation ${id} is "${kind}", which was not asked`);
}
