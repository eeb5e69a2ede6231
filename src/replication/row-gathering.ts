/** Finds the rows that a write clears, page by page, so that a set of a million costs no more memory than one of a hundred. */
import { afterRowKey, type RowKey, type RowKeyRange } from "../codec/index.js";
import type { PartitionReplica } from "../replica/index.js";

/** At most so many rows are cleared in one batch. */
const PAGE_ROWS = 1_000;

/**
 * Hands full pages to `page`, one after the other, and the rest to `done`: that is less than a page, or nothing.
 *
 * @param page calls `next` when it may go on
 */
export function gatherRows(
  replica: PartitionReplica,
  ranges: readonly RowKeyRange[],
  page: (rowKeys: readonly RowKey[], next: () => void) => void,
  done: (error: Error | undefined, rest: readonly RowKey[]) => void,
): void {
  const left = [...ranges];
  let gathered: RowKey[] = [];
  const gatherOn = (): void => {
    const range = left[0];
    if (range === undefined) return done(undefined, gathered);
    const limit = PAGE_ROWS - gathered.length;
    replica.rows.scanWithin(range, limit, "pending", (error, rowKeys) => {
      if (error !== undefined) return done(error, []);
      gathered.push(...rowKeys);
      const last = rowKeys.at(-1);
      if (rowKeys.length < limit || last === undefined) left.shift();
      else left[0] = afterRowKey(range, last);
      if (gathered.length < PAGE_ROWS) return gatherOn();
      const full = gathered;
      gathered = [];
      page(full, gatherOn);
    });
  };
  gatherOn();
}
