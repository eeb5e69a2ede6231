import type { Actor, Context, Covers, Dot, Hlc, VersionVector } from "../causality/index.js";
import { DataType, type ValueEncoding } from "./data-type.js";

/** What one dot put into a row. */
export interface Payload {
  readonly hlc: Hlc;
  /** A register's delete: it takes part in last-write-wins like a value, and reads as nothing. */
  readonly isTombstone: boolean;
  readonly encoding: ValueEncoding;
  /** Milliseconds since 1970; 0: never. */
  readonly expiresAtMs: number;
  readonly data: Buffer;
  /** Of a tombstone that took the place of an expired value: its dot. */
  readonly inPlaceOf?: Dot;
}

export interface LiveDot {
  readonly actor: Actor;
  readonly counter: number;
  readonly payload: Payload;
}

/**
 * The unit of storage, replication, repair and change feed: the dots that live, and `ahead`, what of the row's causal
 * context the partition clock does not cover yet. In steady state `ahead` is empty and the context is the clock.
 */
export interface Row {
  /** By (actor, counter). */
  readonly live: readonly LiveDot[];
  readonly ahead: Context;
  /**
   * Set while the stored record was found damaged: the partition clock as of then. The row's context is then `ahead`
   * alone, and the row is whole again once the contexts received cover this vector (rule 12).
   */
  readonly damagedAt: VersionVector | undefined;
}

/** A row as one replica shows it to another: the context filled in. */
export interface RowState {
  readonly live: readonly LiveDot[];
  readonly context: Context;
}

/** Orders dots, for canonical bytes and merges. */
export function compareDots(a: Dot, b: Dot): number {
  return a.actor - b.actor || a.counter - b.counter;
}

/**
 * The one rule for everything (Almeida et al., "Delta State Replicated Data Types", 2018, the causal dot store): keep
 * what both sides have, and what one side has that the other's context does not know. Commutative, associative,
 * idempotent.
 */
export function joinLive(
  ours: readonly LiveDot[],
  ourContext: Covers,
  theirs: readonly LiveDot[],
  theirContext: Covers,
): LiveDot[] {
  const joined: LiveDot[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const our = ours[i];
    const their = theirs[j];
    if (our === undefined && their === undefined) return joined;
    const order = our === undefined ? 1 : their === undefined ? -1 : compareDots(our, their);
    if (our !== undefined && order < 0) {
      if (!theirContext.covers(our.actor, our.counter)) joined.push(our);
      i++;
    } else if (their !== undefined && order > 0) {
      if (!ourContext.covers(their.actor, their.counter)) joined.push(their);
      j++;
    } else if (our !== undefined) {
      joined.push(our);
      i++;
      j++;
    }
  }
}

/**
 * Which of two register writes wins: the higher stamp, then the higher dot. Total, so every replica agrees.
 *
 * A tombstone that took the place of an expired value has its place here, too: its stamp, and among equal stamps its dot.
 * Were it lower, replicas that dropped what the value had won over would miss it; were it higher, it would win over a put
 * that wins over the value.
 */
export function wins(a: LiveDot, b: LiveDot): boolean {
  if (a.payload.hlc !== b.payload.hlc) return a.payload.hlc > b.payload.hlc;
  const byPlace = compareDots(a.payload.inPlaceOf ?? a, b.payload.inPlaceOf ?? b);
  if (byPlace !== 0) return byPlace > 0;
  if (a.payload.isTombstone !== b.payload.isTombstone) return a.payload.isTombstone;
  return compareDots(a, b) > 0;
}

/**
 * What a type keeps of the dots that survived the join: a register only the winner, every other type all.
 */
export function settle(type: DataType, live: readonly LiveDot[]): readonly LiveDot[] {
  if (type !== DataType.register || live.length < 2) return live;
  return [live.reduce((best, dot) => (wins(dot, best) ? dot : best))];
}

/**
 * Whether two rows with equal live dots may still differ in what they know removed, in a way that a later read could
 * show. A register's winner beats by its stamp whatever an unequal context would let back in; the other types need
 * their contexts equal where they concern the row (rule 16).
 */
export function contextMatters(type: DataType): boolean {
  return type !== DataType.register;
}
