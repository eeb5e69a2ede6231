/** What a replica answers to a coordinator's read, from durable state only. */
import type { VersionVector } from "../causality/index.js";
import { type ReadBody, type RowKey, rowDigest, rowKeyType } from "../codec/index.js";
import { contextMatters, rowState } from "../crdt/index.js";
import type { PartitionReplica } from "./partition-replica.js";

/** Dots to look up before "may have touched the row" is answered without looking further. */
const TOUCH_LOOKUPS_MAX = 256;

/** The whole row; or, against the asker's clock, its digest. */
export function readForCoordinator(
  replica: PartitionReplica,
  rowKey: RowKey,
  digestAgainst: VersionVector | undefined,
): ReadBody {
  const row = replica.rows.readDurable(rowKey);
  if (row.damagedAt !== undefined) return { kind: "refused", reason: "damaged" };
  if (digestAgainst === undefined) return { kind: "state", state: rowState(row, replica.durableClock) };
  return {
    kind: "digest",
    digest: rowDigest(rowKey, row.live),
    clock: replica.durableClock,
    isTouchedBeyond: row.ahead.isEmpty ? isTouchedBeyond(replica, rowKey, digestAgainst) : true,
  };
}

/**
 * Whether a durable dot of this replica that another's clock does not cover touched the row. With equal live dots that
 * means: the two know different dots to be removed, and a later quorum could go back in time (rule 16). Exact up to a
 * bound on the work, beyond which it says yes.
 */
export function isTouchedBeyond(replica: PartitionReplica, rowKey: RowKey, other: VersionVector): boolean {
  return contextMatters(rowKeyType(rowKey)) && mayHaveTouched(replica, rowKey, other);
}

/** The same of any type of row: whether what the other lacks may be of this row. */
export function mayHaveTouched(replica: PartitionReplica, rowKey: RowKey, other: VersionVector): boolean {
  const beyond = replica.durableClock.beyond(other);
  if (replica.durableClock.dotsBeyond(other) > TOUCH_LOOKUPS_MAX) return true;
  for (const [actor, counter] of beyond.entries())
    for (let missing = other.get(actor) + 1; missing <= counter; missing++) {
      const entry = replica.log.read(actor, missing);
      if (entry === undefined || entry.rowKey === rowKey) return true;
    }
  return false;
}
