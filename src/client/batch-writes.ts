/** Writes of a batch before they are sent: of each type the handles that make them, in the words of its bucket. */
import type { kv } from "../wire/index.js";
import type { AddressedKey, KeyType } from "./addresses.js";
import { type GivenMembers, isList } from "./atoll-set.js";
import { lasting } from "./bucket-calls.js";
import type { BucketOptions, SetOptions } from "./buckets.js";
import { checkAmount } from "./counter.js";
import { checkBucket, type Key, keyBytes } from "./key.js";
import { ENTRIES, type PathCursor } from "./map-entries.js";
import { clearAt, type MapChange, type MapRef, PLACE } from "./map-place.js";
import { type MapCursor, type MapFields, type MapSchema, map } from "./map-schema.js";
import { BYTE_MEMBERS, type MemberCodec, TEXT_MEMBERS } from "./members.js";
import type { Lifetime, PutOptions, WriteOptions } from "./settings.js";
import { autoCodec, type Codec, encodeValue } from "./value-codec.js";
import { checkContext, checkPutTerms, wirePutTerms, wireValue } from "./values.js";

/** @internal */
export const WRITE = Symbol("write");

/** One write of a batch, made by a handle of `BatchWrites`. */
export interface Write {
  /** @internal */
  readonly [WRITE]: PreparedWrite;
}

interface PreparedWrite {
  readonly key: Key;
  readonly address: AddressedKey;
  readonly item: kv.BatchWriteItem;
  /** Roughly, of what it holds beside the key. */
  readonly bytes: number;
}

/** What a put in a batch may be bound to, and how long it lasts; the other options are the batch's. */
type PutTerms = Pick<PutOptions, "context" | "ifAbsent" | "ifUnchanged" | "ttlMs">;

/**
 * Makes the writes of a batch, with handles like those of the client:
 * `(to) => [to.register<Order>("shop").put("{u1}:o1", order), to.counter("shop").add("{u1}:orders")]`.
 */
export class BatchWrites {
  /** Of a bucket of registers. */
  register<T = unknown>(bucket: string, options: BucketOptions<T> = {}): ValueWrites<T> {
    return new ValueWrites(new Place("DATA_TYPE_REGISTER", bucket), options.codec ?? autoCodec<T>());
  }

  /** Of a bucket of multis. */
  multi<T = unknown>(bucket: string, options: BucketOptions<T> = {}): ValueWrites<T> {
    return new ValueWrites(new Place("DATA_TYPE_MULTI", bucket), options.codec ?? autoCodec<T>());
  }

  /** Of a bucket of counters. */
  counter(bucket: string): CounterWrites {
    return new CounterWrites(new Place("DATA_TYPE_COUNTER", bucket));
  }

  /** Of a bucket of flags. */
  flag(bucket: string): FlagWrites {
    return new FlagWrites(new Place("DATA_TYPE_FLAG", bucket));
  }

  /** Of a bucket of sets. */
  set<Member extends string = string>(
    bucket: string,
    options?: { readonly members: "text" },
  ): SetWrites<Member>;
  set(bucket: string, options: { readonly members: "bytes" }): SetWrites<Uint8Array>;
  set(bucket: string, options?: SetOptions): SetWrites<string> | SetWrites<Uint8Array> {
    const place = new Place("DATA_TYPE_SET", bucket);
    return options?.members === "bytes"
      ? new SetWrites(place, BYTE_MEMBERS)
      : new SetWrites(place, TEXT_MEMBERS);
  }

  /** Of a bucket of maps. */
  map<Fields extends MapFields>(bucket: string, fields: Fields): MapWrites<MapCursor<Fields>>;
  map(bucket: string): MapWrites<PathCursor>;
  map<Fields extends MapFields>(
    bucket: string,
    fields?: Fields,
  ): MapWrites<MapCursor<Fields>> | MapWrites<PathCursor> {
    const place = new Place("DATA_TYPE_MAP", bucket);
    return fields === undefined ? new MapWrites(place, ENTRIES) : new MapWrites(place, map(fields));
  }
}

/** A bucket of one type, and the messages of writes in it. */
class Place {
  readonly #type: KeyType;
  readonly bucket: string;

  constructor(type: KeyType, bucket: string) {
    this.#type = type;
    this.bucket = checkBucket(bucket);
  }

  put(key: Key, put: kv.PutRequest, bytes: number): Write {
    return this.#write(key, (address) => ({ put: { ...put, address } }), bytes);
  }

  delete(key: Key, context: Uint8Array | undefined): Write {
    const request = context === undefined ? {} : { context: checkContext("context", context) };
    return this.#write(key, (address) => ({ delete: { ...request, address } }), context?.length ?? 0);
  }

  update(key: Key, actions: readonly kv.Operation[], lifetime: Lifetime = {}): Write {
    const operations = lasting(actions, lifetime);
    return this.#write(key, (address) => ({ update: { operations, address } }), bytesOf(operations));
  }

  #write(key: Key, itemOf: (address: kv.Address) => kv.BatchWriteItem, bytes: number): Write {
    const address = { type: this.#type, bucket: this.bucket, key: keyBytes(key) };
    return { [WRITE]: { key, address, item: itemOf(address), bytes } };
  }
}

/** Writes of registers or multis. */
export class ValueWrites<T> {
  readonly #place: Place;
  readonly #codec: Codec<T>;

  /** @internal */
  constructor(place: Place, codec: Codec<T>) {
    this.#place = place;
    this.#codec = codec;
  }

  /** See `Register.put` and `Multi.put`. */
  put(key: Key, value: T, options: PutTerms = {}): Write {
    const encoded = encodeValue(this.#codec, value, this.#place.bucket);
    const terms = wirePutTerms(checkPutTerms(options));
    return this.#place.put(key, { value: wireValue(encoded), ...terms }, encoded.data.length);
  }

  /** Deletes one key. */
  delete(key: Key, { context }: Pick<WriteOptions, "context"> = {}): Write {
    return this.#place.delete(key, context);
  }
}

/** Writes of counters. */
export class CounterWrites {
  readonly #place: Place;

  /** @internal */
  constructor(place: Place) {
    this.#place = place;
  }

  /** Adds a whole number; a negative one subtracts. */
  add(key: Key, amount = 1, lifetime: Lifetime = {}): Write {
    return this.#place.update(key, [{ counterAdd: checkAmount(amount) }], lifetime);
  }

  /** Subtracts a whole number. */
  subtract(key: Key, amount = 1, lifetime: Lifetime = {}): Write {
    return this.add(key, -amount, lifetime);
  }

  /** The counter is 0 again. */
  clear(key: Key): Write {
    return this.#place.delete(key, undefined);
  }
}

/** Writes of flags. */
export class FlagWrites {
  readonly #place: Place;

  /** @internal */
  constructor(place: Place) {
    this.#place = place;
  }

  /** Switches a flag on. */
  enable(key: Key, lifetime: Lifetime = {}): Write {
    return this.#place.update(key, [{ flagSet: true }], lifetime);
  }

  /** Switches a flag off. */
  disable(key: Key): Write {
    return this.#place.update(key, [{ flagSet: false }]);
  }
}

/** Writes of sets. */
export class SetWrites<Member extends Key = string> {
  readonly #place: Place;
  readonly #codec: MemberCodec<Member>;

  /** @internal */
  constructor(place: Place, codec: MemberCodec<Member>) {
    this.#place = place;
    this.#codec = codec;
  }

  /** Adds members; with a lifetime `add(key, ["a", "b"], { ttlMs })`. */
  add(key: Key, ...given: GivenMembers<Member, Lifetime>): Write {
    const [members, lifetime = {}] = isList(given) ? given : [given];
    return this.#place.update(key, [{ setAdd: { members: this.#encoded(members) } }], lifetime);
  }

  /** Removes members. */
  remove(key: Key, ...members: readonly Member[]): Write {
    return this.#place.update(key, [{ setRemove: { members: this.#encoded(members) } }]);
  }

  /** Removes all members. */
  clear(key: Key): Write {
    return this.#place.delete(key, undefined);
  }

  #encoded(members: readonly Member[]): Buffer[] {
    return members.map((member) => this.#codec.encode(member));
  }
}

/** Writes of maps. */
export class MapWrites<Cursor> {
  readonly #place: Place;
  readonly #schema: Pick<MapSchema<unknown, Cursor>, "at">;

  /** @internal */
  constructor(place: Place, schema: Pick<MapSchema<unknown, Cursor>, "at">) {
    this.#place = place;
    this.#schema = schema;
  }

  /** Applies changes, made as for `AtollMap.update`. */
  update(key: Key, build: (map: Cursor) => MapChange | readonly MapChange[], lifetime: Lifetime = {}): Write {
    const operations = [build(this.#cursor(key))].flat().map(({ operation }) => operation);
    return this.#place.update(key, operations, lifetime);
  }

  /** Removes all that is at and below one place. */
  remove(key: Key, select: (map: Cursor) => MapRef<unknown>): Write {
    return this.#place.update(key, [clearAt(select(this.#cursor(key))[PLACE].site).operation]);
  }

  /** Removes all that is in the map. */
  clear(key: Key): Write {
    return this.#place.delete(key, undefined);
  }

  #cursor(key: Key): Cursor {
    return this.#schema.at({ bucket: this.#place.bucket, key, path: [] });
  }
}

const OPERATION_OVERHEAD_BYTES = 16;

function bytesOf(operations: readonly kv.Operation[]): number {
  let bytes = 0;
  for (const { path = [], put, setAdd, setRemove } of operations) {
    bytes += OPERATION_OVERHEAD_BYTES + (put?.data?.length ?? 0);
    for (const part of [...path, ...(setAdd?.members ?? setRemove?.members ?? [])])
      bytes += OPERATION_OVERHEAD_BYTES + part.length;
  }
  return bytes;
}
