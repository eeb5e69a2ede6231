/** Coordinates reads: whom to ask, and when to hedge. `QuorumRead` is one read. */
import { encodeRowKey } from "../codec/index.js";
import type { PartitionReplica } from "../replica/index.js";
import type { Environment } from "./environment.js";
import { LatencyWindow } from "./latency-window.js";
import type { Operation, OperationOptions, Outcome } from "./operation.js";
import type { QuorumPart } from "./quorum.js";
import { QuorumRead } from "./quorum-read.js";

type ReadOperation = Extract<Operation, { kind: "get" }>;

export class ReadCoordinator {
  readonly #environment: Environment;
  readonly #latency = new LatencyWindow();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  read(
    operation: ReadOperation,
    options: OperationOptions,
    replica: PartitionReplica,
    parts: readonly QuorumPart[],
    done: (outcome: Outcome) => void,
  ): void {
    const { type, bucket, key } = operation.address;
    const rowKey = encodeRowKey(type, bucket, key);
    new QuorumRead(this.#environment, this.#latency, {
      type,
      rowKey,
      replica,
      parts,
      candidates: this.#byPreference(replica.partition),
      deadlineMs: this.#environment.clock.monotonicMs() + options.timeoutMs,
    }).run(done);
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
