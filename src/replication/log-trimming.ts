/**
 * Trims the logs. A log entry is what a peer that lacks its dot is sent (the log is the hint), and it keeps the request
 * id that made the dot. So it goes once every other replica is known to hold the dot durably, and once it was held for
 * longer than retries of its request may come (rule 17). For peers that are away it stays, as long as `away-peers.ts`
 * has it.
 *
 * Works in the background, in steps of one turn each, so that no request waits for long behind it.
 */
import type { Actor } from "../causality/index.js";
import type { PartitionReplica } from "../replica/index.js";
import type { Timer } from "../runtime/index.js";
import type { PeerClocks } from "./acks.js";
import { AgedClock } from "./aged-clock.js";
import type { AwayPeers } from "./away-peers.js";
import type { Environment } from "./environment.js";

const ROUND_MS = 5_000;
/** A step ends, and the next waits a moment, after so many entries or so many stretches of the log. */
const STEP_ENTRIES = 256;
const STEP_STRETCHES = 16;
const STEP_PAUSE_MS = 10;

interface Stretch {
  readonly replica: PartitionReplica;
  readonly actor: Actor;
  readonly upTo: number;
}

export class LogTrimming {
  readonly #environment: Environment;
  readonly #peerClocks: PeerClocks;
  readonly #away: Pick<AwayPeers, "isCutOff">;
  readonly #requestIdWindowMs: number;
  readonly #aged = new Map<number, AgedClock>();
  /** What is left of this round, the next one last. */
  #due: Stretch[] = [];
  #timer: Timer | undefined;

  constructor(
    environment: Environment,
    peerClocks: PeerClocks,
    away: Pick<AwayPeers, "isCutOff">,
    requestIdWindowMs: number,
  ) {
    this.#environment = environment;
    this.#peerClocks = peerClocks;
    this.#away = away;
    this.#requestIdWindowMs = requestIdWindowMs;
  }

  start(): void {
    this.#timer = this.#environment.timers.after(ROUND_MS, () => this.#runRound());
  }

  close(): void {
    this.#timer?.cancel();
  }

  #runRound(): void {
    this.#due = [];
    for (const partition of this.#environment.view.partitionsOf(this.#environment.self.number)) {
      const replica = this.#environment.replica(partition);
      if (replica !== undefined) this.#due.push(...this.#dueIn(replica));
    }
    this.#step();
  }

  #step(): void {
    let entries = 0;
    let stretches = 0;
    const next = (): void => {
      const stretch = this.#due.at(-1);
      if (stretch === undefined) return this.start();
      const { replica, actor, upTo } = stretch;
      replica.trimLog(actor, upTo, STEP_ENTRIES - entries, (error, count) => {
        if (error !== undefined) return this.start();
        this.#environment.counters.add("log_entries_trimmed", count);
        if (!replica.isTrimDue(actor, upTo)) this.#due.pop();
        entries += count;
        stretches++;
        if (entries < STEP_ENTRIES && stretches < STEP_STRETCHES) return next();
        this.#timer = this.#environment.timers.after(STEP_PAUSE_MS, () => this.#step());
      });
    };
    next();
  }

  /** A replica in doubt forgets nothing: it cannot tell yet what it has. */
  #dueIn(replica: PartitionReplica): Stretch[] {
    if (replica.doubt !== undefined) return [];
    const nowMs = this.#environment.clock.monotonicMs();
    const aged = this.#agedClock(replica.partition);
    aged.note(nowMs, replica.durableClock);
    return [...aged.agedAt(nowMs).entries()]
      .map(([actor, counter]) => ({ replica, actor, upTo: this.#heldByAll(replica, actor, counter) }))
      .filter(({ actor, upTo }) => replica.isTrimDue(actor, upTo));
  }

  /** The highest of the actor's dots up to one that no other replica lacks for whom the log is kept. */
  #heldByAll(replica: PartitionReplica, actor: Actor, counter: number): number {
    const { partition } = replica;
    let held = Math.min(counter, replica.durableClock.get(actor));
    for (const member of this.#environment.neighbourhood(partition).others)
      if (!this.#away.isCutOff(member))
        held = Math.min(held, this.#peerClocks.get(partition, member).get(actor));
    return held;
  }

  #agedClock(partition: number): AgedClock {
    const known = this.#aged.get(partition);
    if (known !== undefined) return known;
    const aged = new AgedClock(this.#requestIdWindowMs);
    this.#aged.set(partition, aged);
    return aged;
  }
}
