/**
 * Looks for the first seed that a mutant breaks and the unmodified sources do not: a seed that breaks both says nothing
 * about the mutant.
 */
import { type Mutant, mutate } from "./mutant.js";
import type { SourceCopy } from "./source-copy.js";
import { type Breach, sweep } from "./sweep.js";

export interface Catch {
  readonly mutant: Mutant;
  /** Undefined: it survived. */
  readonly breach: Breach | undefined;
  readonly seeds: number;
  readonly seconds: number;
}

export class Hunt {
  readonly #pristine: SourceCopy;
  readonly #seeds: number;
  readonly #signal: AbortSignal;
  /** By seed, what the unmodified sources make of it. */
  readonly #own = new Map<number, Promise<Breach | undefined>>();

  constructor(pristine: SourceCopy, seeds: number, signal: AbortSignal) {
    this.#pristine = pristine;
    this.#seeds = seeds;
    this.#signal = signal;
  }

  /** Seeds that break the unmodified sources, as far as they were looked at. */
  async ownBreaches(): Promise<Breach[]> {
    return (await Promise.all(this.#own.values())).filter((breach) => breach !== undefined);
  }

  async run(mutant: Mutant, copy: SourceCopy): Promise<Catch> {
    const changed = mutate(mutant, (file) => this.#pristine.read(file));
    await copy.write(changed);
    const startedAtMs = performance.now();
    try {
      const breach = await this.#firstBreach(copy);
      const seconds = (performance.now() - startedAtMs) / 1_000;
      return { mutant, breach, seeds: breach?.seed ?? this.#seeds, seconds };
    } finally {
      await copy.write(new Map([...changed.keys()].map((file) => [file, this.#pristine.read(file)])));
    }
  }

  async #firstBreach(copy: SourceCopy): Promise<Breach | undefined> {
    for (let first = 1; first <= this.#seeds; ) {
      const breach = await sweep(copy, { first, last: this.#seeds }, this.#signal);
      if (breach === undefined || (await this.#ownBreach(breach.seed)) === undefined) return breach;
      first = breach.seed + 1;
    }
    return undefined;
  }

  #ownBreach(seed: number): Promise<Breach | undefined> {
    const known = this.#own.get(seed);
    if (known !== undefined) return known;
    const breach = sweep(this.#pristine, { first: seed, last: seed }, this.#signal);
    this.#own.set(seed, breach);
    return breach;
  }
}
