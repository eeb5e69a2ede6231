import type { kv } from "../wire/index.js";
import { type Entry, getMany, putMany } from "./batch-calls.js";
import type { BucketCalls } from "./bucket-calls.js";
import type { Key, Site } from "./key.js";
import { Keyed } from "./keyed.js";
import {
  type BatchResult,
  type PutResult,
  pairResults,
  putResult,
  regionOf,
  type Served,
  type WriteResult,
  writeResult,
} from "./results.js";
import {
  BYTE_KEYS,
  type ByteKeys,
  type KeyCodec,
  Scan,
  type ScanOptions,
  TEXT_KEYS,
  type TextKeys,
} from "./scan.js";
import type { CallOptions, Lifetime, PutOptions, RequestOptions, WriteOptions } from "./settings.js";
import { type Codec, decodeValue, encodeValue } from "./value-codec.js";
import { lastExpiryOf, type ShownValue, shownValue, type ValueRead, valueRead } from "./values.js";

/** What a multi holds. */
export interface MultiRead<T> extends Served {
  /** Every value that no other write has replaced: none, one, or the siblings that concurrent writes left. */
  readonly values: readonly T[];
  /** Opaque: what was read. Hand it to the put that resolves these values, or to the delete that removes them. */
  readonly context: Uint8Array;
  /** The highest stamp among the values; 0n when there is none. */
  readonly hlc: bigint;
  /** When the last of the values expires; undefined: one never does, or there is none. */
  readonly expiresAt: Date | undefined;
}

/** A key with its values, as a scan gives it. */
export interface MultiRow<T, K extends Key = string> extends Omit<MultiRead<T>, "region"> {
  readonly key: K;
}

/** What a change tells of a multi. */
export interface MultiShown<T> {
  readonly kind: "put" | "deleted";
  /** All that are there now. */
  readonly values: readonly T[];
  /** Opaque: for the put that resolves them, or the delete that removes them. */
  readonly context: Uint8Array;
}

/**
 * A bucket of multi-value keys: no concurrent write is lost. A put without a context adds a sibling; a put with the
 * context of a read replaces exactly what that read returned. So read, merge, and put with the context:
 *
 * ```ts
 * const read = await carts.get("u42");
 * await carts.put("u42", merge(read.values), { context: read.context });
 * ```
 *
 * Every call rejects with an `AtollError`.
 */
export class Multi<T> extends Keyed<MultiShown<T>> {
  readonly #calls: BucketCalls;
  readonly #codec: Codec<T>;

  /** @internal Use `client.multi(bucket)`. */
  constructor(calls: BucketCalls, codec: Codec<T>) {
    super(calls);
    this.#calls = calls;
    this.#codec = codec;
  }

  /** Reads every value of one key. */
  async get(key: Key, options: CallOptions = {}): Promise<MultiRead<T>> {
    return this.#read(key, await this.#calls.getValue(key, options));
  }

  /**
   * The keys with all their values and contexts, in order: `for await (const { key, values } of carts.scan())`. Keys are
   * strings; bytes with `{ keys: "bytes" }`.
   */
  scan(options?: ScanOptions & TextKeys): Scan<MultiRow<T>>;
  scan(options: ScanOptions & ByteKeys): Scan<MultiRow<T, Uint8Array>>;
  scan(options: ScanOptions & (TextKeys | ByteKeys) = {}): Scan<MultiRow<T>> | Scan<MultiRow<T, Uint8Array>> {
    return options.keys === "bytes" ? this.#scan(options, BYTE_KEYS) : this.#scan(options, TEXT_KEYS);
  }

  /** Reads many keys in parallel, each from a node that holds it. The results are in the order of the keys. */
  async getMany(keys: Iterable<Key>, options: CallOptions = {}): Promise<BatchResult<MultiRead<T>>[]> {
    const listed = [...keys];
    const replies = await getMany(this.#calls, listed, options);
    return pairResults(listed, replies, (key, reply) => this.#read(key, valueRead(reply)));
  }

  /**
   * Adds many siblings in parallel, each at a node that holds its key. The results are in the order of the entries. It is
   * no transaction: some may fail while others succeed.
   */
  putMany(
    entries: Iterable<Entry<T>>,
    options: CallOptions & Lifetime & RequestOptions = {},
  ): Promise<BatchResult<PutResult>[]> {
    return putMany(this.#calls, this.#codec, entries, options);
  }

  /**
   * Writes one key: replaces what `context` covers, and stands beside what was written since.
   * @throws AtollError CONDITION_FAILED (a `reason`) where `ifAbsent` or `ifUnchanged` does not hold
   */
  async put(key: Key, value: T, options: PutOptions = {}): Promise<PutResult> {
    const encoded = encodeValue(this.#codec, value, this.bucket);
    return putResult(await this.#calls.putValue(key, encoded, options));
  }

  /** Deletes what `context` covers; without one, all that the coordinator sees. */
  async delete(key: Key, options: WriteOptions = {}): Promise<WriteResult> {
    return writeResult(await this.#calls.delete(key, options));
  }

  /** @internal */
  protected override shown({ context, isDeleted, values }: kv.Change__Output, { key }: Site): MultiShown<T> {
    return {
      kind: isDeleted ? "deleted" : "put",
      values: this.#decoded(values.map(shownValue), key),
      context,
    };
  }

  #read(key: Key, reply: ValueRead): MultiRead<T> {
    const { values, context } = reply;
    // The highest stamp comes first.
    const hlc = values[0]?.hlc ?? 0n;
    const expiresAt = lastExpiryOf(values);
    return { values: this.#decoded(values, key), context, hlc, region: regionOf(reply), expiresAt };
  }

  #decoded(values: readonly ShownValue[], key: Key): T[] {
    return values.map((shown) => decodeValue(this.#codec, shown, { bucket: this.bucket, key }));
  }

  #scan<K extends Key>(options: ScanOptions, codec: KeyCodec<K>): Scan<MultiRow<T, K>> {
    const read = (row: kv.ScanRow__Output): MultiRow<T, K> => {
      const key = codec.decode(row.key, this.bucket);
      const { context } = row;
      const values = row.values.map(shownValue);
      const hlc = values[0]?.hlc ?? 0n;
      return { key, values: this.#decoded(values, key), context, hlc, expiresAt: lastExpiryOf(values) };
    };
    return new Scan(this.#calls, options, { isKeysOnly: false, read });
  }
}
