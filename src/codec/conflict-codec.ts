/** Records of the conflict log: what one of two register writes was, and the other that took its place. */
import type { Dot, Hlc } from "../causality/index.js";
import { ValueEncoding } from "../crdt/index.js";
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.js";
import { checkedRowKey, type RowKey } from "./row-key.js";

/** One of the two writes. */
export interface ConflictSide {
  readonly dot: Dot;
  readonly hlc: Hlc;
  readonly isDelete: boolean;
  readonly encoding: ValueEncoding;
  /** Of the whole value. */
  readonly sizeBytes: number;
  /** The value's beginning, or all of it. */
  readonly data: Buffer;
}

export interface ConflictRecord {
  readonly rowKey: RowKey;
  /** When this replica came upon it, in milliseconds since 1970. */
  readonly notedAtMs: number;
  readonly kept: ConflictSide;
  readonly discarded: ConflictSide;
}

const FLAG_DELETE = 0x01;
const ENCODING_SHIFT = 4;
const ENCODINGS: readonly ValueEncoding[] = Object.values(ValueEncoding);

export function writeConflict(writer: ByteWriter, record: ConflictRecord): void {
  writer.latin1(record.rowKey);
  writer.varint(record.notedAtMs);
  writeSide(writer, record.kept);
  writeSide(writer, record.discarded);
}

export function readConflict(reader: ByteReader): ConflictRecord {
  const rowKey = checkedRowKey(reader.latin1());
  return { rowKey, notedAtMs: reader.varint(), kept: readSide(reader), discarded: readSide(reader) };
}

function writeSide(writer: ByteWriter, side: ConflictSide): void {
  writer.actor(side.dot.actor);
  writer.varint(side.dot.counter);
  writer.hlc(side.hlc);
  writer.uint8((side.isDelete ? FLAG_DELETE : 0) | (side.encoding << ENCODING_SHIFT));
  writer.varint(side.sizeBytes);
  writer.bytes(side.data);
}

function readSide(reader: ByteReader): ConflictSide {
  const dot = { actor: reader.actor(), counter: reader.varint() };
  const hlc = reader.hlc();
  const flags = reader.uint8();
  const encoding = ENCODINGS.find((known) => known === flags >> ENCODING_SHIFT);
  if (encoding === undefined) throw new CodecError("a conflict's value has an unknown encoding");
  const isDelete = (flags & FLAG_DELETE) !== 0;
  return { dot, hlc, isDelete, encoding, sizeBytes: reader.varint(), data: reader.bytes() };
}
