import type { Actor } from "./dot.js";

/** What a causal context must answer: is this dot known, be it live or removed? */
export interface Covers {
  covers(actor: Actor, counter: number): boolean;
}

/**
 * Actor to highest contiguous counter (Parker et al., 1983). As a partition's clock it says which dots were applied:
 * every one up to the counter. A dot seen in somebody's context is not a dot applied, so only in-order deltas and
 * completed catch-ups may raise a clock.
 */
export class VersionVector implements Covers {
  readonly #counters = new Map<Actor, number>();

  static from(entries: Iterable<readonly [Actor, number]>): VersionVector {
    const vector = new VersionVector();
    for (const [actor, counter] of entries) vector.raise(actor, counter);
    return vector;
  }

  get size(): number {
    return this.#counters.size;
  }

  /** 0 for an actor never seen. */
  get(actor: Actor): number {
    return this.#counters.get(actor) ?? 0;
  }

  covers(actor: Actor, counter: number): boolean {
    return counter <= this.get(actor);
  }

  /** Every dot of the other is covered here. */
  includes(other: VersionVector): boolean {
    for (const [actor, counter] of other.#counters) if (counter > this.get(actor)) return false;
    return true;
  }

  equals(other: VersionVector): boolean {
    return this.includes(other) && other.includes(this);
  }

  /** Raises one entry; a lower counter changes nothing. */
  raise(actor: Actor, counter: number): void {
    if (counter > this.get(actor)) this.#counters.set(actor, counter);
  }

  join(other: VersionVector): void {
    for (const [actor, counter] of other.#counters) this.raise(actor, counter);
  }

  /** Unordered; what must be canonical uses `sorted`. */
  entries(): IterableIterator<[Actor, number]> {
    return this.#counters.entries();
  }

  sorted(): [Actor, number][] {
    return [...this.#counters].sort(([a], [b]) => a - b);
  }

  copy(): VersionVector {
    const vector = new VersionVector();
    for (const [actor, counter] of this.#counters) vector.#counters.set(actor, counter);
    return vector;
  }

  /** The part of this vector that lies beyond the other's. */
  beyond(other: VersionVector): VersionVector {
    const rest = new VersionVector();
    for (const [actor, counter] of this.#counters)
      if (counter > other.get(actor)) rest.#counters.set(actor, counter);
    return rest;
  }

  /** How many dots of this vector the other lacks. */
  dotsBeyond(other: VersionVector): number {
    let count = 0;
    for (const [actor, counter] of this.#counters) count += Math.max(0, counter - other.get(actor));
    return count;
  }
}
