/** From the changes of one update to edits of rows: each row once, by the last change that is about it. */
import {
  encodeRowKey,
  type LeafType,
  mapElement,
  mapSubtree,
  type RowKey,
  type RowKeyRange,
  rowKeysBelow,
} from "../codec/index.js";
import { DataType, laterEndMs, type RowEdit } from "../crdt/index.js";
import { badRequest } from "./failures.js";
import type { Action, Change, Failure, KeyAddress, Ttl } from "./operation.js";

/** An update names at most so many rows. */
const ROWS_MAX = 1_000;

/** The rows that changes clear and that only a scan can name; of a counter or a flag there are none. */
export function clearedRanges(address: KeyAddress, changes: readonly Change[]): RowKeyRange[] {
  const { type } = address;
  if (type !== DataType.set && type !== DataType.map) return [];
  return changes
    .filter(({ action }) => action.kind === "clear")
    .map(({ path }) => rowKeysBelow(subtreeOf(address, path)));
}

/**
 * @param cleared row keys inside `clearedRanges`, all that are there
 * @param expiresAtMs when what lasts so long ends
 */
export function editsOf(
  address: KeyAddress,
  changes: readonly Change[],
  cleared: readonly RowKey[],
  expiresAtMs: (ttlMs: Ttl) => number,
): ReadonlyMap<RowKey, RowEdit> | Failure {
  const edits = new Map<RowKey, RowEdit>();
  for (const [index, { path, action, ttlMs }] of changes.entries()) {
    const field = `operations[${index}]`;
    const problem = problemOf(address.type, path, action);
    if (problem !== undefined) return badRequest(field, problem);
    if (action.kind === "clear") clear(edits, address, path, cleared);
    else
      for (const rowKey of rowsOf(address, path, action))
        edits.set(rowKey, editOf(action, expiresAtMs(ttlMs), edits.get(rowKey)));
  }
  if (edits.size > ROWS_MAX + cleared.length)
    return badRequest("operations", `change ${edits.size} rows, more than ${ROWS_MAX}; send them in parts`);
  return edits;
}

function editOf(
  action: Exclude<Action, { kind: "clear" }>,
  expiresAtMs: number,
  before: RowEdit | undefined,
): RowEdit {
  switch (action.kind) {
    case "increment": {
      const isCounted = before?.kind === "increment";
      return {
        kind: "increment",
        amount: exactSum(action.amount, isCounted ? before.amount : 0),
        isReset: before?.kind === "remove" || (isCounted && before.isReset),
        expiresAtMs: isCounted ? laterEndMs(before.expiresAtMs, expiresAtMs) : expiresAtMs,
      };
    }
    case "set-flag":
      return action.isEnabled ? { kind: "enable", expiresAtMs } : { kind: "remove" };
    case "add-members":
      return { kind: "enable", expiresAtMs };
    case "remove-members":
      return { kind: "remove" };
    case "assign":
      return { kind: "assign", data: action.value.data, encoding: action.value.encoding, expiresAtMs };
  }
}

/** Beyond the exact numbers there is no way back to them: not a number, which no counter takes. */
function exactSum(a: number, b: number): number {
  return Number.isSafeInteger(a + b) ? a + b : Number.NaN;
}

function clear(
  edits: Map<RowKey, RowEdit>,
  address: KeyAddress,
  path: readonly Buffer[],
  cleared: readonly RowKey[],
): void {
  const { from, to } = rowKeysBelow(subtreeOf(address, path));
  const isInside = (rowKey: RowKey): boolean => from <= rowKey && rowKey < to;
  for (const rowKey of [from, ...cleared, ...edits.keys()])
    if (isInside(rowKey)) edits.set(rowKey, { kind: "remove" });
}

function subtreeOf({ type, bucket, key }: KeyAddress, path: readonly Buffer[]): RowKey {
  return encodeRowKey(type, bucket, key, mapSubtree(path));
}

const LEAF_TYPES: Readonly<Record<Exclude<Action["kind"], "clear">, LeafType>> = {
  increment: DataType.counter,
  "set-flag": DataType.flag,
  "add-members": DataType.set,
  "remove-members": DataType.set,
  assign: DataType.register,
};

/** What is wrong with a change of a key of this type; undefined when nothing is. */
function problemOf(type: DataType, path: readonly Buffer[], action: Action): string | undefined {
  if (type === DataType.register || type === DataType.multi)
    return "a register or a multi is written with Put and Delete";
  if (type !== DataType.map && path.length > 0) return "only a map has paths";
  if (action.kind === "clear") return undefined;
  if (type === DataType.map) return path.length > 0 ? undefined : "inside a map, a change needs a path";
  if (LEAF_TYPES[action.kind] !== type) return "is of another data type than the key";
  return undefined;
}

function rowsOf(
  { type, bucket, key }: KeyAddress,
  path: readonly Buffer[],
  action: Exclude<Action, { kind: "clear" }>,
): RowKey[] {
  const members = "members" in action ? action.members : [undefined];
  return members.map((member) => {
    if (type === DataType.map)
      return encodeRowKey(type, bucket, key, mapElement({ path, type: LEAF_TYPES[action.kind], member }));
    return encodeRowKey(type, bucket, key, member === undefined ? [] : [member]);
  });
}
