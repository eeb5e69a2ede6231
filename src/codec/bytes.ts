/**
 * Writing and reading bytes by hand. Numbers are varints (LEB128, up to 2^53 - 1) unless said otherwise; actors are 8
 * bytes and stamps 8 bytes, big-endian. A reader never trusts: it checks every length against what is left and throws
 * `CodecError`, so hostile bytes cost no more than their own size.
 */
import {
  type Actor,
  actorFromInteger,
  type Hlc,
  INCARNATION_MAX,
  MEMBER_NUMBER_MAX,
} from "../causality/index.js";

/** Bytes that are not what they should be. */
export class CodecError extends Error {
  override readonly name = "CodecError";
}

const SPAN_32 = 2 ** 32;

export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(initialBytes = 256) {
    this.#buffer = Buffer.allocUnsafe(initialBytes);
  }

  get length(): number {
    return this.#length;
  }

  /** A copy of what was written. */
  finish(): Buffer {
    return Buffer.from(this.#buffer.subarray(0, this.#length));
  }

  /** What was written so far, without a copy: good until something more is written. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** What was written, without a copy; the writer must not be used again. */
  take(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Takes back what was written beyond so many bytes. */
  truncate(length: number): void {
    if (length > this.#length) throw new RangeError(`${this.#length} bytes cannot be cut to ${length}`);
    this.#length = length;
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#length = this.#buffer.writeUInt32BE(value >>> 0, this.#length);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeDoubleBE(value, this.#length);
  }

  uint64(value: bigint): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeBigUInt64BE(value, this.#length);
  }

  hlc(value: Hlc): void {
    this.uint64(value);
  }

  actor(value: Actor): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeUInt32BE(Math.floor(value / SPAN_32), this.#length);
    this.#length = this.#buffer.writeUInt32BE(value % SPAN_32, this.#length);
  }

  member(value: number): void {
    this.varint(value);
  }

  /** 0 for none. A varint, like a member: five bytes until 2058, and six from then on. */
  incarnation(value: number): void {
    this.varint(value);
  }

  /** @throws RangeError for what is no count: a loop over an infinite one would never end, and nothing else would run */
  varint(value: number): void {
    if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER))
      throw new RangeError(`${value} is not a whole number of 53 bits`);
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[this.#length++] = rest;
  }

  bytes(value: Uint8Array): void {
    this.varint(value.length);
    this.raw(value);
  }

  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  /** A string of code units below 256, one byte each: row keys and the like. */
  latin1(value: string): void {
    this.varint(value.length);
    this.#reserve(value.length);
    this.#length += this.#buffer.write(value, this.#length, "latin1");
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

export class ByteReader {
  readonly #buffer: Buffer;
  #offset: number;
  readonly #end: number;
  readonly #latestHlc: Hlc | undefined;

  /** @param latestHlc a later stamp is refused; by default none is */
  constructor(buffer: Buffer, offset = 0, end: number = buffer.length, latestHlc?: Hlc) {
    this.#buffer = buffer;
    this.#offset = offset;
    this.#end = end;
    this.#latestHlc = latestHlc;
  }

  get remaining(): number {
    return this.#end - this.#offset;
  }

  uint8(): number {
    this.#need(1);
    return this.#buffer.readUInt8(this.#offset++);
  }

  uint32(): number {
    this.#need(4);
    this.#offset += 4;
    return this.#buffer.readUInt32BE(this.#offset - 4);
  }

  double(): number {
    this.#need(8);
    this.#offset += 8;
    return this.#buffer.readDoubleBE(this.#offset - 8);
  }

  uint64(): bigint {
    this.#need(8);
    this.#offset += 8;
    return this.#buffer.readBigUInt64BE(this.#offset - 8);
  }

  hlc(): Hlc {
    const hlc = this.uint64();
    if (this.#latestHlc !== undefined && hlc > this.#latestHlc)
      throw new CodecError(`the stamp ${hlc} is of a time too far ahead to be believed`);
    return hlc;
  }

  actor(): Actor {
    const integer = this.uint32() * SPAN_32 + this.uint32();
    const actor = actorFromInteger(integer);
    if (actor === undefined) throw new CodecError(`${integer} is no actor`);
    return actor;
  }

  member(): number {
    const member = this.varint();
    if (member < 1 || member > MEMBER_NUMBER_MAX) throw new CodecError(`${member} is no member number`);
    return member;
  }

  /** 0 for none. */
  incarnation(): number {
    const incarnation = this.varint();
    if (incarnation > INCARNATION_MAX) throw new CodecError(`${incarnation} is no incarnation`);
    return incarnation;
  }

  varint(): number {
    let value = 0;
    let factor = 1;
    for (let length = 1; length <= 8; length++) {
      const byte = this.uint8();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      factor *= 0x80;
    }
    throw new CodecError("a number is longer than 53 bits");
  }

  /** A count of things that take at least `bytesEach` each: never more than what is left can hold. */
  count(bytesEach: number): number {
    const count = this.varint();
    if (count * bytesEach > this.remaining)
      throw new CodecError(`a count of ${count} does not fit the ${this.remaining} bytes left`);
    return count;
  }

  /** A view, not a copy: valid as long as the buffer is. */
  bytes(): Buffer {
    const length = this.count(1);
    return this.raw(length);
  }

  raw(length: number): Buffer {
    this.#need(length);
    this.#offset += length;
    return this.#buffer.subarray(this.#offset - length, this.#offset);
  }

  latin1(): string {
    const length = this.count(1);
    this.#offset += length;
    return this.#buffer.toString("latin1", this.#offset - length, this.#offset);
  }

  /** Throws unless everything was read: trailing bytes mean that the two sides disagree. */
  end(): void {
    if (this.remaining !== 0) throw new CodecError(`${this.remaining} bytes too many`);
  }

  #need(bytes: number): void {
    if (bytes > this.remaining)
      throw new CodecError(`${bytes} bytes are needed where ${this.remaining} are left`);
  }
}
