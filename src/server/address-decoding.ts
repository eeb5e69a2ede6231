/** Checks where a request points: type, bucket and key. */
import { DataType } from "../crdt/index.js";
import type { Failure, KeyAddress } from "../replication/index.js";
import type { kv } from "../wire/index.js";
import { badRequest } from "./failure.js";
import type { Limits } from "./limits.js";

const BUCKET = /^[A-Za-z0-9._-]{1,64}$/;

/** Types of the wire to types of the store. */
export const TYPES: ReadonlyMap<unknown, DataType> = new Map<unknown, DataType>([
  ["DATA_TYPE_REGISTER", DataType.register],
  ["DATA_TYPE_MULTI", DataType.multi],
  ["DATA_TYPE_COUNTER", DataType.counter],
  ["DATA_TYPE_FLAG", DataType.flag],
  ["DATA_TYPE_SET", DataType.set],
  ["DATA_TYPE_MAP", DataType.map],
]);

export function bucketProblem(bucket: string, field: string): Failure | undefined {
  return BUCKET.test(bucket)
    ? undefined
    : badRequest(field, "must be 1 to 64 characters of A-Z a-z 0-9 . _ -");
}

/** The address, or what is wrong with it; `field` is its path in the request. */
export function decodeAddress(
  address: kv.Address__Output | null,
  field: string,
  limits: Limits,
): KeyAddress | Failure {
  if (address === null) return badRequest(field, "missing");
  const type = TYPES.get(address.type);
  if (type === undefined) return badRequest(`${field}.type`, `unknown data type ${String(address.type)}`);
  const { bucket, key } = address;
  return addressProblem(bucket, key, field, limits) ?? { type, bucket, key };
}

export function addressProblem(
  bucket: string,
  key: Buffer,
  field: string,
  limits: Limits,
): Failure | undefined {
  if (!BUCKET.test(bucket)) return bucketProblem(bucket, `${field}.bucket`);
  if (key.length > 0 && key.length <= limits.keyBytes) return undefined;
  if (key.length === 0) return badRequest(`${field}.key`, "must not be empty");
  return badRequest(`${field}.key`, `${key.length} bytes; the limit is ${limits.keyBytes}`);
}
