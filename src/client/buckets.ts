import { AtollMap } from "./atoll-map.js";
import { AtollSet } from "./atoll-set.js";
import { BucketCalls, type KeyType } from "./bucket-calls.js";
import { Counter } from "./counter.js";
import type { Dispatcher } from "./dispatcher.js";
import { Flag } from "./flag.js";
import { ENTRIES, type MapEntry, type PathCursor } from "./map-entries.js";
import { type MapCursor, type MapFields, type MapValue, map } from "./map-schema.js";
import { BYTE_MEMBERS, TEXT_MEMBERS } from "./members.js";
import { Multi } from "./multi.js";
import { Register } from "./register.js";
import type { SessionState } from "./session-state.js";
import { autoCodec, type Codec } from "./value-codec.js";

/** How to use one bucket. */
export interface BucketOptions<T> {
  /** How values become bytes. Default: byte arrays and strings as they are, everything else as MessagePack. */
  readonly codec?: Codec<T>;
}

/** How to use one bucket of sets. */
export interface SetOptions {
  /** What members come back as: `text`, read as UTF-8, or `bytes`. */
  readonly members: "text" | "bytes";
}

/**
 * The buckets of a cluster, each of one data type: keys of one name under two types are two keys. Buckets need no
 * creation, and handles cost nothing. Every method throws AtollError INVALID_ARGUMENT for a name that is not 1 to 64
 * characters of A-Z a-z 0-9 . _ -
 */
export abstract class Buckets {
  readonly #dispatcher: Dispatcher;
  readonly #session: SessionState | undefined;

  /** @internal */
  constructor(dispatcher: Dispatcher, session: SessionState | undefined) {
    this.#dispatcher = dispatcher;
    this.#session = session;
  }

  /**
   * A bucket whose keys hold one value each, the last written. `T` is what the caller says the values are; only a codec
   * checks it.
   */
  register<T = unknown>(bucket: string, options: BucketOptions<T> = {}): Register<T> {
    return new Register(this.#calls("DATA_TYPE_REGISTER", bucket), options.codec ?? autoCodec<T>());
  }

  /** A bucket whose keys keep every concurrently written value until a later write resolves them. */
  multi<T = unknown>(bucket: string, options: BucketOptions<T> = {}): Multi<T> {
    return new Multi(this.#calls("DATA_TYPE_MULTI", bucket), options.codec ?? autoCodec<T>());
  }

  /** A bucket whose keys are whole numbers that every region adds to and subtracts from. */
  counter(bucket: string): Counter {
    return new Counter(this.#calls("DATA_TYPE_COUNTER", bucket));
  }

  /** A bucket whose keys are on or off. */
  flag(bucket: string): Flag {
    return new Flag(this.#calls("DATA_TYPE_FLAG", bucket));
  }

  /**
   * A bucket whose keys hold members, each added and removed by itself. Members are strings, as their UTF-8; or bytes,
   * with `{ members: "bytes" }`. `Member` is what the caller says the strings are; nothing checks it.
   */
  set<Member extends string = string>(
    bucket: string,
    options?: { readonly members: "text" },
  ): AtollSet<Member>;
  set(bucket: string, options: { readonly members: "bytes" }): AtollSet<Uint8Array>;
  set(bucket: string, options?: SetOptions): AtollSet<string> | AtollSet<Uint8Array> {
    const calls = this.#calls("DATA_TYPE_SET", bucket);
    return options?.members === "bytes"
      ? new AtollSet(calls, BYTE_MEMBERS)
      : new AtollSet(calls, TEXT_MEMBERS);
  }

  /**
   * A bucket whose keys hold registers, counters, flags, sets and maps of these. `fields` says what is where, and gives
   * types to what is read and changed; without it, any path can be used, and what is read is a list of entries.
   * @throws AtollError INVALID_ARGUMENT for a field without a name, or one that begins with `$`
   */
  map<Fields extends MapFields>(
    bucket: string,
    fields: Fields,
  ): AtollMap<MapValue<Fields>, MapCursor<Fields>>;
  map(bucket: string): AtollMap<readonly MapEntry[], PathCursor>;
  map<Fields extends MapFields>(
    bucket: string,
    fields?: Fields,
  ): AtollMap<MapValue<Fields>, MapCursor<Fields>> | AtollMap<readonly MapEntry[], PathCursor> {
    const calls = this.#calls("DATA_TYPE_MAP", bucket);
    return fields === undefined ? new AtollMap(calls, ENTRIES) : new AtollMap(calls, map(fields));
  }

  #calls(type: KeyType, bucket: string): BucketCalls {
    return new BucketCalls(this.#dispatcher, type, bucket, this.#session);
  }
}
