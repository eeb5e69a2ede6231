/**
 * What has expired and still lies on this node's disk, counted every now and then, and whom it waits for: for operators
 * to see. Nothing is decided by it.
 */
import type { PartitionReplica } from "../replica/index.js";
import { Blockers } from "./blockers.js";
import type { Environment } from "./environment.js";

/** Beyond so many nobody needs the exact number, and counting would cost. */
const ROWS_MAX = 10_000;
/** Who is first in line needs a moment for the rows that have just become due. */
const HELD_UP_MS = 5_000;

export class ReclaimBacklog {
  readonly #waitsFor: (replica: PartitionReplica) => readonly number[];
  readonly #blockers: Blockers;
  #rows = 0;
  #isCounting = false;

  /** @param waitsFor members that keep this node from removing what is due of a partition; none: it is about to */
  constructor({ clock }: Environment, waitsFor: (replica: PartitionReplica) => readonly number[]) {
    this.#waitsFor = waitsFor;
    this.#blockers = new Blockers(clock);
  }

  /** As of the last count; at most `ROWS_MAX`. */
  get rows(): number {
    return this.#rows;
  }

  get blockers(): ReturnType<Blockers["report"]> {
    return this.#blockers.report();
  }

  /** @param nowMs what expires by then is due */
  count(replicas: readonly PartitionReplica[], nowMs: number): void {
    if (this.#isCounting) return;
    this.#isCounting = true;
    const queue = replicas.filter(({ rows }) => rows.expirations.soonestMs <= nowMs);
    const waiting: (readonly number[])[] = [];
    let counted = 0;
    const next = (): void => {
      const replica = queue.shift();
      if (replica === undefined) {
        this.#isCounting = false;
        this.#rows = counted;
        this.#blockers.note(waiting);
        return;
      }
      const { expirations } = replica.rows;
      const isHeldUp = expirations.soonestMs <= nowMs - HELD_UP_MS;
      expirations.count(nowMs, ROWS_MAX - counted, (_error, count) => {
        counted += count;
        if (count > 0 && isHeldUp) waiting.push(this.#waitsFor(replica));
        next();
      });
    };
    next();
  }
}
