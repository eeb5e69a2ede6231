/**
 * One quorum read. Our replica gives the row, the others say whether they show the same, or what they show instead; what
 * they show is joined, and the join is written back to the replicas that answered before the client hears of it (blocking
 * read repair), so that quorum reads never go back in time (rule 16).
 */
import { Context, type VersionVector } from "../causality/index.js";
import { type ReadBody, rowDigest } from "../codec/index.js";
import { contextMatters, type LiveDot, type RowState } from "../crdt/index.js";
import { mayHaveTouched, readForCoordinator } from "../replica/index.js";
import type { DamageVotes } from "./damage-vote.js";
import type { Environment } from "./environment.js";
import { failure } from "./failures.js";
import type { LatencyWindow } from "./latency-window.js";
import type { Outcome } from "./operation.js";
import { type AskingPlan, QuorumAsking } from "./quorum-asking.js";
import { reconcile, type Shown } from "./reconcile.js";
import { outcomeOfRow, type RowShowing } from "./row-outcome.js";

interface ReadPlan extends AskingPlan, RowShowing {}

type Answer = Exclude<ReadBody, { kind: "refused" }>;

export class QuorumRead {
  readonly #environment: Environment;
  readonly #votes: DamageVotes;
  readonly #plan: ReadPlan;
  readonly #done: (outcome: Outcome) => void;
  readonly #asking: QuorumAsking<Answer>;
  /** Our clock when we began to ask: what every replica knows is compared with it. */
  #reference: VersionVector | undefined;
  #own: readonly LiveDot[] | undefined;

  constructor(
    environment: Environment,
    { latency, votes }: { readonly latency: LatencyWindow; readonly votes: DamageVotes },
    plan: ReadPlan,
    done: (outcome: Outcome) => void,
  ) {
    this.#environment = environment;
    this.#votes = votes;
    this.#plan = plan;
    this.#done = done;
    this.#asking = new QuorumAsking(environment, latency, plan, {
      own: (take) => take(this.#readOwn()),
      ask: (member, take) => this.#ask(member, take),
      enough: (answers) => this.#conclude(answers),
      failed: done,
    });
  }

  run(): void {
    this.#asking.run();
  }

  #readOwn(): ReadBody {
    const { replica, rowKey } = this.#plan;
    if (replica.doubt !== undefined) return { kind: "refused", reason: "in-doubt" };
    const against = this.#reference && { clock: this.#reference, digest: undefined };
    const body = readForCoordinator(replica, rowKey, against);
    if (body.kind !== "row") return body;
    const clock = body.clock.copy();
    this.#own = body.live;
    this.#reference ??= clock;
    return { ...body, clock };
  }

  #ask(member: number, take: (body: ReadBody | undefined) => void): number {
    const { replica, rowKey } = this.#plan;
    this.#reference ??= replica.durableClock.copy();
    const against = {
      clock: this.#reference,
      digest: this.#own && rowDigest(rowKey, this.#own),
    };
    return this.#environment.calls.call(
      member,
      "read-reply",
      (id) => ({ type: "read-request", id, partition: replica.partition, rowKey, against }),
      (reply) => take(reply?.body),
    );
  }

  #conclude(answers: ReadonlyMap<number, Answer>): void {
    const { rowKey, type } = this.#plan;
    // Those that were compared with our row come after it.
    const [first, ...rest] = [...answers]
      .sort(([, a], [, b]) => Number(a.kind === "same") - Number(b.kind === "same"))
      .map(([member, answer]) => this.#shown(member, answer));
    if (first === undefined) return this.#finish(failure("INTERNAL", "a read was answered without a row"));
    const { state, stale, disputes } = reconcile(rowKey, [first, ...rest], contextMatters(type));
    this.#votes.settle(this.#plan.replica, rowKey, disputes);
    for (const member of this.#asking.damaged) this.#asking.writeBack(member, rowKey, state, () => undefined);
    if (stale.length === 0) return this.#answer(state);
    this.#environment.counters.add("read_repairs");
    this.#asking.handBack(
      stale,
      (member, taken) => this.#asking.writeBack(member, rowKey, state, taken),
      () => this.#answer(state),
    );
  }

  #shown(member: number, answer: Answer): Shown {
    const { clock } = answer;
    const isOurs = member === this.#environment.self.number;
    if (answer.kind === "row")
      return {
        ...answer,
        member,
        knowsMore: answer.isTouchedBeyond,
        knowsLess: !isOurs && this.#isTouchedSince(clock),
      };
    const knowsLess = contextMatters(this.#plan.type) && this.#isTouchedSince(clock);
    return { member, live: this.#own ?? [], ahead: NOTHING, clock, knowsMore: false, knowsLess };
  }

  /** Whether something that we knew when we began to ask, and this clock does not cover, touched the row. */
  #isTouchedSince(clock: VersionVector): boolean {
    const { replica, rowKey } = this.#plan;
    return mayHaveTouched(replica, rowKey, clock, this.#reference ?? replica.durableClock);
  }

  #answer(state: RowState): void {
    this.#finish(outcomeOfRow(this.#plan, state, this.#environment.liveness));
  }

  #finish(outcome: Outcome): void {
    this.#asking.close();
    this.#done(outcome);
  }
}

const NOTHING = new Context();
