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
import { ReclaimBacklog } from "./reclaim-backlog.js";

const TURN_MS = 100;
const TURN_ROWS_MAX = 100;
const NEXT_IN_LINE_MS = 30_000;
/** What waits is counted each so many turns. */
const COUNT_TURNS = 20;

export class Reclaiming {
  readonly #environment: Environment;
  readonly #dissemination: Dissemination;
  /** What waits to be removed on this node, whoever removes it. */
  readonly backlog: ReclaimBacklog;
  #timer: Timer | undefined;
  #isBusy = false;
  /** By which it changes whose turn is first: no partition keeps the others waiting. */
  #turns = 0;

  constructor(environment: Environment, dissemination: Dissemination) {
    this.#environment = environment;
    this.#dissemination = dissemination;
    this.backlog = new ReclaimBacklog(environment, (replica) => this.#waitsFor(replica));
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
    const nowMs = this.#pastMs();
    let lagMs = 0;
    for (const replica of this.#held()) {
      const { soonestMs } = replica.rows.expirations;
      if (soonestMs > 0) lagMs = Math.max(lagMs, nowMs - this.#delayMs(replica) - soonestMs);
    }
    return lagMs;
  }

  #pastMs(): number {
    const { liveness } = this.#environment;
    return liveness.pastForAllMs() ?? liveness.expiryMs();
  }

  #held(): PartitionReplica[] {
    const { replica, self, view } = this.#environment;
    return view.partitionsOf(self.number).flatMap((partition) => replica(partition) ?? []);
  }

  #turn(): void {
    const turn = this.#turns++;
    if (turn % COUNT_TURNS === 0) this.backlog.count(this.#held(), this.#pastMs());
    const nowMs = this.#environment.liveness.pastForAllMs();
    if (this.#isBusy || nowMs === undefined) return;
    const due = this.#held().filter((replica) => this.#isDue(replica, nowMs));
    const queue = [...due.slice(turn % due.length), ...due.slice(0, turn % due.length)];
    this.#isBusy = true;
    this.#next(queue, TURN_ROWS_MAX);
  }

  #isDue(replica: PartitionReplica, nowMs: number): boolean {
    if (replica.rows.expirations.soonestMs > nowMs - this.#delayMs(replica)) return false;
    return mayCoordinate(replica.doubt, this.#environment.neighbourhood(replica.partition));
  }

  #delayMs(replica: PartitionReplica): number {
    return Math.max(0, this.#line(replica).indexOf(this.#environment.self.number)) * NEXT_IN_LINE_MS;
  }

  #line({ partition }: PartitionReplica): number[] {
    const { liveness, view } = this.#environment;
    return view.replicaSet(partition).filter((member) => liveness.isAlive(member));
  }

  /** Whoever is away while too few clocks are in sight, who is first in line, or this node: none of them is a fault yet. */
  #waitsFor(replica: PartitionReplica): readonly number[] {
    const { liveness, neighbourhood, self, view } = this.#environment;
    const nowMs = liveness.pastForAllMs();
    if (nowMs === undefined) {
      if (liveness.clockDrift() !== undefined) return [self.number];
      const members = view.layout.members.map(({ number }) => number);
      return members.filter((member) => !liveness.isAlive(member));
    }
    if (replica.rows.expirations.soonestMs > nowMs - this.#delayMs(replica))
      return this.#line(replica).slice(0, 1);
    return mayCoordinate(replica.doubt, neighbourhood(replica.partition)) ? [] : [self.number];
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
