import { type Actor, actorIncarnation, actorMember } from "./dot.js";

/** What a causal context must answer: is this dot known, be it live or removed? */
export interface Covers {
  covers(actor: Actor, counter: number): boolean;
}

/**
 * Actor to highest contiguous counter (Parker et al., 1983). As a partition's clock it says which dots were applied:
 * every one up to the counter. A dot seen in somebody's context is not a dot applied, so only in-order deltas and
 * completed catch-ups may raise a clock.
 *
 * Every start of a node makes a new actor. So that a vector does not grow with each, a member is *closed* up to an
 * incarnation once all replicas hold the same of its actors up to there: every dot of theirs is covered then, whatever
 * its counter. Their entries stay, as proof for those that have not closed them yet, until they are forgotten.
 */
export class VersionVector implements Covers {
  readonly #counters = new Map<Actor, number>();
  /** Member number to the highest incarnation that is closed. Most vectors have none. */
  #closed: Map<number, number> | undefined;

  static from(entries: Iterable<readonly [Actor, number]>): VersionVector {
    const vector = new VersionVector();
    for (const [actor, counter] of entries) vector.raise(actor, counter);
    return vector;
  }

  /** Of entries, those of closed actors among them, and of closed members. 0: nothing is covered. */
  get size(): number {
    return this.#counters.size + (this.#closed?.size ?? 0);
  }

  /** 0 for an actor never seen, Infinity for one that is closed: all its dots are covered. */
  get(actor: Actor): number {
    return this.isClosed(actor) ? Number.POSITIVE_INFINITY : (this.#counters.get(actor) ?? 0);
  }

  /** The entry itself, also of a closed actor; 0 where there is none, or none any more. */
  counterOf(actor: Actor): number {
    return this.#counters.get(actor) ?? 0;
  }

  isClosed(actor: Actor): boolean {
    return this.#closed !== undefined && actorIncarnation(actor) <= this.closedUpTo(actorMember(actor));
  }

  /** The highest closed incarnation of a member; 0 for none. */
  closedUpTo(member: number): number {
    return this.#closed?.get(member) ?? 0;
  }

  covers(actor: Actor, counter: number): boolean {
    return counter <= (this.#counters.get(actor) ?? 0) || this.isClosed(actor);
  }

  /** Every dot of the other is covered here. */
  includes(other: VersionVector): boolean {
    for (const [actor, counter] of other.#counters) if (!this.covers(actor, counter)) return false;
    return this.includesClosed(other);
  }

  /** Every member that is closed in the other is closed here, at least up to there. */
  includesClosed(other: VersionVector): boolean {
    for (const [member, incarnation] of other.closed())
      if (incarnation > this.closedUpTo(member)) return false;
    return true;
  }

  equals(other: VersionVector): boolean {
    return this.includes(other) && other.includes(this);
  }

  /** Raises one entry; a lower counter changes nothing. */
  raise(actor: Actor, counter: number): void {
    if (counter > this.counterOf(actor)) this.#counters.set(actor, counter);
  }

  /** Closes all actors of a member up to an incarnation. */
  close(member: number, incarnation: number): void {
    if (incarnation <= this.closedUpTo(member)) return;
    this.#closed ??= new Map();
    this.#closed.set(member, incarnation);
  }

  /** Drops the entries of actors that the other has closed. Whoever does so has closed them as well. */
  forget(other: VersionVector): void {
    for (const actor of [...this.#counters.keys()]) if (other.isClosed(actor)) this.#counters.delete(actor);
  }

  join(other: VersionVector): void {
    for (const [actor, counter] of other.#counters) this.raise(actor, counter);
    for (const [member, incarnation] of other.closed()) this.close(member, incarnation);
  }

  /** Unordered; what must be canonical uses `sorted`. */
  entries(): IterableIterator<[Actor, number]> {
    return this.#counters.entries();
  }

  sorted(): [Actor, number][] {
    return [...this.#counters].sort(([a], [b]) => a - b);
  }

  /** Members and the incarnation up to which they are closed, by member. */
  closed(): readonly (readonly [number, number])[] {
    return this.#closed === undefined ? NONE : [...this.#closed].sort(([a], [b]) => a - b);
  }

  copy(): VersionVector {
    const vector = new VersionVector();
    for (const [actor, counter] of this.#counters) vector.#counters.set(actor, counter);
    if (this.#closed !== undefined) vector.#closed = new Map(this.#closed);
    return vector;
  }

  /** The part of this vector that lies beyond the other's. */
  beyond(other: VersionVector): VersionVector {
    const rest = new VersionVector();
    for (const [actor, counter] of this.#counters)
      if (!other.covers(actor, counter)) rest.#counters.set(actor, counter);
    for (const [member, incarnation] of this.closed())
      if (incarnation > other.closedUpTo(member)) rest.close(member, incarnation);
    return rest;
  }

  /** What both vectors cover. */
  meet(other: VersionVector): VersionVector {
    const both = new VersionVector();
    for (const [member, incarnation] of this.closed()) {
      const shared = Math.min(incarnation, other.closedUpTo(member));
      if (shared > 0) both.close(member, shared);
    }
    for (const actor of new Set([...this.#counters.keys(), ...other.#counters.keys()])) {
      const counter = Math.min(this.get(actor), other.get(actor));
      if (counter > 0 && Number.isFinite(counter)) both.raise(actor, counter);
    }
    return both;
  }

  /** How many dots of this vector the other lacks; a member that is closed further here counts for one. */
  dotsBeyond(other: VersionVector): number {
    let count = 0;
    for (const [actor, counter] of this.#counters) count += Math.max(0, counter - other.get(actor));
    for (const [member, incarnation] of this.closed()) if (incarnation > other.closedUpTo(member)) count++;
    return count;
  }
}

const NONE: readonly (readonly [number, number])[] = [];
