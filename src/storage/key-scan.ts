/**
 * One scan of keys while batches go on. The store answers from the moment of its choice, part by part, so neither what
 * is in a batch nor what became durable since the scan began can be told from its answer: the scan collects those keys
 * beside the store's, and whoever asked decides by reading which of them have a value.
 */
import type { KeyRange } from "../runtime/index.js";
import type { StoreKey, StoreKeyRange } from "./store-keys.js";

export class KeyScan {
  readonly #range: StoreKeyRange;
  readonly #stored = new Set<StoreKey>();
  readonly #changed = new Set<StoreKey>();
  /** The store's keys are known up to this one; undefined before its first answer. */
  #upTo: StoreKey | undefined;
  #isComplete = false;

  get #isReverse(): boolean {
    return this.#range.isReverse === true;
  }

  constructor(range: StoreKeyRange) {
    this.#range = range;
  }

  /** The store has no more keys than it answered. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** What to ask the store for next. */
  get rest(): KeyRange {
    const { from, to } = this.#range;
    const reached = this.#upTo;
    const bytes = (key: string): Buffer => Buffer.from(key, "latin1");
    if (this.#isReverse) return { from: bytes(from), to: bytes(reached ?? to), reverse: true };
    return { from: bytes(reached === undefined ? from : `${reached}\x00`), to: bytes(to) };
  }

  /** The store's answer; one that is not full says that nothing lies beyond it. */
  take(keys: readonly StoreKey[], isFull: boolean): void {
    for (const key of keys) this.#stored.add(key);
    this.#upTo = keys.at(-1) ?? this.#upTo;
    this.#isComplete = !isFull;
  }

  /** A batch has, or had, a change of this key. */
  change(key: StoreKey): void {
    if (key >= this.#range.from && key < this.#range.to) this.#changed.add(key);
  }

  /** All keys up to where the store answered that have a value, in order; a changed key is asked about. */
  present(hasValue: (key: StoreKey) => boolean): StoreKey[] {
    const isReached = (key: StoreKey): boolean =>
      this.#isComplete ||
      (this.#upTo !== undefined && (this.#isReverse ? key >= this.#upTo : key <= this.#upTo));
    const changed = [...this.#changed].filter(isReached);
    const isNew = changed.some((key) => !this.#stored.has(key));
    const keys = [...new Set([...this.#stored, ...changed])];
    if (isNew) keys.sort();
    if (isNew && this.#isReverse) keys.reverse();
    return keys.filter((key) => !this.#changed.has(key) || hasValue(key));
  }
}
