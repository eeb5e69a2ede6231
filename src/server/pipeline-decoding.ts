/** Checks the operations that a pipeline has in bytes of its own, as their gRPC messages are checked. */
import { type Asking, LEVELS, type PipelinedGet, type PipelinedPut } from "../codec/index.js";
import { DataType, ValueEncoding } from "../crdt/index.js";
import {
  CONSISTENCY_LEVELS,
  type Consistency,
  type Failure,
  type KeyAddress,
  type KeyWrite,
  type Operation,
  type OperationOptions,
} from "../replication/index.js";
import { addressProblem } from "./address-decoding.js";
import { badRequest, deadlinePassed, isFailure } from "./failure.js";
import type { Limits } from "./limits.js";
import {
  contextProblem,
  retryIdProblem,
  TTL_MS_MAX,
  ttlTooLong,
  valueSizeProblem,
} from "./operation-decoding.js";
import { timeoutMsOf } from "./options-decoding.js";

/** By their numbers in the proto; 0 leaves it to the bucket. */
const CONSISTENCIES: readonly (Consistency | undefined)[] = [
  undefined,
  ...CONSISTENCY_LEVELS.map((level) => ({ level })),
];

const TYPES: ReadonlyMap<number, DataType> = new Map<number, DataType>([
  [DataType.register, DataType.register],
  [DataType.multi, DataType.multi],
]);

const ENCODINGS: ReadonlyMap<number, ValueEncoding> = new Map<number, ValueEncoding>(
  Object.values(ValueEncoding).map((encoding) => [encoding, encoding]),
);

/** The options outside of any session. @param remainingMs until the client gives up; may be infinite */
export function decodeAsking(
  asking: Asking,
  remainingMs: number,
  limits: Limits,
): OperationOptions | Failure {
  if (remainingMs <= 0) return deadlinePassed();
  const { consistency, isRetry, isSloppy, requestId } = asking;
  return {
    consistency: consistency > LEVELS ? { replicas: consistency - LEVELS } : CONSISTENCIES[consistency],
    timeoutMs: timeoutMsOf(remainingMs, undefined, limits),
    requestId: requestId?.toString("hex"),
    isRetry,
    isSloppy,
    session: undefined,
  };
}

export function decodePipelinedGet({ address, asking }: PipelinedGet, limits: Limits): Operation | Failure {
  if (asking.isSloppy) return badRequest("options.is_sloppy", "is for writes only");
  const decoded = decodeHotAddress(address, limits);
  return isFailure(decoded) ? decoded : { kind: "get", address: decoded, element: [] };
}

export function decodePipelinedPut(put: PipelinedPut, limits: Limits): KeyWrite | Failure {
  const { asking, condition, context, ttlMs } = put;
  const address = decodeHotAddress(put.address, limits);
  if (isFailure(address)) return address;
  const encoding = ENCODINGS.get(put.value.encoding);
  if (encoding === undefined) return badRequest("value.encoding", `unknown encoding ${put.value.encoding}`);
  if (condition === "unchanged" && context.length === 0)
    return badRequest("context", "missing: if_context needs it");
  if (ttlMs !== "never" && ttlMs > TTL_MS_MAX) return ttlTooLong(String(ttlMs), "ttl_ms");
  const problem =
    valueSizeProblem(put.value.data, "value", limits) ??
    contextProblem(context, "") ??
    retryIdProblem(asking.isRetry, asking.requestId !== undefined, "");
  if (problem !== undefined) return problem;
  const value = { data: put.value.data, encoding };
  return { kind: "put", address, value, context, condition, ttlMs: ttlMs === 0 ? undefined : ttlMs };
}

function decodeHotAddress(
  { bucket, key, type }: PipelinedGet["address"],
  limits: Limits,
): KeyAddress | Failure {
  const known = TYPES.get(type);
  if (known === undefined) return badRequest("address.type", typeProblem(type));
  return addressProblem(bucket, key, "address", limits) ?? { type: known, bucket, key };
}

function typeProblem(type: number): string {
  return OTHER_TYPES.has(type)
    ? `type ${type} is neither a register nor a multi, and only these are read and written whole: send a call`
    : "unknown data type DATA_TYPE_UNSPECIFIED";
}

const OTHER_TYPES: ReadonlySet<number> = new Set(Object.values(DataType).filter((type) => !TYPES.has(type)));
