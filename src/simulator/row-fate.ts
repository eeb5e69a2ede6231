/**
 * What a row of a compound may show at rest, by its history: who had seen what when he changed it. A naive model, which
 * keeps every change for ever and asks of any two whether the one had seen the other; where that is not certain, or where
 * a disk may have lost one of them, it allows both.
 */
import type { Update } from "./history.js";
import type { UpdateDot } from "./update-ledger.js";

export interface RowChange {
  readonly dot: UpdateDot;
  readonly update: Pick<Update, "name" | "deed" | "amount">;
  /** No disk loss can have taken it away. */
  readonly isKept: boolean;
  /** What its coordinator had seen, it had not lost since. */
  readonly isSightCertain: boolean;
}

const NO = 0;
const MAYBE = 1;
const YES = 2;
type Certainty = typeof NO | typeof MAYBE | typeof YES;

/** More than so many possible values say nothing. */
const SUMS_MAX = 256;

/** Adds that live for certain, and those that may. A change takes away what it had seen; what it had not, stays. */
export function livingIn(changes: readonly RowChange[]): {
  readonly certain: readonly RowChange[];
  readonly possible: readonly RowChange[];
} {
  const adds = changes.filter(isAdd).map((add) => ({ add, gone: goneBy(add, changes) }));
  return {
    certain: adds.filter(({ add, gone }) => gone === NO && add.isKept).map(({ add }) => add),
    possible: adds.filter(({ gone }) => gone !== YES).map(({ add }) => add),
  };
}

/**
 * The values that a counter may have: of each actor what it counted since it last saw its part cleared, unless that was
 * cleared since by one who had seen it. Undefined: too many to tell.
 */
export function sumsOf(changes: readonly RowChange[]): ReadonlySet<bigint> | undefined {
  const clears = changes.filter((change) => !isAdd(change));
  let sums = new Set([0n]);
  for (const actor of new Set(changes.map(({ dot }) => dot.actor))) {
    const own = changes
      .filter((change) => isAdd(change) && change.dot.actor === actor)
      .sort((a, b) => a.dot.counter - b.dot.counter);
    const parts = partsOf(own, clears);
    sums = new Set([...sums].flatMap((sum) => [...parts].map((part) => sum + part)));
    if (sums.size > SUMS_MAX) return undefined;
  }
  return sums;
}

/**
 * Adds that the coordinator of a removal, in a row that it is of, found there for certain: it had them, and nobody who had seen
 * them changed the row before, by its stamp.
 */
export function foundBy(removal: UpdateDot, changes: readonly RowChange[]): readonly RowChange[] {
  return changes.filter(
    (change) =>
      isAdd(change) &&
      covers(removal, change.dot) === YES &&
      changes.every(
        (other) => other === change || other.dot.hlc > removal.hlc || sightOf(other, change) === NO,
      ),
  );
}

/** @param own increments of one actor, in order */
function partsOf(own: readonly RowChange[], clears: readonly RowChange[]): ReadonlySet<bigint> {
  const parts = new Set<bigint>();
  let totals: ReadonlySet<bigint> = new Set([0n]);
  // What may be the last one that is left, and its totals.
  let last: { readonly change: RowChange; readonly totals: ReadonlySet<bigint> }[] = [];
  let mayBeNone = true;
  let before: RowChange | undefined;
  for (const change of own) {
    totals = totalsAfter(totals, change, before, clears);
    if (change.isKept) {
      last = [];
      mayBeNone = false;
    }
    last.push({ change, totals });
    before = change;
  }
  if (mayBeNone) parts.add(0n);
  for (const { change, totals: left } of last) {
    const gone = goneBy(change, clears);
    if (gone !== NO) parts.add(0n);
    if (gone !== YES) for (const total of left) parts.add(total);
  }
  return parts;
}

function totalsAfter(
  totals: ReadonlySet<bigint>,
  change: RowChange,
  before: RowChange | undefined,
  clears: readonly RowChange[],
): ReadonlySet<bigint> {
  const { amount } = change.update;
  const cleared =
    before === undefined
      ? YES
      : most(clears.map((clear) => least(sightOf(clear, before), sightOf(change, clear))));
  const after = new Set<bigint>();
  if (cleared !== YES) for (const total of totals) after.add(total + amount);
  if (cleared !== NO) after.add(amount);
  return after;
}

function isAdd({ update }: RowChange): boolean {
  return update.deed === "add";
}

function goneBy(add: RowChange, others: readonly RowChange[]): Certainty {
  return most(
    others
      .filter((other) => other !== add)
      .map((other) => least(sightOf(other, add), other.isKept ? YES : MAYBE)),
  );
}

/** Whether the coordinator of a change had seen an earlier one. */
function sightOf({ dot, isSightCertain }: RowChange, earlier: RowChange): Certainty {
  // One incarnation forgets nothing.
  const isCertain = isSightCertain || dot.actor === earlier.dot.actor;
  return least(covers(dot, earlier.dot), isCertain ? YES : MAYBE);
}

function covers(dot: UpdateDot, { actor, counter }: UpdateDot): Certainty {
  if (actor === dot.actor) return counter < dot.counter ? YES : NO;
  if (dot.before.covers(actor, counter)) return YES;
  return dot.within.covers(actor, counter) ? MAYBE : NO;
}

function most(all: readonly Certainty[]): Certainty {
  if (all.includes(YES)) return YES;
  return all.includes(MAYBE) ? MAYBE : NO;
}

function least(a: Certainty, b: Certainty): Certainty {
  return a < b ? a : b;
}
