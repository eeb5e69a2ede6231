/** Members that partitions of this node wait for, and since when: for operators to see. Nothing is decided by it. */
import type { Clock } from "../runtime/index.js";

interface Blocker {
  readonly member: number;
  /** Without a break, as far as this process knows. */
  readonly blockingMs: number;
  /** Partitions that wait for it. */
  readonly partitions: number;
}

export class Blockers {
  readonly #clock: Clock;
  #blocking: ReadonlyMap<number, { readonly sinceMs: number; readonly partitions: number }> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Once a round: of each partition that waits, for whom. */
  note(waiting: Iterable<readonly number[]>): void {
    const nowMs = this.#clock.monotonicMs();
    const found = new Map<number, { sinceMs: number; partitions: number }>();
    for (const members of waiting)
      for (const member of members) {
        const sinceMs = this.#blocking.get(member)?.sinceMs ?? nowMs;
        found.set(member, { sinceMs, partitions: (found.get(member)?.partitions ?? 0) + 1 });
      }
    this.#blocking = found;
  }

  /** As of the last round. */
  report(): Blocker[] {
    const nowMs = this.#clock.monotonicMs();
    return [...this.#blocking].map(([member, { sinceMs, partitions }]) => ({
      member,
      blockingMs: nowMs - sinceMs,
      partitions,
    }));
  }
}
