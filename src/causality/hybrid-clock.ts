import { type Hlc, hlcAt, ZERO_HLC } from "./hlc.js";

/**
 * One node's hybrid logical clock. Whoever adopts dots or clocks of others first lets it observe the sender's stamp,
 * so that a new stamp lies above every stamp that the clock covers (rule 9): otherwise a new write could lose against
 * a deleted one that it has seen.
 */
export class HybridClock {
  readonly #wallMs: () => number;
  #last: Hlc;

  /** @param restored the stamp persisted by the last run: the lowest that a new one may follow. */
  constructor(wallMs: () => number, restored: Hlc = ZERO_HLC) {
    this.#wallMs = wallMs;
    this.#last = restored;
  }

  /** The highest stamp given out or observed. */
  get last(): Hlc {
    return this.#last;
  }

  /** A stamp above all before, at the wall clock where that is ahead. */
  next(): Hlc {
    const wall = hlcAt(this.#wallMs());
    this.#last = wall > this.#last ? wall : this.#last + 1n;
    return this.#last;
  }

  observe(stamp: Hlc): void {
    if (stamp > this.#last) this.#last = stamp;
  }
}
