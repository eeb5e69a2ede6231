/**
 * Atomic batches, as the clients of a run write them: each has keys of its own, all of one tag, and is written once, however
 * often it is asked for.
 */
import { type RowKeyRange, rowKeysOfBucket } from "../codec/index.js";
import { DataType, ValueEncoding } from "../crdt/index.js";
import type { KeyAddress, KeyWrite, Operation, Outcome } from "../replication/index.js";
import { BUCKET } from "./operations.js";

/** Registers of a batch; beside them it counts one in a counter. */
export const BATCH_REGISTERS = 3;
const NOTHING = Buffer.alloc(0);

export function batchNameOf(batch: number): string {
  return `{batch-${batch}}`;
}

/** @param paddingBytes what makes the value of one row large */
export function batchOf(batch: number, paddingBytes: number): Operation {
  const registers = Array.from({ length: BATCH_REGISTERS }, (_, row): KeyWrite => {
    const data = Buffer.alloc(row === 1 ? Math.max(1, paddingBytes) : 1, "b");
    const value = { data, encoding: ValueEncoding.text };
    const address = addressOf(batch, DataType.register, String(row));
    return { kind: "put", address, value, context: NOTHING, condition: undefined };
  });
  const count: KeyWrite = {
    kind: "update",
    address: counterOf(batch),
    changes: [{ path: [], action: { kind: "increment", amount: 1 } }],
  };
  return { kind: "batch", writes: [...registers, count] };
}

export function countOf(batch: number): Operation {
  return { kind: "get", address: counterOf(batch), element: [] };
}

/** Its registers, at one moment of one replica. */
export function peekOf(batch: number, partition: number): Operation {
  const keys = { prefix: Buffer.from(batchNameOf(batch)), start: NOTHING, end: undefined };
  const range: RowKeyRange = rowKeysOfBucket(DataType.register, BUCKET, keys, false);
  return { kind: "range", partition, range, limit: 100, isKeysOnly: true };
}

/** Undefined for an answer that is none to a peek, or not whole. */
export function registersShown(outcome: Outcome): number | undefined {
  return outcome.kind === "page" && outcome.upTo === undefined ? outcome.rows.length : undefined;
}

function counterOf(batch: number): KeyAddress {
  return addressOf(batch, DataType.counter, "n");
}

function addressOf(batch: number, type: DataType, name: string): KeyAddress {
  return { type, bucket: BUCKET, key: Buffer.from(`${batchNameOf(batch)}${name}`) };
}
