import type { kv } from "../wire/index.js";
import type { BucketCalls } from "./bucket-calls.js";
import type { Key, Site } from "./key.js";
import {
  BYTE_KEYS,
  type ByteKeys,
  type KeyCodec,
  Scan,
  type ScanOptions,
  TEXT_KEYS,
  type TextKeys,
} from "./scan.js";
import { type Change, changeOf, Watch, type WatchOptions } from "./watch.js";

/** What buckets of all types have in common: a name, keys, and changes. `Shown` is what a change tells of a key. */
export abstract class Keyed<Shown extends object = object> {
  readonly #calls: BucketCalls;

  /** @internal */
  constructor(calls: BucketCalls) {
    this.#calls = calls;
  }

  /** The bucket's name. */
  get bucket(): string {
    return this.#calls.bucket;
  }

  /**
   * The keys that hold something, each once, in order: `for await (const key of bucket.keys({ prefix: "eu:" }))`. Those
   * of sets and maps cost by the number of keys, and not of what they hold. Keys are strings; bytes with
   * `{ keys: "bytes" }`.
   */
  keys(options?: ScanOptions & TextKeys): Scan<string>;
  keys(options: ScanOptions & ByteKeys): Scan<Uint8Array>;
  keys(options: ScanOptions & (TextKeys | ByteKeys) = {}): Scan<string> | Scan<Uint8Array> {
    return options.keys === "bytes" ? this.#scan(options, BYTE_KEYS) : this.#scan(options, TEXT_KEYS);
  }

  /**
   * Follows the changes of the bucket: `for await (const change of bucket.watch({ prefix: "eu:" }))`. Keys are strings;
   * bytes with `{ keys: "bytes" }`.
   * @throws AtollError INVALID_ARGUMENT that names the option
   */
  watch(options?: WatchOptions & TextKeys): Watch<Change<Shown>>;
  watch(options: WatchOptions & ByteKeys): Watch<Change<Shown, Uint8Array>>;
  watch(
    options: WatchOptions & (TextKeys | ByteKeys) = {},
  ): Watch<Change<Shown>> | Watch<Change<Shown, Uint8Array>> {
    return options.keys === "bytes" ? this.#watch(options, BYTE_KEYS) : this.#watch(options, TEXT_KEYS);
  }

  /** @internal What a change shows. */
  protected abstract shown(change: kv.Change__Output, site: Site): Shown;

  #watch<K extends Key>(options: WatchOptions, codec: KeyCodec<K>): Watch<Change<Shown, K>> {
    return new Watch(this.#calls, options, (change) => {
      const key = codec.decode(change.key, this.bucket);
      return changeOf(change, key, this.shown(change, { bucket: this.bucket, key }));
    });
  }

  #scan<K extends Key>(options: ScanOptions, codec: KeyCodec<K>): Scan<K> {
    const read = ({ key }: { readonly key: Buffer }): K => codec.decode(key, this.bucket);
    return new Scan(this.#calls, options, { isKeysOnly: true, read });
  }
}
