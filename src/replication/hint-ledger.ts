/**
 * What became of the hints for one peer while it was away. A hint is a dot that we hold durably and the peer lacks: an
 * entry of our log, never a copy. Every one that was ever created is either still pending or ended in exactly one way:
 *
 *     created = delivered + expired + dropped + pending
 *
 * For each actor there are two marks: how far our log holds dots for the peer, and how far those are settled, because
 * the peer acknowledged them or because they were given up. Both only rise, so that each dot counts once, even if the
 * peer loses its store meanwhile and its clock goes back.
 */
import type { Actor, VersionVector } from "../causality/index.js";

export interface HintCounts {
  readonly created: number;
  /** The peer's acknowledged clock rose over them. */
  readonly delivered: number;
  /** Given up because the peer was away for too long. */
  readonly expired: number;
  /** Given up for the disk budget, or because the peer lost its store or left the cluster. */
  readonly dropped: number;
}

type HintEnd = Exclude<keyof HintCounts, "created">;

interface Stretch {
  held: number;
  settled: number;
}

export class HintLedger {
  readonly #partitions = new Map<number, Map<Actor, Stretch>>();
  readonly #counts = { created: 0, delivered: 0, expired: 0, dropped: 0 };

  get counts(): HintCounts {
    return this.#counts;
  }

  /** From the marks, not from the counts: the one checks the other. */
  get pending(): number {
    let pending = 0;
    for (const stretches of this.#partitions.values())
      for (const stretch of stretches.values()) pending += pendingIn(stretch);
    return pending;
  }

  /** We hold these dots durably. */
  hold(partition: number, clock: VersionVector): void {
    for (const [actor, counter] of clock.entries()) {
      const stretch = this.#stretch(partition, actor);
      const before = pendingIn(stretch);
      stretch.held = Math.max(stretch.held, counter);
      this.#counts.created += pendingIn(stretch) - before;
    }
  }

  /** The peer holds these dots durably. */
  acknowledge(partition: number, clock: VersionVector): void {
    for (const [actor] of clock.entries()) this.#stretch(partition, actor);
    for (const [actor, stretch] of this.#partitions.get(partition) ?? [])
      this.#settle(stretch, clock.get(actor), "delivered");
  }

  /** What is pending, of one partition or of all, is given up. */
  giveUp(how: "expired" | "dropped", partition?: number): void {
    for (const [number, stretches] of this.#partitions)
      if (partition === undefined || partition === number)
        for (const stretch of stretches.values()) this.#settle(stretch, stretch.held, how);
  }

  #settle(stretch: Stretch, upTo: number, how: HintEnd): void {
    const before = pendingIn(stretch);
    stretch.settled = Math.max(stretch.settled, upTo);
    this.#counts[how] += before - pendingIn(stretch);
  }

  #stretch(partition: number, actor: Actor): Stretch {
    let stretches = this.#partitions.get(partition);
    if (stretches === undefined) {
      stretches = new Map();
      this.#partitions.set(partition, stretches);
    }
    let stretch = stretches.get(actor);
    if (stretch === undefined) {
      stretch = { held: 0, settled: 0 };
      stretches.set(actor, stretch);
    }
    return stretch;
  }
}

function pendingIn({ held, settled }: Stretch): number {
  return Math.max(0, held - settled);
}
