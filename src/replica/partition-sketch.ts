/**
 * The sketch of one partition as its rows change. It is right from the start of an empty replica, and from a checkpoint
 * of a clean stop; else a scan of the rows makes it, and until then it says nothing. The scan goes on beside the writes:
 * what lies behind its cursor follows each of them, what lies before it is still to be read.
 *
 * The same scan is the scrub. The sketch that follows the writes never sees what the disk loses, so now and then it is
 * made anew from the records themselves, and the new one takes its place.
 */
import type { CodedCells, RowKey } from "../codec/index.js";
import type { LiveDot } from "../crdt/index.js";
import type { RowItems } from "./row-item.js";
import { emptyCells, SKETCH_CELLS, Sketch } from "./sketch.js";

interface Scan {
  readonly made: Growing;
  /** Rows up to here are in it. */
  upTo: RowKey | undefined;
}

/** A sketch that takes no memory while it is empty. */
class Growing {
  readonly #items: RowItems;
  #sketch: Sketch | undefined;

  constructor(items: RowItems, cells?: CodedCells) {
    this.#items = items;
    if (cells !== undefined) this.#sketch = new Sketch(items.sketchKey, cells);
  }

  get isEmpty(): boolean {
    return this.#sketch === undefined;
  }

  get check(): bigint {
    return this.#sketch?.check ?? 0n;
  }

  replace(rowKey: RowKey, before: readonly LiveDot[], after: readonly LiveDot[]): void {
    if (before.length === 0 && after.length === 0) return;
    this.#sketch ??= new Sketch(this.#items.sketchKey);
    this.#items.replace(this.#sketch, rowKey, before, after);
  }

  cells(from: number, to: number): CodedCells {
    return this.#sketch?.cells(from, to) ?? emptyCells(to - from);
  }

  equals(other: Growing): boolean {
    const empty = new Sketch(this.#items.sketchKey);
    return (this.#sketch ?? empty).equals(other.#sketch ?? empty);
  }
}

export class PartitionSketch {
  readonly items: RowItems;
  #current: Growing;
  #isReady: boolean;
  #scan: Scan | undefined;

  /** @param known the cells of a checkpoint; `"empty"` for a replica without rows; undefined: nobody knows */
  constructor(items: RowItems, known: CodedCells | "empty" | undefined) {
    this.items = items;
    this.#isReady = known !== undefined;
    this.#current = new Growing(items, known === "empty" ? undefined : known);
  }

  /** It stands for all rows. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Equal for equal rows. */
  get check(): bigint {
    return this.#current.check;
  }

  /** A copy of the cells `[from, to)`. */
  cells(from = 0, to = SKETCH_CELLS): CodedCells {
    return this.#current.cells(from, to);
  }

  /** What `known` is at the next start; undefined while it is not known. */
  checkpoint(): CodedCells | "empty" | undefined {
    if (!this.#isReady) return undefined;
    return this.#current.isEmpty ? "empty" : this.cells();
  }

  /** A row was written. */
  replace(rowKey: RowKey, before: readonly LiveDot[], after: readonly LiveDot[]): void {
    if (this.#isReady) this.#current.replace(rowKey, before, after);
    if (this.#isScanned(rowKey)) this.#scan?.made.replace(rowKey, before, after);
  }

  /** What a row showed can no longer be read, so it cannot be taken out: only a scan can tell what is left. */
  lose(rowKey: RowKey): void {
    this.#isReady = false;
    if (this.#isScanned(rowKey)) this.#scan = undefined;
  }

  beginScan(): void {
    this.#scan = { made: new Growing(this.items), upTo: undefined };
  }

  /** Rows after the last ones of the scan, in order, as they are now. False: begin anew. */
  addScanned(rows: Iterable<readonly [RowKey, readonly LiveDot[]]>): boolean {
    for (const [rowKey, live] of rows) {
      if (this.#scan === undefined) return false;
      this.#scan.made.replace(rowKey, [], live);
      this.#scan.upTo = rowKey;
    }
    return this.#scan !== undefined;
  }

  /** There are no more rows. True: what was there before was wrong. */
  endScan(): boolean {
    if (this.#scan === undefined) return false;
    const wasWrong = this.#isReady && !this.#scan.made.equals(this.#current);
    this.#current = this.#scan.made;
    this.#scan = undefined;
    this.#isReady = true;
    return wasWrong;
  }

  #isScanned(rowKey: RowKey): boolean {
    const upTo = this.#scan?.upTo;
    return upTo !== undefined && rowKey <= upTo;
  }
}
