/**
 * Which of the items that this process inserts are there: those up to the first whose insert is still under way, so that
 * nobody reads what is not yet written. An insert that failed is passed over; reads may then miss it.
 */
export class InsertedItems {
  #next: number;
  #last: number;
  /** Settled beyond the first that is under way: no more than operations in flight. */
  readonly #ahead = new Set<number>();

  /** @param records that are there from the beginning */
  constructor(records: number) {
    this.#next = records;
    this.#last = records - 1;
  }

  /** The newest item such that all before it are there, too. */
  get last(): number {
    return this.#last;
  }

  /** The item to insert next. */
  take(): number {
    return this.#next++;
  }

  settle(item: number): void {
    this.#ahead.add(item);
    while (this.#ahead.delete(this.#last + 1)) this.#last++;
  }
}
