/** Sets and maps as clients read them: which rows a page is of, what its token is, and what its rows show. */
import type { VersionVector } from "../causality/index.js";
import {
  afterRowKey,
  CodecError,
  encodeRowKey,
  encodeToken,
  leafOf,
  mapSubtree,
  type RowKey,
  type RowKeyRange,
  readTypeOfRow,
  rowKeysBelow,
  rowKeyType,
} from "../codec/index.js";
import { DataType, isShown, type Reading, type RowState, readingOf, readToken } from "../crdt/index.js";
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

/** The rows of a list that are left to read. */
export function elementRange({
  address,
  path,
  after,
}: Extract<Operation, { kind: "list" }>): RowKeyRange | Failure {
  const { type, bucket, key } = address;
  if (type !== DataType.set && type !== DataType.map)
    return badRequest("address.type", "has no elements; read its value");
  if (type === DataType.set && path.length > 0) return badRequest("path", "is for maps only");
  const range = rowKeysBelow(encodeRowKey(type, bucket, key, mapSubtree(path)));
  if (after === undefined) return range;
  const isInside = range.from <= after && after < range.to;
  return isInside ? afterRowKey(range, after) : badRequest("page_token", "is not one of this list");
}

/** What of a stretch shows something at this time. */
export function pageOf(
  { rows, seen, upTo }: Stretch,
  { nowMs, isKeysOnly, session }: { nowMs: number; isKeysOnly: boolean; session: VersionVector | undefined },
): Outcome {
  const shown: PageRow[] = [];
  for (const { rowKey, state } of rows) {
    const reading = readingOf(readTypeOfRow(rowKey), state.live, nowMs);
    if (!isShown(reading)) continue;
    if (isKeysOnly) shown.push({ rowKey, reading: NO_VALUES, context: NO_CONTEXT });
    else shown.push({ rowKey, reading, context: contextOf(rowKey, reading, state) });
  }
  return { kind: "page", rows: shown, upTo, ...(session === undefined ? {} : { seen }) };
}

const NO_VALUES: Reading = { kind: "values", values: [] };
const NO_CONTEXT = Buffer.alloc(0);

/** Of what Put replaces. A register in a map is changed without one. */
export function contextOf(rowKey: RowKey, reading: Reading, state: RowState): Buffer {
  if (reading.kind !== "values" || rowKeyType(rowKey) === DataType.map) return NO_CONTEXT;
  return encodeToken(rowKey, readToken(state));
}
