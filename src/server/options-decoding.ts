/** Checks how a request is asked: consistency, identity of the write, and time. */
import {
  CONSISTENCY_LEVELS,
  type Consistency,
  type Failure,
  type OperationOptions,
} from "../replication/index.js";
import type { kv } from "../wire/index.js";
import { badRequest, deadlinePassed } from "./failure.js";
import type { Limits } from "./limits.js";

const REQUEST_ID_BYTES = 16;

/** What of a call's deadline is kept back so that the exact answer arrives before the client gives up. */
const ANSWER_MARGIN = 0.1;
const ANSWER_MARGIN_MAX_MS = 25;

const LEVELS: ReadonlyMap<unknown, Consistency | undefined> = new Map<unknown, Consistency | undefined>([
  ["CONSISTENCY_LEVEL_UNSPECIFIED", undefined],
  ...CONSISTENCY_LEVELS.map((level) => [`CONSISTENCY_LEVEL_${level}`, { level }] as const),
]);

/** The options outside of any session, or what is wrong with them. `remainingMs` is what the call's own deadline leaves; may be infinite. */
export function decodeOptions(
  options: kv.RequestOptions__Output | null,
  field: string,
  remainingMs: number,
  limits: Limits,
): OperationOptions | Failure {
  if (remainingMs <= 0) return deadlinePassed();
  const asked = options === null || options.timeoutMs === 0 ? undefined : options.timeoutMs;
  const timeoutMs = timeoutMsOf(remainingMs, asked, limits);
  if (options === null) {
    return {
      consistency: undefined,
      timeoutMs,
      requestId: undefined,
      isRetry: false,
      isSloppy: false,
      session: undefined,
    };
  }
  const consistency = decodeConsistency(options.consistency, `${field}.consistency`);
  if (consistency !== undefined && "kind" in consistency) return consistency;
  const { requestId: id, isRetry, isSloppy } = options;
  const problem = requestIdProblem(id, `${field}.request_id`);
  if (problem !== undefined) return problem;
  const requestId = id.length === 0 ? undefined : id.toString("hex");
  return {
    consistency,
    timeoutMs,
    requestId,
    isRetry: isRetry && requestId !== undefined,
    isSloppy,
    session: undefined,
  };
}

/** What the work may take. @param remainingMs until the client gives up; may be infinite */
export function timeoutMsOf(remainingMs: number, asked: number | undefined, limits: Limits): number {
  const margin = Math.min(ANSWER_MARGIN_MAX_MS, remainingMs * ANSWER_MARGIN);
  const byDefault = Number.isFinite(remainingMs) ? limits.maxTimeoutMs : limits.defaultTimeoutMs;
  return Math.min(remainingMs - margin, asked ?? byDefault, limits.maxTimeoutMs);
}

export function requestIdProblem(id: Buffer, field: string): Failure | undefined {
  if (id.length === 0 || id.length === REQUEST_ID_BYTES) return undefined;
  return badRequest(field, `${id.length} bytes; it must be empty or ${REQUEST_ID_BYTES}`);
}

function decodeConsistency(
  consistency: kv.Consistency__Output | null,
  field: string,
): Consistency | Failure | undefined {
  if (consistency?.choice === undefined) return undefined;
  if (consistency.choice === "replicas") {
    const replicas = consistency.replicas ?? 0;
    return replicas >= 1 ? { replicas } : badRequest(`${field}.replicas`, "must be at least 1");
  }
  if (!LEVELS.has(consistency.level)) {
    const known = CONSISTENCY_LEVELS.join(", ");
    return badRequest(`${field}.level`, `unknown level ${String(consistency.level)}; use one of ${known}`);
  }
  return LEVELS.get(consistency.level);
}
