/**
 * How many batches the store was given, in every batch and in the mark beside the store: a store with fewer than its
 * mark went backwards (rule 13). The mark is written with each batch, which survives the process, and flushed every few
 * seconds: a power cut together with a damaged store hides no more than that.
 */
import type { MarkFile } from "../runtime/index.js";
import { encodeMark, type Mark } from "./mark.js";

export class BatchCount {
  readonly #mark: MarkFile;
  readonly #begun: Pick<Mark, "incarnation" | "salvagedIn">;
  #batches: number;
  #flushed: number;

  /** @param begun what the mark says as the node begins */
  constructor(mark: MarkFile, begun: Omit<Mark, "wasStoppedCleanly">) {
    this.#mark = mark;
    this.#begun = { incarnation: begun.incarnation, salvagedIn: begun.salvagedIn };
    this.#batches = begun.batches;
    this.#flushed = begun.batches;
  }

  get batches(): number {
    return this.#batches;
  }

  add(): void {
    this.#batches++;
  }

  /** Throws `StoreError`. */
  writeMark(wasStoppedCleanly: boolean): void {
    this.#mark.write(encodeMark({ ...this.#begun, batches: this.#batches, wasStoppedCleanly }));
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
