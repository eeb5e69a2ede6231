/** xxHash64 of strings of code units below 256, and digests of rows. */
import xxhash from "xxhash-wasm";
import type { VersionVector } from "../causality/index.js";
import type { LiveDot } from "../crdt/index.js";
import { ByteWriter } from "./bytes.js";
import { writeLive, writeVector } from "./causal.js";

const { h64Raw } = await xxhash();

export function hash64(text: string): bigint {
  return h64Raw(Buffer.from(text, "latin1"));
}

/**
 * Digest of a row's live dots and values, tombstones included: equal on replicas that would answer the same. Canonical,
 * because dots are in order and a payload has one encoding.
 */
export function rowDigest(rowKey: string, live: readonly LiveDot[]): bigint {
  const writer = new ByteWriter(256);
  writer.latin1(rowKey);
  writeLive(writer, live);
  return h64Raw(writer.take());
}

/** Stands for clocks: equal for equal ones in the same order. */
export function clocksDigest(clocks: readonly VersionVector[]): bigint {
  const writer = new ByteWriter(256);
  for (const clock of clocks) writeVector(writer, clock);
  return h64Raw(writer.take());
}

/** Values longer than this are hashed where they are, instead of being copied together. */
const INLINE_BYTES_MAX = 512;
/** Of a dot without its value: actor, counter, stamp and expiry 8 each, flags, encoding and length. */
const DOT_HEAD_BYTES = 38;

/**
 * Keyed 64-bit hashes, left in `low` and `high` as signed 32-bit halves: made at every write, where a big integer or a
 * buffer for each would cost more than the hash.
 */
export class KeyedHash {
  readonly #seed: bigint;
  readonly #whole = new BigUint64Array(1);
  readonly #halves = new Int32Array(this.#whole.buffer);
  // No Buffer: a view of a part of one costs more than the hash of it.
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);

  constructor(seed: bigint) {
    this.#seed = seed;
  }

  get low(): number {
    return this.#halves[LOW_HALF] ?? 0;
  }

  get high(): number {
    return this.#halves[1 - LOW_HALF] ?? 0;
  }

  /** Of a string of code units below 256. */
  ofKey(text: string): void {
    this.#reserve(text.length);
    const bytes = this.#bytes;
    for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
    this.#finish(text.length);
  }

  /** Of live dots and values, like `rowDigest`: equal on replicas that would answer the same. */
  ofLive(live: readonly LiveDot[]): void {
    let length = 0;
    for (const dot of live) {
      const { data, encoding, expiresAtMs, hlc, isTombstone } = dot.payload;
      this.#reserve(length + DOT_HEAD_BYTES + INLINE_BYTES_MAX);
      const view = this.#view;
      view.setFloat64(length, dot.actor);
      view.setFloat64(length + 8, dot.counter);
      view.setBigUint64(length + 16, hlc);
      view.setFloat64(length + 24, expiresAtMs);
      view.setUint8(length + 32, isTombstone ? 1 : 0);
      view.setUint8(length + 33, encoding);
      view.setUint32(length + 34, data.length);
      length += DOT_HEAD_BYTES;
      if (data.length > INLINE_BYTES_MAX) {
        view.setBigUint64(length, h64Raw(data, this.#seed));
        length += 8;
      } else {
        this.#bytes.set(data, length);
        length += data.length;
      }
    }
    this.#finish(length);
  }

  #finish(length: number): void {
    this.#whole[0] = h64Raw(this.#bytes.subarray(0, length), this.#seed);
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(bytes * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Which half of a 64-bit number comes first in memory differs by processor. */
const LOW_HALF = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1;
