import type { kv } from "../wire/index.js";
import { AtollError } from "./atoll-error.js";
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
import { expiryOf, shownValue, type ValueRead, valueRead } from "./values.js";

/** What a register holds. */
export type RegisterRead<T> = Served & {
  /** Opaque: what was read, absence included. Hand it to the put or delete that replaces it. */
  readonly context: Uint8Array;
  /** The stamp of the value's write (48 bits of milliseconds since 1970, 16 bits of counter); 0n when not found. */
  readonly hlc: bigint;
  /** When the value expires; undefined: never, or there is none. */
  readonly expiresAt: Date | undefined;
} & ({ readonly found: true; readonly value: T } | { readonly found: false; readonly value: undefined });

/** A key with its value, as a scan gives it. */
export interface RegisterRow<T, K extends Key = string> {
  readonly key: K;
  readonly value: T;
  /** Opaque: for the put or delete that replaces it. */
  readonly context: Uint8Array;
  /** The stamp of the value's write. */
  readonly hlc: bigint;
  /** When it expires; undefined: never. */
  readonly expiresAt: Date | undefined;
}

/** What a change tells of a register. */
export type RegisterShown<T> = {
  /** Opaque: for the put or delete that replaces what is shown. */
  readonly context: Uint8Array;
} & ({ readonly kind: "put"; readonly value: T } | { readonly kind: "deleted"; readonly value: undefined });

/**
 * A bucket of registers: each key holds one value, and of concurrent writes the last one wins, by hybrid logical clock
 * and then by writer. Where losing the others is not acceptable, use `multi`.
 *
 * Every call rejects with an `AtollError`.
 */
export class Register<T> extends Keyed<RegisterShown<T>> {
  readonly #calls: BucketCalls;
  readonly #codec: Codec<T>;

  /** @internal Use `client.register(bucket)`. */
  constructor(calls: BucketCalls, codec: Codec<T>) {
    super(calls);
    this.#calls = calls;
    this.#codec = codec;
  }

  /** Reads one key. */
  async get(key: Key, options: CallOptions = {}): Promise<RegisterRead<T>> {
    return this.#read(key, await this.#calls.getValue(key, options));
  }

  /**
   * Writes one key, replacing what is there.
   * @throws AtollError CONDITION_FAILED (a `reason`) where `ifAbsent` or `ifUnchanged` does not hold
   */
  async put(key: Key, value: T, options: PutOptions = {}): Promise<PutResult> {
    const encoded = encodeValue(this.#codec, value, this.bucket);
    return putResult(await this.#calls.putValue(key, encoded, options));
  }

  /** Deletes one key. */
  async delete(key: Key, options: WriteOptions = {}): Promise<WriteResult> {
    return writeResult(await this.#calls.delete(key, options));
  }

  /**
   * The keys with their values, in order: `for await (const { key, value } of users.scan({ prefix: "eu:" }))`. Keys are
   * strings; bytes with `{ keys: "bytes" }`.
   */
  scan(options?: ScanOptions & TextKeys): Scan<RegisterRow<T>>;
  scan(options: ScanOptions & ByteKeys): Scan<RegisterRow<T, Uint8Array>>;
  scan(
    options: ScanOptions & (TextKeys | ByteKeys) = {},
  ): Scan<RegisterRow<T>> | Scan<RegisterRow<T, Uint8Array>> {
    return options.keys === "bytes" ? this.#scan(options, BYTE_KEYS) : this.#scan(options, TEXT_KEYS);
  }

  /** Reads many keys in parallel, each from a node that holds it. The results are in the order of the keys. */
  async getMany(keys: Iterable<Key>, options: CallOptions = {}): Promise<BatchResult<RegisterRead<T>>[]> {
    const listed = [...keys];
    const replies = await getMany(this.#calls, listed, options);
    return pairResults(listed, replies, (key, reply) => this.#read(key, valueRead(reply)));
  }

  /**
   * Writes many keys in parallel, each at a node that holds it. The results are in the order of the entries. It is no
   * transaction: some may fail while others succeed, and of two entries for one key either may win.
   */
  putMany(
    entries: Iterable<Entry<T>>,
    options: CallOptions & Lifetime & RequestOptions = {},
  ): Promise<BatchResult<PutResult>[]> {
    return putMany(this.#calls, this.#codec, entries, options);
  }

  /** @internal */
  protected override shown({ context, values }: kv.Change__Output, site: Site): RegisterShown<T> {
    const [stored] = values;
    if (stored === undefined) return { kind: "deleted", value: undefined, context };
    return { kind: "put", value: decodeValue(this.#codec, shownValue(stored), site), context };
  }

  #read(key: Key, reply: ValueRead): RegisterRead<T> {
    const { context } = reply;
    const region = regionOf(reply);
    const [stored] = reply.values;
    if (stored === undefined)
      return { found: false, value: undefined, context, hlc: 0n, region, expiresAt: undefined };
    const value = decodeValue(this.#codec, stored, { bucket: this.bucket, key });
    return { found: true, value, context, hlc: stored.hlc, region, expiresAt: expiryOf(stored.expiresAtMs) };
  }

  #scan<K extends Key>(options: ScanOptions, codec: KeyCodec<K>): Scan<RegisterRow<T, K>> {
    const read = (row: kv.ScanRow__Output): RegisterRow<T, K> => {
      const key = codec.decode(row.key, this.bucket);
      const [stored] = row.values;
      if (stored === undefined) throw AtollError.from(new Error("a row of the scan has no value"));
      const shown = shownValue(stored);
      const value = decodeValue(this.#codec, shown, { bucket: this.bucket, key });
      return { key, value, context: row.context, hlc: shown.hlc, expiresAt: expiryOf(shown.expiresAtMs) };
    };
    return new Scan(this.#calls, options, { isKeysOnly: false, read });
  }
}
