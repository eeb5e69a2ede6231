/**
 * The audit: finds rows that differ though the clocks are equal. Clocks say what was applied; they do not say that it is
 * still there. So every few seconds the node compares its sketches with those of one peer, in turn, which costs a few
 * kilobytes where all is equal. It runs by itself, and there is nothing to schedule.
 *
 * Partitions that are being written have unequal clocks most of the time, and are left for the next round. One that was
 * left out often is compared all the same; then only rows that no write under way has touched are made good.
 */
import type { AuditRequestMessage } from "../codec/index.js";
import type { PartitionReplica } from "../replica/index.js";
import type { Timer } from "../runtime/index.js";
import { AuditAsk } from "./audit-ask.js";
import { AuditRows } from "./audit-rows.js";
import { AuditService, isAuditable, isSettled } from "./audit-service.js";
import { AuditSession, type SessionResult } from "./audit-session.js";
import type { DamageVotes } from "./damage-vote.js";
import type { Environment } from "./environment.js";
import type { RowHealing } from "./row-healing.js";
import type { Scrubbing } from "./scrubbing.js";

/** Milliseconds from one peer to the next, by default. */
export const AUDIT_INTERVAL_MS = 10_000;
/** A partition is compared at last after it was left out so often in a row with one peer. */
const LEFT_OUT_MAX = 5;
/** After rows of ours were made good there may be more. */
const SOON_MS = 100;

export class Audit {
  readonly #environment: Environment;
  readonly #scrubbing: Scrubbing;
  readonly #rows: AuditRows;
  readonly #service: AuditService;
  readonly #intervalMs: number;
  /** How often in a row each partition was left out, by peer. */
  readonly #leftOut = new Map<number, Map<number, number>>();
  #turn = 0;
  #isRunning = false;
  #ticks: Timer | undefined;

  /** @param intervalMs from one peer to the next */
  constructor(
    environment: Environment,
    healers: { readonly healing: RowHealing; readonly votes: DamageVotes },
    scrubbing: Scrubbing,
    intervalMs: number,
  ) {
    this.#environment = environment;
    this.#scrubbing = scrubbing;
    this.#intervalMs = intervalMs;
    this.#rows = new AuditRows(environment, healers.healing, healers.votes);
    this.#service = new AuditService(environment, this.#rows);
  }

  start(): void {
    this.#ticks = this.#environment.timers.every(this.#intervalMs, () => this.#round());
  }

  close(): void {
    this.#ticks?.cancel();
  }

  serve(from: number, request: AuditRequestMessage): void {
    this.#service.serve(from, request);
  }

  /** All peers that share partitions with us, whether or not they are there. */
  get peers(): readonly number[] {
    const { self, view } = this.#environment;
    const held = view.partitionsOf(self.number);
    return view.layout.members
      .map(({ number }) => number)
      .filter(
        (member) => member !== self.number && held.some((partition) => view.isReplica(partition, member)),
      );
  }

  /** Partitions that we share with a peer. */
  sharedWith(peer: number): PartitionReplica[] {
    const { self, view } = this.#environment;
    return view
      .partitionsOf(self.number)
      .filter((partition) => view.isReplica(partition, peer))
      .flatMap((partition) => this.#environment.replica(partition) ?? []);
  }

  /** Compares with one peer now; `isForced`: partitions that are being written, too. False: one is running already. */
  runWith(peer: number, isForced: boolean, done: (result: SessionResult) => void): boolean {
    if (this.#isRunning) return false;
    this.#isRunning = true;
    const environment = this.#environment;
    const leftOut = this.#leftOutWith(peer);
    const auditable = this.sharedWith(peer).filter(isAuditable);
    const settled = auditable.filter(isSettled);
    const others = auditable.filter((replica) => !isSettled(replica));
    const isDue = ({ partition }: PartitionReplica): boolean =>
      isForced || (leftOut.get(partition) ?? 0) >= LEFT_OUT_MAX;
    const forced = [...others, ...(isForced ? [] : settled)].filter(isDue);
    new AuditSession({
      environment,
      rows: this.#rows,
      ask: new AuditAsk(environment, peer),
      peer,
      settled: settled.filter((replica) => !forced.includes(replica)),
      forced,
      scrub: ({ partition }) => this.#scrubbing.request(partition),
      done: (result) => {
        this.#isRunning = false;
        environment.counters.add("audit_rounds");
        const busy = new Set([...result.busy, ...others.map(({ partition }) => partition)]);
        for (const { partition } of forced) busy.delete(partition);
        for (const { partition } of auditable)
          leftOut.set(partition, busy.has(partition) ? (leftOut.get(partition) ?? 0) + 1 : 0);
        done(result);
      },
    }).begin();
    return true;
  }

  #round(): void {
    const { liveness, links } = this.#environment;
    const peers = this.peers.filter((peer) => links.isUp(peer) && liveness.isAlive(peer));
    const peer = peers[this.#turn++ % Math.max(1, peers.length)];
    if (peer !== undefined) this.#runUntilNothing(peer);
  }

  /** Again while rows are made good: what did not fit is found next. */
  #runUntilNothing(peer: number): void {
    this.runWith(peer, false, ({ isComplete, repaired }) => {
      if (isComplete && repaired > 0)
        this.#environment.timers.after(SOON_MS, () => this.#runUntilNothing(peer));
    });
  }

  #leftOutWith(peer: number): Map<number, number> {
    const known = this.#leftOut.get(peer) ?? new Map<number, number>();
    this.#leftOut.set(peer, known);
    return known;
  }
}
