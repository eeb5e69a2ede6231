/**
 * Keys that are listed, in the order of their names, and watched: some of one tag, some of none. Most are there from their first
 * write on, some come and go. They are nobody else's, and what is in them tells who wrote it.
 */
import { type Hlc, ZERO_HLC } from "../causality/index.js";
import { decodeRowKey, decodeToken, type RowKeyRange, rowKeysOfBucket } from "../codec/index.js";
import { DataType, ValueEncoding } from "../crdt/index.js";
import type { KeyAddress, Operation, PageRow } from "../replication/index.js";
import { partitionOfPrefix } from "../topology/index.js";
import { BUCKET } from "./operations.js";

export type ListedType = "register" | "set";

/** Those without a tag come first. */
const UNTAGGED = 8;
export const LISTED_KEYS = 14;
/** One in so many comes and goes. */
const PASSING_PERIOD = 4;
const PREFIX = "row-";
const TAGGED_PREFIX = "row-{t}";
const NOTHING = Buffer.alloc(0);
/** Of a set the first member, which stays for as long as its key does. */
const STAYING_MEMBER = "m";
const MEMBERS = 4;

export interface ListedRow {
  readonly name: string;
  /** What was put; of a set nothing. */
  readonly text: string;
}

/** The index of a key; `position` is below `LISTED_KEYS`. */
export function listedKey(type: ListedType, position: number): number {
  return position + (type === "set" ? LISTED_KEYS : 0);
}

export function listedTypeOf(key: number): ListedType {
  return key < LISTED_KEYS ? "register" : "set";
}

export function listedNameOf(key: number): string {
  const position = key % LISTED_KEYS;
  return `${position < UNTAGGED ? PREFIX : TAGGED_PREFIX}${String.fromCharCode(97 + position)}`;
}

/** Nobody ever removes the key: of a set, its first member. */
export function isStaying(key: number): boolean {
  return key % PASSING_PERIOD !== PASSING_PERIOD - 1;
}

/** Puts a value, or adds the staying member and another one. */
export function enterOf(key: number, text: string, count: number): Operation {
  const address = addressOf(key);
  if (listedTypeOf(key) === "set") return changeOf(address, "add-members", [STAYING_MEMBER, memberOf(count)]);
  const value = { data: Buffer.from(text), encoding: ValueEncoding.text };
  return { kind: "put", address, value, context: NOTHING, condition: undefined };
}

/** Removes the key; of a set that stays, all members but the first. A register that stays is never left. */
export function leaveOf(key: number): Operation {
  const address = addressOf(key);
  if (listedTypeOf(key) === "register") return { kind: "delete", address, context: NOTHING };
  const others = Array.from({ length: MEMBERS }, (_, member) => memberOf(member));
  return changeOf(address, "remove-members", isStaying(key) ? others : [STAYING_MEMBER, ...others]);
}

export function listedRange(
  type: ListedType,
  { isTagged, isReverse }: { readonly isTagged: boolean; readonly isReverse: boolean },
): RowKeyRange {
  const keys = { prefix: Buffer.from(prefixOf(isTagged)), start: NOTHING, end: undefined };
  return rowKeysOfBucket(DataType[type], BUCKET, keys, isReverse);
}

/** Those that keys with the prefix may lie in. */
export function listedPartitions(isTagged: boolean, partitionCount: number): readonly number[] {
  const only = partitionOfPrefix(BUCKET, Buffer.from(prefixOf(isTagged)), partitionCount);
  return only === undefined ? Array.from({ length: partitionCount }, (_, partition) => partition) : [only];
}

export function prefixOf(isTagged: boolean): string {
  return isTagged ? TAGGED_PREFIX : PREFIX;
}

export function listedRowOf({ reading, rowKey }: Pick<PageRow, "reading" | "rowKey">): ListedRow {
  const name = decodeRowKey(rowKey).key.toString();
  const [value] = reading.kind === "values" ? reading.values : [];
  return { name, text: value?.data.toString() ?? "" };
}

/** The highest stamp of what is in a register's row; zero where nothing is left of it. */
export function listedStampOf({ context, rowKey }: Pick<PageRow, "context" | "rowKey">): Hlc {
  return context.length === 0 ? ZERO_HLC : decodeToken(rowKey, context).hlc;
}

function memberOf(count: number): string {
  return `${STAYING_MEMBER}${count % MEMBERS}`;
}

function changeOf(
  address: KeyAddress,
  kind: "add-members" | "remove-members",
  members: readonly string[],
): Operation {
  const action = { kind, members: members.map((member) => Buffer.from(member)) };
  return { kind: "update", address, changes: [{ path: [], action }] };
}

function addressOf(key: number): KeyAddress {
  return { type: DataType[listedTypeOf(key)], bucket: BUCKET, key: Buffer.from(listedNameOf(key)) };
}
