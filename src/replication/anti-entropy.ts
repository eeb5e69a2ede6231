/**
 * Anti-entropy: pairs of replicas tell each other their durable clocks; the difference is the list of what is missing,
 * and a catch-up fetches it. A clock goes out when a link comes up and, every few seconds, when it changed. Who is
 * behind waits one round before it fetches, since live deltas may be on their way; on a new link it does not wait.
 */
import type { VersionVector } from "../causality/index.js";
import type { ClockMessage } from "../codec/index.js";
import type { PartitionReplica } from "../replica/index.js";
import type { Timer } from "../runtime/index.js";
import type { PeerClocks } from "./acks.js";
import type { CatchUp } from "./catch-up.js";
import type { ClockTelling } from "./clock-telling.js";
import { DoubtSettling } from "./doubt-settling.js";
import type { Environment } from "./environment.js";
import type { Stability } from "./stability.js";

const ROUND_MS = 2_000;
/** A gap in an actor's deltas is given this long to close by itself. */
const GAP_GRACE_MS = 150;

interface AntiEntropyParts {
  readonly peerClocks: PeerClocks;
  readonly catchUp: CatchUp;
  readonly telling: ClockTelling;
  readonly stability: Stability;
}

export class AntiEntropy {
  readonly #environment: Environment;
  readonly #peerClocks: PeerClocks;
  readonly #catchUp: CatchUp;
  readonly #telling: ClockTelling;
  readonly #stability: Stability;
  readonly #doubts: DoubtSettling;
  /** Whether each peer that told us its clock is a source; by partition. Cleared when its link goes down. */
  readonly #sources = new Map<number, Map<number, { readonly isInDoubt: boolean }>>();
  readonly #gaps = new Map<number, Timer>();
  /** Sources that refused since the last round, by partition. */
  readonly #refusers = new Map<number, Set<number>>();
  /** Partitions that have to catch up and found no room for another session. */
  readonly #waiting = new Set<number>();
  /** Partitions that lacked something in the last round already. */
  #behind: ReadonlySet<number> = new Set();
  #round: Timer | undefined;

  constructor(environment: Environment, parts: AntiEntropyParts) {
    this.#environment = environment;
    this.#peerClocks = parts.peerClocks;
    this.#catchUp = parts.catchUp;
    this.#telling = parts.telling;
    this.#stability = parts.stability;
    this.#doubts = new DoubtSettling(environment);
  }

  /** What a peer last told of its replica; false before it told anything. */
  isInDoubt(partition: number, peer: number): boolean {
    return this.#sources.get(peer)?.get(partition)?.isInDoubt === true;
  }

  start(): void {
    this.#round = this.#environment.timers.every(ROUND_MS, () => this.#runRound());
  }

  close(): void {
    this.#round?.cancel();
    for (const timer of this.#gaps.values()) timer.cancel();
    this.#gaps.clear();
  }

  peerUp(peer: number): void {
    this.#telling.peerUp(peer);
  }

  peerDown(peer: number): void {
    this.#sources.delete(peer);
  }

  /** Something is missing that a live delta may still bring. */
  gap(partition: number): void {
    if (this.#gaps.has(partition)) return;
    const timer = this.#environment.timers.after(GAP_GRACE_MS, () => {
      this.#gaps.delete(partition);
      this.fetch(partition);
    });
    this.#gaps.set(partition, timer);
  }

  /** A catch-up from this source is complete: tell it, and everybody else, in the next round. */
  adopted(replica: PartitionReplica, source: number): void {
    this.#hearOut(replica, source, this.isInDoubt(replica.partition, source) ? "is-in-doubt" : "caught-up");
    this.fetch(replica.partition);
  }

  /** A source cannot serve, for a damaged row or doubts of its own: the next best is asked at once. */
  refused(replica: PartitionReplica, source: number): void {
    const refusers = this.#refusers.get(replica.partition) ?? new Set();
    this.#refusers.set(replica.partition, refusers.add(source));
    this.fetch(replica.partition);
  }

  /** A catch-up session ended: partitions that found no room get theirs now, not a round later. */
  roomMade(): void {
    for (const partition of this.#waiting) {
      if (this.#catchUp.isFull) return;
      this.#waiting.delete(partition);
      this.fetch(partition);
    }
  }

  /** Whoever hears of own writes that it does not hold has forgotten more than those: see `DoubtSettling`. */
  doubtIfForgotten(replica: PartitionReplica, theirs: VersionVector): void {
    if (this.#doubts.doubtIfForgotten(replica, theirs)) this.#telling.tellAllPeers(replica.partition);
  }

  /** A peer told us the clock of one of its replicas. */
  receive(from: number, message: ClockMessage): void {
    const replica = this.#environment.replica(message.partition);
    if (replica === undefined || !this.#environment.view.isReplica(message.partition, from)) return;
    this.#environment.hlc.observe(message.hlc);
    const isNew = this.#remember(from, message);
    this.doubtIfForgotten(replica, message.clock);
    if (message.isInDoubt) {
      if (message.clock.size === 0) this.#hearOut(replica, from, "holds-nothing");
      else if (replica.doubt !== undefined) this.fetch(message.partition);
      return;
    }
    if (replica.doubt !== undefined && replica.clock.includes(message.clock))
      this.#hearOut(replica, from, "caught-up");
    if (isNew || replica.doubt !== undefined) this.#fetchFrom(replica, from);
  }

  #remember(from: number, message: ClockMessage): boolean {
    this.#peerClocks.set(message.partition, from, message.clock);
    const sources = this.#sources.get(from) ?? new Map();
    this.#sources.set(from, sources);
    const isNew = !sources.has(message.partition);
    sources.set(message.partition, { isInDoubt: message.isInDoubt });
    return isNew;
  }

  #hearOut(
    replica: PartitionReplica,
    member: number,
    how: "caught-up" | "holds-nothing" | "is-in-doubt",
  ): void {
    this.#doubts.hearOut(replica, member, how, () => this.#telling.tellAllPeers(replica.partition));
  }

  #fetchFrom(replica: PartitionReplica, source: number): void {
    const clock = this.#peerClocks.get(replica.partition, source);
    if (this.#sources.get(source)?.get(replica.partition)?.isInDoubt !== false) return;
    if (replica.clock.includes(clock) && !this.#doubts.wantsHearing(replica, source)) return;
    this.#start(replica, source, clock);
  }

  #start(replica: PartitionReplica, source: number, clock: VersionVector): void {
    if (this.#catchUp.isFull) this.#waiting.add(replica.partition);
    else this.#catchUp.start(replica, source, clock);
  }

  /** Nobody is left who is in no doubt: what those in doubt hold is all that there is. */
  #fetchFromDoubtful(replica: PartitionReplica): void {
    const { partition } = replica;
    for (const member of this.#environment.neighbourhood(partition).others) {
      if (replica.doubt === undefined || !this.isInDoubt(partition, member)) continue;
      const clock = this.#peerClocks.get(partition, member);
      if (!replica.clock.includes(clock)) return this.#start(replica, member, clock);
      if (clock.size > 0) this.#hearOut(replica, member, "is-in-doubt");
    }
  }

  /** From the best source: one of the region before others, then the one that is furthest ahead. */
  fetch(partition: number): void {
    const replica = this.#environment.replica(partition);
    if (replica === undefined) return;
    const { local, others } = this.#environment.neighbourhood(partition);
    const gain = (member: number): number =>
      this.#peerClocks.get(partition, member).dotsBeyond(replica.clock);
    const sources = others
      .filter((member) => this.#sources.get(member)?.get(partition)?.isInDoubt === false)
      .filter((member) => gain(member) > 0 || this.#doubts.wantsHearing(replica, member))
      .filter((member) => this.#refusers.get(partition)?.has(member) !== true)
      .sort((a, b) => Number(local.includes(b)) - Number(local.includes(a)) || gain(b) - gain(a));
    const best = sources[0];
    if (best !== undefined) this.#fetchFrom(replica, best);
    else if (replica.doubt !== undefined) this.#fetchFromDoubtful(replica);
  }

  #runRound(): void {
    this.#refusers.clear();
    for (const member of this.#environment.view.layout.members)
      if (this.#environment.links.isUp(member.number)) this.#telling.tellAll(member.number);
    const behind = new Set<number>();
    for (const partition of this.#environment.view.partitionsOf(this.#environment.self.number)) {
      const replica = this.#environment.replica(partition);
      if (replica === undefined) continue;
      this.#stability.advance(replica);
      if (!this.#isBehind(replica)) continue;
      behind.add(partition);
      if (replica.doubt !== undefined || this.#behind.has(partition)) this.fetch(partition);
    }
    this.#behind = behind;
    this.#stability.noteBlockers(this.#replicas());
  }

  #replicas(): PartitionReplica[] {
    const { self, view } = this.#environment;
    return view.partitionsOf(self.number).flatMap((partition) => this.#environment.replica(partition) ?? []);
  }

  #isBehind(replica: PartitionReplica): boolean {
    if (replica.doubt !== undefined) return true;
    const { others } = this.#environment.neighbourhood(replica.partition);
    return others.some((member) => !replica.clock.includes(this.#peerClocks.get(replica.partition, member)));
  }
}
