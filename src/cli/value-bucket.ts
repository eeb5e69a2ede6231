/** A bucket of either type behind one interface: a register is a multi that never has siblings. */
import {
  AtollError,
  type BatchResult,
  type Buckets,
  type Entry,
  type Key,
  type Lifetime,
  type PutOptions,
  type PutResult,
  type RegisterRead,
  type Scan,
  type WriteOptions,
  type WriteResult,
} from "../client/index.js";
import type { BucketType } from "./client-options.js";

/** What a key holds: no value, one, or siblings. */
export interface ValueRead {
  readonly values: readonly unknown[];
  readonly context: Uint8Array;
  readonly hlc: bigint;
  /** When the last of the values does; undefined: never, or there is none. */
  readonly expiresAt: Date | undefined;
}

/** A key that holds something. */
interface ValueRow {
  readonly key: Uint8Array;
  readonly values: readonly unknown[];
}

/**
 * Calls on one key reject with an `AtollError`. Those on many never reject: their results are in the order of what they
 * were given, which goes out all at once, so the caller bounds how much it is.
 */
export interface ValueBucket {
  get(key: Key): Promise<ValueRead>;
  getMany(keys: readonly Key[]): Promise<BatchResult<ValueRead>[]>;
  putMany(entries: readonly Entry<unknown>[], lifetime?: Lifetime): Promise<BatchResult<PutResult>[]>;
  /** All keys in order. One whose value cannot be decoded is told of and left out; any other failure ends it. */
  scan(onUnreadable: (error: AtollError) => void): AsyncIterable<ValueRow>;
  put(key: Key, value: unknown, options?: PutOptions): Promise<PutResult>;
  delete(key: Key, options?: WriteOptions): Promise<WriteResult>;
}

/** @param buckets of a client, or of a session of it */
export function openBucket(buckets: Buckets, type: BucketType, bucket: string): ValueBucket {
  if (type === "multi") {
    const multi = buckets.multi(bucket);
    return {
      get: (key) => multi.get(key),
      getMany: (keys) => multi.getMany(keys),
      putMany: (entries, lifetime) => multi.putMany(entries, lifetime),
      scan: (onUnreadable) => readable((options) => multi.scan(options), onUnreadable),
      put: (key, value, options) => multi.put(key, value, options),
      delete: (key, options) => multi.delete(key, options),
    };
  }
  const register = buckets.register(bucket);
  return {
    get: async (key) => readOf(await register.get(key)),
    getMany: async (keys) =>
      (await register.getMany(keys)).map((item) =>
        item.ok ? { ...item, result: readOf(item.result) } : item,
      ),
    putMany: (entries, lifetime) => register.putMany(entries, lifetime),
    scan: async function* (onUnreadable) {
      const rows = readable((options) => register.scan(options), onUnreadable);
      for await (const { key, value } of rows) yield { key, values: [value] };
    },
    put: (key, value, options) => register.put(key, value, options),
    delete: (key, options) => register.delete(key, options),
  };
}

function readOf({ found, value, context, expiresAt, hlc }: RegisterRead<unknown>): ValueRead {
  return { values: found ? [value] : [], context, expiresAt, hlc };
}

/** The most that the server gives at once. */
const PAGE_SIZE = 1_000;

async function* readable<Row>(
  open: (options: { pageSize: number; keys: "bytes"; pageToken?: string }) => Scan<Row>,
  onUnreadable: (error: AtollError) => void,
): AsyncGenerator<Row> {
  const options = { pageSize: PAGE_SIZE, keys: "bytes" } as const;
  let scan = open(options);
  for (;;) {
    try {
      for await (const row of scan) yield row;
      return;
    } catch (thrown) {
      const error = AtollError.from(thrown);
      const { pageToken } = scan;
      // What the server reports has a reason; without one it is the value that this side cannot read.
      if (error.code !== "DATA_LOSS" || error.reason !== undefined || typeof pageToken !== "string")
        throw error;
      onUnreadable(error);
      scan = open({ ...options, pageToken });
    }
  }
}
