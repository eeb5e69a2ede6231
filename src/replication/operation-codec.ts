/** Forwarded operations and their outcomes as bytes. */
import { ByteReader, ByteWriter, CodecError } from "../codec/index.js";
import { DataType, type ValueEncoding } from "../crdt/index.js";
import { CONSISTENCY_LEVELS, type Consistency } from "./consistency.js";
import { failure } from "./failures.js";
import {
  FAILURE_REASONS,
  type KeyAddress,
  type Operation,
  type OperationOptions,
  type Outcome,
  type ReadValue,
  type StoredValue,
} from "./operation.js";

const KINDS = ["get", "put", "delete"] as const;
const REQUEST_ID_BYTES = 16;
const HAS_REQUEST_ID = 0x01;
const IS_RETRY = 0x02;
const IS_SLOPPY = 0x04;

export interface ForwardedOperation {
  readonly operation: Operation;
  readonly options: OperationOptions;
}

export function encodeOperation({ operation, options }: ForwardedOperation): Buffer {
  const writer = new ByteWriter();
  writer.uint8(KINDS.indexOf(operation.kind));
  writer.uint8(operation.address.type);
  writer.latin1(operation.address.bucket);
  writer.bytes(operation.address.key);
  if (operation.kind === "put") writeValue(writer, operation.value);
  if (operation.kind !== "get") writer.bytes(operation.context);
  writeConsistency(writer, options.consistency);
  writer.varint(Math.max(1, Math.ceil(options.timeoutMs)));
  writer.uint8(
    (options.requestId === undefined ? 0 : HAS_REQUEST_ID) |
      (options.isRetry ? IS_RETRY : 0) |
      (options.isSloppy ? IS_SLOPPY : 0),
  );
  if (options.requestId !== undefined) writer.raw(Buffer.from(options.requestId, "hex"));
  return writer.take();
}

/** Throws `CodecError`. */
export function decodeOperation(bytes: Buffer): ForwardedOperation {
  const reader = new ByteReader(bytes);
  const kind = KINDS[reader.uint8()];
  const address = readAddress(reader);
  const operation = readOperation(reader, kind, address);
  const consistency = readConsistency(reader);
  const timeoutMs = reader.varint();
  const flags = reader.uint8();
  const requestId = (flags & HAS_REQUEST_ID) === 0 ? undefined : reader.raw(REQUEST_ID_BYTES).toString("hex");
  reader.end();
  const isRetry = (flags & IS_RETRY) !== 0;
  const isSloppy = (flags & IS_SLOPPY) !== 0;
  return { operation, options: { consistency, timeoutMs, requestId, isRetry, isSloppy } };
}

function readOperation(
  reader: ByteReader,
  kind: (typeof KINDS)[number] | undefined,
  address: KeyAddress,
): Operation {
  switch (kind) {
    case "get":
      return { kind, address };
    case "put":
      return { kind, address, value: readValue(reader), context: Buffer.from(reader.bytes()) };
    case "delete":
      return { kind, address, context: Buffer.from(reader.bytes()) };
    case undefined:
      throw new CodecError("an operation's kind is unknown");
  }
}

const READ = 0;
const WRITTEN = 1;
const FAILED = 2;

export function encodeOutcome(outcome: Outcome): Buffer {
  const writer = new ByteWriter();
  switch (outcome.kind) {
    case "read":
      writer.uint8(READ);
      writer.varint(outcome.values.length);
      for (const value of outcome.values) {
        writeValue(writer, value);
        writer.hlc(value.hlc);
      }
      writer.bytes(outcome.context);
      break;
    case "written":
      writer.uint8(WRITTEN);
      writer.hlc(outcome.hlc);
      writer.bytes(outcome.context);
      writer.varint(outcome.acksReceived);
      writer.varint(outcome.fallbackAcks);
      break;
    case "failed":
      writer.uint8(FAILED);
      writer.uint8(FAILURE_REASONS.indexOf(outcome.reason));
      writer.bytes(Buffer.from(outcome.message));
      writer.varint(Object.keys(outcome.metadata).length);
      for (const [name, text] of Object.entries(outcome.metadata)) {
        writer.bytes(Buffer.from(name));
        writer.bytes(Buffer.from(text));
      }
  }
  return writer.take();
}

/** Throws `CodecError`. */
export function decodeOutcome(bytes: Buffer): Outcome {
  const reader = new ByteReader(bytes);
  const outcome = readOutcome(reader);
  reader.end();
  return outcome;
}

/** A value's encoding 1 and length 1, stamp 8. */
const VALUE_BYTES_MIN = 10;

function readOutcome(reader: ByteReader): Outcome {
  const kind = reader.uint8();
  if (kind === READ) {
    const values: ReadValue[] = [];
    for (let left = reader.count(VALUE_BYTES_MIN); left > 0; left--)
      values.push({ ...readValue(reader), hlc: reader.hlc() });
    return { kind: "read", values, context: Buffer.from(reader.bytes()) };
  }
  if (kind === WRITTEN)
    return {
      kind: "written",
      hlc: reader.hlc(),
      context: Buffer.from(reader.bytes()),
      acksReceived: reader.varint(),
      fallbackAcks: reader.varint(),
    };
  const reason = kind === FAILED ? FAILURE_REASONS[reader.uint8()] : undefined;
  if (reason === undefined) throw new CodecError("an outcome's kind is unknown");
  const message = reader.bytes().toString("utf8");
  const metadata: (readonly [name: string, text: string])[] = [];
  for (let left = reader.count(2); left > 0; left--)
    metadata.push([reader.bytes().toString("utf8"), reader.bytes().toString("utf8")]);
  // Assigned one by one, a name like __proto__ would be lost.
  return failure(reason, message, Object.fromEntries(metadata));
}

function readAddress(reader: ByteReader): KeyAddress {
  const number = reader.uint8();
  const type = Object.values(DataType).find((known) => known === number);
  if (type === undefined) throw new CodecError(`data type ${number} is unknown`);
  return { type, bucket: reader.latin1(), key: Buffer.from(reader.bytes()) };
}

function writeValue(writer: ByteWriter, value: StoredValue): void {
  writer.uint8(value.encoding);
  writer.bytes(value.data);
}

function readValue(reader: ByteReader): StoredValue {
  const encoding = reader.uint8();
  if (!isEncoding(encoding)) throw new CodecError(`value encoding ${encoding} is unknown`);
  return { encoding, data: Buffer.from(reader.bytes()) };
}

function isEncoding(value: number): value is ValueEncoding {
  return value >= 0 && value <= 3;
}

/** 0: the default; 1 to 8: a level; 9: a number that follows. */
const BY_NUMBER = 9;

function writeConsistency(writer: ByteWriter, consistency: Consistency | undefined): void {
  if (consistency === undefined) return writer.uint8(0);
  if ("level" in consistency) return writer.uint8(1 + CONSISTENCY_LEVELS.indexOf(consistency.level));
  writer.uint8(BY_NUMBER);
  writer.varint(consistency.replicas);
}

function readConsistency(reader: ByteReader): Consistency | undefined {
  const kind = reader.uint8();
  if (kind === 0) return undefined;
  if (kind === BY_NUMBER) return { replicas: reader.varint() };
  const level = CONSISTENCY_LEVELS[kind - 1];
  if (level === undefined) throw new CodecError(`consistency ${kind} is unknown`);
  return { level };
}
