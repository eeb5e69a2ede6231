/**
 * Which partition a key lives in: xxHash32, seed 0, of
 *
 *     length of the bucket in UTF-8 bytes (4 bytes, big-endian) | bucket | tag or key
 *
 * masked to the low bits. The length keeps ("ab", "c") and ("a", "bc") apart. Type, element and path never count, so
 * whatever shares a key shares a partition. Every byte of data on disk is where this function put it and every SDK
 * routes by it: it never changes, and `test/unit/topology/partition.test.ts` pins its values.
 */
import xxhash from "xxhash-wasm";

const { h32Raw } = await xxhash();

const LENGTH_BYTES = 4;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Short inputs are laid out here, so that hashing one allocates nothing. The bucket of the last call stays in front:
 * calls in a row mostly name the same one.
 */
const SCRATCH_BYTES = 512;
const scratch = Buffer.alloc(SCRATCH_BYTES);
/** The first n bytes of `scratch`, made when first needed: at most SCRATCH_BYTES + 1 of them. */
const scratchViews: (Uint8Array | undefined)[] = new Array(SCRATCH_BYTES + 1);
let scratchBucket: string | undefined;
let scratchPrefixBytes = 0;

/**
 * The partition of a key, 0 to partitionCount - 1.
 *
 * A tag is what stands between the first `{` and the first `}` after it, when that is at least one byte; then only
 * the tag counts, so that related keys can live together (as in Redis Cluster). Keys are bytes: braces are 0x7b, 0x7d.
 *
 * @param partitionCount a power of two up to 65536, as every `Layout` has.
 */
export function partitionOf(bucket: string, key: Uint8Array, partitionCount: number): number {
  let from = 0;
  let to = key.length;
  const open = key.indexOf(OPEN_BRACE);
  if (open >= 0) {
    const close = key.indexOf(CLOSE_BRACE, open + 1);
    if (close > open + 1) {
      from = open + 1;
      to = close;
    }
  }
  return hashOf(bucket, key, from, to) & (partitionCount - 1);
}

/** The one partition of all keys that begin with a prefix: of one that has a whole tag. Otherwise undefined. */
export function partitionOfPrefix(
  bucket: string,
  prefix: Uint8Array,
  partitionCount: number,
): number | undefined {
  const open = prefix.indexOf(OPEN_BRACE);
  const hasTag = open >= 0 && prefix.indexOf(CLOSE_BRACE, open + 1) > open + 1;
  return hasTag ? partitionOf(bucket, prefix, partitionCount) : undefined;
}

/** The hash of the bucket and of the bytes [from, to) of the key. */
function hashOf(bucket: string, key: Uint8Array, from: number, to: number): number {
  if (bucket !== scratchBucket && !rememberBucket(bucket)) return hashLong(bucket, key.subarray(from, to));
  const length = scratchPrefixBytes + to - from;
  if (length > SCRATCH_BYTES) return hashLong(bucket, key.subarray(from, to));
  for (let i = from, at = scratchPrefixBytes; i < to; i++, at++) scratch[at] = key[i] ?? 0;
  let view = scratchViews[length];
  if (view === undefined) {
    view = scratch.subarray(0, length);
    scratchViews[length] = view;
  }
  return h32Raw(view);
}

/** Puts the bucket in front of the scratch buffer; false when it is too long for that. */
function rememberBucket(bucket: string): boolean {
  const bucketBytes = Buffer.byteLength(bucket);
  if (LENGTH_BYTES + bucketBytes > SCRATCH_BYTES) return false;
  scratch.writeUInt32BE(bucketBytes, 0);
  scratch.write(bucket, LENGTH_BYTES);
  scratchBucket = bucket;
  scratchPrefixBytes = LENGTH_BYTES + bucketBytes;
  return true;
}

function hashLong(bucket: string, bytes: Uint8Array): number {
  const bucketBytes = Buffer.byteLength(bucket);
  const input = Buffer.alloc(LENGTH_BYTES + bucketBytes + bytes.length);
  input.writeUInt32BE(bucketBytes, 0);
  input.write(bucket, LENGTH_BYTES);
  input.set(bytes, LENGTH_BYTES + bucketBytes);
  return h32Raw(input);
}
