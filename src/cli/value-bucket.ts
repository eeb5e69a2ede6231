/** A bucket of either type behind one interface: a register is a multi that never has siblings. */
import {
  type AtollClient,
  AtollError,
  type BatchResult,
  type DeleteResult,
  type Key,
  type PutResult,
  type RegisterRead,
  type WriteOptions,
} from "../client/index.js";
import type { BucketType } from "./client-options.js";

/** What a key holds: no value, one, or siblings. */
export interface ValueRead {
  readonly values: readonly unknown[];
  readonly context: Uint8Array;
  readonly hlc: bigint;
}

/** Every call rejects with an `AtollError`. */
export interface ValueBucket {
  get(key: Key): Promise<ValueRead>;
  /** All at once, so the caller bounds how many. The results are in the order of the keys. */
  getMany(keys: readonly Key[]): Promise<BatchResult<ValueRead>[]>;
  put(key: Key, value: unknown, options?: WriteOptions): Promise<PutResult>;
  delete(key: Key, options?: WriteOptions): Promise<DeleteResult>;
}

export function openBucket(client: AtollClient, type: BucketType, bucket: string): ValueBucket {
  if (type === "multi") {
    const multi = client.multi(bucket);
    return {
      get: (key) => multi.get(key),
      getMany: (keys) => Promise.all(keys.map((key) => settled(key, multi.get(key)))),
      put: (key, value, options) => multi.put(key, value, options),
      delete: (key, options) => multi.delete(key, options),
    };
  }
  const register = client.register(bucket);
  return {
    get: async (key) => readOf(await register.get(key)),
    getMany: async (keys) =>
      (await register.getMany(keys)).map((item) =>
        item.ok ? { ...item, result: readOf(item.result) } : item,
      ),
    put: (key, value, options) => register.put(key, value, options),
    delete: (key, options) => register.delete(key, options),
  };
}

function readOf({ found, value, context, hlc }: RegisterRead<unknown>): ValueRead {
  return { values: found ? [value] : [], context, hlc };
}

function settled<Result>(key: Key, call: Promise<Result>): Promise<BatchResult<Result>> {
  return call.then(
    (result) => ({ key, ok: true, result }),
    (thrown) => ({ key, ok: false, error: AtollError.from(thrown) }),
  );
}
