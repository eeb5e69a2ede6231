/** Checks where a request points: type, bucket and key. */
import { DataType } from "../crdt/index.js";
import type { Failure, KeyAddress } from "../replication/index.js";
import type { kv } from "../wire/index.js";
import { badRequest, unimplemented } from "./failure.js";
import type { Limits } from "./limits.js";

const BUCKET = /^[A-Za-z0-9._-]{1,64}$/;

/** Types of the wire to types of the store. */
const TYPES: ReadonlyMap<unknown, DataType> = new Map<unknown, DataType>([
  ["DATA_TYPE_REGISTER", DataType.register],
  ["DATA_TYPE_MULTI", DataType.multi],
]);
const LATER_TYPES: ReadonlySet<unknown> = new Set([
  "DATA_TYPE_COUNTER",
  "DATA_TYPE_FLAG",
  "DATA_TYPE_SET",
  "DATA_TYPE_MAP",
]);

/** The address, or what is wrong with it; `field` is its path in the request. */
export function decodeAddress(
  address: kv.Address__Output | null,
  field: string,
  limits: Limits,
): KeyAddress | Failure {
  if (address === null) return badRequest(field, "missing");
  const type = TYPES.get(address.type);
  if (type === undefined) {
    if (LATER_TYPES.has(address.type)) return unimplemented(`${field}.type: ${address.type}`);
    return badRequest(`${field}.type`, `unknown data type ${String(address.type)}; use REGISTER or MULTI`);
  }
  if (!BUCKET.test(address.bucket)) {
    return badRequest(`${field}.bucket`, "must be 1 to 64 characters of A-Z a-z 0-9 . _ -");
  }
  const size = address.key.length;
  if (size === 0) return badRequest(`${field}.key`, "must not be empty");
  if (size > limits.keyBytes) {
    return badRequest(`${field}.key`, `${size} bytes; the limit is ${limits.keyBytes}`);
  }
  return { type, bucket: address.bucket, key: address.key };
}
