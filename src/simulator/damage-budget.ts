/**
 * What a run may destroy, so that its promises stay provable.
 *
 * Only one node a run, the victim, loses what it holds: wiped, rolled back, bits flipped, or unflushed writes lost
 * where the plan flushes now and then only. It may do so as often as it likes. Then
 *
 * - a write that two distinct replicas acknowledged, or one and a fallback, has a copy on another disk at every moment, so
 *   it must be there in the end;
 * - a write that one replica acknowledged must be there unless that one was the victim and lost its disk after the
 *   write had begun;
 * - a write at QUORUM was acknowledged by a majority, and a victim votes in no read before it has heard n - w + 1
 *   others, so strict reads must go on seeing it. Only a disk that went back as a whole, with its mark, or that lost what
 *   was never flushed, has nothing that tells it so before it hears its peers: what was known before such a loss is not
 *   held against reads that come after it.
 */
import type { Write } from "./history.js";

/**
 * Whether anything on the disk shows the node what it has lost; or the node is removed from the cluster, and its disk is
 * lost to the others.
 */
export type Damage = "seen" | "unseen" | "removed";

type Acknowledgement = Pick<Write, "fate" | "startedAtMs" | "acksReceived" | "fallbackAcks" | "minter">;

export class DamageBudget {
  /** A member number. */
  readonly victim: number;
  readonly #destroyedAtMs: number[] = [];
  readonly #unseenAtMs: number[] = [];
  #hasLostDisk = false;
  #hasRemoved = false;
  #mayBringBack = false;

  constructor(victim: number) {
    this.victim = victim;
  }

  get hasDestroyed(): boolean {
    return this.#destroyedAtMs.length > 0;
  }

  /** The victim's disk has lost something, and it was not merely removed from the cluster. */
  get hasLostDisk(): boolean {
    return this.#hasLostDisk;
  }

  /** From then on the victim may go on serving for a while, cut off from those that removed it. */
  hasRemovedBy(atMs: number): boolean {
    return this.#hasRemoved && this.#destroyedAtMs.some((each) => each <= atMs);
  }

  get hasRemoved(): boolean {
    return this.#hasRemoved;
  }

  /** A copy that is older than a loss was put back: what was lost may be there again, and the others may be done with it. */
  get mayBringBack(): boolean {
    return this.#mayBringBack;
  }

  /** @param copiedAtMs the disk is as it was then; undefined: some of it is gone or wrong */
  destroyed(member: number, atMs: number, damage: Damage, copiedAtMs?: number): void {
    if (member !== this.victim) throw new Error(`node ${member} lost data, and the victim is ${this.victim}`);
    if (copiedAtMs !== undefined)
      this.#mayBringBack ||= this.#destroyedAtMs.some((each) => each >= copiedAtMs);
    this.#destroyedAtMs.push(atMs);
    if (damage === "removed") this.#hasRemoved = true;
    else this.#hasLostDisk = true;
    if (damage === "unseen") this.#unseenAtMs.push(atMs);
  }

  /** Whether between these two moments something may have been forgotten that no disk can tell of. */
  mayHaveForgotten(fromMs: number, untilMs: number): boolean {
    return this.#unseenAtMs.some((atMs) => atMs >= fromMs && atMs <= untilMs);
  }

  /** Whether an acknowledged write must have survived. */
  mustHold(write: Acknowledgement): boolean {
    if (write.fate !== "acknowledged") return false;
    const isAfter = this.#destroyedAtMs.some((atMs) => atMs >= write.startedAtMs);
    if (!isAfter || write.acksReceived + write.fallbackAcks >= 2) return true;
    return write.minter !== undefined && write.minter !== this.victim;
  }
}
