/**
 * Writes of several keys as one: all of them are compiled, and only then minted, in one batch and as one run of dots, like
 * the changes of an update. That takes keys of one partition, each of them once: what two writes of one key do together
 * is for an update to say.
 */
import { encodeRowKey } from "../codec/index.js";
import { badRequest, failure } from "./failures.js";
import type { Failure, KeyAddress, KeyWrite, Operation, WriteOperation } from "./operation.js";

/** A batch changes at most so many rows, beside those that it clears. */
export const BATCH_ROWS_MAX = 1_000;

/** What the operation is about: of a batch the first key, which all others are next to. */
export function addressOf(operation: Exclude<Operation, { kind: "range" }>): KeyAddress {
  if (operation.kind !== "batch") return operation.address;
  const [first] = operation.writes;
  if (first === undefined) throw new Error("a batch has at least one write");
  return first.address;
}

export function writesOf(operation: WriteOperation): readonly KeyWrite[] {
  return operation.kind === "batch" ? operation.writes : [operation];
}

/** Why writes cannot be applied as one; undefined when they can. */
export function batchProblem(
  writes: readonly KeyWrite[],
  partitionOf: (bucket: string, key: Buffer) => number,
): Failure | undefined {
  const [first] = writes;
  if (first === undefined) return badRequest("items", "is empty: there is nothing to write");
  const indexes = new Map<string, number>();
  const home = partitionOf(first.address.bucket, first.address.key);
  for (const [index, { address }] of writes.entries()) {
    const { type, bucket, key } = address;
    if (partitionOf(bucket, key) !== home) return notAtomic(first.address, address, index);
    const name = encodeRowKey(type, bucket, key);
    const earlier = indexes.get(name);
    if (earlier !== undefined)
      return badRequest(
        `items[${index}]`,
        `is about the key of items[${earlier}]; an atomic batch has each key once: put all changes of it into one update`,
      );
    indexes.set(name, index);
  }
  return undefined;
}

function notAtomic(first: KeyAddress, other: KeyAddress, index: number): Failure {
  return failure(
    "NOT_ATOMIC",
    `items[0] (${keyText(first)}) and items[${index}] (${keyText(other)}) lie in different partitions, so they cannot be written as one; ` +
      "nothing was written: give all keys of the batch one {tag}, in buckets of one name, or write them without atomicity",
    { field: `items[${index}]` },
  );
}

const KEY_CHARACTERS_MAX = 128;

function keyText({ bucket, key }: KeyAddress): string {
  const text = key.toString();
  const name = Buffer.from(text).equals(key) ? JSON.stringify(text) : `0x${key.toString("hex")}`;
  const shown = name.length > KEY_CHARACTERS_MAX ? `${name.slice(0, KEY_CHARACTERS_MAX)}…` : name;
  return `key ${shown} of bucket ${bucket}`;
}

/** A failure of one of the writes, as one of the whole. */
export function ofItem(failed: Failure, index: number): Failure {
  const field =
    failed.metadata.field === undefined ? `items[${index}]` : `items[${index}].${failed.metadata.field}`;
  return {
    ...failed,
    message: `items[${index}]: ${failed.message}`,
    metadata: { ...failed.metadata, field },
  };
}
