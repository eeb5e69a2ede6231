/**
 * Reclaims what has expired, in the background: each row once all of it is over by every clock that counts, by a removal
 * that is replicated, logged and merged like any other. Reads do not wait for it.
 *
 * One replica does it for all: the first that is alive. The next ones follow, each half a minute later, in case it cannot;
 * where two did, their removals merge. A node that does not know what time it is removes nothing.
 */
import type { RowKey } from "../codec/index.js";
import { mayCoordinate, type PartitionReplica } from "../replica/index.js";
import type { Timer } from "../runtime/index.js";
import type { Dissemination } from "./dissemination.js";
import type { Environment } from "./environment.js";

const TURN_MS = 100;
const TURN_ROWS_MAX = 100;
const NEXT_IN_LINE_MS = 30_000;

export class Reclaiming {
  readonly #environment: Environment;
  readonly #dissemination: Dissemination;
  #timer: Timer | undefined;
  #isBusy = false;
  /** Whose turn is first: no partition keeps the others waiting. */
  #first = 0;

  constructor(environment: Environment, dissemination: Dissemination) {
    this.#environment = environment;
    this.#dissemination = dissemination;
  }

  start(): void {
    this.#timer = this.#environment.timers.every(TURN_MS, () => this.#turn());
  }

  close(): void {
    this.#timer?.cancel();
  }

  /**
   * For how long the row that waits the longest has been this node's to remove, at most: while too few clocks are in sight,
   * nobody removes any. 0 when none waits.
   */
  get lagMs(): number {
    const { liveness } = this.#environment;
    const nowMs = liveness.pastForAllMs() ?? liveness.expiryMs();
    let lagMs = 0;
    for (const replica of this.#held()) {
      const { soonestMs } = replica.rows.expirations;
      if (soonestMs > 0) lagMs = Math.max(lagMs, nowMs - this.#delayMs(replica) - soonestMs);
    }
    return lagMs;
  }

  #held(): PartitionReplica[] {
    const { replica, self, view } = this.#environment;
    return view.partitionsOf(self.number).flatMap((partition) => replica(partition) ?? []);
  }

  #turn(): void {
    const nowMs = this.#environment.liveness.pastForAllMs();
    if (this.#isBusy || nowMs === undefined) return;
    const due = this.#held().filter((replica) => this.#isDue(replica, nowMs));
    const queue = [...due.slice(this.#first % due.length), ...due.slice(0, this.#first % due.length)];
    this.#first++;
    this.#isBusy = true;
    this.#next(queue, TURN_ROWS_MAX);
  }

  #isDue(replica: PartitionReplica, nowMs: number): boolean {
    if (replica.rows.expirations.soonestMs > nowMs - this.#delayMs(replica)) return false;
    return mayCoordinate(replica.doubt, this.#environment.neighbourhood(replica.partition));
  }

  #delayMs({ partition }: PartitionReplica): number {
    const { liveness, self, view } = this.#environment;
    const alive = view.replicaSet(partition).filter((member) => liveness.isAlive(member));
    return Math.max(0, alive.indexOf(self.number)) * NEXT_IN_LINE_MS;
  }

  #next(queue: PartitionReplica[], left: number): void {
    const replica = queue.shift();
    if (replica === undefined || left === 0) {
      this.#isBusy = false;
      return;
    }
    const { expirations } = replica.rows;
    expirations.due(this.#dueMs(replica), left, (error, due) => {
      // The time may be another by now.
      const nowMs = this.#dueMs(replica);
      for (const { expiresAtMs, rowKey } of due)
        if (expiresAtMs <= nowMs) this.#reclaim(replica, rowKey, expiresAtMs, nowMs);
      this.#next(error === undefined ? queue : [], left - due.length);
    });
  }

  /** Negative: nothing is. */
  #dueMs(replica: PartitionReplica): number {
    const nowMs = this.#environment.liveness.pastForAllMs();
    return nowMs === undefined ? -1 : nowMs - this.#delayMs(replica);
  }

  #reclaim(replica: PartitionReplica, rowKey: RowKey, expiresAtMs: number, nowMs: number): void {
    const { actor, commit, counters } = this.#environment;
    const delta = replica.reclaim(actor, rowKey, expiresAtMs, nowMs);
    if (delta === undefined) return;
    counters.add("rows_reclaimed");
    commit.whenDurable(() => this.#dissemination.send(delta));
  }
}
