/**
 * The opaque context that a read hands to a client: which row, its live dots with their highest stamp, and its whole
 * causal context. The live dots stand beside the context so that a put replaces them even at a coordinator that has not
 * seen them (rule 3).
 */
import type { ReadToken } from "../crdt/index.js";
import { ByteReader, ByteWriter, CodecError } from "./bytes.js";
import { readContext, readDots, writeContext, writeDots } from "./causal.js";
import { hash64 } from "./hash.js";
import type { RowKey } from "./row-key.js";

const TOKEN_VERSION = 1;
/** A token names at most this many live dots: more siblings than any row may have. */
const DOTS_MAX = 10_000;

export function encodeToken(rowKey: RowKey, token: ReadToken): Buffer {
  const writer = new ByteWriter();
  writer.uint8(TOKEN_VERSION);
  writer.uint64(hash64(rowKey));
  writer.hlc(token.hlc);
  writeDots(writer, token.live);
  writeContext(writer, token.context);
  return writer.finish();
}

/** Throws `CodecError`, also for a token of another row. */
export function decodeToken(rowKey: RowKey, bytes: Buffer): ReadToken {
  const reader = new ByteReader(bytes);
  const version = reader.uint8();
  if (version !== TOKEN_VERSION) throw new CodecError("the context is not one that this store gave out");
  if (reader.uint64() !== hash64(rowKey)) throw new CodecError("the context was read from another key");
  const hlc = reader.hlc();
  const live = readDots(reader);
  if (live.length > DOTS_MAX) throw new CodecError(`the context names more than ${DOTS_MAX} values`);
  const context = readContext(reader);
  reader.end();
  return { live, context, hlc };
}
