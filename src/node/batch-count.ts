/**
 * How many batches the store was given, in every batch and in the mark beside the store: a store with fewer than its
 * mark went backwards (rule 13). The mark is written with each batch, which survives the process, and flushed every few
 * seconds: a power cut together with a damaged store hides no more than that.
 */
import type { MarkFile } from "../runtime/index.js";
import { encodeMark } from "./mark.js";

export class BatchCount {
  readonly #mark: MarkFile;
  readonly #incarnation: number;
  #batches: number;
  #flushed: number;

  constructor(mark: MarkFile, incarnation: number, batches: number) {
    this.#mark = mark;
    this.#incarnation = incarnation;
    this.#batches = batches;
    this.#flushed = batches;
  }

  get batches(): number {
    return this.#batches;
  }

  add(): void {
    this.#batches++;
  }

  /** Throws `StoreError`. */
  writeMark(wasStoppedCleanly: boolean): void {
    this.#mark.write(
      encodeMark({ incarnation: this.#incarnation, batches: this.#batches, wasStoppedCleanly }),
    );
  }

  /** Nothing, when nothing was written since. */
  flushMark(failed: (error: Error) => void): void {
    if (this.#flushed === this.#batches) return;
    this.#flushed = this.#batches;
    this.#mark.sync((error) => {
      if (error !== undefined) failed(error);
    });
  }
}
