/**
 * The fallback (rule 15): takes copies of deltas for replicas that are away, and hands them home when those are back. It
 * mints no dots and votes in nothing. A copy goes home as the state of its row, to be joined like a read repair: the
 * clock of the home rises by the delta itself or by catch-up, and where the delta died with its coordinator's disk, the
 * copy is a row ahead of all clocks, which stability announces anew (rule 8).
 *
 * While we hold copies of a partition nobody may forget anything of it; see `Views`.
 */
import { actorMember, Context } from "../causality/index.js";
import type { Delta, HoldRequest, RepairRequest } from "../codec/index.js";
import type { Timer } from "../runtime/index.js";
import { copyAddressOf, type StoreKey } from "../storage/index.js";
import type { ClockTelling } from "./clock-telling.js";
import { partitionOfRow } from "./delta-receiver.js";
import type { Environment } from "./environment.js";
import type { FallbackCopies } from "./fallback-copies.js";
import type { Views } from "./views.js";

const ROUND_MS = 2_000;
/** Copies under way to one home. */
const IN_FLIGHT_MAX = 8;
/** One that was not answered by then is sent again. */
const ANSWER_MS_MAX = 10_000;

interface UnderWay {
  callId: number;
  readonly sentAtMs: number;
}

export class Fallback {
  readonly #environment: Environment;
  readonly #views: Views;
  readonly #telling: ClockTelling;
  readonly #copies: FallbackCopies;
  /** What our view says that we keep; more than we do until a release. */
  readonly #kept: Set<number>;
  /** By home. */
  readonly #underWay = new Map<number, Map<StoreKey, UnderWay>>();
  #timer: Timer | undefined;

  constructor(environment: Environment, views: Views, telling: ClockTelling, copies: FallbackCopies) {
    this.#environment = environment;
    this.#views = views;
    this.#telling = telling;
    this.#copies = copies;
    // Before anybody was told of our view.
    this.#kept = copies.partitions;
    views.keep(this.#kept);
  }

  start(): void {
    this.#timer = this.#environment.timers.every(ROUND_MS, () => this.#runRound());
  }

  close(): void {
    this.#timer?.cancel();
  }

  peerUp(peer: number): void {
    this.#handHome(peer);
  }

  take(from: number, { id, home, delta }: HoldRequest): void {
    const { commit, counters, links } = this.#environment;
    const generation = links.generationOf(from);
    const reply = (isHeld: boolean): void => {
      links.answer(from, generation, { type: "hold-reply", id, isHeld });
    };
    if (!this.#isForUs(from, home, delta) || !this.#copies.hold(home, delta)) {
      counters.add("fallback_refused");
      return reply(false);
    }
    counters.add("fallback_held");
    this.#kept.add(delta.partition);
    // Not only once it is durable: by then our view may tell of a newer incarnation of who minted it.
    if (this.#views.keep(this.#kept)) this.#telling.viewChanged();
    commit.whenDurable(() => reply(true));
  }

  /**
   * Whoever minted it asks, and is not known to have a newer incarnation: of the past nothing is taken. An announcement
   * is about dots that have actors of their own, which may be past.
   */
  #isForUs(from: number, home: number, delta: Delta): boolean {
    const { self, view } = this.#environment;
    return (
      partitionOfRow(this.#environment, delta.rowKey) === delta.partition &&
      delta.announced === undefined &&
      actorMember(delta.actor) === from &&
      !this.#views.isPast(delta.actor) &&
      view.isReplica(delta.partition, home) &&
      !view.isReplica(delta.partition, self.number)
    );
  }

  #runRound(): void {
    const overdueMs = this.#environment.clock.monotonicMs() - ANSWER_MS_MAX;
    for (const copies of this.#underWay.values())
      for (const [key, { callId, sentAtMs }] of copies)
        if (sentAtMs <= overdueMs) {
          this.#environment.calls.cancel(callId);
          copies.delete(key);
        }
    for (const home of this.#copies.homes) this.#handHome(home);
    this.#release();
  }

  /** Partitions whose last copy is gone, once that is durable. In rounds: every release costs all members a new view. */
  #release(): void {
    const held = this.#copies.partitions;
    const gone = [...this.#kept].filter((partition) => !held.has(partition));
    if (gone.length === 0) return;
    this.#environment.commit.whenDurable(() => {
      const present = this.#copies.partitions;
      for (const partition of gone) if (!present.has(partition)) this.#kept.delete(partition);
      if (this.#views.keep(this.#kept)) this.#telling.viewChanged();
    });
  }

  /** Oldest first, a few at a time. */
  #handHome(home: number): void {
    const underWay = this.#underWay.get(home) ?? new Map<StoreKey, UnderWay>();
    this.#underWay.set(home, underWay);
    for (const key of this.#copies.keysFor(home)) {
      if (underWay.size >= IN_FLIGHT_MAX) return;
      if (underWay.has(key)) continue;
      const to = this.#recipientOf(key);
      if (to === undefined) return;
      const copy = this.#copies.read(key);
      if (copy === "damaged") this.#drop(key, "a copy held for a replica is damaged, and dropped");
      else if (!this.#send(to, key, copy, underWay)) return;
    }
  }

  /** Its home; when that is no replica any more, the first that is alive. */
  #recipientOf(key: StoreKey): number | undefined {
    const { liveness, self, view } = this.#environment;
    const { home, partition } = copyAddressOf(key);
    const recipients = view.isReplica(partition, home) ? [home] : view.replicaSet(partition);
    return recipients.find((member) => member !== self.number && liveness.isAlive(member));
  }

  /** False: the link does not take it now. */
  #send(to: number, key: StoreKey, copy: Delta, underWay: Map<StoreKey, UnderWay>): boolean {
    const { calls, clock, counters, hlc } = this.#environment;
    const way: UnderWay = { callId: 0, sentAtMs: clock.monotonicMs() };
    underWay.set(key, way);
    way.callId = calls.call(
      to,
      "repair-reply",
      (id) => rowStateOf(copy, id, hlc.last),
      (reply) => {
        underWay.delete(key);
        // The link is gone, or the home is being filled: again in the next round.
        if (reply === undefined || reply.outcome === "later") return;
        if (reply.outcome === "unwanted")
          this.#drop(key, "a copy held for a replica is not wanted there, and dropped");
        else {
          counters.add("fallback_delivered");
          this.#copies.remove(key);
        }
        this.#handHome(copyAddressOf(key).home);
      },
    );
    return underWay.has(key);
  }

  #drop(key: StoreKey, why: string): void {
    const { counters, log } = this.#environment;
    const { home, partition } = copyAddressOf(key);
    log.error({ home, partition }, why);
    counters.add("fallback_dropped");
    this.#copies.remove(key);
  }
}

/** The row as the delta alone would have made it. */
function rowStateOf(delta: Delta, id: number, hlc: RepairRequest["hlc"]): RepairRequest {
  const { actor, counter, partition, payload, replaced, rowKey } = delta;
  const live = payload === undefined ? [] : [{ actor, counter, payload }];
  const state = { live, context: Context.ofDots([{ actor, counter }, ...replaced]) };
  return { type: "repair-request", id, partition, rowKey, hlc, state };
}
