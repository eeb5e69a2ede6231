import { type Actor, actorIncarnation, actorMember, type Dot } from "./dot.js";
import { type Covers, VersionVector } from "./version-vector.js";

/**
 * A causal context: a version vector and single dots beyond it. Dots are never compacted into the vector by
 * themselves, because a vector claims every counter below: only a clock, which knows that, may strip them.
 */
export class Context implements Covers {
  readonly vector: VersionVector;
  readonly #dots = new Map<Actor, Set<number>>();

  constructor(vector: VersionVector = new VersionVector()) {
    this.vector = vector;
  }

  static ofDots(dots: Iterable<Dot>): Context {
    const context = new Context();
    for (const dot of dots) context.add(dot.actor, dot.counter);
    return context;
  }

  get isEmpty(): boolean {
    return this.vector.size === 0 && this.#dots.size === 0;
  }

  get dotCount(): number {
    let count = 0;
    for (const counters of this.#dots.values()) count += counters.size;
    return count;
  }

  covers(actor: Actor, counter: number): boolean {
    return this.vector.covers(actor, counter) || this.#dots.get(actor)?.has(counter) === true;
  }

  add(actor: Actor, counter: number): void {
    if (this.vector.covers(actor, counter)) return;
    const counters = this.#dots.get(actor);
    if (counters === undefined) this.#dots.set(actor, new Set([counter]));
    else counters.add(counter);
  }

  /** The single dots, by actor, then counter. */
  dots(): Dot[] {
    const dots: Dot[] = [];
    for (const [actor, counters] of this.#dots) for (const counter of counters) dots.push({ actor, counter });
    return dots.sort((a, b) => a.actor - b.actor || a.counter - b.counter);
  }

  /** The union of both, as a new context. */
  joined(other: Context): Context {
    const union = new Context(this.vector.copy());
    union.vector.join(other.vector);
    union.#addAll(this);
    union.#addAll(other);
    return union;
  }

  /** What of this context lies beyond a clock: dot by dot, never wholesale (rule 5). */
  beyond(clock: VersionVector): Context {
    const rest = new Context(this.vector.beyond(clock));
    for (const [actor, counters] of this.#dots)
      for (const counter of counters) if (!clock.covers(actor, counter)) rest.add(actor, counter);
    return rest;
  }

  /** What of this context is dots of these actors; of one that is closed also what came before it. */
  of(actors: Iterable<Actor>): Context {
    const part = new Context();
    for (const actor of actors) {
      if (this.vector.isClosed(actor)) {
        part.vector.close(actorMember(actor), actorIncarnation(actor));
        continue;
      }
      const upTo = this.vector.get(actor);
      if (upTo > 0) part.vector.raise(actor, upTo);
      for (const counter of this.#dots.get(actor) ?? []) part.add(actor, counter);
    }
    return part;
  }

  /** Everything that the other covers is covered here. Dots against a vector count one by one. */
  includes(other: Context): boolean {
    return this.includesDotsOf(other) && this.vector.includesClosed(other.vector);
  }

  /**
   * The same, but for the members that the other has closed. That one of them is closed is no news of any row: all replicas
   * hold the same of it, and some hear a moment later that they do.
   */
  includesDotsOf(other: Context): boolean {
    if (this.actorsMissing(other.vector).length > 0) return false;
    return other.dots().every((dot) => this.covers(dot.actor, dot.counter));
  }

  /** The actors of a vector of which some dot is not covered here. */
  actorsMissing(vector: VersionVector): Actor[] {
    const actors: Actor[] = [];
    for (const [actor, counter] of vector.entries()) {
      let held = this.vector.get(actor);
      while (held < counter && this.covers(actor, held + 1)) held++;
      if (held < counter) actors.push(actor);
    }
    return actors;
  }

  #addAll(other: Context): void {
    for (const [actor, counters] of other.#dots) for (const counter of counters) this.add(actor, counter);
  }
}
