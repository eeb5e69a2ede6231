import type { kv } from "../wire/index.js";

type Unprefixed<Name> = Name extends `ERROR_REASON_${infer Reason}` ? Exclude<Reason, "UNSPECIFIED"> : never;

/**
 * Why the server failed a request, and what state that left. The names are those of `atoll.kv.v1.ErrorReason`
 * without its prefix, where each is explained.
 */
export type ErrorReason = Unprefixed<kv.ErrorReason__Output>;

/** A record and not a list, so that the compiler asks for each reason that the wire gains. */
const KNOWN: Readonly<Record<ErrorReason, true>> = {
  BAD_REQUEST: true,
  QUORUM_UNAVAILABLE: true,
  QUORUM_TIMEOUT: true,
  MAYBE_APPLIED: true,
  NOT_READY: true,
  DRAINING: true,
  OVERLOADED: true,
  STORAGE_FAILED: true,
  ROW_DAMAGED: true,
  TOO_MANY_SIBLINGS: true,
  CLOCK_DRIFT: true,
  SESSION_LOST: true,
  RESYNC: true,
  CONDITION_FAILED: true,
  NOT_ATOMIC: true,
  UNIMPLEMENTED: true,
  DEADLINE_PASSED: true,
  INTERNAL: true,
  REMOVAL_REFUSED: true,
  SESSION_BEHIND: true,
  WRONG_CLUSTER: true,
};

/** The reason of that name; undefined for one that only a newer server knows. */
export function errorReason(name: string): ErrorReason | undefined {
  return isKnown(name) ? name : undefined;
}

function isKnown(name: string): name is ErrorReason {
  return Object.hasOwn(KNOWN, name);
}
