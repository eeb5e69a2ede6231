/**
 * What a read of several replicas makes of one row: the join of what they show, who does not hold it yet, and who has
 * lost something.
 *
 * A replica that lacks a dot which its clock covers says with that: removed. It can only know so from a dot that touched
 * the row, which whoever still shows the row has not heard of. Where there is no such dot, one of the two has lost a
 * write in silence, and a join would take the loss for a removal and spread it. The read then keeps what either shows,
 * writes nothing back that would make one of them part with it, and leaves the rest to a vote (rule 14).
 */
import type { Context, VersionVector } from "../causality/index.js";
import { type RowKey, rowDigest, rowKeyType } from "../codec/index.js";
import { joinStates, type LiveDot, type RowState, rowState, withDots } from "../crdt/index.js";

/** What a replica showed. What it knows is compared with the clock that the coordinator had when it began to ask. */
export interface Shown {
  readonly member: number;
  readonly live: readonly LiveDot[];
  readonly clock: VersionVector;
  /** Of the row's context, what is beyond its clock. */
  readonly ahead: Context;
  /** Dots of its clock beyond that one touched the row, or may have. */
  readonly knowsMore: boolean;
  /** Dots of that clock beyond its own touched the row, or may have. */
  readonly knowsLess: boolean;
}

export interface Reconciled {
  readonly state: RowState;
  /** Who does not hold it, as far as it could show. */
  readonly stale: readonly number[];
  /** Replicas that know the same of the row and do not show the same. */
  readonly disputes: readonly (readonly [Shown, Shown])[];
}

/** @param comparesRemovals whether who shows the same, and does not know the same to be removed, is stale, too */
export function reconcile(
  rowKey: RowKey,
  shown: readonly [Shown, ...Shown[]],
  comparesRemovals: boolean,
): Reconciled {
  const [first, ...rest] = shown;
  if (rest.length === 0) return { state: rowState(first, first.clock), stale: [], disputes: [] };
  const shows = rowDigest(rowKey, first.live);
  const isEqual = rest.every(({ live }) => live === first.live || rowDigest(rowKey, live) === shows);
  // Most reads. Whose context is answered decides nothing: no dot that one of them lacks touched the row.
  if (isEqual && !(comparesRemovals && shown.some(isApart)))
    return { state: rowState(first, first.clock), stale: [], disputes: [] };
  const seen = shown.map((each): Seen => ({ ...each, context: rowState(each, each.clock).context }));
  const joined = joinStates(rowKeyType(rowKey), [rowState(first, first.clock), ...seen.slice(1)]);
  const state = withDots(joined, isEqual ? [] : unaccounted(seen));
  const digest = rowDigest(rowKey, state.live);
  const isStale = (each: Seen): boolean =>
    (rowDigest(rowKey, each.live) !== digest && takesSomething(rowKey, each, state)) ||
    (comparesRemovals && seen.some((other) => other !== each && mayKnowMore(other, each)));
  return {
    state,
    stale: seen.filter(isStale).map(({ member }) => member),
    disputes: isEqual ? [] : disputesIn(seen, (each) => rowDigest(rowKey, each.live)),
  };
}

interface Seen extends Shown {
  readonly context: Context;
}

function isApart({ ahead, knowsLess, knowsMore }: Shown): boolean {
  return knowsMore || knowsLess || !ahead.isEmpty;
}

function mayKnowMore(a: Seen, b: Seen): boolean {
  return a.knowsMore || b.knowsLess || !b.context.includesDotsOf(a.ahead);
}

/** Dots that some replica's clock covers and its row lacks, though nothing that it knows can have removed them. */
function unaccounted(seen: readonly Seen[]): LiveDot[] {
  return seen.flatMap((holder) =>
    holder.live.filter((dot) => {
      const lacking = seen.filter((other) => other !== holder && lacks(other, dot));
      // A tombstone that every replica has seen goes without a dot.
      return (
        !dot.payload.isTombstone &&
        lacking.length > 0 &&
        lacking.every((other) => !mayKnowMore(other, holder))
      );
    }),
  );
}

/**
 * Whether the replica's row is another once it has joined the state. What it has lost it cannot take, because its clock
 * covers that: it would take only what the others know, and then its loss would look like a removal that they had not heard of.
 */
function takesSomething(rowKey: RowKey, each: Seen, state: RowState): boolean {
  const { live } = joinStates(rowKeyType(rowKey), [each, state]);
  return rowDigest(rowKey, live) !== rowDigest(rowKey, each.live);
}

function lacks({ context, live }: Seen, dot: LiveDot): boolean {
  if (!context.covers(dot.actor, dot.counter)) return false;
  return !live.some(({ actor, counter }) => actor === dot.actor && counter === dot.counter);
}

function disputesIn(seen: readonly Seen[], digestOf: (each: Seen) => bigint): (readonly [Shown, Shown])[] {
  return seen.flatMap((a, at) =>
    seen
      .slice(at + 1)
      .filter((b) => digestOf(a) !== digestOf(b) && !mayKnowMore(a, b) && !mayKnowMore(b, a))
      .map((b) => [a, b] as const),
  );
}
