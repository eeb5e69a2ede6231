/** A bucket of either type behind one interface: a register is a multi that never has siblings. */
import {
  AtollError,
  type BatchResult,
  type Buckets,
  type Key,
  type PutOptions,
  type PutResult,
  type RegisterEntry,
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
  putMany(entries: readonly RegisterEntry<unknown>[]): Promise<BatchResult<PutResult>[]>;
  /** All keys in order. One whose value cannot be decoded is told of and left out; any other failure ends it. */
  scan(onUnreadable: (error: AtollError) => void): AsyncIterable<ValueRow>;
  put(key: Key, value: unknown, options?: PutOptions): Promise<PutResult>;
  delete(key: Key, options?: WriteOptions): Promise<WriteResult>;
}

/** @param buckets of a client, or of a session of it */
export function openBucket(buckets: Buckets, type: BucketType, bucket: string): ValueBucket {
  if (type === "multi") {
    const multi = buckets.multi(bucket);
    const slots = new CallSlots();
    return {
      get: (key) => multi.get(key),
      getMany: (keys) => Promise.all(keys.map((key) => slots.run(key, () => multi.get(key)))),
      putMany: (entries) =>
        Promise.all(entries.map(({ key, value }) => slots.run(key, () => multi.put(key, value)))),
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
    putMany: (entries) => register.putMany(entries),
    scan: async function* (onUnreadable) {
      const rows = readable((options) => register.scan(options), onUnreadable);
      for await (const { key, value } of rows) yield { key, values: [value] };
    },
    put: (key, value, options) => register.put(key, value, options),
    delete: (key, options) => register.delete(key, options),
  };
}

function readOf({ found, value, context, hlc }: RegisterRead<unknown>): ValueRead {
  return { values: found ? [value] : [], context, hlc };
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
      if (error.code !== "DATA_LOSS" || error.reason !== undefined || pageToken === undefined) throw error;
      onUnreadable(error);
      scan = open({ ...options, pageToken });
    }
  }
}

const CALLS_IN_FLIGHT_MAX = 64;

/** The SDK has no batches of multi values: each is a call of its own, so many at a time, and the others wait. */
class CallSlots {
  readonly #waiting: (() => void)[] = [];
  #free = CALLS_IN_FLIGHT_MAX;

  async run<Result>(key: Key, call: () => Promise<Result>): Promise<BatchResult<Result>> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return { key, ok: true, result: await call() };
    } catch (thrown) {
      return { key, ok: false, error: AtollError.from(thrown) };
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
