import type { BucketCalls } from "./bucket-calls.js";
import type { Key } from "./key.js";
import {
  BYTE_KEYS,
  type ByteKeys,
  type KeyCodec,
  Scan,
  type ScanOptions,
  TEXT_KEYS,
  type TextKeys,
} from "./scan.js";

/** What buckets of all types have in common: a name, and keys. */
export abstract class Keyed {
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

  #scan<K extends Key>(options: ScanOptions, codec: KeyCodec<K>): Scan<K> {
    const read = ({ key }: { readonly key: Buffer }): K => codec.decode(key, this.bucket);
    return new Scan(this.#calls, options, { isKeysOnly: true, read });
  }
}
