/**
 * Turns requests for one key into operations of the node. What this server does not offer yet is refused, never
 * ignored: a put whose TTL was dropped silently would be a lie.
 */
import { DataType, ValueEncoding } from "../crdt/index.js";
import type { Failure, KeyAddress, KeyWrite, StoredValue } from "../replication/index.js";
import type { kv } from "../wire/index.js";
import { decodeAddress } from "./address-decoding.js";
import { badRequest, isFailure, unimplemented } from "./failure.js";
import type { Limits } from "./limits.js";

const ENCODINGS: ReadonlyMap<unknown, ValueEncoding> = new Map<unknown, ValueEncoding>([
  ["VALUE_ENCODING_UNSPECIFIED", ValueEncoding.bytes],
  ["VALUE_ENCODING_TEXT", ValueEncoding.text],
  ["VALUE_ENCODING_MSGPACK", ValueEncoding.msgpack],
  ["VALUE_ENCODING_JSON", ValueEncoding.json],
]);

/** Contexts are opaque here; the node judges what is inside. */
const MAX_CONTEXT_BYTES = 64 * 1_024;

/** `prefix` is the path of the request inside a batch, as in `items[3].put.`; empty for a request of its own. */
export function decodePut(
  request: kv.PutRequest__Output,
  prefix: string,
  limits: Limits,
): KeyWrite | Failure {
  const address = decodeAddress(request.address, `${prefix}address`, limits);
  if (isFailure(address)) return address;
  if (!isValueType(address)) return badRequest(`${prefix}address.type`, "is changed with Update");
  if (request.ttlMs !== "0") return unimplemented(`${prefix}ttl_ms`);
  if (request.ifContext && request.ifAbsent)
    return badRequest(`${prefix}if_absent`, "and if_context exclude each other");
  if (request.ifContext && request.context.length === 0)
    return badRequest(`${prefix}context`, "missing: if_context needs it");
  const condition = request.ifAbsent ? "absent" : request.ifContext ? "unchanged" : undefined;
  const value = decodeValue(request.value, `${prefix}value`, limits);
  if (isFailure(value)) return value;
  const problem = contextProblem(request.context, prefix) ?? retryProblem(request.options, prefix);
  return problem ?? { kind: "put", address, value, context: request.context, condition };
}

export function decodeDelete(
  request: kv.DeleteRequest__Output,
  prefix: string,
  limits: Limits,
): KeyWrite | Failure {
  const address = decodeAddress(request.address, `${prefix}address`, limits);
  if (isFailure(address)) return address;
  if (!isValueType(address) && request.context.length > 0)
    return badRequest(`${prefix}context`, "is for registers and multis only");
  const problem = contextProblem(request.context, prefix) ?? retryProblem(request.options, prefix);
  return problem ?? { kind: "delete", address, context: request.context };
}

/** Whether Put writes it as a whole. */
export function isValueType({ type }: KeyAddress): boolean {
  return type === DataType.register || type === DataType.multi;
}

/** The stamp in a value is the server's to give: a value that was read can be put back as it is. */
export function decodeValue(
  value: kv.Value__Output | null,
  field: string,
  limits: Limits,
): StoredValue | Failure {
  if (value === null) return badRequest(field, "missing; an empty value is a Value without data");
  if (value.expiresAtMs !== "0") return unimplemented(`${field}.expires_at_ms`);
  const encoding = ENCODINGS.get(value.encoding);
  if (encoding === undefined) {
    return badRequest(`${field}.encoding`, `unknown encoding ${String(value.encoding)}`);
  }
  const size = value.data.length;
  if (size > limits.valueBytes) {
    return badRequest(`${field}.data`, `${size} bytes; the limit is ${limits.valueBytes}`);
  }
  return { data: value.data, encoding };
}

function contextProblem(context: Buffer, prefix: string): Failure | undefined {
  if (context.length <= MAX_CONTEXT_BYTES) return undefined;
  return badRequest(`${prefix}context`, `${context.length} bytes; no context has over ${MAX_CONTEXT_BYTES}`);
}

/** Without an id nobody could tell whether the earlier attempt was applied. */
export function retryProblem(options: kv.RequestOptions__Output | null, prefix: string): Failure | undefined {
  if (options === null || !options.isRetry || options.requestId.length > 0) return undefined;
  return badRequest(`${prefix}options.is_retry`, "needs the request_id of the earlier attempt");
}
