/**
 * Row keys: type, bucket, key, element, as bytes that sort like their parts and of which none is the prefix of another
 * (rule 22). Each part ends with 00 01, and a 00 inside it is written 00 FF. In memory a row key is a string of code
 * units below 256, because strings are what maps compare fast; their order is the order of the bytes.
 */
import type { DataType } from "../crdt/index.js";
import { CodecError } from "./bytes.js";

export type RowKey = string & { readonly __rowKey: unique symbol };

const END = "\x00\x01";

/** @param bucket ASCII; @param key raw bytes; @param element set member or map path, for the types that have them. */
export function encodeRowKey(type: DataType, bucket: string, key: Buffer, element?: Buffer): RowKey {
  const head = `${String.fromCharCode(type)}${escaped(bucket)}${END}${escaped(key.toString("latin1"))}${END}`;
  return (element === undefined ? head : `${head}${escaped(element.toString("latin1"))}${END}`) as RowKey;
}

interface RowAddress {
  readonly type: DataType;
  readonly bucket: string;
  readonly key: Buffer;
  readonly element: Buffer | undefined;
}

/** Throws `CodecError` for what `encodeRowKey` cannot have made. */
export function decodeRowKey(rowKey: string): RowAddress {
  const type = rowKeyType(rowKey);
  const parts = rowKey.slice(1).split(END);
  const rest = parts.pop();
  const [bucket, key, element] = parts.map(unescaped);
  if (bucket === undefined || key === undefined || parts.length > 3 || rest !== "")
    throw new CodecError("a row key is malformed");
  return {
    type,
    bucket,
    key: Buffer.from(key, "latin1"),
    element: element === undefined ? undefined : Buffer.from(element, "latin1"),
  };
}

/** The type of the row, from its first byte. */
export function rowKeyType(rowKey: string): DataType {
  const type = rowKey.charCodeAt(0);
  if (type === 1 || type === 2 || type === 3 || type === 4 || type === 5 || type === 6) return type;
  throw new CodecError(`row type ${type} is unknown`);
}

/** A row key from a peer's bytes: well-formed, or `CodecError`. */
export function checkedRowKey(text: string): RowKey {
  decodeRowKey(text);
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
