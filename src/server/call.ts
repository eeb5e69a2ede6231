/** One call of a client on its way to the node, and back. */
import type { NodeApi } from "../node/index.js";
import {
  type Failure,
  failure,
  type Operation,
  type OperationOptions,
  type Outcome,
} from "../replication/index.js";
import type { Layout } from "../topology/index.js";
import type { kv } from "../wire/index.js";
import { CallSession } from "./call-session.js";
import { isFailure, notStarted } from "./failure.js";
import type { Limits } from "./limits.js";
import { decodeOptions } from "./options-decoding.js";

/** How it is asked. */
export interface Call {
  readonly options: OperationOptions;
  /** Undefined outside of any session. */
  readonly session: CallSession | undefined;
}

/** What each kind of request passes before anything is done for it. */
export function decodeCall(
  options: kv.RequestOptions__Output | null,
  remainingMs: number,
  node: Pick<NodeApi, "layout">,
  limits: Limits,
): Call | Failure {
  const stray = clusterProblem(options?.clusterId ?? "", node.layout);
  if (stray !== undefined) return stray;
  const decoded = decodeOptions(options, "options", remainingMs, limits);
  return inSession(decoded, options?.sessionToken, node);
}

/** @param token of the caller's session; empty or undefined: outside of any */
export function inSession(
  options: OperationOptions | Failure,
  token: Buffer | undefined,
  node: Pick<NodeApi, "layout">,
): Call | Failure {
  if (isFailure(options)) return options;
  const session = CallSession.of(token, "options", node.layout);
  return session !== undefined && isFailure(session) ? session : { options, session };
}

/** A client may have learned this address as one of another cluster, and would mix its data with that of this one. */
export function clusterProblem(asked: string, { clusterId, version }: Layout): Failure | undefined {
  if (asked === "" || asked === clusterId) return undefined;
  // Nobody knows yet of which cluster it is.
  if (version === 0) return notStarted();
  return failure(
    "WRONG_CLUSTER",
    `the request is for cluster "${asked}", and this node is of cluster "${clusterId}"; nothing was done: connect anew, and check the addresses`,
  );
}

/** Hands an operation to the node, inside the session of its call. */
export function run(
  node: Pick<NodeApi, "execute">,
  operation: Operation,
  { options, session }: Call,
  done: (outcome: Outcome) => void,
): void {
  if (session === undefined) return node.execute(operation, options, done);
  node.execute(operation, session.optionsFor(operation, options), (outcome) => {
    session.saw(operation, outcome);
    done(outcome);
  });
}
