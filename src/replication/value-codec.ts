/** Bytes of values and of lists of parts, as forwarded operations and outcomes have them. */
import { type ByteReader, type ByteWriter, CodecError } from "../codec/index.js";
import type { ValueEncoding } from "../crdt/index.js";
import type { StoredValue, Ttl } from "./operation.js";

export function writeValue(writer: ByteWriter, value: StoredValue): void {
  writer.uint8(value.encoding);
  writer.bytes(value.data);
}

export function readValue(reader: ByteReader): StoredValue {
  const encoding = reader.uint8();
  if (!isEncoding(encoding)) throw new CodecError(`value encoding ${encoding} is unknown`);
  return { encoding, data: Buffer.from(reader.bytes()) };
}

function isEncoding(value: number): value is ValueEncoding {
  return value >= 0 && value <= 3;
}

/** 0: the bucket's default; 1: never; else one more than the milliseconds. */
export function writeTtl(writer: ByteWriter, ttlMs: Ttl): void {
  writer.varint(ttlMs === undefined ? 0 : ttlMs === "never" ? 1 : ttlMs + 1);
}

export function readTtl(reader: ByteReader): Ttl {
  const number = reader.varint();
  return number === 0 ? undefined : number === 1 ? "never" : number - 1;
}

export function writeParts(writer: ByteWriter, parts: readonly Buffer[]): void {
  writer.varint(parts.length);
  for (const part of parts) writer.bytes(part);
}

export function readParts(reader: ByteReader): Buffer[] {
  const parts: Buffer[] = [];
  for (let left = reader.count(1); left > 0; left--) parts.push(Buffer.from(reader.bytes()));
  return parts;
}
