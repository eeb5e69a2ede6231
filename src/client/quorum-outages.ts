/**
 * Remembers where a quorum was lacking. A region whose nodes are well but whose partner replicas are gone refuses each
 * request in good health, so no circuit breaker opens; without this memory every request would first be refused at
 * home, and the retry budget would run out long before the outage ends. While a place is out, requests go past it;
 * when its wait is over one request tries it, and the others follow once that one is answered.
 */
import { WAIT_MS_MAX, WAIT_MS_MIN } from "./circuit-breaker.js";

/** What a quorum is lacking for: a partition, in a region, at a consistency level. */
type Place = string;

export function placeOf(region: string, partition: number, consistency: string | number): Place {
  return `${partition}/${consistency}/${region}`;
}

/** Beyond this many places everything is forgotten and learned anew. */
const PLACES_MAX = 4096;

interface Outage {
  failures: number;
  untilMs: number;
}

export class QuorumOutages {
  readonly #outages = new Map<Place, Outage>();

  /** Nothing is out anywhere, as a rule. */
  get isEmpty(): boolean {
    return this.#outages.size === 0;
  }

  /** True when a request should go past this place. False claims the trial: the next to ask waits again. */
  isOut(place: Place, nowMs: number): boolean {
    const outage = this.#outages.get(place);
    if (outage === undefined) return false;
    if (nowMs < outage.untilMs) return true;
    outage.untilMs = nowMs + WAIT_MS_MIN;
    return false;
  }

  failed(place: Place, nowMs: number): void {
    const failures = this.#outages.get(place)?.failures ?? 0;
    if (failures === 0 && this.#outages.size >= PLACES_MAX) this.#outages.clear();
    const waitMs = Math.min(WAIT_MS_MAX, WAIT_MS_MIN * 2 ** Math.min(failures, 16));
    this.#outages.set(place, { failures: failures + 1, untilMs: nowMs + waitMs });
  }

  answered(place: Place): void {
    this.#outages.delete(place);
  }
}
