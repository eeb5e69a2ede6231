/**
 * A scan of a bucket in the order of its keys: every partition is read in pages, each at the level that was asked for, and
 * the pages are merged. A row that is there throughout is returned exactly once, whoever fails meanwhile, because each
 * page goes on behind the last row of the one before, by its key and not by a place in somebody's memory.
 *
 * A set or a map is many rows, of which the first that shows something stands for its key: the next page begins behind
 * them all, so that listing the keys costs by their number and not by their size. A key is found if one of its elements
 * is there throughout.
 */
import {
  afterKey,
  afterRowKey,
  keyOfRow,
  type RowKey,
  type RowKeyRange,
  rowKeyType,
} from "../codec/index.js";
import { DataType } from "../crdt/index.js";
import type { Failure, Outcome, PageRow } from "./operation.js";

/** So many partitions are read at the same time. */
const WIDTH = 32;
/** What one page of one partition may bring; all of them together are in memory. */
const ROWS_MIN = 4;
/** Who reads on and on gets longer pages, twice as long each time, so many times. */
const DOUBLINGS = 4;
const ROWS_MAX = 256;
/** Of sets and maps: most of what a longer page brings would be more of the same key. */
const ELEMENTS_MAX = 16;
/** Where rows are large, pages of fewer rows keep what is in memory near this. */
const MEMORY_BYTES = 32 * 1024 * 1024;

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
  readonly #hasElements: boolean;
  readonly #read: ReadPage;
  /** Of all rows so far: what one of them takes says how many to ask for. */
  #bytes = 0;
  #rows = 0;
  #refills = 0;
  /** Merged, and not handed out yet. */
  #ready: PageRow[] = [];

  constructor(partitions: readonly number[], range: RowKeyRange, read: ReadPage) {
    this.#sources = partitions.map((partition) => ({ partition, left: range, reached: undefined, rows: [] }));
    this.#isReverse = range.isReverse;
    const type = rowKeyType(range.from);
    this.#hasElements = type === DataType.set || type === DataType.map;
    this.#read = read;
  }

  /** The next rows in order, at most `limit`; fewer only at the end. One call at a time. */
  next(limit: number, done: (result: readonly PageRow[] | Failure) => void): void {
    const goOn = (): void => {
      this.#merge();
      const isEnd = this.#sources.every(({ left, rows }) => left === undefined && rows.length === 0);
      if (this.#ready.length >= limit || isEnd) return done(this.#ready.splice(0, limit));
      this.#refill(limit, (failure) => (failure === undefined ? goOn() : done(failure)));
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
  #refill(limit: number, done: (failure: Failure | undefined) => void): void {
    const due = this.#sources.filter((source) => source.left !== undefined && source.rows.length === 0);
    this.#refills++;
    let under = 0;
    let failure: Failure | undefined;
    const pump = (): void => {
      while (failure === undefined && under < WIDTH) {
        const source = due.shift();
        if (source?.left === undefined) break;
        under++;
        const range = source.left;
        this.#read(source.partition, range, this.#rowsOfPage(limit), (outcome) => {
          under--;
          if (outcome.kind === "page") this.#take(source, range, outcome);
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

  /** @param limit rows that the caller asks for */
  #rowsOfPage(limit: number): number {
    const rowsMax = this.#hasElements ? ELEMENTS_MAX : ROWS_MAX;
    const rowsMin = ROWS_MIN * 2 ** Math.min(DOUBLINGS, this.#refills - 1);
    const rows = Math.min(rowsMax, Math.max(rowsMin, Math.ceil((2 * limit) / this.#sources.length)));
    const bytesPerRow = this.#bytes / Math.max(1, this.#rows);
    return Math.max(1, Math.min(rows, Math.floor(MEMORY_BYTES / this.#sources.length / bytesPerRow)));
  }

  #take(source: Source, range: RowKeyRange, { rows, upTo }: Page): void {
    for (const row of rows) this.#bytes += bytesOf(row);
    this.#rows += rows.length;
    source.rows.push(...(this.#hasElements ? firstOfEachKey(rows) : rows));
    source.reached = upTo;
    source.left = upTo === undefined ? undefined : this.#rangeBehind(range, upTo, rows.at(-1));
  }

  #rangeBehind(range: RowKeyRange, upTo: RowKey, last: PageRow | undefined): RowKeyRange {
    if (!this.#hasElements || last === undefined) return afterRowKey(range, upTo);
    const key = keyOfRow(last.rowKey);
    return upTo.startsWith(key) ? afterKey(range, key) : afterRowKey(range, upTo);
  }
}

type Page = Extract<Outcome, { kind: "page" }>;

function firstOfEachKey(rows: readonly PageRow[]): PageRow[] {
  let key: RowKey | undefined;
  return rows.filter(({ rowKey }) => {
    if (key !== undefined && rowKey.startsWith(key)) return false;
    key = keyOfRow(rowKey);
    return true;
  });
}

function bytesOf({ context, reading, rowKey }: PageRow): number {
  const bytes = rowKey.length + context.length;
  if (reading.kind !== "values") return bytes;
  return reading.values.reduce((sum, { data }) => sum + data.length, bytes);
}
