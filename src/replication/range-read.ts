/**
 * One read of a range at a level: as many replicas as it needs give a stretch of their rows, the stretches are joined row
 * by row up to where the shortest ends, and where they differ the join is written back before the caller has it, like a
 * quorum read of each row. A row that a stretch does not list is absent there, as of its clock.
 *
 * Every acknowledged write is seen as R + W > N promises. What such a read does not do is compare what replicas know
 * removed of rows that none of them lists: a write that was never acknowledged may show in one read and not in the next.
 */
import { Context, VersionVector } from "../causality/index.js";
import {
  type CatchUpRow,
  type RangeBody,
  type RowKey,
  type RowKeyRange,
  rowDigest,
  rowKeyType,
} from "../codec/index.js";
import { joinStates, type RowState } from "../crdt/index.js";
import { type PartitionReplica, readRange } from "../replica/index.js";
import type { Timer } from "../runtime/index.js";
import type { Environment } from "./environment.js";
import { failure, quorumUnavailable, readTimeout } from "./failures.js";
import type { Failure } from "./operation.js";
import { chooseReplicas, countable, type QuorumPart, QuorumTracker, requiredCount } from "./quorum.js";
import { dotsSeen } from "./sessions.js";

export interface RangePlan {
  readonly range: RowKeyRange;
  readonly limit: number;
  readonly replica: PartitionReplica;
  readonly parts: readonly QuorumPart[];
  /** The replica set, whom to ask first before the others. */
  readonly candidates: readonly number[];
  /** Of the monotonic clock. */
  readonly deadlineMs: number;
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

/** What one replica said, its rows by key. */
interface RowsBody {
  readonly clock: VersionVector;
  readonly rows: ReadonlyMap<RowKey, CatchUpRow>;
  readonly upTo: RowKey | undefined;
}

export class RangeRead {
  readonly #environment: Environment;
  readonly #plan: RangePlan;
  readonly #asked = new Set<number>();
  readonly #refused = new Set<number>();
  readonly #bodies = new Map<number, RowsBody>();
  /** Of those who answered, as of then. */
  readonly #incarnations = new Map<number, number>();
  readonly #callIds: number[] = [];
  readonly #tracker: QuorumTracker;
  #deadline: Timer | undefined;
  #hedge: Timer | undefined;
  #done: ((result: Stretch | Failure) => void) | undefined;

  constructor(environment: Environment, plan: RangePlan) {
    this.#environment = environment;
    this.#plan = plan;
    this.#tracker = new QuorumTracker(plan.parts);
  }

  /** @param hedgeMs after which one replica more is asked */
  run(hedgeMs: number, done: (result: Stretch | Failure) => void): void {
    this.#done = done;
    const { clock, timers } = this.#environment;
    const leftMs = Math.max(0, this.#plan.deadlineMs - clock.monotonicMs());
    this.#deadline = timers.after(leftMs, () =>
      this.#finish(readTimeout(this.#tracker.required, this.#tracker.received)),
    );
    this.#hedge = timers.after(hedgeMs, () => this.#askOneMore());
    this.#askEnough();
  }

  #canAsk(member: number): boolean {
    return !this.#refused.has(member) && this.#environment.liveness.isAlive(member);
  }

  #askEnough(): void {
    const chosen = chooseReplicas(this.#plan.parts, this.#plan.candidates, (member) => this.#canAsk(member));
    if (chosen === undefined) return this.#finish(this.#tooFew());
    for (const member of chosen) if (this.#done !== undefined && !this.#asked.has(member)) this.#ask(member);
  }

  #askOneMore(): void {
    const next = this.#plan.candidates.find(
      (member) =>
        !this.#asked.has(member) &&
        this.#canAsk(member) &&
        this.#plan.parts.some((part) => part.members.includes(member)),
    );
    if (next !== undefined) this.#ask(next);
  }

  #ask(member: number): void {
    this.#asked.add(member);
    const { calls, liveness, self } = this.#environment;
    const { limit, range, replica } = this.#plan;
    const take = (body: RangeBody | undefined): void => {
      if (this.#done === undefined || this.#tracker.isSatisfied) return;
      if (body?.kind !== "rows") {
        this.#refused.add(member);
        return this.#askEnough();
      }
      this.#incarnations.set(member, liveness.incarnationOf(member));
      const rows = new Map(body.rows.map((row) => [row.rowKey, row]));
      this.#bodies.set(member, { ...body, rows });
      this.#tracker.succeed(member);
      if (this.#tracker.isSatisfied) this.#conclude();
    };
    if (member === self.number) return readRange(replica, range, limit, take);
    const id = calls.call(
      member,
      "range-reply",
      (callId) => ({ type: "range-request", id: callId, partition: replica.partition, range, limit }),
      (reply) => take(reply?.body),
    );
    this.#callIds.push(id);
  }

  #conclude(): void {
    this.#hedge?.cancel();
    const bodies = [...this.#bodies];
    const { isReverse } = this.#plan.range;
    const upTo = shortest(
      bodies.map(([, body]) => body),
      isReverse,
    );
    const rows: RangeRow[] = [];
    const repairs: { readonly member: number; readonly row: RangeRow }[] = [];
    for (const rowKey of rowKeysOf(bodies, upTo, isReverse)) {
      const states = bodies.map(([member, body]) => ({ member, state: stateIn(body, rowKey) }));
      const row = {
        rowKey,
        state: joined(
          rowKey,
          states.map(({ state }) => state),
        ),
      };
      const digest = rowDigest(rowKey, row.state.live);
      for (const { member, state } of states)
        if (state !== row.state && rowDigest(rowKey, state.live) !== digest) repairs.push({ member, row });
      rows.push(row);
    }
    this.#repair(repairs, () => this.#finish({ kind: "stretch", rows, upTo, seen: seenIn(bodies) }));
  }

  /** Whoever answered with less takes the join before anybody sees it. */
  #repair(repairs: readonly { member: number; row: RangeRow }[], done: () => void): void {
    if (repairs.length === 0) return done();
    if (this.#isOfThePast())
      return this.#finish(
        failure("NOT_READY", "a replica that answered has started anew meanwhile; read again"),
      );
    this.#environment.counters.add("read_repairs", repairs.length);
    let left = repairs.length;
    for (const { member, row } of repairs)
      this.#writeBack(member, row, () => {
        left--;
        if (left === 0) done();
      });
  }

  /** See `QuorumRead`: what a past incarnation showed may not be written to others any more. */
  #isOfThePast(): boolean {
    return [...this.#incarnations].some(
      ([member, incarnation]) => incarnation < this.#environment.liveness.incarnationOf(member),
    );
  }

  /** Without an answer the deadline ends the read. */
  #writeBack(member: number, { rowKey, state }: RangeRow, taken: () => void): void {
    const { calls, commit, hlc, self } = this.#environment;
    const { replica } = this.#plan;
    if (member === self.number) {
      replica.join(rowKey, state);
      return commit.whenDurable(taken);
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
        state,
      }),
      (reply) => {
        if (reply?.isDone === true) taken();
      },
    );
    this.#callIds.push(id);
  }

  #tooFew(): Failure {
    const alive = countable(this.#plan.parts, (member) => this.#canAsk(member));
    return quorumUnavailable(requiredCount(this.#plan.parts), alive);
  }

  #finish(result: Stretch | Failure): void {
    const done = this.#done;
    this.#done = undefined;
    this.#deadline?.cancel();
    this.#hedge?.cancel();
    for (const id of this.#callIds.splice(0)) this.#environment.calls.cancel(id);
    done?.(result);
  }
}

function seenIn(bodies: readonly (readonly [number, RowsBody])[]): VersionVector {
  const seen = new VersionVector();
  for (const [, { clock, rows }] of bodies) {
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
function rowKeysOf(
  bodies: readonly (readonly [number, RowsBody])[],
  upTo: RowKey | undefined,
  isReverse: boolean,
): RowKey[] {
  const isReached = (rowKey: RowKey): boolean =>
    upTo === undefined || (isReverse ? rowKey >= upTo : rowKey <= upTo);
  const rowKeys = new Set<RowKey>();
  for (const [, { rows }] of bodies)
    for (const rowKey of rows.keys()) if (isReached(rowKey)) rowKeys.add(rowKey);
  const ordered = [...rowKeys].sort();
  return isReverse ? ordered.reverse() : ordered;
}

function stateIn(body: RowsBody, rowKey: RowKey): RowState {
  const row = body.rows.get(rowKey);
  const context = new Context(body.clock);
  return row === undefined
    ? { live: [], context }
    : { live: row.live, context: row.ahead.isEmpty ? context : context.joined(row.ahead) };
}

function joined(rowKey: RowKey, [first, ...rest]: readonly RowState[]): RowState {
  if (first === undefined) return { live: [], context: new Context() };
  const digest = rowDigest(rowKey, first.live);
  if (rest.every(({ live }) => rowDigest(rowKey, live) === digest)) return first;
  return joinStates(rowKeyType(rowKey), [first, ...rest]);
}
