/**
 * One quorum read. One replica gives the row, the others digests of it; where they differ, the rows are fetched, joined,
 * and the join is written back to the replicas that answered before the client hears of it (blocking read repair), so
 * that quorum reads never go back in time (rule 16). A replica that cannot answer, or is slow, is made up for by
 * another.
 */
import { encodeToken, type ReadBody, type RowKey, rowDigest } from "../codec/index.js";
import {
  contextMatters,
  type DataType,
  joinStates,
  type RowState,
  readingOf,
  readToken,
} from "../crdt/index.js";
import { isTouchedBeyond, type PartitionReplica, readForCoordinator } from "../replica/index.js";
import type { Timer } from "../runtime/index.js";
import type { Environment } from "./environment.js";
import { failure, quorumUnavailable, readTimeout } from "./failures.js";
import type { LatencyWindow } from "./latency-window.js";
import type { Failure, Outcome } from "./operation.js";
import { chooseReplicas, countable, type QuorumPart, QuorumTracker, requiredCount } from "./quorum.js";
import { dotsSeen } from "./sessions.js";

interface ReadPlan {
  readonly type: DataType;
  /** How to show it: of a map's row, the type of the leaf. */
  readonly readType: DataType;
  readonly rowKey: RowKey;
  /** Ours. */
  readonly replica: PartitionReplica;
  readonly parts: readonly QuorumPart[];
  /** The replica set, whom to ask first before the others. */
  readonly candidates: readonly number[];
  /** Of the monotonic clock. */
  readonly deadlineMs: number;
  /** The caller wants to know what it has seen with the row. */
  readonly isOfSession: boolean;
}

type Refusal = Extract<ReadBody, { kind: "refused" }>["reason"] | "unreachable";

export class QuorumRead {
  readonly #environment: Environment;
  readonly #latency: LatencyWindow;
  readonly #plan: ReadPlan;
  /** Who answered; then, while the join is written back, who holds it. */
  #tracker: QuorumTracker;
  readonly #asked = new Set<number>();
  readonly #refusals = new Map<number, Refusal>();
  /** The rows that answered, by member. */
  readonly #states = new Map<number, RowState>();
  /** Of those who answered, as of then. */
  readonly #incarnations = new Map<number, number>();
  /** Members whose digest equals our own row's. */
  readonly #equal = new Set<number>();
  readonly #callIds: number[] = [];
  #deadline: Timer | undefined;
  #hedge: Timer | undefined;
  #done: ((outcome: Outcome) => void) | undefined;

  constructor(environment: Environment, latency: LatencyWindow, plan: ReadPlan) {
    this.#environment = environment;
    this.#latency = latency;
    this.#plan = plan;
    this.#tracker = new QuorumTracker(plan.parts);
  }

  run(done: (outcome: Outcome) => void): void {
    this.#done = done;
    this.#askEnough();
    if (this.#done === undefined) return;
    const { clock, timers } = this.#environment;
    const remainingMs = Math.max(0, this.#plan.deadlineMs - clock.monotonicMs());
    this.#deadline = timers.after(remainingMs, () =>
      this.#finish(readTimeout(this.#tracker.required, this.#tracker.received)),
    );
    this.#hedge = timers.after(this.#hedgeMs([...this.#asked]), () => this.#askOneMore());
  }

  #hedgeMs(members: readonly number[]): number {
    return this.#latency.hedgeAfterMs(members.filter((member) => !this.#isSelf(member)));
  }

  #isSelf(member: number): boolean {
    return member === this.#environment.self.number;
  }

  #canAsk(member: number): boolean {
    return !this.#refusals.has(member) && this.#environment.liveness.isAlive(member);
  }

  /** Asks as many as the level needs, beside those that were asked and have not refused. */
  #askEnough(): void {
    const chosen = chooseReplicas(this.#plan.parts, this.#plan.candidates, (member) => this.#canAsk(member));
    if (chosen === undefined) return this.#finish(this.#tooFew());
    // Those under way count: only who is not asked yet is asked. Ourselves first, whose clock the others answer to.
    for (const member of chosen) if (this.#done !== undefined && !this.#asked.has(member)) this.#ask(member);
  }

  #askOneMore(): void {
    const next = this.#nextCandidate(this.#asked);
    if (next === undefined) return;
    this.#environment.counters.add("reads_hedged");
    this.#ask(next);
  }

  /** The best one that counts for the level and is not involved yet. */
  #nextCandidate(involved: ReadonlySet<number>): number | undefined {
    return this.#plan.candidates.find(
      (member) =>
        !involved.has(member) &&
        this.#canAsk(member) &&
        this.#plan.parts.some((part) => part.members.includes(member)),
    );
  }

  #ask(member: number): void {
    this.#asked.add(member);
    if (this.#isSelf(member)) this.#takeOwn();
    else this.#request(member, this.#ownState() !== undefined);
  }

  #takeOwn(): void {
    const { replica, rowKey } = this.#plan;
    if (replica.doubt !== undefined) return this.#take(this.#environment.self.number, IN_DOUBT);
    this.#take(this.#environment.self.number, readForCoordinator(replica, rowKey, undefined));
  }

  #ownState(): RowState | undefined {
    return this.#states.get(this.#environment.self.number);
  }

  #request(member: number, isDigestEnough: boolean): void {
    const { calls, clock } = this.#environment;
    const { replica, rowKey } = this.#plan;
    const askedAtMs = clock.monotonicMs();
    const digestAgainst = isDigestEnough ? replica.durableClock : undefined;
    const id = calls.call(
      member,
      "read-reply",
      (callId) => ({
        type: "read-request",
        id: callId,
        partition: replica.partition,
        rowKey,
        digestAgainst,
      }),
      (reply) => {
        if (this.#done === undefined) return;
        if (reply === undefined) return this.#refuse(member, "unreachable");
        this.#incarnations.set(member, this.#environment.liveness.incarnationOf(member));
        this.#latency.add(member, clock.monotonicMs() - askedAtMs);
        this.#take(member, reply.body);
      },
    );
    this.#callIds.push(id);
  }

  #take(member: number, body: ReadBody): void {
    switch (body.kind) {
      case "refused":
        return this.#refuse(member, body.reason);
      case "state":
        this.#states.set(member, body.state);
        return this.#answered(member);
      case "digest":
        if (!this.#isEqualToOurs(body)) return this.#request(member, false);
        this.#equal.add(member);
        return this.#answered(member);
    }
  }

  /** Equal content, and neither side knows of the row what the other's clock does not cover. */
  #isEqualToOurs(body: Extract<ReadBody, { kind: "digest" }>): boolean {
    const { replica, rowKey, type } = this.#plan;
    const ours = this.#ownState();
    if (ours === undefined || body.digest !== rowDigest(rowKey, ours.live)) return false;
    if (!contextMatters(type)) return true;
    // What ran ahead of our clock is in no log of ours.
    const isAhead = !ours.context.beyond(replica.durableClock).isEmpty;
    return !isAhead && !body.isTouchedBeyond && !isTouchedBeyond(replica, rowKey, body.clock);
  }

  #refuse(member: number, reason: Refusal): void {
    this.#refusals.set(member, reason);
    this.#askEnough();
  }

  #answered(member: number): void {
    this.#tracker.succeed(member);
    if (this.#done === undefined || !this.#tracker.isSatisfied) return;
    this.#hedge?.cancel();
    // Enough came: whoever answers from now on is not waited for, and does not count among those that hold the join.
    this.#cancelCalls();
    this.#conclude();
  }

  #conclude(): void {
    const [first, ...rest] = this.#states.values();
    if (first === undefined) return this.#finish(failure("INTERNAL", "a read was answered without a row"));
    const joined = joinStates(this.#plan.type, [first, ...rest]);
    for (const [member, reason] of this.#refusals)
      if (reason === "damaged") this.#writeBack(member, joined, () => undefined);
    const stale = rest.length === 0 ? [] : this.#staleMembers(joined);
    if (stale.length === 0) return this.#answer(joined);
    this.#environment.counters.add("read_repairs");
    this.#repair(stale, joined);
  }

  /**
   * Whether what a replica showed us may still be written to others. Not once it started anew: it may have lost its disk,
   * and everybody else may by now have closed what it held alone (rules 8 and 10).
   */
  #isOfThePast(): boolean {
    const { liveness } = this.#environment;
    return [...this.#incarnations].some(
      ([member, incarnation]) => incarnation < liveness.incarnationOf(member),
    );
  }

  /** Of those that count for the level: who does not hold the join, as far as it could show. */
  #staleMembers(joined: RowState): number[] {
    const { rowKey, type } = this.#plan;
    const digest = rowDigest(rowKey, joined.live);
    const isStale = (state: RowState): boolean =>
      rowDigest(rowKey, state.live) !== digest ||
      (contextMatters(type) && !state.context.includes(joined.context));
    const stale = [...this.#states].filter(([, state]) => isStale(state)).map(([member]) => member);
    return stale.includes(this.#environment.self.number) ? [...stale, ...this.#equal] : stale;
  }

  /** Until as many as the level needs hold the join. A replica that does not take it is made up for by another. */
  #repair(stale: readonly number[], joined: RowState): void {
    this.#tracker = new QuorumTracker(this.#plan.parts);
    const hold = (member: number): void => {
      this.#tracker.succeed(member);
      if (this.#tracker.isSatisfied) this.#answer(joined);
    };
    const involved = new Set([...this.#states.keys(), ...this.#equal]);
    const holders = [...involved].filter((member) => !stale.includes(member));
    const offer = (member: number): void =>
      this.#writeBack(member, joined, (isTaken) => (isTaken ? hold(member) : offerAnother()));
    const offerAnother = (): void => {
      const next = this.#nextCandidate(involved);
      if (next === undefined || this.#done === undefined) return;
      involved.add(next);
      offer(next);
    };
    this.#hedge = this.#environment.timers.after(this.#hedgeMs(stale), offerAnother);
    for (const member of stale) offer(member);
    for (const member of holders) hold(member);
  }

  #writeBack(member: number, joined: RowState, done: (isTaken: boolean) => void): void {
    const { calls, commit, hlc } = this.#environment;
    const { replica, rowKey } = this.#plan;
    if (this.#isOfThePast())
      return this.#finish(
        failure("NOT_READY", "a replica that answered has started anew meanwhile; read again"),
      );
    if (this.#isSelf(member)) {
      replica.join(rowKey, joined);
      return commit.whenDurable(() => done(true));
    }
    const id = calls.call(
      member,
      "repair-reply",
      (callId) => ({
        type: "repair-request",
        id: callId,
        partition: replica.partition,
        rowKey,
        hlc: hlc.last,
        state: joined,
      }),
      (reply) => done(reply?.isDone === true),
    );
    this.#callIds.push(id);
  }

  #tooFew(): Failure {
    const reasons = [...this.#refusals.values()];
    if (reasons.includes("damaged") && !reasons.includes("unreachable"))
      return failure(
        "ROW_DAMAGED",
        "too few replicas hold an undamaged record of this row; it heals when one that does is back",
      );
    const alive = countable(this.#plan.parts, (member) => this.#canAsk(member));
    return quorumUnavailable(requiredCount(this.#plan.parts), alive);
  }

  #answer(state: RowState): void {
    const reading = readingOf(this.#plan.readType, state.live, this.#environment.clock.wallMs());
    const seen = this.#plan.isOfSession ? { seen: dotsSeen(state.context) } : {};
    if (reading.kind !== "values") return this.#finish({ ...reading, ...seen });
    const context = encodeToken(this.#plan.rowKey, readToken(state));
    this.#finish({ kind: "read", values: reading.values, context, ...seen });
  }

  #finish(outcome: Outcome): void {
    const done = this.#done;
    this.#done = undefined;
    this.#deadline?.cancel();
    this.#hedge?.cancel();
    this.#cancelCalls();
    done?.(outcome);
  }

  #cancelCalls(): void {
    for (const id of this.#callIds.splice(0)) this.#environment.calls.cancel(id);
  }
}

const IN_DOUBT: ReadBody = { kind: "refused", reason: "in-doubt" };
