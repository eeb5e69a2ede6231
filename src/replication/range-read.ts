/**
 * One read of a range at a level: as many replicas as it needs give a stretch of their rows, the stretches are joined row
 * by row up to where the shortest ends, and where they differ the join is written back before the caller has it, like a
 * quorum read of each row. A row that a stretch does not list is absent there, as of its clock.
 *
 * Every acknowledged write is seen as R + W > N promises. What such a read does not do is compare what replicas know
 * removed of rows that none of them lists: a write that was never acknowledged may show in one read and not in the next.
 */
import { Context, VersionVector } from "../causality/index.js";
import type { CatchUpRow, RangeBody, RowKey, RowKeyRange } from "../codec/index.js";
import { ABSENT_ROW, type RowState } from "../crdt/index.js";
import { readRange, touchedBeyond } from "../replica/index.js";
import type { DamageVotes } from "./damage-vote.js";
import type { Environment } from "./environment.js";
import { failure } from "./failures.js";
import type { LatencyWindow } from "./latency-window.js";
import type { Failure } from "./operation.js";
import { type AskingPlan, QuorumAsking } from "./quorum-asking.js";
import { type Reconciled, reconcile, type Shown } from "./reconcile.js";
import { dotsSeen } from "./sessions.js";

export interface RangePlan extends AskingPlan {
  readonly range: RowKeyRange;
  readonly limit: number;
}

interface RangeRow {
  readonly rowKey: RowKey;
  readonly state: RowState;
}

export interface Stretch {
  readonly kind: "stretch";
  /** In order; also those that show nothing any more. */
  readonly rows: readonly RangeRow[];
  /** It ends with this row; undefined: with the range. */
  readonly upTo: RowKey | undefined;
  /** What whoever reads it has seen of the partition. */
  readonly seen: VersionVector;
}

type Answer = Exclude<RangeBody, { kind: "refused" }>;

/** What one replica said, its rows by key. */
interface RowsBody extends Pick<Answer, "clock" | "upTo" | "touched"> {
  readonly member: number;
  readonly rows: ReadonlyMap<RowKey, CatchUpRow>;
  /** The rows that dots of our clock beyond this one's touched; undefined: any may be one. */
  readonly missed: ReadonlySet<RowKey> | undefined;
}

interface Repair {
  readonly rowKey: RowKey;
  readonly reconciled: Reconciled;
}

export class RangeRead {
  readonly #environment: Environment;
  readonly #votes: DamageVotes;
  readonly #plan: RangePlan;
  readonly #done: (result: Stretch | Failure) => void;
  readonly #asking: QuorumAsking<Answer>;
  /** Our clock when we began to ask: what every replica knows is compared with it. */
  readonly #reference: VersionVector;

  constructor(
    environment: Environment,
    { latency, votes }: { readonly latency: LatencyWindow; readonly votes: DamageVotes },
    plan: RangePlan,
    done: (result: Stretch | Failure) => void,
  ) {
    this.#environment = environment;
    this.#votes = votes;
    this.#plan = plan;
    this.#done = done;
    const { limit, range, replica } = plan;
    const against = replica.durableClock.copy();
    this.#reference = against;
    const { partition } = replica;
    this.#asking = new QuorumAsking<Answer>(environment, latency, plan, {
      own: (take) => readRange(replica, { range, limit, against }, take),
      ask: (member, take) =>
        environment.calls.call(
          member,
          "range-reply",
          (id) => ({ type: "range-request", id, partition, range, limit, against }),
          (reply) => take(reply?.body),
        ),
      enough: (answers) => this.#conclude(answers),
      failed: done,
    });
  }

  run(): void {
    this.#asking.run();
  }

  #conclude(answers: ReadonlyMap<number, Answer>): void {
    const bodies = [...answers].map(([member, answer]) => this.#body(member, answer));
    const { isReverse } = this.#plan.range;
    const upTo = shortest(bodies, isReverse);
    const rows: RangeRow[] = [];
    const repairs: Repair[] = [];
    for (const rowKey of rowKeysOf(bodies, upTo, isReverse)) {
      const [first, ...rest] = bodies.map((body) => shownIn(body, rowKey));
      if (first === undefined) return this.#finish(failure("INTERNAL", "a range was answered without rows"));
      const reconciled = reconcile(rowKey, [first, ...rest], false);
      this.#votes.settle(this.#plan.replica, rowKey, reconciled.disputes);
      if (reconciled.stale.length > 0) repairs.push({ rowKey, reconciled });
      rows.push({ rowKey, state: reconciled.state });
    }
    const stretch: Stretch = { kind: "stretch", rows, upTo, seen: seenIn(bodies) };
    this.#repair(answers, repairs, () => this.#finish(stretch));
  }

  #body(member: number, { clock, rows, touched, upTo }: Answer): RowsBody {
    const isOurs = member === this.#environment.self.number;
    const missed = isOurs ? NO_ROWS : touchedBeyond(this.#plan.replica, clock, this.#reference);
    return { member, clock, upTo, touched, missed, rows: new Map(rows.map((row) => [row.rowKey, row])) };
  }

  /** Whoever answered with less takes the joins before anybody sees them; who makes up for it takes all of them. */
  #repair(answers: ReadonlyMap<number, Answer>, repairs: readonly Repair[], done: () => void): void {
    if (repairs.length === 0) return done();
    this.#environment.counters.add("read_repairs", repairs.length);
    const stale = [...new Set(repairs.flatMap(({ reconciled }) => reconciled.stale))];
    const lackedBy = (member: number): readonly Repair[] =>
      repairs.filter(({ reconciled }) => !answers.has(member) || reconciled.stale.includes(member));
    this.#asking.handBack(stale, (member, taken) => this.#offer(member, lackedBy(member), taken), done);
  }

  #offer(member: number, repairs: readonly Repair[], taken: (isTaken: boolean) => void): void {
    let left = repairs.length;
    for (const { rowKey, reconciled } of repairs)
      this.#asking.writeBack(member, rowKey, reconciled.state, (isTaken) => {
        if (!isTaken) return taken(false);
        left--;
        if (left === 0) taken(true);
      });
  }

  #finish(result: Stretch | Failure): void {
    this.#asking.close();
    this.#done(result);
  }
}

const NO_ROWS: ReadonlySet<RowKey> = new Set();

function seenIn(bodies: readonly RowsBody[]): VersionVector {
  const seen = new VersionVector();
  for (const { clock, rows } of bodies) {
    seen.join(dotsSeen(new Context(clock)));
    for (const { ahead } of rows.values()) if (!ahead.isEmpty) seen.join(dotsSeen(ahead));
  }
  return seen;
}

/** Beyond the end of the shortest stretch not all have spoken. */
function shortest(bodies: readonly RowsBody[], isReverse: boolean): RowKey | undefined {
  const ends = bodies.flatMap(({ upTo }) => upTo ?? []).sort();
  return isReverse ? ends.at(-1) : ends[0];
}

/** In the order of the read. */
function rowKeysOf(bodies: readonly RowsBody[], upTo: RowKey | undefined, isReverse: boolean): RowKey[] {
  const isReached = (rowKey: RowKey): boolean =>
    upTo === undefined || (isReverse ? rowKey >= upTo : rowKey <= upTo);
  const rowKeys = new Set<RowKey>();
  for (const { rows } of bodies) for (const rowKey of rows.keys()) if (isReached(rowKey)) rowKeys.add(rowKey);
  const ordered = [...rowKeys].sort();
  return isReverse ? ordered.reverse() : ordered;
}

function shownIn({ clock, member, missed, rows, touched }: RowsBody, rowKey: RowKey): Shown {
  const { live, ahead } = rows.get(rowKey) ?? ABSENT_ROW;
  return {
    member,
    live,
    ahead,
    clock,
    knowsMore: touched?.has(rowKey) ?? true,
    knowsLess: missed?.has(rowKey) ?? true,
  };
}
