/** What a replica answers to a coordinator's read, from durable state only. */
import type { VersionVector } from "../causality/index.js";
import { type AskerRow, type ReadBody, type RowKey, rowDigest, rowKeyType } from "../codec/index.js";
import { contextMatters } from "../crdt/index.js";
import type { PartitionReplica } from "./partition-replica.js";

/** Dots to look up before "may have touched the row" is answered without looking further. */
const TOUCH_LOOKUPS_MAX = 256;

/** The whole row, or that it shows what the asker's does. */
export function readForCoordinator(
  replica: PartitionReplica,
  rowKey: RowKey,
  against: AskerRow | undefined,
): ReadBody {
  const row = replica.rows.readDurable(rowKey);
  if (row.damagedAt !== undefined) return { kind: "refused", reason: "damaged" };
  const clock = replica.durableClock;
  const whole = { kind: "row", live: row.live, ahead: row.ahead, clock } as const;
  if (against === undefined) return { ...whole, isTouchedBeyond: false };
  const isEqual = against.digest === rowDigest(rowKey, row.live);
  if (isEqual && !contextMatters(rowKeyType(rowKey))) return { kind: "same", clock };
  const isTouchedBeyond = mayHaveTouched(replica, rowKey, against.clock);
  if (isEqual && row.ahead.isEmpty && !isTouchedBeyond) return { kind: "same", clock };
  return { ...whole, isTouchedBeyond };
}

/**
 * Whether a durable dot of this replica that another's clock does not cover touched the row. With equal live dots that
 * means: the two know different dots to be removed, and a later quorum could go back in time (rule 16). With unequal ones
 * it tells a write that the other has not heard of from damage (rule 14). Exact up to a bound on the work, beyond which
 * it says yes.
 *
 * @param known what of this replica's clock to look at
 */
export function mayHaveTouched(
  replica: PartitionReplica,
  rowKey: RowKey,
  other: VersionVector,
  known = replica.durableClock,
): boolean {
  return touchedBeyond(replica, other, known)?.has(rowKey) ?? true;
}

/** The rows that dots of this replica beyond another's clock touched; undefined: any of them may be one. */
export function touchedBeyond(
  replica: PartitionReplica,
  other: VersionVector,
  known = replica.durableClock,
): Set<RowKey> | undefined {
  const touched = new Set<RowKey>();
  if (known.dotsBeyond(other) > TOUCH_LOOKUPS_MAX) return undefined;
  for (const [actor, counter] of known.beyond(other).entries())
    for (let missing = other.get(actor) + 1; missing <= counter; missing++) {
      const entry = replica.log.read(actor, missing);
      if (entry === undefined) return undefined;
      touched.add(entry.rowKey);
    }
  return touched;
}
