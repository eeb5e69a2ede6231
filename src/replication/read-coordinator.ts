/** Coordinates reads: whom to ask, when to hedge, and what of the rows a client asked for. */
import { Context } from "../causality/index.js";
import { encodeRowKey, type RowKeyRange } from "../codec/index.js";
import { type RowState, rowState } from "../crdt/index.js";
import { type PartitionReplica, readForCoordinator } from "../replica/index.js";
import type { DamageVotes } from "./damage-vote.js";
import type { Environment } from "./environment.js";
import { LatencyWindow } from "./latency-window.js";
import type { Operation, OperationOptions, Outcome } from "./operation.js";
import { elementRange, pageOf, readTypeOf } from "./paging.js";
import type { QuorumPart } from "./quorum.js";
import type { AskingPlan } from "./quorum-asking.js";
import { QuorumRead } from "./quorum-read.js";
import { type RangePlan, RangeRead } from "./range-read.js";
import { outcomeOfRow, type RowShowing } from "./row-outcome.js";

type ReadOperation = Extract<Operation, { kind: "get" | "list" | "range" }>;
type GetOperation = Extract<Operation, { kind: "get" }>;

export class ReadCoordinator {
  readonly #environment: Environment;
  readonly #votes: DamageVotes;
  readonly #rowLatency = new LatencyWindow();
  readonly #rangeLatency = new LatencyWindow();

  constructor(environment: Environment, votes: DamageVotes) {
    this.#environment = environment;
    this.#votes = votes;
  }

  read(
    operation: ReadOperation,
    options: OperationOptions,
    replica: PartitionReplica,
    parts: readonly QuorumPart[],
    done: (outcome: Outcome) => void,
  ): void {
    if (operation.kind === "get") return this.#readRow(operation, options, replica, parts, done);
    const plan = this.#planOf(options, replica, parts);
    if (operation.kind === "range") return this.#readRange(operation.range, { ...operation, ...plan }, done);
    const range = elementRange(operation);
    if ("kind" in range) return done(range);
    this.#readRange(range, { ...plan, limit: operation.limit, isKeysOnly: false }, done);
  }

  #readRow(
    { address, element }: GetOperation,
    options: OperationOptions,
    replica: PartitionReplica,
    parts: readonly QuorumPart[],
    done: (outcome: Outcome) => void,
  ): void {
    const { type, bucket, key } = address;
    const readType = readTypeOf(address, element);
    if (typeof readType === "object") return done(readType);
    const rowKey = encodeRowKey(type, bucket, key, element);
    const showing = { type, readType, rowKey, session: options.session };
    const own = this.#ownRow(showing, replica, parts);
    if (own !== undefined) return done(outcomeOfRow(showing, own, this.#environment.liveness));
    const shared = { latency: this.#rowLatency, votes: this.#votes };
    const plan = { ...this.#planOf(options, replica, parts), ...showing };
    new QuorumRead(this.#environment, shared, plan, done).run();
  }

  /** Our own row, where the level asks for no more; undefined where it does, or where others have to help. */
  #ownRow(
    { rowKey, session }: RowShowing,
    replica: PartitionReplica,
    parts: readonly QuorumPart[],
  ): RowState | undefined {
    const { self } = this.#environment;
    if (replica.doubt !== undefined) return undefined;
    for (const { count, members } of parts)
      if (count !== 1 || !members.includes(self.number)) return undefined;
    const body = readForCoordinator(replica, rowKey, undefined);
    if (body.kind !== "row") return undefined;
    // It is answered at once: the clock itself will do, unless the session is to keep what it saw.
    const isKept = session !== undefined || !body.ahead.isEmpty;
    return isKept ? rowState(body, body.clock) : { live: body.live, context: new Context(body.clock) };
  }

  #planOf(options: OperationOptions, replica: PartitionReplica, parts: readonly QuorumPart[]): AskingPlan {
    const deadlineMs = this.#environment.clock.monotonicMs() + options.timeoutMs;
    const candidates = this.#byPreference(replica.partition);
    return { replica, parts, candidates, deadlineMs, session: options.session };
  }

  #readRange(
    range: RowKeyRange,
    plan: Omit<RangePlan, "range"> & { readonly isKeysOnly: boolean },
    done: (outcome: Outcome) => void,
  ): void {
    const { liveness } = this.#environment;
    const shared = { latency: this.#rangeLatency, votes: this.#votes };
    new RangeRead(this.#environment, shared, { ...plan, range }, (result) =>
      done(result.kind === "failed" ? result : pageOf(result, { ...plan, nowMs: liveness.expiryMs() })),
    ).run();
  }

  /** Ourselves, then the replicas of the region, then the others; the nearest first. */
  #byPreference(partition: number): number[] {
    const { liveness, self, view } = this.#environment;
    const local = view.replicasIn(partition, self.region);
    const distance = (member: number): number =>
      member === self.number ? -1 : liveness.roundTripMs(member) + (local.includes(member) ? 0 : REMOTE_MS);
    return [...view.replicaSet(partition)].sort((a, b) => distance(a) - distance(b));
  }
}

/** Puts every replica of the region before every other, whatever was measured. */
const REMOTE_MS = 1_000_000;
