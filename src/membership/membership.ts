/**
 * The node's view of its peers: handshakes, heartbeats, incarnations, clock drift. Tells the rest of the node when a
 * peer comes and goes.
 */
import type { HybridClock } from "../causality/index.js";
import type { HeartbeatMessage } from "../codec/index.js";
import type { PeerLinks } from "../replication/index.js";
import type { PeerHello, Runtime, Timer } from "../runtime/index.js";
import type { LayoutView } from "../topology/index.js";
import { CLOCKS_MIN, driftFromMedian } from "./clock-filter.js";
import { FailureDetector, HEARTBEAT_MS, type PeerHealth } from "./failure-detector.js";
import { isCredible, type Refusal, readRefusal, refuseHello } from "./hello.js";

/**
 * Peers that say "another live process is you" may be wrong for a moment, while they have not noticed that an old link of
 * ours is gone. A node that nobody takes for itself ends; one that has a link with anybody goes on, for the peer that
 * refuses it may be the one that is wrong. The same goes for "you were removed", from who has no later layout than ours.
 */
const SHUNNED_FOR_MS = 10_000;

interface MembershipEvents {
  peerUp(peer: number): void;
  peerDown(peer: number): void;
  /** A newer incarnation of a peer: to be remembered durably. */
  learned(peer: number, incarnation: number): void;
  /** A peer knows a newer incarnation of us. */
  incarnationBehind(known: number, message: string): void;
  /** Another live process is this node, say all peers that answer. */
  identityRefused(message: string): void;
  /** This node was removed from the cluster. */
  removed(message: string): void;
}

interface MembershipSettings {
  readonly self: PeerHello;
  readonly view: LayoutView;
  readonly maxClockDriftMs: number;
  /** From the store. */
  readonly incarnations: ReadonlyMap<number, number>;
}

export class Membership {
  readonly #runtime: Runtime;
  readonly #settings: MembershipSettings;
  readonly #links: PeerLinks;
  readonly #hlc: HybridClock;
  readonly #events: MembershipEvents;
  readonly #detector = new FailureDetector();
  readonly #incarnations: Map<number, number>;
  readonly #instances = new Map<number, string>();
  /** Of the last link with each. */
  readonly #linkIncarnations = new Map<number, number>();
  readonly #refusals = new Map<number, string>();
  /** Since when peers say that this node is not who it says, or is no member, while none has a link with us. */
  #shunnedSinceMs: number | undefined;
  #timer: Timer | undefined;
  #clockState: "well" | "drifting" | "apart" = "well";

  constructor(
    runtime: Runtime,
    settings: MembershipSettings,
    links: PeerLinks,
    hlc: HybridClock,
    events: MembershipEvents,
  ) {
    this.#runtime = runtime;
    this.#settings = settings;
    this.#links = links;
    this.#hlc = hlc;
    this.#events = events;
    this.#incarnations = new Map(settings.incarnations);
  }

  start(): void {
    this.#timer = this.#runtime.timers.every(HEARTBEAT_MS, () => this.#beat());
  }

  close(): void {
    this.#timer?.cancel();
  }

  isAlive(member: number): boolean {
    return member === this.#settings.self.number || this.#detector.isAlive(member, this.#nowMs());
  }

  roundTripMs(member: number): number {
    return member === this.#settings.self.number ? 0 : this.health(member).roundTripMs;
  }

  health(member: number): PeerHealth {
    return this.#detector.health(member, this.#nowMs(), this.#runtime.clock.wallMs());
  }

  incarnationOf(member: number): number {
    return this.#incarnations.get(member) ?? 0;
  }

  /** Why our clock forbids coordinating writes; undefined when it does not. */
  clockDrift(): string | undefined {
    const { maxClockDriftMs } = this.#settings;
    const offsets = this.#peerOffsetsMs();
    const driftMs = driftFromMedian(offsets);
    if (driftMs === undefined || Math.abs(driftMs) <= maxClockDriftMs) return undefined;
    return `this node's clock is ${Math.round(driftMs)} ms from the median of ${offsets.length + 1} nodes, more than ${maxClockDriftMs}; nothing was written: set the clock, and write through another node meanwhile`;
  }

  /** Our wall clock; the median of all, while ours is beyond the bound. */
  expiryMs(): number {
    const wallMs = this.#runtime.clock.wallMs();
    const driftMs = driftFromMedian(this.#peerOffsetsMs()) ?? 0;
    return Math.abs(driftMs) <= this.#settings.maxClockDriftMs ? wallMs : Math.floor(wallMs - driftMs);
  }

  /**
   * A time that the clocks of all who may coordinate a write have passed: two of them are at most twice the bound apart.
   * Undefined while ours is beyond the bound, or while too few others are there to tell: of two clocks the slower counts,
   * a node of its own has only its own.
   */
  pastForAllMs(): number | undefined {
    const { maxClockDriftMs, view } = this.#settings;
    const offsets = this.#peerOffsetsMs();
    if (offsets.length + 1 < Math.min(CLOCKS_MIN, view.layout.members.length)) return undefined;
    const driftMs = driftFromMedian(offsets);
    if (driftMs !== undefined && Math.abs(driftMs) > maxClockDriftMs) return undefined;
    const behindMs = driftMs === undefined ? Math.min(0, ...offsets) : 0;
    return Math.floor(this.#runtime.clock.wallMs() + behindMs - 2 * maxClockDriftMs);
  }

  /** Why a peer may have no link with us; undefined when it may. */
  refusal(hello: PeerHello): string | undefined {
    const { self, view } = this.#settings;
    const refusal = refuseHello(hello, self, view, {
      incarnation: this.incarnationOf(hello.number),
      instance: this.#instances.get(hello.number),
      instanceIncarnation: this.#linkIncarnations.get(hello.number),
      isLive: this.#links.isUp(hello.number) && this.isAlive(hello.number),
    });
    if (refusal !== undefined) this.#runtime.log.warn({ peer: hello.nodeId, refusal }, "refusing a peer");
    return refusal;
  }

  /**
   * A peer tells of a newer incarnation. Its own link tells us, too, but maybe later: until then nothing counts that
   * still comes from the one before.
   */
  learn(member: number, incarnation: number): void {
    const { self, view } = this.#settings;
    if (member === self.number) {
      if (incarnation > self.incarnation && isCredible(incarnation, self))
        this.#events.incarnationBehind(incarnation, "a peer knows a newer incarnation of this node");
      return;
    }
    if (incarnation <= this.incarnationOf(member) || !isCredible(incarnation, self)) return;
    if (view.memberByNumber(member) === undefined) return;
    this.#incarnations.set(member, incarnation);
    this.#events.learned(member, incarnation);
    if (this.#links.isUp(member)) this.#links.reset(member, "a newer incarnation of it is known");
  }

  /** The link with this peer is of its newest incarnation: what comes over an older one is of a past that is over. */
  isCurrent(peer: number): boolean {
    return (this.#linkIncarnations.get(peer) ?? 0) >= this.incarnationOf(peer);
  }

  up(hello: PeerHello): void {
    this.#linkIncarnations.set(hello.number, hello.incarnation);
    if (hello.incarnation > this.incarnationOf(hello.number)) {
      this.#incarnations.set(hello.number, hello.incarnation);
      this.#events.learned(hello.number, hello.incarnation);
    }
    this.#instances.set(hello.number, hello.instance);
    this.#refusals.delete(hello.number);
    this.#shunnedSinceMs = undefined;
    this.#detector.linkUp(hello.number, this.#nowMs());
    this.#links.up(hello.number);
    this.#runtime.log.info({ peer: hello.nodeId }, "link up");
    this.#sendHeartbeat(hello.number);
    this.#events.peerUp(hello.number);
  }

  down(peer: number): void {
    if (!this.#links.isUp(peer)) return;
    this.#detector.linkDown(peer);
    this.#links.down(peer);
    this.#runtime.log.info({ peer }, "link down");
    this.#events.peerDown(peer);
  }

  refused(peer: number, reason: string): void {
    this.#runtime.log.warn({ peer, reason }, "a peer refuses this node");
    const refusal: Refusal = readRefusal(reason);
    if (refusal.kind === "incarnation" && isCredible(refusal.known, this.#settings.self))
      return this.#events.incarnationBehind(refusal.known, reason);
    this.#refusals.set(peer, reason);
    if (refusal.kind === "removed" && refusal.layoutVersion > this.#settings.view.layout.version)
      return this.#events.removed(reason);
    if (refusal.kind === "other" || refusal.kind === "incarnation" || this.#isLinked()) {
      this.#shunnedSinceMs = undefined;
      return;
    }
    this.#shunnedSinceMs ??= this.#nowMs();
    if (this.#nowMs() - this.#shunnedSinceMs <= SHUNNED_FOR_MS) return;
    if (refusal.kind === "removed") this.#events.removed(reason);
    else this.#events.identityRefused(reason);
  }

  /** The peers that refuse us, and why. */
  get refusals(): ReadonlyMap<number, string> {
    return this.#refusals;
  }

  #isLinked(): boolean {
    return this.#settings.view.layout.members.some(({ number }) => this.#links.isUp(number));
  }

  heartbeat(from: number, message: HeartbeatMessage): void {
    this.#hlc.observe(message.hlc);
    this.#detector.heartbeat(from, message, this.#nowMs());
  }

  #beat(): void {
    for (const peer of this.#detector.silent(this.#nowMs()))
      this.#links.reset(peer, "nothing was heard within the failure timeout");
    for (const { number } of this.#settings.view.layout.members)
      if (this.#links.isUp(number)) this.#sendHeartbeat(number);
    this.#watchDrift();
  }

  #sendHeartbeat(peer: number): void {
    this.#links.sendUrgent(peer, {
      type: "heartbeat",
      sentMs: this.#nowMs(),
      wallMs: this.#runtime.clock.wallMs(),
      hlc: this.#hlc.last,
      ...this.#detector.echo(peer, this.#nowMs()),
    });
  }

  #watchDrift(): void {
    const drift = this.clockDrift();
    const state = drift !== undefined ? "drifting" : this.#isApart() ? "apart" : "well";
    if (state === this.#clockState) return;
    this.#clockState = state;
    const { log } = this.#runtime;
    if (drift !== undefined) log.error({}, drift);
    else if (state === "well") log.warn({}, "this node's clock is back within the bound");
    else
      log.warn(
        {},
        `this node's clock and its only peer's are more than ${this.#settings.maxClockDriftMs} ms apart; two clocks cannot tell which one is wrong: set them`,
      );
  }

  /** Too few clocks to judge by, and they disagree (rule 21). */
  #isApart(): boolean {
    const offsets = this.#peerOffsetsMs();
    const isFar = (offset: number): boolean => Math.abs(offset) > this.#settings.maxClockDriftMs;
    return driftFromMedian(offsets) === undefined && offsets.some(isFar);
  }

  /** Of the peers that are alive and were measured. */
  #peerOffsetsMs(): number[] {
    const { view, self } = this.#settings;
    const offsets: number[] = [];
    for (const { number } of view.layout.members) {
      if (number === self.number || !this.isAlive(number)) continue;
      const offset = this.health(number).clockOffsetMs;
      if (offset !== undefined) offsets.push(offset);
    }
    return offsets;
  }

  #nowMs(): number {
    return this.#runtime.clock.monotonicMs();
  }
}
