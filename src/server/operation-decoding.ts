/**
 * Turns requests for one key into operations of the node. Whether they fit the type of the key and the state of the row,
 * the node judges.
 */
import { DataType, ValueEncoding } from "../crdt/index.js";
import type { Failure, KeyAddress, KeyWrite, StoredValue, Ttl } from "../replication/index.js";
import type { kv } from "../wire/index.js";
import { decodeAddress } from "./address-decoding.js";
import { badRequest, isFailure } from "./failure.js";
import type { Limits } from "./limits.js";

const ENCODINGS: ReadonlyMap<unknown, ValueEncoding> = new Map<unknown, ValueEncoding>([
  ["VALUE_ENCODING_UNSPECIFIED", ValueEncoding.bytes],
  ["VALUE_ENCODING_TEXT", ValueEncoding.text],
  ["VALUE_ENCODING_MSGPACK", ValueEncoding.msgpack],
  ["VALUE_ENCODING_JSON", ValueEncoding.json],
]);

/** Contexts are opaque here; the node judges what is inside. */
const MAX_CONTEXT_BYTES = 64 * 1_024;

const NEVER = String(2n ** 64n - 1n);
/** 142,000 years; with the time added it is still an exact number everywhere. */
export const TTL_MS_MAX = 2 ** 52;

/** `prefix` is the path of the request inside a batch, as in `items[3].put.`; empty for a request of its own. */
export function decodePut(
  request: kv.PutRequest__Output,
  prefix: string,
  limits: Limits,
): KeyWrite | Failure {
  const address = decodeAddress(request.address, `${prefix}address`, limits);
  if (isFailure(address)) return address;
  if (!isValueType(address)) return badRequest(`${prefix}address.type`, "is changed with Update");
  if (request.ifContext && request.ifAbsent)
    return badRequest(`${prefix}if_absent`, "and if_context exclude each other");
  if (request.ifContext && request.context.length === 0)
    return badRequest(`${prefix}context`, "missing: if_context needs it");
  const condition = request.ifAbsent ? "absent" : request.ifContext ? "unchanged" : undefined;
  const value = decodeValue(request.value, `${prefix}value`, limits);
  if (isFailure(value)) return value;
  const { context, ttlMs } = request;
  const problem =
    ttlProblem(ttlMs, `${prefix}ttl_ms`) ??
    contextProblem(context, prefix) ??
    retryProblem(request.options, prefix);
  return problem ?? { kind: "put", address, value, context, condition, ttlMs: ttlOf(ttlMs) };
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

/** Of an unsigned 64-bit number: 0 is the bucket's default, the highest is never. */
export function ttlOf(text: string): Ttl {
  return text === "0" ? undefined : text === NEVER ? "never" : Number(text);
}

export function ttlProblem(text: string, field: string): Failure | undefined {
  if (text === NEVER || Number(text) <= TTL_MS_MAX) return undefined;
  return ttlTooLong(text, field);
}

export function ttlTooLong(text: string, field: string): Failure {
  return badRequest(
    field,
    `${text} ms; the most is 2^52 (${TTL_MS_MAX}), and 2^64 - 1 says that it never expires`,
  );
}

/** The stamp and the end of a value are the server's to give: a value that was read can be put back as it is. */
export function decodeValue(
  value: kv.Value__Output | null,
  field: string,
  limits: Limits,
): StoredValue | Failure {
  if (value === null) return badRequest(field, "missing; an empty value is a Value without data");
  const encoding = ENCODINGS.get(value.encoding);
  if (encoding === undefined) {
    return badRequest(`${field}.encoding`, `unknown encoding ${String(value.encoding)}`);
  }
  return valueSizeProblem(value.data, field, limits) ?? { data: value.data, encoding };
}

export function valueSizeProblem(data: Buffer, field: string, limits: Limits): Failure | undefined {
  if (data.length <= limits.valueBytes) return undefined;
  return badRequest(`${field}.data`, `${data.length} bytes; the limit is ${limits.valueBytes}`);
}

export function contextProblem(context: Buffer, prefix: string): Failure | undefined {
  if (context.length <= MAX_CONTEXT_BYTES) return undefined;
  return badRequest(`${prefix}context`, `${context.length} bytes; no context has over ${MAX_CONTEXT_BYTES}`);
}

/** Without an id nobody could tell whether the earlier attempt was applied. */
export function retryProblem(options: kv.RequestOptions__Output | null, prefix: string): Failure | undefined {
  return options === null ? undefined : retryIdProblem(options.isRetry, options.requestId.length > 0, prefix);
}

export function retryIdProblem(isRetry: boolean, hasId: boolean, prefix: string): Failure | undefined {
  if (!isRetry || hasId) return undefined;
  return badRequest(`${prefix}options.is_retry`, "needs the request_id of the earlier attempt");
}
