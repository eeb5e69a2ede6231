/**
 * Counters, flags, sets and maps as the clients of a run use them: which rows each has, how a deed becomes an update, and
 * what an answer shows, row by row.
 *
 * An element is a number that names a row: of a counter or a flag the only one, of a set a member, of a map a leaf.
 */
import { decodeRowKey, leafOf, mapElement, type RowKey, rowKeyType } from "../codec/index.js";
import { DataType, type Reading, ValueEncoding } from "../crdt/index.js";
import type { Action, Change, KeyAddress, Operation, Outcome } from "../replication/index.js";
import { BUCKET } from "./operations.js";

export type Compound = "counter" | "flag" | "set" | "map";

/** `remove`: of an element, or of a path of a map with all below it. `clear`: of the whole key. */
export type Deed = "add" | "remove" | "clear";

/** What a row shows: a counter's value, a register's text, or that it is there. */
export type Shown = bigint | string | true;

interface Leaf {
  readonly type: "counter" | "flag" | "set" | "register";
  readonly path: readonly string[];
  readonly member?: string;
  /** What a removal of it clears, where that is not a change of its type. */
  readonly cleared?: readonly string[];
}

const MAP_LEAVES: readonly Leaf[] = [
  { type: "counter", path: ["n"], cleared: ["n"] },
  { type: "counter", path: ["p", "n"], cleared: ["p"] },
  { type: "set", path: ["p", "s"], member: "x" },
  { type: "flag", path: ["p", "f"] },
  { type: "register", path: ["p", "r"], cleared: ["p", "r"] },
];
/** Few enough that clients often mean the same one. */
const MEMBERS = 3;
/** Of every three increments of a counter one subtracts. */
const SIGNS = 3;
const PAGE_ROWS = 1_000;

/**
 * From here on elements are rows of their own, which clients that do not draw from `elementsOf` can have for themselves: of a
 * map flags, each in a map in it.
 */
export const OWN_ELEMENTS = 100;

/** How many elements there are to choose from. */
export function elementsOf(type: Compound): number {
  return { counter: SIGNS, flag: 1, set: MEMBERS, map: MAP_LEAVES.length }[type];
}

/** Whether an `add` of the element counts. */
export function isCount(type: Compound, element: number): boolean {
  return type === "counter" || (type === "map" && leafAt(element).type === "counter");
}

/** Whether an increment of the element is one that subtracts. */
export function isSubtraction(type: Compound, element: number): boolean {
  return type === "counter" && element % SIGNS === SIGNS - 1;
}

/** The row of an element. */
export function rowOf(type: Compound, element: number): string {
  if (type === "set") return memberOf(element);
  if (type !== "map") return "";
  const { path, member } = leafAt(element);
  return [...path, ...(member === undefined ? [] : [member])].join("/");
}

/** The row that a row key is about: see `rowOf`. */
export function rowNamed(rowKey: string): string {
  const { type, element } = decodeRowKey(rowKey);
  if (type !== DataType.map) return element.map(String).join("/");
  const { path, member } = leafOf(element);
  return [...path, ...(member === undefined ? [] : [member])].join("/");
}

/** What a deed does in this row. */
export function isOf(type: Compound, deed: Deed, element: number, row: string): boolean {
  if (deed === "clear" || type === "counter" || type === "flag") return true;
  const own = rowOf(type, element);
  if (deed === "add" || type === "set" || row === own) return row === own;
  const { cleared } = leafAt(element);
  return cleared !== undefined && row.startsWith(`${cleared.join("/")}/`);
}

/** @param value what is put into a register */
export function updateOf(
  { name, type }: { readonly name: string; readonly type: Compound },
  { deed, element }: { readonly deed: Deed; readonly element: number },
  { amount, value }: { readonly amount: bigint; readonly value: string },
): Operation {
  const address = addressOf(name, type);
  if (deed === "clear") return { kind: "delete", address, context: NO_CONTEXT };
  return { kind: "update", address, changes: [changeOf(type, deed, element, { amount, value })] };
}

function changeOf(
  type: Compound,
  deed: "add" | "remove",
  element: number,
  { amount, value }: { readonly amount: bigint; readonly value: string },
): Change {
  const leaf: Leaf =
    type === "map"
      ? leafAt(element)
      : { type, path: [], ...(type === "set" ? { member: memberOf(element) } : {}) };
  const path = leaf.path.map((step) => Buffer.from(step));
  if (deed === "remove" && leaf.cleared !== undefined)
    return { path: leaf.cleared.map((step) => Buffer.from(step)), action: { kind: "clear" } };
  return { path, action: actionOf(leaf, deed === "add", { amount, value }) };
}

function actionOf(
  { type, member = "" }: Leaf,
  isAdd: boolean,
  { amount, value }: { readonly amount: bigint; readonly value: string },
): Action {
  switch (type) {
    case "counter":
      return isAdd ? { kind: "increment", amount: Number(amount) } : { kind: "clear" };
    case "flag":
      return { kind: "set-flag", isEnabled: isAdd };
    case "set":
      return { kind: isAdd ? "add-members" : "remove-members", members: [Buffer.from(member)] };
    case "register":
      return {
        kind: "assign",
        value: { data: Buffer.from(value), encoding: ValueEncoding.text },
      };
  }
}

/** A read of one element, or of all. */
export function lookOf(
  { name, type }: { readonly name: string; readonly type: Compound },
  element: number,
  isWhole: boolean,
): Operation {
  const address = addressOf(name, type);
  if (type === "counter" || type === "flag") return { kind: "get", address, element: [] };
  if (isWhole) return { kind: "list", address, path: [], after: undefined, limit: PAGE_ROWS };
  if (type === "set") return { kind: "get", address, element: [Buffer.from(memberOf(element))] };
  const { type: leafType, path, member } = leafAt(element);
  const steps = path.map((step) => Buffer.from(step));
  const part = member === undefined ? undefined : Buffer.from(member);
  return {
    kind: "get",
    address,
    element: mapElement({ path: steps, type: DataType[leafType], member: part }),
  };
}

/** Undefined for an answer that shows nothing of a compound. @param row which was asked for, if one was */
export function shownBy(outcome: Outcome, row: string): ReadonlyMap<string, Shown> | undefined {
  const shown = new Map<string, Shown>();
  const add = (name: string, reading: Reading): void => {
    const value = shownIn(reading);
    if (value !== undefined) shown.set(name, value);
  };
  switch (outcome.kind) {
    case "counter":
    case "flag":
      add(row, outcome);
      return shown;
    case "read":
      add(row, { kind: "values", values: outcome.values });
      return shown;
    case "page":
      for (const { rowKey, reading } of outcome.rows) add(rowNamed(rowKey), reading);
      return shown;
    default:
      return undefined;
  }
}

function shownIn(reading: Reading): Shown | undefined {
  switch (reading.kind) {
    case "counter":
      return reading.isFound ? reading.value : undefined;
    case "flag":
      return reading.isEnabled ? true : undefined;
    case "values":
      return reading.values[0]?.data.toString();
  }
}

/** The key of a row, if it is of a compound. */
export function compoundKeyOf(rowKey: RowKey): string | undefined {
  const type = rowKeyType(rowKey);
  if (type === DataType.register || type === DataType.multi) return undefined;
  return decodeRowKey(rowKey).key.toString();
}

function leafAt(element: number): Leaf {
  if (element >= OWN_ELEMENTS) {
    const step = `j${element}`;
    return { type: "flag", path: [step, "f"], cleared: [step] };
  }
  const leaf = MAP_LEAVES[element % MAP_LEAVES.length];
  if (leaf === undefined) throw new Error("a map has leaves");
  return leaf;
}

function memberOf(element: number): string {
  return `m${element}`;
}

function addressOf(name: string, type: Compound): KeyAddress {
  return { type: DataType[type], bucket: BUCKET, key: Buffer.from(name) };
}

const NO_CONTEXT = Buffer.alloc(0);
