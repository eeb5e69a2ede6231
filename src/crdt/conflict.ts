/**
 * What last-write-wins loses: of two register writes of which neither knew the other, the one with the lower stamp. A write
 * that replaced another knowingly takes it out in the join, before stamps are looked at, and is no conflict.
 */
import type { VersionVector } from "../causality/index.js";
import { DataType } from "./data-type.js";
import { joinLive, type LiveDot, type Row, type RowState, wins } from "./row.js";
import { rowContext } from "./row-merge.js";

export interface Conflict {
  readonly kept: LiveDot;
  readonly discarded: LiveDot;
}

/**
 * The conflicts that come to light when a register, or a leaf of a map that is one, joins what a change or another replica says
 * of it. A register in a map keeps the loser behind the winner, and so brings it again to each join: only a dot that was
 * not behind a winner before is news. A row whose record was damaged has forgotten what it knew, and tells nothing.
 */
export function conflictsOf(
  type: DataType,
  row: Row,
  clock: VersionVector,
  theirs: RowState,
): readonly Conflict[] {
  if (type !== DataType.register && type !== DataType.map) return [];
  if (row.damagedAt !== undefined || row.live.length + theirs.live.length < 2) return [];
  const [kept, ...lost] = byStamp(joinLive(row.live, rowContext(row, clock), theirs.live, theirs.context));
  if (kept === undefined || lost.length === 0) return [];
  const [, ...before] = byStamp(row.live);
  const isKnown = (dot: LiveDot): boolean =>
    before.some(({ actor, counter }) => actor === dot.actor && counter === dot.counter);
  return lost.filter((dot) => !isKnown(dot) && isLoss(kept, dot)).map((discarded) => ({ kept, discarded }));
}

/** Of two deletes nothing is lost, and nobody misses what had expired. */
function isLoss({ payload: kept }: LiveDot, { payload: discarded }: LiveDot): boolean {
  return discarded.inPlaceOf === undefined && !(discarded.isTombstone && kept.isTombstone);
}

function byStamp(live: readonly LiveDot[]): LiveDot[] {
  return [...live].sort((a, b) => (wins(a, b) ? -1 : 1));
}
