/** Version vectors, contexts, dots and rows as bytes: shared by records on disk and frames between nodes. */
import { Context, type Dot, VersionVector } from "../causality/index.js";
import { compareDots, type LiveDot, type Payload, type ValueEncoding } from "../crdt/index.js";
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.js";

/** actor 8, counter 1 or more */
const DOT_BYTES_MIN = 9;
/** member 1 or more, incarnation 1 or more */
const CLOSED_BYTES_MIN = 2;
/** dot, flags 1, stamp 8, length 1 */
const LIVE_DOT_BYTES_MIN = DOT_BYTES_MIN + 10;

const FLAG_TOMBSTONE = 0x01;
const FLAG_EXPIRES = 0x02;
const FLAG_IN_PLACE = 0x04;
const ENCODING_SHIFT = 4;

export function writeVector(writer: ByteWriter, vector: VersionVector): void {
  const entries = vector.sorted();
  writer.varint(entries.length);
  for (const [actor, counter] of entries) {
    writer.actor(actor);
    writer.varint(counter);
  }
  const closed = vector.closed();
  writer.varint(closed.length);
  for (const [member, incarnation] of closed) {
    writer.member(member);
    writer.incarnation(incarnation);
  }
}

export function readVector(reader: ByteReader): VersionVector {
  const vector = new VersionVector();
  for (let left = reader.count(DOT_BYTES_MIN); left > 0; left--) {
    const dot = readDot(reader);
    vector.raise(dot.actor, dot.counter);
  }
  for (let left = reader.count(CLOSED_BYTES_MIN); left > 0; left--) {
    const member = reader.member();
    const incarnation = reader.incarnation();
    if (incarnation === 0) throw new CodecError(`member ${member} is closed up to no incarnation`);
    vector.close(member, incarnation);
  }
  return vector;
}

export function writeDot(writer: ByteWriter, dot: Dot): void {
  writer.actor(dot.actor);
  writer.varint(dot.counter);
}

export function readDot(reader: ByteReader): Dot {
  const actor = reader.actor();
  const counter = reader.varint();
  if (counter === 0) throw new CodecError("a dot's counter is at least 1");
  return { actor, counter };
}

export function writeDots(writer: ByteWriter, dots: readonly Dot[]): void {
  writer.varint(dots.length);
  for (const dot of dots) writeDot(writer, dot);
}

export function readDots(reader: ByteReader): Dot[] {
  const dots: Dot[] = [];
  for (let left = reader.count(DOT_BYTES_MIN); left > 0; left--) dots.push(readDot(reader));
  return dots;
}

export function writeContext(writer: ByteWriter, context: Context): void {
  writeVector(writer, context.vector);
  writeDots(writer, context.dots());
}

export function readContext(reader: ByteReader): Context {
  const context = new Context(readVector(reader));
  for (const dot of readDots(reader)) context.add(dot.actor, dot.counter);
  return context;
}

export function writePayload(writer: ByteWriter, payload: Payload): void {
  const flags =
    (payload.isTombstone ? FLAG_TOMBSTONE : 0) |
    (payload.expiresAtMs > 0 ? FLAG_EXPIRES : 0) |
    (payload.inPlaceOf === undefined ? 0 : FLAG_IN_PLACE) |
    (payload.encoding << ENCODING_SHIFT);
  writer.uint8(flags);
  writer.hlc(payload.hlc);
  if (payload.expiresAtMs > 0) writer.varint(payload.expiresAtMs);
  if (payload.inPlaceOf !== undefined) writeDot(writer, payload.inPlaceOf);
  writer.bytes(payload.data);
}

export function readPayload(reader: ByteReader): Payload {
  const flags = reader.uint8();
  const hlc = reader.hlc();
  const expiresAtMs = (flags & FLAG_EXPIRES) === 0 ? 0 : reader.varint();
  const inPlaceOf = (flags & FLAG_IN_PLACE) === 0 ? undefined : readDot(reader);
  const encoding = readEncoding(flags >> ENCODING_SHIFT);
  const payload = {
    hlc,
    isTombstone: (flags & FLAG_TOMBSTONE) !== 0,
    encoding,
    expiresAtMs,
    data: Buffer.from(reader.bytes()),
  };
  return inPlaceOf === undefined ? payload : { ...payload, inPlaceOf };
}

function readEncoding(value: number): ValueEncoding {
  if (value === 0 || value === 1 || value === 2 || value === 3) return value;
  throw new CodecError(`value encoding ${value} is unknown`);
}

export function writeLive(writer: ByteWriter, live: readonly LiveDot[]): void {
  writer.varint(live.length);
  for (const dot of live) {
    writeDot(writer, dot);
    writePayload(writer, dot.payload);
  }
}

/** Refuses dots out of order or twice: the join relies on their order. */
export function readLive(reader: ByteReader): LiveDot[] {
  const live: LiveDot[] = [];
  for (let left = reader.count(LIVE_DOT_BYTES_MIN); left > 0; left--) {
    const dot = readDot(reader);
    const last = live.at(-1);
    if (last !== undefined && compareDots(last, dot) >= 0) throw new CodecError("live dots are out of order");
    live.push({ ...dot, payload: readPayload(reader) });
  }
  return live;
}
