/**
 * The tombstones of one partition, and their end: one is purged when every replica is known to have seen it, never
 * because it is old (rule 10). Replicas purge at different times, and nobody needs to hear of it: an absent row says
 * "nothing, as of the clock", and the clock covers the tombstone.
 */
import type { Dot } from "../causality/index.js";
import type { RowKey } from "../codec/index.js";
import { ABSENT_ROW, isTombstone } from "../crdt/index.js";
import { type GroupCommit, rowKeyOf, tombstoneKey, tombstoneRange } from "../storage/index.js";
import type { RowStore } from "./row-store.js";

const PAGE_ROWS = 256;

export class Tombstones {
  readonly #partition: number;
  readonly #commit: GroupCommit;
  readonly #rows: RowStore;

  constructor(partition: number, commit: GroupCommit, rows: RowStore) {
    this.#partition = partition;
    this.#commit = commit;
    this.#rows = rows;
  }

  get mayExist(): boolean {
    return this.#rows.mayHaveTombstones;
  }

  /** Purges all whose dot is stable, page by page; tells how many. */
  purge(isStable: (dot: Dot) => boolean, done: (purged: number) => void): void {
    this.#rows.mayHaveTombstones = false;
    let purged = 0;
    const purgeOn = (afterRow: RowKey | undefined): void => {
      const range = tombstoneRange(this.#partition, afterRow);
      this.#commit.scanKeys(range, PAGE_ROWS, "pending", (error, keys) => {
        const rowKeys = keys.map(rowKeyOf);
        for (const rowKey of rowKeys)
          if (this.#purgeRow(rowKey, isStable)) purged++;
          else this.#rows.mayHaveTombstones = true;
        const last = rowKeys.at(-1);
        this.#rows.mayHaveTombstones ||= error !== undefined;
        if (error !== undefined || keys.length < PAGE_ROWS || last === undefined) done(purged);
        else purgeOn(last);
      });
    };
    purgeOn(undefined);
  }

  #purgeRow(rowKey: RowKey, isStable: (dot: Dot) => boolean): boolean {
    const row = this.#rows.readPending(rowKey);
    const [dot] = row.live;
    if (row.damagedAt !== undefined) return false;
    if (dot === undefined || !isTombstone(row)) {
      // The batch that took the mark away is one that a damaged log has lost.
      this.#commit.write(tombstoneKey(this.#partition, rowKey), undefined);
      return false;
    }
    if (!row.ahead.isEmpty) return false;
    if (!isStable(dot)) return false;
    this.#rows.write(rowKey, row, ABSENT_ROW);
    return true;
  }
}
