/** xxHash64 of strings of code units below 256, and digests of rows. */
import xxhash from "xxhash-wasm";
import type { LiveDot } from "../crdt/index.js";
import { ByteWriter } from "./bytes.js";
import { writeLive } from "./causal.js";

const { h64Raw } = await xxhash();

export function hash64(text: string): bigint {
  return h64Raw(Buffer.from(text, "latin1"));
}

/**
 * Digest of a row's live dots and values, tombstones included: equal on replicas that would answer the same. Canonical,
 * because dots are in order and a payload has one encoding.
 */
export function rowDigest(rowKey: string, live: readonly LiveDot[]): bigint {
  const writer = new ByteWriter(256);
  writer.latin1(rowKey);
  writeLive(writer, live);
  return h64Raw(writer.take());
}
