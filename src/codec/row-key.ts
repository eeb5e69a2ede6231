/**
 * Row keys: type, bucket, key, element, as bytes that sort like their parts and of which none is the prefix of another
 * (rule 22). Each part ends with 00 01, and a 00 inside it is written 00 FF. In memory a row key is a string of code
 * units below 256, because strings are what maps compare fast; their order is the order of the bytes.
 */
import { DataType } from "../crdt/index.js";
import { CodecError } from "./bytes.js";
import { leafOf } from "./map-path.js";

export type RowKey = string & { readonly __rowKey: unique symbol };

const END = "\x00\x01";

/**
 * The key of one row, or the common beginning of all rows of a set or a map, which have an element.
 *
 * @param bucket ASCII
 * @param key raw bytes
 * @param element the parts that name a row within its key: of a set's row the member, of a map's see `mapElement`
 */
export function encodeRowKey(
  type: DataType,
  bucket: string,
  key: Buffer,
  element: readonly Buffer[] = [],
): RowKey {
  let text = `${String.fromCharCode(type)}${escaped(bucket)}${END}${escaped(key.toString("latin1"))}${END}`;
  for (const part of element) text += `${escaped(part.toString("latin1"))}${END}`;
  return text as RowKey;
}

/** Row keys in `[from, to)`, by their bytes. */
export interface RowKeyRange {
  readonly from: RowKey;
  readonly to: RowKey;
  /** Read from its end on. */
  readonly isReverse: boolean;
}

/** All row keys that begin with these whole parts: of the key itself, and of what is below it. */
export function rowKeysBelow(beginning: RowKey): RowKeyRange {
  return { from: beginning, to: `${beginning.slice(0, -1)}\x02` as RowKey, isReverse: false };
}

/** What of a range comes after one row key, in the direction in which it is read. */
export function afterRowKey({ from, to, isReverse }: RowKeyRange, rowKey: RowKey): RowKeyRange {
  return isReverse ? { from, to: rowKey, isReverse } : { from: `${rowKey}\x00` as RowKey, to, isReverse };
}

/** What of a range comes after all rows of one key, in the direction in which it is read. @param key one inside the range */
export function afterKey({ from, to, isReverse }: RowKeyRange, key: RowKey): RowKeyRange {
  return isReverse ? { from, to: key, isReverse } : { from: rowKeysBelow(key).to, to, isReverse };
}

/** The rows of a type in a bucket whose keys begin with a prefix and lie in `[start, end)`; `end` undefined: no end. Keys sort by their bytes. */
export function rowKeysOfBucket(
  type: DataType,
  bucket: string,
  keys: { readonly prefix: Buffer; readonly start: Buffer; readonly end: Buffer | undefined },
  isReverse: boolean,
): RowKeyRange {
  const head = `${String.fromCharCode(type)}${escaped(bucket)}${END}`;
  const at = (part: Buffer): string => `${head}${escaped(part.toString("latin1"))}`;
  const from = [at(keys.prefix), at(keys.start)].sort().at(-1) ?? head;
  const ends = [successor(at(keys.prefix))];
  if (keys.end !== undefined) ends.push(at(keys.end));
  return { from: from as RowKey, to: (ends.sort()[0] ?? from) as RowKey, isReverse };
}

/** The first text after all that begin with this one. */
function successor(text: string): string {
  let end = text.length;
  while (text.charCodeAt(end - 1) === 0xff) end--;
  return `${text.slice(0, end - 1)}${String.fromCharCode(text.charCodeAt(end - 1) + 1)}`;
}

interface RowAddress {
  readonly type: DataType;
  readonly bucket: string;
  readonly key: Buffer;
  /** Empty where the key is one row. */
  readonly element: readonly Buffer[];
}

/** Throws `CodecError` for what `encodeRowKey` cannot have made. */
export function decodeRowKey(rowKey: string): RowAddress {
  const type = rowKeyType(rowKey);
  const parts = rowKey.slice(1).split(END);
  const rest = parts.pop();
  const [bucket, key, ...element] = parts.map(unescaped);
  if (bucket === undefined || key === undefined || rest !== "")
    throw new CodecError("a row key is malformed");
  return {
    type,
    bucket,
    key: Buffer.from(key, "latin1"),
    element: element.map((part) => Buffer.from(part, "latin1")),
  };
}

/** What all rows of the key begin with to which this row belongs: where a key is one row, the row itself. */
export function keyOfRow(rowKey: RowKey): RowKey {
  const { type, bucket, key } = decodeRowKey(rowKey);
  return encodeRowKey(type, bucket, key);
}

/** The type of the row, from its first byte. */
export function rowKeyType(rowKey: string): DataType {
  const type = rowKey.charCodeAt(0);
  if (type === 1 || type === 2 || type === 3 || type === 4 || type === 5 || type === 6) return type;
  throw new CodecError(`row type ${type} is unknown`);
}

/** The type by which a row is read: of a map's row its leaf's. */
export function readTypeOfRow(rowKey: RowKey): DataType {
  const type = rowKeyType(rowKey);
  return type === DataType.map ? leafOf(decodeRowKey(rowKey).element).type : type;
}

/** A row key from a peer's bytes: one that a row of its type may have, or `CodecError`. */
export function checkedRowKey(text: string): RowKey {
  const { type, element } = decodeRowKey(text);
  if (type === DataType.map) leafOf(element);
  else if (element.length !== (type === DataType.set ? 1 : 0))
    throw new CodecError("a row key has the element of another type");
  return text as RowKey;
}

function escaped(part: string): string {
  return part.includes("\x00") ? part.replaceAll("\x00", "\x00\xff") : part;
}

function unescaped(part: string): string {
  if (!part.includes("\x00")) return part;
  const pieces = part.split("\x00\xff");
  if (pieces.some((piece) => piece.includes("\x00")))
    throw new CodecError("a row key has a zero byte that is not escaped");
  return pieces.join("\x00");
}
