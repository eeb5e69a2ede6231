/**
 * How a read asks: as many replicas as its level needs, one more when they are slow, another one for each that refuses;
 * and how it hands back what they lack. The same for one row and for a range of them.
 */
import type { VersionVector } from "../causality/index.js";
import type { RowKey } from "../codec/index.js";
import type { RowState } from "../crdt/index.js";
import type { PartitionReplica } from "../replica/index.js";
import type { Timer } from "../runtime/index.js";
import type { Environment } from "./environment.js";
import { failure, quorumUnavailable, readTimeout } from "./failures.js";
import type { LatencyWindow } from "./latency-window.js";
import type { Failure } from "./operation.js";
import { chooseReplicas, countable, type QuorumPart, QuorumTracker, requiredCount } from "./quorum.js";

export interface AskingPlan {
  /** Ours. */
  readonly replica: PartitionReplica;
  readonly parts: readonly QuorumPart[];
  /** The replica set, whom to ask first before the others. */
  readonly candidates: readonly number[];
  /** Of the monotonic clock. */
  readonly deadlineMs: number;
  /** What the caller's session has seen of the partition; our own replica has it. Undefined: outside of any session. */
  readonly session: VersionVector | undefined;
}

interface Refused {
  readonly kind: "refused";
  readonly reason: "damaged" | "in-doubt" | "not-held";
}

const HEDGE_PART_OF_TIME_LEFT = 1 / 4;

interface Question<Answer> {
  /** Our own answer, before this returns or later. */
  own(take: (body: Answer | Refused) => void): void;
  /** Returns the id of the call. */
  ask(member: number, take: (body: Answer | Refused | undefined) => void): number;
  /** Enough answered. Whoever answers later is not heard any more. */
  enough(answers: ReadonlyMap<number, Answer>): void;
  /** Too few can answer, or nothing came of it within the deadline. */
  failed(failure: Failure): void;
}

export class QuorumAsking<Answer extends { readonly kind: string; readonly clock: VersionVector }> {
  readonly #environment: Environment;
  readonly #latency: LatencyWindow;
  readonly #plan: AskingPlan;
  readonly #question: Question<Answer>;
  /** Who answered; then, while something is handed back, who holds it. */
  #tracker: QuorumTracker;
  readonly #asked = new Set<number>();
  readonly #refusals = new Map<number, Refused["reason"] | "unreachable">();
  readonly #answers = new Map<number, Answer>();
  /** Of those who answered, as of then. */
  readonly #incarnations = new Map<number, number>();
  readonly #callIds: number[] = [];
  #state: "asking" | "handing-back" | "over" = "asking";
  #deadline: Timer | undefined;
  #hedge: Timer | undefined;

  constructor(
    environment: Environment,
    latency: LatencyWindow,
    plan: AskingPlan,
    question: Question<Answer>,
  ) {
    this.#environment = environment;
    this.#latency = latency;
    this.#plan = plan;
    this.#question = question;
    this.#tracker = new QuorumTracker(plan.parts);
  }

  run(): void {
    this.#askEnough();
    if (this.#state === "over") return;
    const { clock, timers } = this.#environment;
    const leftMs = Math.max(0, this.#plan.deadlineMs - clock.monotonicMs());
    this.#deadline = timers.after(leftMs, () => this.#fail(this.#late()));
    this.#hedgeLater();
  }

  /** Nothing is called back any more. */
  close(): void {
    this.#state = "over";
    this.#deadline?.cancel();
    this.#hedge?.cancel();
    this.#cancelCalls();
  }

  /** Who refused because its record is damaged. */
  get damaged(): number[] {
    return [...this.#refusals].filter(([, reason]) => reason === "damaged").map(([member]) => member);
  }

  /**
   * Hands something back to those that lack it, until as many as the level needs hold it. One that does not take it is
   * made up for by another.
   *
   * @param offer calls back with whether the member holds it now
   */
  handBack(
    stale: readonly number[],
    offer: (member: number, done: (isTaken: boolean) => void) => void,
    done: () => void,
  ): void {
    this.#tracker = new QuorumTracker(this.#plan.parts);
    const hold = (member: number): void => {
      const wasSatisfied = this.#tracker.isSatisfied;
      this.#tracker.succeed(member);
      if (this.#state !== "over" && !wasSatisfied && this.#tracker.isSatisfied) done();
    };
    const involved = new Set(this.#answers.keys());
    const holders = [...involved].filter((member) => !stale.includes(member));
    const offerTo = (member: number): void =>
      offer(member, (isTaken) => (isTaken ? hold(member) : offerAnother()));
    const offerAnother = (): void => {
      const next = this.#nextCandidate(involved);
      if (next === undefined || this.#state === "over") return;
      involved.add(next);
      offerTo(next);
    };
    const offerLater = (members: readonly number[]): void => {
      this.#hedge = this.#environment.timers.after(this.#hedgeMs(members), () => {
        offerAnother();
        if (this.#state !== "over" && this.#nextCandidate(involved) !== undefined) offerLater([...involved]);
      });
    };
    offerLater(stale);
    for (const member of stale) if (this.#state !== "over") offerTo(member);
    for (const member of holders) hold(member);
  }

  /** Read repair of one row at one replica (rule 16). */
  writeBack(member: number, rowKey: RowKey, state: RowState, done: (isTaken: boolean) => void): void {
    const { calls, commit, hlc } = this.#environment;
    const { replica } = this.#plan;
    if (this.#isOfThePast())
      return this.#fail(
        failure("NOT_READY", "a replica that answered has started anew meanwhile; read again"),
      );
    if (this.#isSelf(member)) {
      if (replica.rows.awaits(state)) return done(false);
      replica.join(rowKey, state);
      return commit.whenDurable(() => done(true));
    }
    const { partition } = replica;
    const id = calls.call(
      member,
      "repair-reply",
      (callId) => ({ type: "repair-request", id: callId, partition, rowKey, hlc: hlc.last, state }),
      (reply) => done(reply?.outcome === "done"),
    );
    this.#callIds.push(id);
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

  /** Never so late that nothing could come of it: a replica that was slow once may be silent now. */
  #hedgeMs(members: readonly number[]): number {
    const leftMs = Math.max(0, this.#plan.deadlineMs - this.#environment.clock.monotonicMs());
    const usualMs = this.#latency.hedgeAfterMs(members.filter((member) => !this.#isSelf(member)));
    return Math.min(usualMs, leftMs * HEDGE_PART_OF_TIME_LEFT);
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
    if (chosen === undefined) return this.#fail(this.#tooFew());
    // Those under way count: only who is not asked yet is asked. Ourselves first, whose row the others compare with.
    for (const member of chosen) if (this.#state === "asking" && !this.#asked.has(member)) this.#ask(member);
  }

  /** One more, and then another one, while whoever was asked is silent and there are others. */
  #hedgeLater(): void {
    if (this.#state !== "asking") return;
    this.#hedge = this.#environment.timers.after(this.#hedgeMs([...this.#asked]), () => {
      if (this.#nextCandidate(this.#asked) === undefined) return;
      this.#environment.counters.add("reads_hedged");
      this.#askNext();
      this.#hedgeLater();
    });
  }

  #askNext(): void {
    const next = this.#nextCandidate(this.#asked);
    if (next !== undefined) this.#ask(next);
  }

  /** Whether somebody answered who has what the session has seen: the join has it, then. We have; we may be slow, or refuse. */
  #isOfSession(): boolean {
    const { session } = this.#plan;
    return session === undefined || [...this.#answers.values()].some(({ clock }) => clock.includes(session));
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
    if (this.#isSelf(member)) return this.#question.own((body) => this.#take(member, body));
    const { clock } = this.#environment;
    const askedAtMs = clock.monotonicMs();
    const id = this.#question.ask(member, (body) => {
      if (body !== undefined && this.#state === "asking")
        this.#latency.add(member, clock.monotonicMs() - askedAtMs);
      this.#take(member, body);
    });
    this.#callIds.push(id);
  }

  #take(member: number, body: Answer | Refused | undefined): void {
    if (this.#state !== "asking") return;
    if (body === undefined) return this.#refuse(member, "unreachable");
    if (isRefused(body)) return this.#refuse(member, body.reason);
    this.#incarnations.set(member, this.#environment.liveness.incarnationOf(member));
    this.#answers.set(member, body);
    this.#tracker.succeed(member);
    if (!this.#tracker.isSatisfied) return;
    if (!this.#isOfSession()) return this.#askNext();
    this.#state = "handing-back";
    this.#hedge?.cancel();
    this.#cancelCalls();
    this.#question.enough(this.#answers);
  }

  #refuse(member: number, reason: Refused["reason"] | "unreachable"): void {
    this.#refusals.set(member, reason);
    this.#askEnough();
  }

  #late(): Failure {
    if (this.#state === "asking" && this.#tracker.isSatisfied)
      return failure(
        "SESSION_BEHIND",
        "no replica that answered within the deadline has all that the session has seen; nothing was done, try again or begin a new session",
      );
    return readTimeout(this.#tracker.required, this.#tracker.received);
  }

  #tooFew(): Failure {
    const reasons = [...this.#refusals.values()];
    if (reasons.includes("damaged") && !reasons.includes("unreachable"))
      return failure(
        "ROW_DAMAGED",
        "too few replicas hold undamaged records of what is read; they heal when one that does is back",
      );
    const alive = countable(this.#plan.parts, (member) => this.#canAsk(member));
    return quorumUnavailable(requiredCount(this.#plan.parts), alive);
  }

  #fail(reason: Failure): void {
    if (this.#state === "over") return;
    this.close();
    this.#question.failed(reason);
  }

  #cancelCalls(): void {
    for (const id of this.#callIds.splice(0)) this.#environment.calls.cancel(id);
  }
}

function isRefused(body: { readonly kind: string }): body is Refused {
  return body.kind === "refused";
}
