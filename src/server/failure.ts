/**
 * How a request fails, towards clients: the refusals that the server itself gives, in the terms of the node's own
 * failures, and the one place that puts either on the wire.
 */
import { Metadata, type StatusObject, status } from "@grpc/grpc-js";
import { clusterMark } from "../codec/index.js";
import { type Failure, type FailureReason, failure } from "../replication/index.js";
import type { Layout } from "../topology/index.js";
import { encodeStatusDetails, type kv, STATUS_DETAILS_KEY, statusMessage } from "../wire/index.js";

/** The code that the proto promises for each reason. */
const CODES: Readonly<Record<FailureReason, status>> = {
  BAD_REQUEST: status.INVALID_ARGUMENT,
  QUORUM_UNAVAILABLE: status.UNAVAILABLE,
  QUORUM_TIMEOUT: status.DEADLINE_EXCEEDED,
  MAYBE_APPLIED: status.UNKNOWN,
  NOT_READY: status.UNAVAILABLE,
  DRAINING: status.UNAVAILABLE,
  OVERLOADED: status.RESOURCE_EXHAUSTED,
  STORAGE_FAILED: status.UNAVAILABLE,
  ROW_DAMAGED: status.DATA_LOSS,
  TOO_MANY_SIBLINGS: status.FAILED_PRECONDITION,
  CLOCK_DRIFT: status.UNAVAILABLE,
  UNIMPLEMENTED: status.UNIMPLEMENTED,
  DEADLINE_PASSED: status.DEADLINE_EXCEEDED,
  INTERNAL: status.INTERNAL,
  REMOVAL_REFUSED: status.FAILED_PRECONDITION,
  SESSION_LOST: status.FAILED_PRECONDITION,
  SESSION_BEHIND: status.UNAVAILABLE,
  CONDITION_FAILED: status.FAILED_PRECONDITION,
  RESYNC: status.OUT_OF_RANGE,
  NOT_ATOMIC: status.FAILED_PRECONDITION,
  WRONG_CLUSTER: status.FAILED_PRECONDITION,
};

/** No message of the wire has a field `kind`, so it tells a failure from a reply. */
export function isFailure(answer: object): answer is Failure {
  return "kind" in answer && answer.kind === "failed";
}

/** The failure of a whole call. */
export function toStatus(given: Failure): StatusObject {
  const { reason, message } = given;
  const code = CODES[reason];
  const metadata = new Metadata();
  metadata.set(STATUS_DETAILS_KEY, encodeStatusDetails({ code, message, reason, metadata: given.metadata }));
  return { code, details: statusMessage(message), metadata };
}

/** The failure of one item of a batch. */
export function toItemError(given: Failure): kv.ItemError {
  return {
    code: CODES[given.reason],
    message: statusMessage(given.message),
    reason: `ERROR_REASON_${given.reason}`,
    metadata: { ...given.metadata },
  };
}

/** INVALID_ARGUMENT; `field` is the path of what was wrong, as in `options.consistency.replicas`. */
export function badRequest(field: string, problem: string): Failure {
  return failure("BAD_REQUEST", `${field}: ${problem}`, { field });
}

/** UNIMPLEMENTED: `what` is not offered yet; nothing was done. */
export function unimplemented(what: string): Failure {
  return failure("UNIMPLEMENTED", `${what} is not offered by this server; nothing was done`);
}

export function deadlinePassed(): Failure {
  // Beyond 24 days a deadline overflows the timers of gRPC for Node, and reads as past.
  const message = "the deadline had passed before any work began, or is over 24 days away; nothing was done";
  return failure("DEADLINE_PASSED", message);
}

/** NOT_READY: no node has started in this process yet. */
export function notStarted(): Failure {
  return failure("NOT_READY", "this node is starting; nothing was done");
}

/** What a token of another cluster names is here something else. @param cluster its mark; undefined: it is of none */
export function tokenProblem(
  cluster: number | undefined,
  { clusterId, version }: Layout,
  token: string,
  remedy: string,
): Failure | undefined {
  if (cluster === undefined || cluster === clusterMark(clusterId)) return undefined;
  // Nobody knows yet of which cluster this node is.
  if (version === 0) return notStarted();
  return failure(
    "WRONG_CLUSTER",
    `the ${token} is of another cluster than this node, which is of cluster "${clusterId}"; nothing was done: ${remedy}, or connect to the cluster that gave it out`,
  );
}

/** INTERNAL: a defect of the server. */
export function internalFailure(error: unknown): Failure {
  const cause = error instanceof Error ? error.message : String(error);
  return failure("INTERNAL", `a defect of the server: ${cause}`);
}
