/**
 * How far a replica's clock had come a while ago. Ages count on the monotonic clock of this process, from the moment a
 * dot was seen here: stamps and wall clocks are set by people, and a step of theirs must not make a request id forgotten
 * before its time (rule 17). After a restart everything is young again.
 */
import { VersionVector } from "../causality/index.js";

/** What is old enough is noticed at most a quarter of the age late. */
const SAMPLES_PER_AGE = 4;

interface Sample {
  readonly atMs: number;
  readonly clock: VersionVector;
}

export class AgedClock {
  readonly #ageMs: number;
  /** In order of time; of those that are old enough only the last. */
  #samples: Sample[] = [];

  constructor(ageMs: number) {
    this.#ageMs = ageMs;
  }

  /** @param nowMs monotonic; at most a few samples are kept, however often this is called. */
  note(nowMs: number, clock: VersionVector): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && nowMs - last.atMs < this.#ageMs / SAMPLES_PER_AGE) return;
    if (last?.clock.equals(clock) === true) return;
    this.#samples.push({ atMs: nowMs, clock: clock.copy() });
  }

  /** Every dot of it was held at least so long. */
  agedAt(nowMs: number): VersionVector {
    const old = this.#samples.findLastIndex(({ atMs }) => nowMs - atMs >= this.#ageMs);
    if (old > 0) this.#samples = this.#samples.slice(old);
    return (old < 0 ? undefined : this.#samples[0]?.clock) ?? NOTHING;
  }
}

const NOTHING = new VersionVector();
