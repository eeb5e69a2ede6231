/**
 * Where a row of a map lies in it. The parts of its element are the path, each step behind a 02, then 01 and the leaf's
 * type, and for a set inside a map the member. So a subtree is one range, in the order of its paths, a leaf comes before
 * what is below it, and one path may be a counter and a set at once, as one key may: the type is part of the address.
 */
import { DataType } from "../crdt/index.js";
import { CodecError } from "./bytes.js";

/** What a leaf may be. A map in a map is no leaf: it is there while something is below it. */
export type LeafType = Exclude<DataType, typeof DataType.multi | typeof DataType.map>;

export interface MapLeaf {
  readonly path: readonly Buffer[];
  readonly type: LeafType;
  /** Of a set: this member's row. Undefined: all of its rows. */
  readonly member: Buffer | undefined;
}

const LEAF = 1;
const STEP = 2;

export function mapElement({ path, type, member }: MapLeaf): Buffer[] {
  const leaf = [...mapSubtree(path), Buffer.from([LEAF, type])];
  return member === undefined ? leaf : [...leaf, member];
}

/** What all rows at and below a path begin with. */
export function mapSubtree(path: readonly Buffer[]): Buffer[] {
  return path.map((step) => Buffer.concat([STEP_BYTE, step]));
}

/** The leaf whose row this is. Throws `CodecError` for what `mapElement` cannot have made. */
export function leafOf(element: readonly Buffer[]): MapLeaf {
  const at = element.findIndex((part) => part[0] === LEAF);
  const [, type] = element[at] ?? [];
  const path = element.slice(0, at).map((part) => part.subarray(1));
  const member = element[at + 1];
  const isWhole = element.length === at + (type === DataType.set ? 2 : 1) && element[at]?.length === 2;
  const areSteps = element.slice(0, at).every((part) => part[0] === STEP);
  if (path.length === 0 || !isLeafType(type) || !isWhole || !areSteps)
    throw new CodecError("a map's row has a malformed path");
  return { path, type, member };
}

function isLeafType(type: number | undefined): type is LeafType {
  return (
    type === DataType.register || type === DataType.counter || type === DataType.flag || type === DataType.set
  );
}

const STEP_BYTE = Buffer.from([STEP]);
