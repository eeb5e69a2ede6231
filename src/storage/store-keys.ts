/**
 * The key layout of the store. One letter for the kind, two bytes for a partition or a member, eight for an actor or a counter:
 *
 *     m name                          what belongs to the node as a whole
 *     p partition                     clock, floor and doubts of a partition
 *     r partition rowKey              a row
 *     a partition rowKey              marks a row whose `ahead` is not empty, with the actors it was announced for
 *     t partition rowKey              marks a row that is a tombstone
 *     x partition expiry rowKey       a row that expires then; expiry, its last milliseconds since 1970, eight bytes
 *     s partition                     the sketch of the rows, as of a clean stop
 *     l partition actor counter       the dot log: pointers to rows, never values
 *     q partition requestId           which dot a request id made
 *     c number                        a conflict that last-write-wins decided, for people to look at; number, eight bytes
 *     h home partition actor counter  a copy of a delta, held for a replica that is away; home, its member
 *
 * Numbers are big-endian, so that a partition, an actor's dots and a bucket's keys are each one range. In memory a
 * store key is a string of code units below 256, like a row key.
 */
import type { Actor, Dot } from "../causality/index.js";
import type { RowKey, RowKeyRange } from "../codec/index.js";

export type StoreKey = string & { readonly __storeKey: unique symbol };

/** A range of store keys, `[from, to)`. */
export interface StoreKeyRange {
  readonly from: StoreKey;
  readonly to: StoreKey;
  /** From its end on. */
  readonly isReverse?: boolean;
}

export function metaKey(name: string): StoreKey {
  return `m${name}` as StoreKey;
}

export function partitionKey(partition: number): StoreKey {
  return `p${uint16(partition)}` as StoreKey;
}

export function rowStoreKey(partition: number, rowKey: RowKey): StoreKey {
  return `r${uint16(partition)}${rowKey}` as StoreKey;
}

export function aheadKey(partition: number, rowKey: RowKey): StoreKey {
  return `a${uint16(partition)}${rowKey}` as StoreKey;
}

export function tombstoneKey(partition: number, rowKey: RowKey): StoreKey {
  return `t${uint16(partition)}${rowKey}` as StoreKey;
}

/** Of a row that expires at this time, in milliseconds since 1970. */
export function expirationKey(partition: number, expiresAtMs: number, rowKey: RowKey): StoreKey {
  return `x${uint16(partition)}${uint64(expiresAtMs)}${rowKey}` as StoreKey;
}

/** What the store key of an expiration says. */
export function expirationOf(key: StoreKey): { readonly expiresAtMs: number; readonly rowKey: RowKey } {
  return { expiresAtMs: readUint64(key, 3), rowKey: key.slice(11) as string as RowKey };
}

/** The expirations of a partition, the earliest first: all, or those up to a time. */
export function expirationRange(partition: number, upToMs?: number): StoreKeyRange {
  const all = partitionRange("x", partition, undefined);
  if (upToMs === undefined) return all;
  return { ...all, to: `x${uint16(partition)}${uint64(upToMs + 1)}` as StoreKey };
}

export function sketchKey(partition: number): StoreKey {
  return `s${uint16(partition)}` as StoreKey;
}

export function logKey(partition: number, actor: Actor, counter: number): StoreKey {
  return `l${uint16(partition)}${uint64(actor)}${uint64(counter)}` as StoreKey;
}

/** The log entries of one actor, of the counters from `first` to `last`. */
export function actorLogRange(partition: number, actor: Actor, first: number, last: number): StoreKeyRange {
  return { from: logKey(partition, actor, first), to: logKey(partition, actor, last + 1) };
}

export function requestKey(partition: number, requestId: string): StoreKey {
  return `q${uint16(partition)}${Buffer.from(requestId, "hex").toString("latin1")}` as StoreKey;
}

/** A record of the conflict log. */
export function conflictKey(number: number): StoreKey {
  return `c${uint64(number)}` as StoreKey;
}

/** A copy that is held for a replica of another node. */
export interface CopyAddress {
  readonly home: number;
  readonly partition: number;
  readonly actor: Actor;
  readonly counter: number;
}

export function copyKey({ home, partition, actor, counter }: CopyAddress): StoreKey {
  return `h${uint16(home)}${uint16(partition)}${uint64(actor)}${uint64(counter)}` as StoreKey;
}

/** The address inside a copy's store key. */
export function copyAddressOf(key: StoreKey): CopyAddress {
  return {
    home: readUint16(key, 1),
    partition: readUint16(key, 3),
    actor: readUint64(key, 5) as Actor,
    counter: readUint64(key, 13),
  };
}

/** The copies for all homes, from after `afterCopy` (or the first) on. */
export function copyRange(afterCopy?: StoreKey): StoreKeyRange {
  return { from: (afterCopy === undefined ? "h" : `${afterCopy}\x00`) as StoreKey, to: "i" as StoreKey };
}

/** The rows of a partition from after `afterRow` (or its first) on. */
export function rowRange(partition: number, afterRow?: RowKey): StoreKeyRange {
  return partitionRange("r", partition, afterRow);
}

/** The rows of a partition in a range. */
export function rowsWithin(partition: number, { from, to, isReverse }: RowKeyRange): StoreKeyRange {
  return { from: rowStoreKey(partition, from), to: rowStoreKey(partition, to), isReverse };
}

/** The marks of rows with an `ahead`. */
export function aheadRange(partition: number, afterRow?: RowKey): StoreKeyRange {
  return partitionRange("a", partition, afterRow);
}

/** The dot log of a partition, from after `afterDot` (or its first) on: by actor, then by counter. */
export function logRange(partition: number, afterDot?: Dot): StoreKeyRange {
  const { from, to } = partitionRange("l", partition, undefined);
  if (afterDot === undefined) return { from, to };
  return { from: `${logKey(partition, afterDot.actor, afterDot.counter)}\x00` as StoreKey, to };
}

/** The dot inside a log entry's store key. */
export function dotOfLogKey(key: StoreKey): Dot {
  return { actor: readUint64(key, 3) as Actor, counter: readUint64(key, 11) };
}

/** The marks of tombstones. */
export function tombstoneRange(partition: number, afterRow?: RowKey): StoreKeyRange {
  return partitionRange("t", partition, afterRow);
}

/** The row key inside a row's or a mark's store key. */
export function rowKeyOf(key: StoreKey): RowKey {
  return key.slice(3) as string as RowKey;
}

function partitionRange(
  kind: "r" | "a" | "l" | "t" | "x",
  partition: number,
  afterRow: RowKey | undefined,
): StoreKeyRange {
  const from = `${kind}${uint16(partition)}${afterRow === undefined ? "" : `${afterRow}\x00`}`;
  const to = partition === 0xffff ? nextKind(kind) : `${kind}${uint16(partition + 1)}`;
  return { from: from as StoreKey, to: to as StoreKey };
}

function nextKind(kind: string): string {
  return String.fromCharCode(kind.charCodeAt(0) + 1);
}

function uint16(value: number): string {
  return String.fromCharCode(value >>> 8, value & 0xff);
}

function readUint16(key: string, at: number): number {
  return key.charCodeAt(at) * 256 + key.charCodeAt(at + 1);
}

function readUint64(key: string, at: number): number {
  let value = 0;
  for (let i = at; i < at + 8; i++) value = value * 256 + key.charCodeAt(i);
  return value;
}

function uint64(value: number): string {
  const high = Math.floor(value / 2 ** 32);
  const low = value % 2 ** 32;
  return uint16(Math.floor(high / 65536)) + uint16(high % 65536) + uint16(low >>> 16) + uint16(low & 0xffff);
}
