/**
 * Where every client operation enters. A replica coordinates it; a node that holds no replica of the key forwards it to
 * the nearest live one, in its region before others. Whatever happens, there is exactly one outcome.
 */

import type { VersionVector } from "../causality/index.js";
import { CodecError } from "../codec/index.js";
import type { PartitionReplica } from "../replica/index.js";
import { addressOf, batchProblem } from "./atomic-batch.js";
import type { Environment } from "./environment.js";
import { badRequest, failure, maybeApplied, quorumUnavailable } from "./failures.js";
import { type Failure, isWrite, type Operation, type OperationOptions, type Outcome } from "./operation.js";
import { encodeOperation } from "./operation-codec.js";
import { decodeOutcome } from "./outcome-codec.js";
import { ConsistencyError, DEFAULT_CONSISTENCY, type QuorumPart, quorumParts } from "./quorum.js";
import type { ReadCoordinator } from "./read-coordinator.js";
import type { Sessions } from "./sessions.js";
import type { WriteCoordinator } from "./write-coordinator.js";

/** Longer deadlines are cut: nobody waits an hour for one key. */
const TIMEOUT_MS_MAX = 3_600_000;
/** A forwarded operation answers by its own deadline; the forwarder waits a little longer for that answer. */
const FORWARD_GRACE_MS = 50;

export class Coordinator {
  readonly #environment: Environment;
  readonly #reads: ReadCoordinator;
  readonly #writes: WriteCoordinator;
  readonly #sessions: Sessions;

  constructor(
    environment: Environment,
    reads: ReadCoordinator,
    writes: WriteCoordinator,
    sessions: Sessions,
  ) {
    this.#sessions = sessions;
    this.#environment = environment;
    this.#reads = reads;
    this.#writes = writes;
  }

  execute(operation: Operation, options: OperationOptions, done: (outcome: Outcome) => void): void {
    this.#execute(operation, bounded(options), true, done);
  }

  /** For another node, which chose us: we coordinate it or refuse, and forward no further. */
  executeForwarded(operation: Operation, options: OperationOptions, done: (outcome: Outcome) => void): void {
    this.#execute(operation, bounded(options), false, done);
  }

  #execute(
    operation: Operation,
    options: OperationOptions,
    mayForward: boolean,
    done: (outcome: Outcome) => void,
  ): void {
    const problem = this.#batchProblem(operation);
    if (problem !== undefined) return done(problem);
    const partition = this.#partitionOf(operation);
    const replica = this.#environment.replica(partition);
    const refusal = replica === undefined ? undefined : this.#refusal(operation, replica);
    if (replica !== undefined && refusal === undefined)
      return this.#admit(operation, options, replica, mayForward, done);
    if (mayForward) return this.#forward(operation, options, partition, refusal, done);
    done(refusal ?? failure("NOT_READY", "this node does not hold the key's partition; nothing was done"));
  }

  /** Its keys have to share what they are routed by, before anything is routed. */
  #batchProblem(operation: Operation): Failure | undefined {
    if (operation.kind !== "batch") return undefined;
    const { view } = this.#environment;
    return batchProblem(operation.writes, (bucket, key) => view.partitionOf(bucket, key));
  }

  #partitionOf(operation: Operation): number {
    if (operation.kind === "range") return operation.partition;
    const { bucket, key } = addressOf(operation);
    return this.#environment.view.partitionOf(bucket, key);
  }

  #refusal(operation: Operation, replica: PartitionReplica): Failure | undefined {
    return isWrite(operation) ? this.#writes.refusal(replica) : undefined;
  }

  /** Waits until this replica has what the session has seen, or passes the session on to one that has it. */
  #admit(
    operation: Operation,
    options: OperationOptions,
    replica: PartitionReplica,
    mayForward: boolean,
    done: (outcome: Outcome) => void,
  ): void {
    const { session, timeoutMs } = options;
    const { partition } = replica;
    if (session === undefined) return this.#coordinate(operation, options, replica, done);
    const { clock } = this.#environment;
    const endMs = clock.monotonicMs() + timeoutMs;
    const finish = (outcome: Outcome): void => {
      if (outcome.kind === "failed" || outcome.seen === undefined) return done(outcome);
      const seen = outcome.seen.copy();
      seen.join(session);
      done({ ...outcome, seen: this.#sessions.unstable(partition, seen) });
    };
    this.#sessions.admit(replica, session, timeoutMs, (refusal) => {
      const left = { ...options, timeoutMs: endMs - clock.monotonicMs() };
      if (refusal === undefined) return this.#coordinate(operation, left, replica, finish);
      if (refusal.reason !== "SESSION_BEHIND" || !mayForward) return done(refusal);
      this.#forward(operation, left, partition, refusal, done);
    });
  }

  #coordinate(
    operation: Operation,
    options: OperationOptions,
    replica: PartitionReplica,
    done: (outcome: Outcome) => void,
  ): void {
    const parts = this.#parts(options, replica.partition);
    if (!Array.isArray(parts)) return done(parts);
    if (isWrite(operation)) this.#writes.write(operation, options, replica, parts, done);
    else this.#reads.read(operation, options, replica, parts, done);
  }

  #parts(options: OperationOptions, partition: number): QuorumPart[] | Outcome {
    const { self, view } = this.#environment;
    try {
      const consistency = options.consistency ?? DEFAULT_CONSISTENCY;
      return quorumParts(consistency, view.replicaSetByRegion(partition), self.region);
    } catch (error) {
      if (error instanceof ConsistencyError) return badRequest("options.consistency", error.message);
      throw error;
    }
  }

  /**
   * To the nearest live replica. If that one will not coordinate, to the next; if it is lost before it answered, to the
   * next as a retry. `refusal` is why we do not coordinate it ourselves, though we hold the key.
   */
  #forward(
    operation: Operation,
    options: OperationOptions,
    partition: number,
    refusal: Failure | undefined,
    done: (outcome: Outcome) => void,
  ): void {
    const { clock, timers, calls, counters } = this.#environment;
    const candidates = this.#forwardCandidates(partition, options.session);
    const deadlineMs = clock.monotonicMs() + options.timeoutMs;
    let wasSent = false;
    let lastRefusal = refusal;
    const tryNext = (): void => {
      const member = candidates.shift();
      const timeoutMs = deadlineMs - clock.monotonicMs();
      if (member === undefined || timeoutMs <= 0)
        return done(wasSent ? forwardLost(operation) : (lastRefusal ?? quorumUnavailable(1, 0)));
      if (wasSent && isWrite(operation) && options.requestId === undefined)
        return done(maybeApplied("the replica that coordinated the write was lost before it answered"));
      counters.add("operations_forwarded");
      const body = encodeOperation({
        operation,
        options: { ...options, timeoutMs, isRetry: options.isRetry || wasSent },
      });
      const timer = timers.after(timeoutMs + FORWARD_GRACE_MS, () => {
        calls.cancel(id);
        done(forwardLost(operation));
      });
      const id = calls.call(
        member,
        "forward-reply",
        (callId) => ({ type: "forward-request", id: callId, body }),
        (reply) => {
          timer.cancel();
          if (reply === undefined) {
            wasSent = true;
            return tryNext();
          }
          const outcome = outcomeOf(reply.body);
          if (!isRefusal(outcome)) return done(outcome);
          lastRefusal = outcome;
          tryNext();
        },
      );
    };
    tryNext();
  }

  #forwardCandidates(partition: number, session: VersionVector | undefined): number[] {
    const { liveness, self, view } = this.#environment;
    const alive = (members: readonly number[]): number[] =>
      members
        .filter((member) => member !== self.number && liveness.isAlive(member))
        .sort((a, b) => liveness.roundTripMs(a) - liveness.roundTripMs(b));
    const local = view.replicasIn(partition, self.region);
    const remote = view.replicaSet(partition).filter((member) => !local.includes(member));
    const candidates = [...alive(local), ...alive(remote)];
    if (session === undefined) return candidates;
    const covers = (member: number): boolean => this.#sessions.isKnownToCover(partition, member, session);
    return [...candidates.filter(covers), ...candidates.filter((member) => !covers(member))];
  }
}

function outcomeOf(body: Buffer): Outcome {
  try {
    return decodeOutcome(body);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return failure("INTERNAL", `the coordinating replica's answer is malformed: ${error.message}`);
  }
}

const REFUSALS: ReadonlySet<string> = new Set(["NOT_READY", "CLOCK_DRIFT", "SESSION_BEHIND"]);

/** Why a replica does not coordinate: nothing was done, and another one may do it. */
function isRefusal(outcome: Outcome): outcome is Failure {
  return outcome.kind === "failed" && REFUSALS.has(outcome.reason);
}

function forwardLost(operation: Operation): Outcome {
  return isWrite(operation)
    ? maybeApplied("the replica that coordinated the write did not answer in time")
    : failure("QUORUM_TIMEOUT", "no replica answered within the deadline; a read changes nothing");
}

function bounded(options: OperationOptions): OperationOptions {
  return options.timeoutMs <= TIMEOUT_MS_MAX ? options : { ...options, timeoutMs: TIMEOUT_MS_MAX };
}
