/** Coordinates reads: whom to ask, when to hedge, and what of the rows a client asked for. */
import { encodeRowKey, type RowKeyRange } from "../codec/index.js";
import type { PartitionReplica } from "../replica/index.js";
import type { DamageVotes } from "./damage-vote.js";
import type { Environment } from "./environment.js";
import { LatencyWindow } from "./latency-window.js";
import type { Operation, OperationOptions, Outcome } from "./operation.js";
import { elementRange, pageOf, readTypeOf } from "./paging.js";
import type { QuorumPart } from "./quorum.js";
import { QuorumRead } from "./quorum-read.js";
import { type RangePlan, RangeRead } from "./range-read.js";

type ReadOperation = Extract<Operation, { kind: "get" | "list" | "range" }>;

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
    const deadlineMs = this.#environment.clock.monotonicMs() + options.timeoutMs;
    const candidates = this.#byPreference(replica.partition);
    const plan = { replica, parts, candidates, deadlineMs, session: options.session };
    if (operation.kind === "range") return this.#readRange(operation.range, { ...operation, ...plan }, done);
    if (operation.kind === "list") {
      const range = elementRange(operation);
      if ("kind" in range) return done(range);
      return this.#readRange(range, { ...plan, limit: operation.limit, isKeysOnly: false }, done);
    }
    const { type, bucket, key } = operation.address;
    const readType = readTypeOf(operation.address, operation.element);
    if (typeof readType === "object") return done(readType);
    const rowKey = encodeRowKey(type, bucket, key, operation.element);
    const shared = { latency: this.#rowLatency, votes: this.#votes };
    new QuorumRead(this.#environment, shared, { ...plan, type, readType, rowKey }, done).run();
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
