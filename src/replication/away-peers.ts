/**
 * Peers that are away, and the hints that wait for them. From the first loss of a peer on, the log keeps what it lacks,
 * until it is back and has all that we held when it came; so a peer that comes and goes does not begin its window anew
 * (Cassandra did: CASSANDRA-14309). Beyond the window, or when the log that is kept for peers that are away outgrows its
 * budget, the log is cut for a peer: once it is back, it gets a full sync.
 */
import type { VersionVector } from "../causality/index.js";
import type { Timer } from "../runtime/index.js";
import type { PeerClocks } from "./acks.js";
import type { Environment } from "./environment.js";
import { bytesKept } from "./hint-budget.js";
import { type HintCounts, HintLedger } from "./hint-ledger.js";
import { type Absence, type PeerRecord, peerKey, sealPeer } from "./peer-record.js";

const ROUND_MS = 1_000;
/** What peers are known to hold is written so often: after a crash no more than this is counted anew. */
const SAVE_MS = 30_000;
/** Links come up in this time after a start: until then nobody who was never seen counts as lost. */
const START_GRACE_MS = 10_000;
/** How much of the rate of deliveries the last round makes. */
const RATE_WEIGHT = 0.3;

export interface HintSettings {
  /** Counted from the first loss of a peer. */
  readonly maxHintWindowMs: number;
  /** Of log that is kept for nobody but peers that are away. */
  readonly hintBudgetBytes: number;
}

/** What waits for one peer. */
export interface PeerHints extends HintCounts {
  readonly nodeId: string;
  readonly pending: number;
  /** Since the first loss; 0 while it is not away. */
  readonly oldestAgeMs: number;
  readonly ratePerSecond: number;
  /** Until all is delivered, at this rate; 0 while none is. */
  readonly estimatedMs: number;
  readonly isFullSyncDue: boolean;
  /** Copies of sloppy writes that we hold for it as its fallback; they are no hints. */
  readonly copiesHeld: number;
}

interface Away {
  readonly record: { sinceMs: number; isCut: boolean };
  /** Of the first loss, on our monotonic clock; it may lie before its beginning. */
  readonly sinceMs: number;
  readonly ledger: HintLedger;
  /** Partitions of which it told us that it holds something: when it holds nothing now, it lost its store. */
  readonly known: Set<number>;
  /** Of the ledger, what the node's counters have. */
  counted: HintCounts;
  /** What it is still to get of what we held when it came back, by partition; undefined while it is not there. */
  owed: Map<number, VersionVector> | undefined;
  ratePerSecond: number;
}

const NONE: HintCounts = { created: 0, delivered: 0, expired: 0, dropped: 0 };
const HINT_COUNTS = ["created", "delivered", "expired", "dropped"] as const;

export class AwayPeers {
  readonly #environment: Environment;
  readonly #peerClocks: PeerClocks;
  readonly #settings: HintSettings;
  readonly #away = new Map<number, Away>();
  /** Of the absences that are over. */
  readonly #totals = new Map<number, HintCounts>();
  readonly #seen = new Set<number>();
  #startedAtMs = 0;
  #timer: Timer | undefined;
  #saving: Timer | undefined;

  constructor(environment: Environment, peerClocks: PeerClocks, settings: HintSettings) {
    this.#environment = environment;
    this.#peerClocks = peerClocks;
    this.#settings = settings;
  }

  /** @param stored what the store says of peers: what they held, and who was away when the process before this one ended */
  start(stored: ReadonlyMap<number, PeerRecord>): void {
    const { clock, timers } = this.#environment;
    this.#startedAtMs = clock.monotonicMs();
    for (const [member, { absence, clocks }] of stored) {
      for (const partition of this.#sharedWith(member)) {
        const clock = clocks.get(partition);
        if (clock !== undefined) this.#peerClocks.restore(partition, member, clock);
      }
      if (absence !== undefined) this.#begin(member, absence);
    }
    this.#timer = timers.every(ROUND_MS, () => this.#runRound());
    this.#saving = timers.every(SAVE_MS, () => this.#saveChanged());
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#saving?.cancel();
    this.#saveChanged();
  }

  /** The log is kept for this member no longer, until it is back. */
  isCutOff(member: number): boolean {
    return this.#away.get(member)?.record.isCut === true && !this.#environment.liveness.isAlive(member);
  }

  peerDown(member: number): void {
    if (this.#timer === undefined) return;
    const away = this.#away.get(member);
    if (away !== undefined) {
      away.owed = undefined;
      this.#save(member);
    } else if (this.#sharedWith(member).length > 0) this.#lose(member);
  }

  /** It is removed from the cluster: what waits for it never gets there. */
  dismiss(member: number): void {
    const away = this.#away.get(member);
    if (away !== undefined) {
      this.#update(member, away);
      away.ledger.giveUp("dropped");
      this.#end(member, away);
    }
    this.#peerClocks.drop(member);
    this.#environment.commit.put(peerKey(member), undefined);
  }

  report(): Omit<PeerHints, "copiesHeld">[] {
    const { self, view } = this.#environment;
    return view.layout.members
      .filter(({ number }) => number !== self.number)
      .map(({ number, nodeId }) => {
        const away = this.#away.get(number);
        if (away !== undefined) this.#update(number, away);
        const counts = sumOf(this.#totals.get(number) ?? NONE, away?.ledger.counts ?? NONE);
        const pending = away?.ledger.pending ?? 0;
        const ratePerSecond = away?.ratePerSecond ?? 0;
        return {
          nodeId,
          ...counts,
          pending,
          oldestAgeMs: away === undefined ? 0 : this.#ageMs(away),
          ratePerSecond,
          estimatedMs: ratePerSecond === 0 ? 0 : Math.ceil((pending / ratePerSecond) * 1_000),
          isFullSyncDue: away?.record.isCut ?? false,
        };
      });
  }

  #runRound(): void {
    const { liveness, self, view } = this.#environment;
    for (const { number } of view.layout.members) {
      if (number === self.number || this.#sharedWith(number).length === 0) continue;
      if (liveness.isAlive(number)) this.#seen.add(number);
      else if (!this.#away.has(number) && (this.#seen.has(number) || !this.#isStarting())) this.#lose(number);
    }
    for (const [member, away] of [...this.#away]) this.#follow(member, away);
    if (!this.#isStarting()) this.#keepBudget();
  }

  #follow(member: number, away: Away): void {
    const isAlive = this.#environment.liveness.isAlive(member);
    const delivered = away.ledger.counts.delivered;
    this.#update(member, away);
    const rate = ((away.ledger.counts.delivered - delivered) * 1_000) / ROUND_MS;
    away.ratePerSecond = isAlive ? away.ratePerSecond * (1 - RATE_WEIGHT) + rate * RATE_WEIGHT : 0;
    if (!isAlive) {
      away.owed = undefined;
      const isExpired = this.#ageMs(away) > this.#settings.maxHintWindowMs && !this.#isStarting();
      if (isExpired && !away.record.isCut) this.#cut(member, away, "expired");
      return;
    }
    away.owed ??= this.#heldFor(member);
    for (const [partition, clock] of away.owed)
      if (this.#peerClocks.get(partition, member).includes(clock)) away.owed.delete(partition);
    if (away.owed.size === 0) this.#end(member, away);
  }

  /** Brings the ledger up to date: what we hold for it by now, and what it is known to hold. */
  #update(member: number, away: Away): void {
    for (const partition of this.#sharedWith(member)) {
      const replica = this.#environment.replica(partition);
      const clock = this.#peerClocks.get(partition, member);
      if (away.owed === undefined && !away.record.isCut && replica !== undefined)
        away.ledger.hold(partition, replica.durableClock);
      if (clock.size > 0) away.known.add(partition);
      else if (away.known.delete(partition)) away.ledger.giveUp("dropped", partition);
      away.ledger.acknowledge(partition, clock);
    }
    this.#count(away);
  }

  #lose(member: number): void {
    this.#environment.log.info({ peer: member }, "a peer is away; the log is kept for it");
    this.#begin(member, { sinceMs: this.#environment.clock.wallMs(), isCut: false });
    this.#save(member);
  }

  #begin(member: number, record: Absence): void {
    const { clock } = this.#environment;
    const ledger = new HintLedger();
    // Below the floor there is no log that could be kept.
    for (const partition of this.#sharedWith(member)) {
      const replica = this.#environment.replica(partition);
      if (replica === undefined) continue;
      ledger.acknowledge(partition, replica.floor);
      ledger.acknowledge(partition, this.#peerClocks.get(partition, member));
    }
    const sinceMs = clock.monotonicMs() - Math.max(0, clock.wallMs() - record.sinceMs);
    const away: Away = {
      record: { ...record },
      sinceMs,
      ledger,
      known: new Set(),
      counted: NONE,
      owed: undefined,
      ratePerSecond: 0,
    };
    this.#away.set(member, away);
    this.#update(member, away);
  }

  #cut(member: number, away: Away, why: "expired" | "dropped"): void {
    this.#environment.log.warn(
      { peer: member, awayMs: Math.round(this.#ageMs(away)), hints: away.ledger.pending },
      why === "expired"
        ? "a peer is away for longer than the log is kept; it will get a full sync"
        : "the log that is kept for peers that are away has outgrown its budget; the one away longest will get a full sync",
    );
    away.ledger.giveUp(why);
    away.record.isCut = true;
    this.#count(away);
    this.#save(member);
  }

  /** It is back and has all that it was to get, or will never be. */
  #end(member: number, away: Away): void {
    this.#count(away);
    const { created, delivered, expired, dropped } = away.ledger.counts;
    if (created !== delivered + expired + dropped) {
      this.#environment.counters.add("hints_unaccounted");
      this.#environment.log.error({ peer: member, ...away.ledger.counts }, "hints do not add up");
    }
    this.#totals.set(member, sumOf(this.#totals.get(member) ?? NONE, away.ledger.counts));
    this.#away.delete(member);
    this.#save(member);
    this.#environment.log.info(
      { peer: member, hints: delivered, dropped },
      "nothing is kept any more for a peer that was away",
    );
  }

  /** Cuts the log for the peer that is away longest until what is kept is within the budget. */
  #keepBudget(): void {
    const { liveness } = this.#environment;
    const kept = [...this.#away]
      .filter(([member, away]) => !away.record.isCut && !liveness.isAlive(member))
      .sort(([, a], [, b]) => a.sinceMs - b.sinceMs);
    for (const [member, away] of kept) {
      const bytes = bytesKept(this.#environment, this.#peerClocks, (peer) => this.isCutOff(peer));
      if (bytes <= this.#settings.hintBudgetBytes) return;
      this.#cut(member, away, "dropped");
    }
  }

  #heldFor(member: number): Map<number, VersionVector> {
    const held = new Map<number, VersionVector>();
    for (const partition of this.#sharedWith(member)) {
      const replica = this.#environment.replica(partition);
      if (replica !== undefined) held.set(partition, replica.durableClock.copy());
    }
    return held;
  }

  #count(away: Away): void {
    for (const name of HINT_COUNTS) {
      const more = away.ledger.counts[name] - away.counted[name];
      if (more > 0) this.#environment.counters.add(`hints_${name}`, more);
    }
    away.counted = { ...away.ledger.counts };
  }

  #save(member: number): void {
    const clocks = new Map(
      this.#sharedWith(member).map((partition) => [partition, this.#peerClocks.get(partition, member)]),
    );
    const absence = this.#away.get(member)?.record;
    this.#environment.commit.put(peerKey(member), sealPeer(member, { absence, clocks }));
  }

  #saveChanged(): void {
    for (const member of this.#peerClocks.takeChanged()) this.#save(member);
  }

  #sharedWith(member: number): readonly number[] {
    const { self, view } = this.#environment;
    return view.partitionsOf(self.number).filter((partition) => view.isReplica(partition, member));
  }

  #ageMs(away: Away): number {
    return Math.max(0, this.#environment.clock.monotonicMs() - away.sinceMs);
  }

  #isStarting(): boolean {
    return this.#environment.clock.monotonicMs() - this.#startedAtMs < START_GRACE_MS;
  }
}

function sumOf(a: HintCounts, b: HintCounts): HintCounts {
  return {
    created: a.created + b.created,
    delivered: a.delivered + b.delivered,
    expired: a.expired + b.expired,
    dropped: a.dropped + b.dropped,
  };
}
