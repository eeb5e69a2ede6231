/**
 * A scan of a bucket in the order of its keys: every partition is read in pages, each at the level that was asked for, and
 * the pages are merged. A row that is there throughout is returned exactly once, whoever fails meanwhile, because each
 * page goes on behind the last row of the one before, by its key and not by a place in somebody's memory.
 */
import { afterRowKey, type RowKey, type RowKeyRange } from "../codec/index.js";
import type { Failure, Outcome, PageRow } from "./operation.js";

/** So many partitions are read at the same time. */
const WIDTH = 32;
/** What one page of one partition may bring; all of them together are in memory. */
const ROWS_MIN = 4;
const ROWS_MAX = 256;

/** Reads a page of one partition. */
type ReadPage = (
  partition: number,
  range: RowKeyRange,
  limit: number,
  done: (outcome: Outcome) => void,
) => void;

interface Source {
  readonly partition: number;
  /** What is left to read; undefined: nothing. */
  left: RowKeyRange | undefined;
  /** Up to here it was read; undefined before the first page. */
  reached: RowKey | undefined;
  rows: PageRow[];
}

export class Scan {
  readonly #sources: Source[];
  readonly #isReverse: boolean;
  readonly #read: ReadPage;
  /** Merged, and not handed out yet. */
  #ready: PageRow[] = [];

  constructor(partitions: readonly number[], range: RowKeyRange, read: ReadPage) {
    this.#sources = partitions.map((partition) => ({ partition, left: range, reached: undefined, rows: [] }));
    this.#isReverse = range.isReverse;
    this.#read = read;
  }

  /** The next rows in order, at most `limit`; fewer only at the end. One call at a time. */
  next(limit: number, done: (result: readonly PageRow[] | Failure) => void): void {
    const goOn = (): void => {
      this.#merge();
      const isEnd = this.#sources.every(({ left, rows }) => left === undefined && rows.length === 0);
      if (this.#ready.length >= limit || isEnd) return done(this.#ready.splice(0, limit));
      const rows = Math.min(ROWS_MAX, Math.max(ROWS_MIN, Math.ceil((2 * limit) / this.#sources.length)));
      this.#refill(rows, (failure) => (failure === undefined ? goOn() : done(failure)));
    };
    goOn();
  }

  /** Whatever comes before all that is still unread. */
  #merge(): void {
    const frontier = this.#frontier();
    if (frontier === "nothing") return;
    const merged: PageRow[] = [];
    for (const source of this.#sources) {
      const count = source.rows.findIndex(
        ({ rowKey }) => frontier !== undefined && this.#isAfter(rowKey, frontier),
      );
      merged.push(...source.rows.splice(0, count < 0 ? source.rows.length : count));
    }
    merged.sort((a, b) => (this.#isAfter(a.rowKey, b.rowKey) ? 1 : -1));
    this.#ready.push(...merged);
  }

  /** Up to where every source that is not at its end was read; undefined: all are at their ends. */
  #frontier(): RowKey | undefined | "nothing" {
    let frontier: RowKey | undefined;
    for (const { left, reached } of this.#sources) {
      if (left === undefined) continue;
      if (reached === undefined) return "nothing";
      if (frontier === undefined || this.#isAfter(frontier, reached)) frontier = reached;
    }
    return frontier;
  }

  #isAfter(a: RowKey, b: RowKey): boolean {
    return this.#isReverse ? a < b : a > b;
  }

  /** Reads on where nothing waits to be merged. */
  #refill(rows: number, done: (failure: Failure | undefined) => void): void {
    const due = this.#sources.filter((source) => source.left !== undefined && source.rows.length === 0);
    let under = 0;
    let failure: Failure | undefined;
    const pump = (): void => {
      while (failure === undefined && under < WIDTH) {
        const source = due.shift();
        if (source?.left === undefined) break;
        under++;
        const range = source.left;
        this.#read(source.partition, range, rows, (outcome) => {
          under--;
          if (outcome.kind === "page") take(source, range, outcome);
          else if (outcome.kind === "failed") failure ??= outcome;
          pump();
        });
      }
      if (under === 0 && (due.length === 0 || failure !== undefined)) {
        under = -1;
        done(failure);
      }
    };
    pump();
  }
}

function take(source: Source, range: RowKeyRange, page: Extract<Outcome, { kind: "page" }>): void {
  source.rows.push(...page.rows);
  source.reached = page.upTo;
  source.left = page.upTo === undefined ? undefined : afterRowKey(range, page.upTo);
}
