/**
 * What the log of a replica held of actors that were closed and forgotten: the last counter of each. A position from
 * before then names no closed member, and still lacks nothing when it covers these: without them a watch that was
 * away for a moment would have to begin anew whenever a node had started. In memory only, since this process began.
 */
import { type Actor, actorIncarnation, actorMember, VersionVector } from "../causality/index.js";

/** Beyond it the oldest are dropped, and with them who would need them. */
const ACTORS_MAX = 64;

export class Forgotten {
  /** What was forgotten up to here, nobody can tell any more. */
  readonly #unknown = new VersionVector();
  readonly #lastCounters = new Map<Actor, number>();

  /** @param floor as it was when the process began */
  constructor(floor: VersionVector) {
    this.lose(floor);
  }

  /** These members are closed, and nobody here knows what there was of them. */
  lose(floor: VersionVector): void {
    for (const [member, incarnation] of floor.closed()) this.#unknown.close(member, incarnation);
  }

  add(actor: Actor, lastCounter: number): void {
    this.#lastCounters.set(actor, lastCounter);
    const [oldest] = this.#lastCounters.keys();
    if (this.#lastCounters.size <= ACTORS_MAX || oldest === undefined) return;
    this.#lastCounters.delete(oldest);
    this.#unknown.close(actorMember(oldest), actorIncarnation(oldest));
  }

  /** Whether the position has all that was forgotten. */
  isCoveredBy(position: VersionVector): boolean {
    if (!position.includesClosed(this.#unknown)) return false;
    for (const [actor, counter] of this.#lastCounters) if (!position.covers(actor, counter)) return false;
    return true;
  }
}
