/**
 * What a failed attempt means: whether another node may be tried, whether this one is to blame, and whether a write
 * may have arrived. The server's reasons say what state they leave (see ErrorReason in kv.proto); failures without one
 * come from the transport, where only the text tells what happened.
 */
import type { AtollError } from "./atoll-error.js";
import { grpcText } from "./transport-account.js";

interface AttemptFailure {
  /**
   * `answer`: the caller gets it. `node`: another node may do better, and this one should be left alone for a while.
   * `elsewhere`: another node may do better, and this one is not to blame. `region`: the nodes of this region lack
   * replicas, so only another region can do better.
   */
  readonly scope: "answer" | "node" | "elsewhere" | "region";
  /** A write may have reached a node, may have been applied, or may yet be. */
  readonly mayHaveArrived: boolean;
}

/** The texts with which grpc-js reports that a request never left this process, or was refused unread. */
const NEVER_SENT =
  /^(No connection established|Name resolution failed|Channel closed before call started|Stream refused by server|Failed to start HTTP\/2 stream)|ECONNREFUSED/;

/** The texts with which grpc-js reports a connection that broke under a request, beside UNAVAILABLE. */
const BROKEN = /^(Received RST_STREAM|Failed to start HTTP\/2 stream|Call cancelled)/;

export function attemptFailure(error: AtollError): AttemptFailure {
  switch (error.reason) {
    case "QUORUM_UNAVAILABLE":
      return { scope: "region", mayHaveArrived: false };
    case "SESSION_BEHIND":
      return { scope: "elsewhere", mayHaveArrived: false };
    case "NOT_READY":
    case "DRAINING":
    case "CLOCK_DRIFT":
    case "WRONG_CLUSTER":
      return { scope: "node", mayHaveArrived: false };
    case "STORAGE_FAILED":
      return { scope: "node", mayHaveArrived: true };
    case "QUORUM_TIMEOUT":
    case "MAYBE_APPLIED":
    case "INTERNAL":
      return { scope: "answer", mayHaveArrived: true };
    case undefined:
      return transportFailure(error);
    default:
      return { scope: "answer", mayHaveArrived: false };
  }
}

function transportFailure(error: AtollError): AttemptFailure {
  const said = grpcText(error) ?? error.message;
  switch (error.code) {
    case "UNAVAILABLE":
      return { scope: "node", mayHaveArrived: !NEVER_SENT.test(said) };
    case "INTERNAL":
    case "CANCELLED":
      return BROKEN.test(said)
        ? { scope: "node", mayHaveArrived: !NEVER_SENT.test(said) }
        : { scope: "answer", mayHaveArrived: true };
    case "DEADLINE_EXCEEDED":
    case "UNKNOWN":
    case "ABORTED":
    case "DATA_LOSS":
      return { scope: "answer", mayHaveArrived: true };
    default:
      return { scope: "answer", mayHaveArrived: false };
  }
}
