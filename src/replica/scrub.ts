/**
 * Reads every record of a partition from the disk, past the cache, and makes its sketch anew. Damaged records come to
 * light on the way, because reading checks them; lost ones by what the new sketch lacks. What the index of expirations has
 * lost is written anew.
 */

import type { RowKey } from "../codec/index.js";
import type { LiveDot } from "../crdt/index.js";
import { endOfRow } from "./expirations.js";
import type { PartitionReplica } from "./partition-replica.js";

/** Rows read in one go: a few milliseconds. */
const PAGE_ROWS = 128;

interface ScrubHooks {
  /** Calls back when the next page may be read. */
  pause(next: () => void): void;
  /** @param wasWrong the sketch from before did not show what is on the disk; undefined: the disk could not be read */
  done(wasWrong: boolean | undefined): void;
}

export function scrub(replica: PartitionReplica, hooks: ScrubHooks): void {
  replica.sketch.beginScan();
  scanOn(replica, undefined, hooks);
}

function scanOn(replica: PartitionReplica, after: RowKey | undefined, hooks: ScrubHooks): void {
  replica.rows.scan(after, PAGE_ROWS, "pending", (error, rowKeys) => {
    if (error !== undefined) return hooks.done(undefined);
    const last = rowKeys.at(-1);
    if (!replica.sketch.addScanned(readAll(replica, rowKeys)))
      return hooks.pause(() => scrub(replica, hooks));
    if (rowKeys.length < PAGE_ROWS || last === undefined) return hooks.done(replica.sketch.endScan());
    hooks.pause(() => scanOn(replica, last, hooks));
  });
}

/** One by one: a record that proves damaged is written as such before the next is read. */
function* readAll(
  replica: PartitionReplica,
  rowKeys: readonly RowKey[],
): Iterable<readonly [RowKey, readonly LiveDot[]]> {
  for (const rowKey of rowKeys) {
    const { live } = replica.rows.readStored(rowKey);
    replica.rows.expirations.ensure(rowKey, endOfRow(rowKey, live));
    yield [rowKey, live];
  }
}
