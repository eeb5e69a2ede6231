/**
 * What a run may destroy, so that its promises stay provable.
 *
 * Only one node a run, the victim, loses what it holds: wiped, rolled back, bits flipped, or unflushed writes lost
 * where the plan flushes now and then only. It may do so as often as it likes. Then
 *
 * - a write that two distinct replicas acknowledged has a copy on another disk at every moment, so it must be there in
 *   the end;
 * - a write that one replica acknowledged must be there unless that one was the victim and lost its disk after the
 *   write had begun;
 * - a write at QUORUM was acknowledged by a majority, and a victim votes in no read before it has heard n - w + 1
 *   others, so strict reads must go on seeing it.
 */
import type { Write } from "./history.js";

export class DamageBudget {
  /** A member number. */
  readonly victim: number;
  readonly #destroyedAtMs: number[] = [];

  constructor(victim: number) {
    this.victim = victim;
  }

  get hasDestroyed(): boolean {
    return this.#destroyedAtMs.length > 0;
  }

  destroyed(member: number, atMs: number): void {
    if (member !== this.victim) throw new Error(`node ${member} lost data, and the victim is ${this.victim}`);
    this.#destroyedAtMs.push(atMs);
  }

  /** Whether an acknowledged write must have survived. */
  mustHold(write: Write): boolean {
    if (write.fate !== "acknowledged") return false;
    const isAfter = this.#destroyedAtMs.some((atMs) => atMs >= write.startedAtMs);
    if (!isAfter || write.acksReceived >= 2) return true;
    return write.minter !== undefined && write.minter !== this.victim;
  }
}
