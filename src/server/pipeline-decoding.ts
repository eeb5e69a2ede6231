/** Operations of a pipeline as the gRPC messages that they stand for: what is checked of those is checked of these. */
import { type Asking, LEVELS, type PipelinedGet, type PipelinedPut } from "../codec/index.js";
import { DataType, ValueEncoding } from "../crdt/index.js";
import type { Failure } from "../replication/index.js";
import type { kv } from "../wire/index.js";
import { badRequest } from "./failure.js";

const NOTHING = Buffer.alloc(0);
const NEVER = String(2n ** 64n - 1n);

const TYPES: ReadonlyMap<number, kv.DataType__Output> = new Map<number, kv.DataType__Output>([
  [DataType.register, "DATA_TYPE_REGISTER"],
  [DataType.multi, "DATA_TYPE_MULTI"],
]);

const ENCODINGS: ReadonlyMap<number, kv.ValueEncoding__Output> = new Map<number, kv.ValueEncoding__Output>([
  [ValueEncoding.bytes, "VALUE_ENCODING_UNSPECIFIED"],
  [ValueEncoding.text, "VALUE_ENCODING_TEXT"],
  [ValueEncoding.msgpack, "VALUE_ENCODING_MSGPACK"],
  [ValueEncoding.json, "VALUE_ENCODING_JSON"],
]);

/** By their numbers in the proto. */
const CONSISTENCIES: readonly (kv.Consistency__Output | null)[] = [
  null,
  ...(
    [
      "CONSISTENCY_LEVEL_ONE",
      "CONSISTENCY_LEVEL_TWO",
      "CONSISTENCY_LEVEL_THREE",
      "CONSISTENCY_LEVEL_LOCAL_ONE",
      "CONSISTENCY_LEVEL_LOCAL_QUORUM",
      "CONSISTENCY_LEVEL_QUORUM",
      "CONSISTENCY_LEVEL_EACH_QUORUM",
      "CONSISTENCY_LEVEL_ALL",
    ] as const
  ).map((level): kv.Consistency__Output => ({ choice: "level", level })),
];

export function getRequestOf({ address, asking }: PipelinedGet): kv.GetRequest__Output {
  return { ...NO_PAGE, path: [], address: addressOf(address), options: optionsOf(asking) };
}

export function putRequestOf(put: PipelinedPut): kv.PutRequest__Output | Failure {
  const { address, asking, condition, context, ttlMs, value } = put;
  const encoding = ENCODINGS.get(value.encoding);
  if (encoding === undefined) return badRequest("value.encoding", `unknown encoding ${value.encoding}`);
  return {
    address: addressOf(address),
    value: { data: value.data, encoding, hlc: "0", expiresAtMs: "0" },
    context,
    options: optionsOf(asking),
    ttlMs: ttlMs === "never" ? NEVER : String(ttlMs),
    ifAbsent: condition === "absent",
    ifContext: condition === "unchanged",
  };
}

const NO_PAGE = {
  pageSize: 0,
  pageToken: NOTHING,
  member: NOTHING,
  leafType: "DATA_TYPE_UNSPECIFIED",
  isCountOnly: false,
} as const;

function addressOf({ bucket, key, type }: PipelinedGet["address"]): kv.Address__Output {
  return { type: TYPES.get(type) ?? "DATA_TYPE_UNSPECIFIED", bucket, key };
}

/** The cluster was named once, when the stream began; the time is that of the call, as a gRPC call has it outside of these. */
function optionsOf(asking: Asking): kv.RequestOptions__Output {
  const { consistency, isRetry, isSloppy, requestId, sessionToken } = asking;
  return {
    consistency:
      consistency > LEVELS
        ? { choice: "replicas", replicas: consistency - LEVELS }
        : (CONSISTENCIES[consistency] ?? null),
    requestId: requestId ?? NOTHING,
    isRetry,
    sessionToken: sessionToken ?? NOTHING,
    timeoutMs: 0,
    isSloppy,
    clusterId: "",
  };
}
