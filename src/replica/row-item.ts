/**
 * What a row is to the audit: a keyed hash of its key and a digest of its live dots and values. Only what must be equal
 * on all replicas counts: tombstones go at different times, `ahead` and stored bytes are a replica's own affair. A row
 * that shows nothing has no item.
 *
 * The key of the hashes comes from the cluster's id, so that who does not know it cannot prepare rows that collide
 * cheaply. It is no secret towards clients that do, and the hash is no cryptographic one: who crafts collisions all the
 * same makes the audit blind for the rows of his own that collide, and for no others.
 */
import { hash64, KeyedHash, type RowKey } from "../codec/index.js";
import type { LiveDot } from "../crdt/index.js";
import type { Sketch, SketchKey } from "./sketch.js";

/** 64 bits of the row's key and 64 of its version, as signed 32-bit halves, the low one first. */
export interface RowItem {
  k0: number;
  k1: number;
  v0: number;
  v1: number;
}

export function rowItem(k0: number, k1: number, v0: number, v1: number): RowItem {
  return { k0, k1, v0, v1 };
}

/** The key half of an item as one number. */
export function keyHashOf(item: RowItem): bigint {
  return wholeOf(item.k0, item.k1);
}

/** One unsigned number of two signed halves. */
export function wholeOf(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

/** What of a row counts: the same array where nothing has to be left out. */
function visibleDots(live: readonly LiveDot[]): readonly LiveDot[] {
  for (const dot of live)
    if (dot.payload.isTombstone) return live.filter((each) => !each.payload.isTombstone);
  return live;
}

/** Makes items; one a node. */
export class RowItems {
  readonly sketchKey: SketchKey;
  readonly #hash: KeyedHash;
  readonly #item = rowItem(0, 0, 0, 0);

  constructor(clusterId: string) {
    const seed = hash64(clusterId);
    this.sketchKey = { low: Number(seed & 0xffffffffn) | 0, high: Number(seed >> 32n) | 0 };
    this.#hash = new KeyedHash(seed);
  }

  /** Undefined for a row that shows nothing. */
  itemOf(rowKey: RowKey, live: readonly LiveDot[]): RowItem | undefined {
    const visible = visibleDots(live);
    if (visible.length === 0) return undefined;
    this.#takeKey(rowKey);
    return { ...this.#withVersion(visible) };
  }

  /** The version half of the row's item as one number; 0 for a row that shows nothing. */
  versionOf(live: readonly LiveDot[]): bigint {
    const visible = visibleDots(live);
    if (visible.length === 0) return 0n;
    this.#hash.ofLive(visible);
    return wholeOf(this.#hash.low, this.#hash.high);
  }

  /** Takes a row's old item out of a sketch and puts its new one in. */
  replace(sketch: Sketch, rowKey: RowKey, before: readonly LiveDot[], after: readonly LiveDot[]): void {
    const old = visibleDots(before);
    const now = visibleDots(after);
    if (old.length === 0 && now.length === 0) return;
    this.#takeKey(rowKey);
    if (old.length > 0) sketch.update(this.#withVersion(old), -1);
    if (now.length > 0) sketch.update(this.#withVersion(now), 1);
  }

  /** The key half of the row's item as one number, whatever the row shows. */
  keyHash(rowKey: RowKey): bigint {
    this.#hash.ofKey(rowKey);
    return wholeOf(this.#hash.low, this.#hash.high);
  }

  #takeKey(rowKey: RowKey): void {
    this.#hash.ofKey(rowKey);
    this.#item.k0 = this.#hash.low;
    this.#item.k1 = this.#hash.high;
  }

  /** The one item that is used again and again. */
  #withVersion(visible: readonly LiveDot[]): RowItem {
    this.#hash.ofLive(visible);
    this.#item.v0 = this.#hash.low;
    this.#item.v1 = this.#hash.high;
    return this.#item;
  }
}
