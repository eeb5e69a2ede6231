/** Outcomes of forwarded operations as bytes. */
import {
  ByteReader,
  ByteWriter,
  CodecError,
  checkedRowKey,
  readVector,
  writeVector,
} from "../codec/index.js";
import type { Reading, ShownValue } from "../crdt/index.js";
import { failure } from "./failures.js";
import { FAILURE_REASONS, type Failure, type Outcome, type PageRow } from "./operation.js";
import { readValue, writeValue } from "./value-codec.js";

const KINDS = ["read", "written", "failed", "counter", "flag", "page"] as const;

export function encodeOutcome(outcome: Outcome): Buffer {
  const writer = new ByteWriter();
  writer.uint8(KINDS.indexOf(outcome.kind));
  const seen = outcome.kind === "failed" ? undefined : outcome.seen;
  writer.uint8(seen === undefined ? 0 : 1);
  if (seen !== undefined) writeVector(writer, seen);
  switch (outcome.kind) {
    case "read":
      writeValues(writer, outcome.values);
      writer.bytes(outcome.context);
      break;
    case "counter":
    case "flag":
      writeReading(writer, outcome);
      break;
    case "page":
      writer.varint(outcome.rows.length);
      for (const { context, reading, rowKey } of outcome.rows) {
        writer.latin1(rowKey);
        writeReading(writer, reading);
        writer.bytes(context);
      }
      writer.latin1(outcome.upTo ?? "");
      break;
    case "written":
      writer.hlc(outcome.hlc);
      writer.bytes(outcome.context);
      writer.varint(outcome.acksReceived);
      writer.varint(outcome.fallbackAcks);
      break;
    case "failed":
      writeFailure(writer, outcome);
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

function readOutcome(reader: ByteReader): Outcome {
  const kind = KINDS[reader.uint8()];
  const seen = reader.uint8() === 0 ? undefined : readVector(reader);
  const outcome = readBody(reader, kind);
  return seen === undefined || outcome.kind === "failed" ? outcome : { ...outcome, seen };
}

function readBody(reader: ByteReader, kind: (typeof KINDS)[number] | undefined): Outcome {
  switch (kind) {
    case "read":
      return { kind, values: readValues(reader), context: Buffer.from(reader.bytes()) };
    case "counter":
    case "flag": {
      const reading = readReading(reader);
      if (reading.kind !== kind) throw new CodecError(`an outcome says ${kind} and shows ${reading.kind}`);
      return reading;
    }
    case "page": {
      const rows: PageRow[] = [];
      for (let left = reader.count(ROW_BYTES_MIN); left > 0; left--)
        rows.push({
          rowKey: checkedRowKey(reader.latin1()),
          reading: readReading(reader),
          context: Buffer.from(reader.bytes()),
        });
      const upTo = reader.latin1();
      return { kind, rows, upTo: upTo === "" ? undefined : checkedRowKey(upTo) };
    }
    case "written":
      return {
        kind,
        hlc: reader.hlc(),
        context: Buffer.from(reader.bytes()),
        acksReceived: reader.varint(),
        fallbackAcks: reader.varint(),
      };
    case "failed":
      return readFailure(reader);
    default:
      throw new CodecError("an outcome's kind is unknown");
  }
}

/** A value's encoding 1 and length 1, stamp 8, expiry 1. */
const VALUE_BYTES_MIN = 11;
/** key 5, kind 1, what it shows 1, context 1 */
const ROW_BYTES_MIN = 8;

const READINGS = ["values", "counter", "flag"] as const;

function writeReading(writer: ByteWriter, reading: Reading): void {
  writer.uint8(READINGS.indexOf(reading.kind));
  switch (reading.kind) {
    case "values":
      return writeValues(writer, reading.values);
    case "counter":
      writer.uint8(reading.isFound ? 1 : 0);
      writer.varint(reading.expiresAtMs);
      return writer.uint64(BigInt.asUintN(64, reading.value));
    case "flag":
      writer.uint8(reading.isEnabled ? 1 : 0);
      return writer.varint(reading.expiresAtMs);
  }
}

function readReading(reader: ByteReader): Reading {
  const kind = READINGS[reader.uint8()];
  switch (kind) {
    case "values":
      return { kind, values: readValues(reader) };
    case "counter": {
      const isFound = reader.uint8() === 1;
      const expiresAtMs = reader.varint();
      return { kind, isFound, expiresAtMs, value: BigInt.asIntN(64, reader.uint64()) };
    }
    case "flag":
      return { kind, isEnabled: reader.uint8() === 1, expiresAtMs: reader.varint() };
    default:
      throw new CodecError("a reading's kind is unknown");
  }
}

function writeValues(writer: ByteWriter, values: readonly ShownValue[]): void {
  writer.varint(values.length);
  for (const value of values) {
    writeValue(writer, value);
    writer.hlc(value.hlc);
    writer.varint(value.expiresAtMs);
  }
}

function readValues(reader: ByteReader): ShownValue[] {
  const values: ShownValue[] = [];
  for (let left = reader.count(VALUE_BYTES_MIN); left > 0; left--)
    values.push({ ...readValue(reader), hlc: reader.hlc(), expiresAtMs: reader.varint() });
  return values;
}

function writeFailure(writer: ByteWriter, { reason, message, metadata }: Failure): void {
  writer.uint8(FAILURE_REASONS.indexOf(reason));
  writer.bytes(Buffer.from(message));
  writer.varint(Object.keys(metadata).length);
  for (const [name, text] of Object.entries(metadata)) {
    writer.bytes(Buffer.from(name));
    writer.bytes(Buffer.from(text));
  }
}

function readFailure(reader: ByteReader): Failure {
  const reason = FAILURE_REASONS[reader.uint8()];
  if (reason === undefined) throw new CodecError("a failure's reason is unknown");
  const message = reader.bytes().toString("utf8");
  const metadata: (readonly [name: string, text: string])[] = [];
  for (let left = reader.count(2); left > 0; left--)
    metadata.push([reader.bytes().toString("utf8"), reader.bytes().toString("utf8")]);
  // Assigned one by one, a name like __proto__ would be lost.
  return failure(reason, message, Object.fromEntries(metadata));
}
