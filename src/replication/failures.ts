/** Failures in words: what happened, what state it left, what to do next. */
import type { Failure, FailureReason } from "./operation.js";

export function failure(
  reason: FailureReason,
  message: string,
  metadata: Readonly<Record<string, string>> = {},
): Failure {
  return { kind: "failed", reason, message, metadata };
}

export function badRequest(field: string, message: string): Failure {
  return failure("BAD_REQUEST", `${field}: ${message}`, { field });
}

export function quorumUnavailable(required: number, alive: number): Failure {
  return failure(
    "QUORUM_UNAVAILABLE",
    `${required} replicas are needed and ${alive} can answer; nothing was done, so try again, at a lower consistency, or in another region`,
    { required: String(required), alive: String(alive) },
  );
}

export function readTimeout(required: number, received: number): Failure {
  return failure(
    "QUORUM_TIMEOUT",
    `${received} of ${required} replicas answered within the deadline; a read changes nothing, so try again`,
    { required: String(required), received: String(received) },
  );
}

export function writeTimeout(required: number, received: number): Failure {
  return failure(
    "QUORUM_TIMEOUT",
    `${received} of ${required} replicas acknowledged within the deadline; the write stands where it was acknowledged and may still reach the others`,
    { required: String(required), received: String(received) },
  );
}

export function maybeApplied(why: string): Failure {
  return failure(
    "MAYBE_APPLIED",
    `${why}; the write may or may not have been applied, and is never applied twice: read before you write again`,
  );
}
