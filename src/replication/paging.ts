/** Sets and maps as clients read them: which rows a page is of, what its token is, and what its rows show. */
import {
  afterRowKey,
  CodecError,
  decodeRowKey,
  encodeRowKey,
  leafOf,
  mapSubtree,
  type RowKey,
  type RowKeyRange,
  rowKeysBelow,
} from "../codec/index.js";
import { DataType, isShown, readingOf } from "../crdt/index.js";
import { badRequest } from "./failures.js";
import type { Failure, KeyAddress, Operation, Outcome, PageRow } from "./operation.js";
import type { Stretch } from "./range-read.js";

/** The type by which one row of a key is read; a failure where the element does not fit the key's type. */
export function readTypeOf({ type }: KeyAddress, element: readonly Buffer[]): DataType | Failure {
  if (type === DataType.set)
    return element.length === 1 ? type : badRequest("element", "of a set is one member; list its members");
  if (type !== DataType.map)
    return element.length === 0 ? type : badRequest("element", "is for sets and maps only");
  try {
    return leafOf(element).type;
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return badRequest("element", "of a map is the path of a leaf and its type");
  }
}

/** The rows of a list that are left to read, from its page token on. */
export function elementRange({
  address,
  path,
  pageToken,
}: Extract<Operation, { kind: "list" }>): RowKeyRange | Failure {
  const { type, bucket, key } = address;
  if (type !== DataType.set && type !== DataType.map)
    return badRequest("address.type", "has no elements; read its value");
  if (type === DataType.set && path.length > 0) return badRequest("path", "is for maps only");
  const range = rowKeysBelow(encodeRowKey(type, bucket, key, mapSubtree(path)));
  if (pageToken.length === 0) return range;
  const last = pageToken.toString("latin1") as RowKey;
  const isInside = range.from <= last && last < range.to;
  return isInside ? afterRowKey(range, last) : badRequest("page_token", "is not one of this list");
}

/** What of a stretch shows something at this time. */
export function pageOf({ rows, seen, upTo }: Stretch, nowMs: number, isOfSession: boolean): Outcome {
  const shown: PageRow[] = [];
  for (const { rowKey, state } of rows) {
    const { type, element } = decodeRowKey(rowKey);
    const reading = readingOf(type === DataType.map ? leafOf(element).type : type, state.live, nowMs);
    if (isShown(reading)) shown.push({ element, reading });
  }
  return {
    kind: "page",
    rows: shown,
    nextPageToken: upTo === undefined ? Buffer.alloc(0) : Buffer.from(upTo, "latin1"),
    ...(isOfSession ? { seen } : {}),
  };
}
