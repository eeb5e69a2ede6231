/** Turns requests that read into operations of the node: a value, one element, or a page of them. */
import { CodecError, checkedRowKey, mapElement, type RowKey } from "../codec/index.js";
import { DataType } from "../crdt/index.js";
import type { Failure, KeyAddress, Operation } from "../replication/index.js";
import type { kv } from "../wire/index.js";
import { decodeAddress, TYPES } from "./address-decoding.js";
import { badRequest, isFailure } from "./failure.js";
import type { Limits } from "./limits.js";
import { pathProblem } from "./path-checking.js";

type ReadOperation = Extract<Operation, { kind: "get" | "list" }>;

const PAGE_SIZE_DEFAULT = 100;
const PAGE_SIZE_MAX = 1_000;

export function decodeGet(request: kv.GetRequest__Output, limits: Limits): ReadOperation | Failure {
  const address = decodeAddress(request.address, "address", limits);
  if (isFailure(address)) return address;
  const problem = sloppyReadProblem(request.options) ?? pathProblem(request.path, "path", limits);
  if (problem !== undefined) return problem;
  const element = elementOf(request, address, limits);
  if (element === undefined) return decodeList(request, address);
  if (isFailure(element)) return element;
  return pagingProblem(request) ?? { kind: "get", address, element };
}

/** Sets and maps are many rows. */
export function hasElements({ type }: KeyAddress): boolean {
  return type === DataType.set || type === DataType.map;
}

/** A fallback is no replica, and answers no read. */
export function sloppyReadProblem(options: kv.RequestOptions__Output | null): Failure | undefined {
  return options?.isSloppy === true ? badRequest("options.is_sloppy", "is for writes only") : undefined;
}

/** Which one row is asked for; undefined: a page of them. */
function elementOf(
  { leafType, member, path }: kv.GetRequest__Output,
  { type }: KeyAddress,
  limits: Limits,
): Buffer[] | Failure | undefined {
  if (member.length > limits.keyBytes)
    return badRequest("member", `${member.length} bytes; the limit is ${limits.keyBytes}`);
  if (type !== DataType.map) {
    if (path.length > 0) return badRequest("path", "is for maps only");
    if (leafType !== "DATA_TYPE_UNSPECIFIED") return badRequest("leaf_type", "is for maps only");
    if (type === DataType.set) return member.length > 0 ? [member] : undefined;
    return member.length > 0 ? badRequest("member", "is for sets and maps only") : [];
  }
  if (leafType === "DATA_TYPE_UNSPECIFIED")
    return member.length > 0 ? badRequest("leaf_type", "must be SET, for a member") : undefined;
  if (path.length === 0) return badRequest("path", "missing: which leaf");
  const leaf = TYPES.get(leafType);
  switch (leaf) {
    case DataType.register:
    case DataType.counter:
    case DataType.flag:
      return member.length > 0
        ? badRequest("member", "is for leaves that are sets")
        : mapElement({ path, type: leaf, member: undefined });
    case DataType.set:
      return member.length > 0
        ? mapElement({ path, type: leaf, member })
        : badRequest("member", "missing: for all members, read the path without a leaf_type");
    default:
      return badRequest("leaf_type", `${String(leafType)} is no leaf of a map`);
  }
}

/** A page's token is the key of the row where it ended. */
function decodePageToken(token: Buffer): RowKey | undefined | "malformed" {
  if (token.length === 0) return undefined;
  try {
    return checkedRowKey(token.toString("latin1"));
  } catch (error) {
    if (error instanceof CodecError) return "malformed";
    throw error;
  }
}

function pagingProblem(request: kv.GetRequest__Output): Failure | undefined {
  const why = "is for pages of sets and maps";
  if (request.pageToken.length > 0) return badRequest("page_token", why);
  if (request.pageSize !== 0) return badRequest("page_size", why);
  return request.isCountOnly ? badRequest("is_count_only", why) : undefined;
}

function decodeList(request: kv.GetRequest__Output, address: KeyAddress): ReadOperation | Failure {
  const { pageSize, pageToken, path } = request;
  if (pageSize > PAGE_SIZE_MAX) return badRequest("page_size", `${pageSize}; the limit is ${PAGE_SIZE_MAX}`);
  const limit = request.isCountOnly ? PAGE_SIZE_MAX : pageSize === 0 ? PAGE_SIZE_DEFAULT : pageSize;
  const after = decodePageToken(pageToken);
  return after === "malformed"
    ? badRequest("page_token", "is not one that this store gave out; begin with the first page")
    : { kind: "list", address, path, after, limit };
}
