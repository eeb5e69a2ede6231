/** One call of a client on its way to the node, and back. */
import type { NodeApi } from "../node/index.js";
import type { Failure, Operation, OperationOptions, Outcome } from "../replication/index.js";
import type { kv } from "../wire/index.js";
import { CallSession } from "./call-session.js";
import { isFailure } from "./failure.js";
import type { Limits } from "./limits.js";
import { decodeOptions } from "./options-decoding.js";

/** How it is asked. */
export interface Call {
  readonly options: OperationOptions;
  /** Undefined outside of any session. */
  readonly session: CallSession | undefined;
}

export function decodeCall(
  options: kv.RequestOptions__Output | null,
  remainingMs: number,
  node: Pick<NodeApi, "layout">,
  limits: Limits,
): Call | Failure {
  const decoded = decodeOptions(options, "options", remainingMs, limits);
  if (isFailure(decoded)) return decoded;
  const session = CallSession.of(options, "options", node.layout);
  return session !== undefined && isFailure(session) ? session : { options: decoded, session };
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
