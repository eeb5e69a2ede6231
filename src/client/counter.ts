import type { kv } from "../wire/index.js";
import { AtollError } from "./atoll-error.js";
import { getMany } from "./batch-calls.js";
import type { BucketCalls } from "./bucket-calls.js";
import { type Key, type Site, siteMetadata, siteText } from "./key.js";
import { Keyed } from "./keyed.js";
import { type BatchResult, pairResults, type WithExpiry, type WriteResult, writeResult } from "./results.js";
import {
  BYTE_KEYS,
  type ByteKeys,
  type KeyCodec,
  Scan,
  type ScanOptions,
  TEXT_KEYS,
  type TextKeys,
} from "./scan.js";
import type { CallOptions, LastingOptions, UpdateOptions } from "./settings.js";
import { expiryOf } from "./values.js";

/** A counter, as a scan gives it. */
export interface CounterRow<K extends Key = string> {
  readonly key: K;
  readonly value: number;
  /** When it is 0 again; undefined: never. */
  readonly expiresAt: Date | undefined;
}

/** What a change tells of a counter. */
export interface CounterShown {
  /** `deleted`: it was cleared. */
  readonly kind: "put" | "deleted";
  readonly value: number;
}

/**
 * A bucket of counters: whole numbers that any region adds to and subtracts from, at once and without losing anything.
 * One that was never counted on is 0. A retry counts once.
 *
 * What is added while another region clears the counter survives the clear, together with all that the same node added
 * since it last saw the counter cleared.
 *
 * Every call rejects with an `AtollError`.
 */
export class Counter extends Keyed<CounterShown> {
  readonly #calls: BucketCalls;

  /** @internal Use `client.counter(bucket)`. */
  constructor(calls: BucketCalls) {
    super(calls);
    this.#calls = calls;
  }

  /**
   * Adds a whole number; a negative one subtracts. With `ttlMs` a counter is 0 again once the longest of what was asked for
   * since it was last 0 is over; without it in one call, it never is. What one node adds to one counter, and what it subtracts, may each
   * come to 2^53 - 1.
   */
  async add(key: Key, amount = 1, options: LastingOptions = {}): Promise<WriteResult> {
    const counterAdd = checkAmount(amount);
    return writeResult(await this.#calls.update(key, [{ counterAdd }], options));
  }

  /** Subtracts a whole number. */
  async subtract(key: Key, amount = 1, options: LastingOptions = {}): Promise<WriteResult> {
    return this.add(key, -amount, options);
  }

  /**
   * Reads one counter.
   * @throws AtollError OUT_OF_RANGE when it is beyond ±(2^53 - 1), where a number is no longer exact; `metadata.value`
   *   has all digits
   */
  async get(key: Key, options: CallOptions = {}): Promise<number> {
    return (await this.getWithExpiry(key, options)).value;
  }

  /**
   * The same read, with the time at which the counter is 0 again if nothing is added until then.
   * @throws AtollError as `get`
   */
  async getWithExpiry(key: Key, options: CallOptions = {}): Promise<WithExpiry<number>> {
    const { counter, expiresAtMs } = await this.#calls.get(key, options);
    const value = exactCount(counter, { bucket: this.bucket, key });
    return { value, expiresAt: expiryOf(expiresAtMs) };
  }

  /** Reads many counters in parallel, each from a node that holds it. The results are in the order of the keys. */
  async getMany(keys: Iterable<Key>, options: CallOptions = {}): Promise<BatchResult<number>[]> {
    const listed = [...keys];
    const replies = await getMany(this.#calls, listed, options);
    return pairResults(listed, replies, (key, { counter }) =>
      exactCount(counter, { bucket: this.bucket, key }),
    );
  }

  /**
   * The counters that were counted on, with their values, in the order of their keys:
   * `for await (const { key, value } of views.scan({ prefix: "eu:" }))`. Keys are strings; bytes with `{ keys: "bytes" }`.
   */
  scan(options?: ScanOptions & TextKeys): Scan<CounterRow>;
  scan(options: ScanOptions & ByteKeys): Scan<CounterRow<Uint8Array>>;
  scan(options: ScanOptions & (TextKeys | ByteKeys) = {}): Scan<CounterRow> | Scan<CounterRow<Uint8Array>> {
    return options.keys === "bytes" ? this.#scan(options, BYTE_KEYS) : this.#scan(options, TEXT_KEYS);
  }

  /** Takes away all that this call's node sees: the counter is 0 again, but for what is added meanwhile elsewhere. */
  async clear(key: Key, options: UpdateOptions = {}): Promise<WriteResult> {
    return writeResult(await this.#calls.delete(key, options));
  }

  /** @internal */
  protected override shown({ counter, isDeleted }: kv.Change__Output, site: Site): CounterShown {
    return { kind: isDeleted ? "deleted" : "put", value: exactCount(counter, site) };
  }

  #scan<K extends Key>(options: ScanOptions, codec: KeyCodec<K>): Scan<CounterRow<K>> {
    const read = (row: kv.ScanRow__Output): CounterRow<K> => {
      const key = codec.decode(row.key, this.bucket);
      const value = exactCount(row.counter, { bucket: this.bucket, key });
      return { key, value, expiresAt: expiryOf(row.expiresAtMs) };
    };
    return new Scan(this.#calls, options, { isKeysOnly: false, read });
  }
}

/** @throws AtollError INVALID_ARGUMENT for what is no whole number that is exact. */
export function checkAmount(amount: number): number {
  if (Number.isSafeInteger(amount)) return amount;
  throw AtollError.invalid(
    "amount",
    `the amount is ${String(amount)}: use a whole number from -(2^53 - 1) to 2^53 - 1`,
  );
}

/** @throws AtollError OUT_OF_RANGE */
export function exactCount(digits: string, site: Site): number {
  const count = Number(digits);
  if (Number.isSafeInteger(count)) return count;
  throw new AtollError({
    code: "OUT_OF_RANGE",
    reason: undefined,
    message: `the counter of ${siteText(site)} is ${digits}, beyond what a number holds exactly: take the digits from metadata.value`,
    metadata: { ...siteMetadata(site), value: digits },
  });
}
