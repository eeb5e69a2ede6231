/** Client operations in short. */
import { DataType, ValueEncoding } from "../crdt/index.js";
import type { KeyAddress, Operation } from "../replication/index.js";

export type Typed = "register" | "multi";

/** All keys of simulated clients lie in it. */
export const BUCKET = "b";
const NO_CONTEXT = Buffer.alloc(0);

function addressOf(key: string, type: Typed): KeyAddress {
  return { type: DataType[type], bucket: BUCKET, key: Buffer.from(key) };
}

export function putOf(key: string, value: string, type: Typed = "register", context?: Buffer): Operation {
  return {
    kind: "put",
    address: addressOf(key, type),
    value: { data: Buffer.from(value), encoding: ValueEncoding.text },
    context: context ?? NO_CONTEXT,
    condition: undefined,
  };
}

export function deleteOf(key: string, type: Typed = "register", context?: Buffer): Operation {
  return { kind: "delete", address: addressOf(key, type), context: context ?? NO_CONTEXT };
}

export function getOf(key: string, type: Typed = "register"): Operation {
  return { kind: "get", address: addressOf(key, type), element: [] };
}
