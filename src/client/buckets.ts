import type { KeyType } from "./addresses.js";
import { AtollMap } from "./atoll-map.js";
import { AtollSet } from "./atoll-set.js";
import { BatchWrites, type Write } from "./batch-writes.js";
import { BucketCalls } from "./bucket-calls.js";
import { Counter } from "./counter.js";
import type { Dispatcher } from "./dispatcher.js";
import { Flag } from "./flag.js";
import { ENTRIES, type MapEntry, type PathCursor } from "./map-entries.js";
import { type MapCursor, type MapFields, type MapValue, map } from "./map-schema.js";
import { BYTE_MEMBERS, TEXT_MEMBERS } from "./members.js";
import { Multi } from "./multi.js";
import { Register } from "./register.js";
import type { BatchResult, WriteResult } from "./results.js";
import type { SessionState } from "./session-state.js";
import type { UpdateOptions } from "./settings.js";
import { autoCodec, type Codec } from "./value-codec.js";
import { writeEach, writeTogether } from "./write-batch.js";

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

  /**
   * Writes many keys, of any types and buckets, in parallel, each at a node that holds it:
   *
   * ```ts
   * await db.batch((to) => [to.register("users").put("u1", ada), to.counter("signups").add("today")]);
   * ```
   *
   * The results are in the order of the writes. It is no transaction: some may fail while others succeed, and of two
   * writes of one key either may come first. With a `requestId` the same writes in the same order can be repeated.
   * @throws AtollError INVALID_ARGUMENT for a write that cannot be; then nothing was sent
   */
  async batch(
    build: (to: BatchWrites) => readonly Write[],
    options: UpdateOptions = {},
  ): Promise<BatchResult<WriteResult>[]> {
    const terms = this.#dispatcher.terms(options, this.#session);
    return writeEach(this.#dispatcher, terms, build(new BatchWrites()));
  }

  /**
   * Writes many keys as one: all of them or none, and a retry applies them once. They have to lie in one partition: keys
   * with one `{tag}`, in buckets of one name, of any types; and each key comes once.
   *
   * ```ts
   * await db.atomic((to) => [to.register("shop").put("{u1}:o7", order), to.set("shop").add("{u1}:open", "o7")]);
   * ```
   *
   * No replica applies a part of it. Reads of several keys are still reads of several keys: two of them may come from
   * different replicas, or before and after it. With a `requestId` it is named together with its first key.
   * @throws AtollError NOT_ATOMIC (a `reason`) for keys of different partitions; nothing was written
   */
  async atomic(
    build: (to: BatchWrites) => readonly Write[],
    options: UpdateOptions = {},
  ): Promise<WriteResult> {
    const terms = this.#dispatcher.terms(options, this.#session);
    return writeTogether(this.#dispatcher, terms, build(new BatchWrites()));
  }

  #calls(type: KeyType, bucket: string): BucketCalls {
    return new BucketCalls(this.#dispatcher, type, bucket, this.#session);
  }
}
