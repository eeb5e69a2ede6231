/** Forwarded operations as bytes. */
import {
  ByteReader,
  ByteWriter,
  CodecError,
  checkedRowKey,
  type RowKey,
  readVector,
  writeVector,
} from "../codec/index.js";
import { DataType } from "../crdt/index.js";
import { CHANGE_BYTES_MIN, readChange, writeChange } from "./change-codec.js";
import { CONSISTENCY_LEVELS, type Consistency } from "./consistency.js";
import type { Change, KeyAddress, KeyWrite, Operation, OperationOptions } from "./operation.js";
import { readParts, readTtl, readValue, writeParts, writeTtl, writeValue } from "./value-codec.js";

const KINDS = ["get", "put", "delete", "list", "update", "range", "batch"] as const;
const WRITE_KINDS = ["put", "delete", "update"] as const;
const CONDITIONS = [undefined, "absent", "unchanged"] as const;
const REQUEST_ID_BYTES = 16;
const HAS_REQUEST_ID = 0x01;
const IS_RETRY = 0x02;
const IS_SLOPPY = 0x04;
const HAS_SESSION = 0x08;
const IS_REVERSE = 0x01;
const IS_KEYS_ONLY = 0x02;

export interface ForwardedOperation {
  readonly operation: Operation;
  readonly options: OperationOptions;
}

export function encodeOperation({ operation, options }: ForwardedOperation): Buffer {
  const writer = new ByteWriter();
  writer.uint8(KINDS.indexOf(operation.kind));
  writeBody(writer, operation);
  writeConsistency(writer, options.consistency);
  writer.varint(Math.max(1, Math.ceil(options.timeoutMs)));
  writer.uint8(
    (options.requestId === undefined ? 0 : HAS_REQUEST_ID) |
      (options.isRetry ? IS_RETRY : 0) |
      (options.isSloppy ? IS_SLOPPY : 0) |
      (options.session === undefined ? 0 : HAS_SESSION),
  );
  if (options.requestId !== undefined) writer.raw(Buffer.from(options.requestId, "hex"));
  if (options.session !== undefined) writeVector(writer, options.session);
  return writer.take();
}

/** Throws `CodecError`. */
export function decodeOperation(bytes: Buffer): ForwardedOperation {
  const reader = new ByteReader(bytes);
  const kind = KINDS[reader.uint8()];
  const operation = readOperation(reader, kind);
  const consistency = readConsistency(reader);
  const timeoutMs = reader.varint();
  const flags = reader.uint8();
  const requestId = (flags & HAS_REQUEST_ID) === 0 ? undefined : reader.raw(REQUEST_ID_BYTES).toString("hex");
  const session = (flags & HAS_SESSION) === 0 ? undefined : readVector(reader);
  reader.end();
  const isRetry = (flags & IS_RETRY) !== 0;
  const isSloppy = (flags & IS_SLOPPY) !== 0;
  return { operation, options: { consistency, timeoutMs, requestId, isRetry, isSloppy, session } };
}

function writeBody(writer: ByteWriter, operation: Operation): void {
  if (operation.kind === "range") {
    writer.varint(operation.partition);
    writer.latin1(operation.range.from);
    writer.latin1(operation.range.to);
    writer.uint8((operation.range.isReverse ? IS_REVERSE : 0) | (operation.isKeysOnly ? IS_KEYS_ONLY : 0));
    return writer.varint(operation.limit);
  }
  if (operation.kind === "batch") {
    writer.varint(operation.writes.length);
    for (const write of operation.writes) {
      writer.uint8(WRITE_KINDS.indexOf(write.kind));
      writeBody(writer, write);
    }
    return;
  }
  writer.uint8(operation.address.type);
  writer.latin1(operation.address.bucket);
  writer.bytes(operation.address.key);
  switch (operation.kind) {
    case "get":
      return writeParts(writer, operation.element);
    case "list":
      writeParts(writer, operation.path);
      writer.latin1(operation.after ?? "");
      return writer.varint(operation.limit);
    case "put":
      writeValue(writer, operation.value);
      writer.bytes(operation.context);
      writer.uint8(CONDITIONS.indexOf(operation.condition));
      return writeTtl(writer, operation.ttlMs);
    case "delete":
      return writer.bytes(operation.context);
    case "update":
      writer.varint(operation.changes.length);
      for (const change of operation.changes) writeChange(writer, change);
  }
}

function readAfter(reader: ByteReader): RowKey | undefined {
  const text = reader.latin1();
  return text === "" ? undefined : checkedRowKey(text);
}

function readCondition(reader: ByteReader): (typeof CONDITIONS)[number] {
  const number = reader.uint8();
  if (number >= CONDITIONS.length) throw new CodecError(`condition ${number} is unknown`);
  return CONDITIONS[number];
}

function readRange(reader: ByteReader): Operation {
  const partition = reader.varint();
  // Ends of a range are compared and never read as row keys.
  const from = reader.latin1() as RowKey;
  const to = reader.latin1() as RowKey;
  const flags = reader.uint8();
  return {
    kind: "range",
    partition,
    range: { from, to, isReverse: (flags & IS_REVERSE) !== 0 },
    limit: reader.varint(),
    isKeysOnly: (flags & IS_KEYS_ONLY) !== 0,
  };
}

/** A kind 1, a type 1, a bucket 1, a key 1, what it does 1. */
const WRITE_BYTES_MIN = 5;

function readBatch(reader: ByteReader): Operation {
  const writes: KeyWrite[] = [];
  for (let left = reader.count(WRITE_BYTES_MIN); left > 0; left--)
    writes.push(readWrite(reader, WRITE_KINDS[reader.uint8()]));
  return { kind: "batch", writes };
}

function readOperation(reader: ByteReader, kind: (typeof KINDS)[number] | undefined): Operation {
  switch (kind) {
    case "range":
      return readRange(reader);
    case "batch":
      return readBatch(reader);
    case "get":
      return { kind, address: readAddress(reader), element: readParts(reader) };
    case "list":
      return {
        kind,
        address: readAddress(reader),
        path: readParts(reader),
        after: readAfter(reader),
        limit: reader.varint(),
      };
    default:
      return readWrite(reader, kind);
  }
}

function readWrite(reader: ByteReader, kind: (typeof WRITE_KINDS)[number] | undefined): KeyWrite {
  if (kind === undefined) throw new CodecError("an operation's kind is unknown");
  const address = readAddress(reader);
  switch (kind) {
    case "update": {
      const changes: Change[] = [];
      for (let left = reader.count(CHANGE_BYTES_MIN); left > 0; left--) changes.push(readChange(reader));
      return { kind, address, changes };
    }
    case "put":
      return {
        kind,
        address,
        value: readValue(reader),
        context: Buffer.from(reader.bytes()),
        condition: readCondition(reader),
        ttlMs: readTtl(reader),
      };
    case "delete":
      return { kind, address, context: Buffer.from(reader.bytes()) };
  }
}

function readAddress(reader: ByteReader): KeyAddress {
  const number = reader.uint8();
  const type = Object.values(DataType).find((known) => known === number);
  if (type === undefined) throw new CodecError(`data type ${number} is unknown`);
  return { type, bucket: reader.latin1(), key: Buffer.from(reader.bytes()) };
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
