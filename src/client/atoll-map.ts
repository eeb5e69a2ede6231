import type { kv } from "../wire/index.js";
import { AtollError } from "./atoll-error.js";
import type { BucketCalls } from "./bucket-calls.js";
import type { Key, Site } from "./key.js";
import { Keyed } from "./keyed.js";
import type { SetCursor } from "./map-cursor.js";
import { entryOf, type MapEntry } from "./map-entries.js";
import {
  clearAt,
  type Gatherer,
  type LeafPlace,
  type LeafRef,
  leafExpiryOf,
  type MapChange,
  type MapRef,
  type MapSite,
  PLACE,
  type Place,
} from "./map-place.js";
import type { MapSchema } from "./map-schema.js";
import { type WithExpiry, type WriteResult, writeResult } from "./results.js";
import type { CallOptions, LastingOptions, PageOptions, UpdateOptions } from "./settings.js";
import { expiryOf } from "./values.js";

/** What a map holds. */
export interface MapRead<Value> {
  /** Whether anything is there, be it of the schema or not. */
  readonly found: boolean;
  readonly value: Value;
}

/** What a change tells of a map: one leaf, or one member of a set in it. */
export type MapShown =
  | { readonly kind: "put"; readonly entry: MapEntry }
  /** It is gone. */
  | { readonly kind: "deleted"; readonly entry: GoneEntry };

/** A leaf that is gone, or with `member` that member of a set. */
export type GoneEntry = Pick<MapEntry, "path" | "type"> & { readonly member?: string | Uint8Array };

/**
 * A bucket of maps: each key holds registers, counters, flags, sets and maps of these, by path. Each leaf merges by
 * itself, as its type does; a change inside survives a concurrent removal of what is around it.
 *
 * ```ts
 * await places.update("p1", (place) => [place.visits.add(1), place.address.city.put("Paris")]);
 * const { value } = await places.get("p1");                      // { visits: 1, address: { city: "Paris" } }
 * const visits = await places.getAt("p1", (place) => place.visits);
 * ```
 *
 * `Cursor` makes the changes, and `Value` is what is read; both come from the schema that `client.map` is given. Without
 * one, cursors are `at("address", "city").as(register<string>())`, and what is read is a list of entries.
 *
 * Every call rejects with an `AtollError`.
 */
export class AtollMap<Value, Cursor> extends Keyed<MapShown> {
  readonly #calls: BucketCalls;
  readonly #schema: MapSchema<Value, Cursor>;

  /** @internal Use `client.map(bucket, schema)`. */
  constructor(calls: BucketCalls, schema: MapSchema<Value, Cursor>) {
    super(calls);
    this.#calls = calls;
    this.#schema = schema;
  }

  /**
   * Applies changes, in their order and all together or none; they may concern up to 1,000 leaves and members.
   * `ttlMs` is for all that they put there.
   * @param build makes the changes with a cursor: `(map) => [map.visits.add(1), map.open.enable()]`
   */
  async update(
    key: Key,
    build: (map: Cursor) => MapChange | readonly MapChange[],
    options: LastingOptions = {},
  ): Promise<WriteResult> {
    const built: readonly unknown[] = [build(this.#cursor(key))].flat();
    const changes = built.filter(isChange);
    if (changes.length < built.length || built.length === 0)
      throw AtollError.invalid(
        "build",
        "an update of a map has to return the changes that it is to make: (map) => [map.visits.add(1)]",
      );
    return this.#apply(key, changes, options);
  }

  /**
   * Reads all of one key into memory, page by page: not one moment's view of it. What the schema does not name is left
   * out. What is too large for that is read with `entries`.
   */
  async get(key: Key, options: PageOptions = {}): Promise<MapRead<Value>> {
    const site = this.#site(key);
    return this.#gather(key, site, this.#schema.gather(site), options);
  }

  /**
   * Reads one place: `getAt(key, (map) => map.visits)`. A register, a counter or a flag is one small read; a set or a map
   * is read page by page.
   */
  async getAt<Part>(
    key: Key,
    select: (map: Cursor) => MapRef<Part>,
    options: PageOptions = {},
  ): Promise<Part> {
    const place = select(this.#cursor(key))[PLACE];
    if (isLeaf(place)) return (await this.#readLeaf(key, place, options)).value;
    return (await this.#gather(key, place.site, place.gather(), options)).value;
  }

  /** The same read of a register, a counter or a flag, with the time at which it expires. */
  getAtWithExpiry<Part>(
    key: Key,
    select: (map: Cursor) => LeafRef<Part>,
    options: CallOptions = {},
  ): Promise<WithExpiry<Part>> {
    return this.#readLeaf(key, select(this.#cursor(key))[PLACE], options);
  }

  /** Whether a set in the map has this member; reads no other: `has(key, (map) => map.tags, "geo")`. */
  async has<Member extends Key>(
    key: Key,
    select: (map: Cursor) => SetCursor<Member>,
    member: Member,
    options: CallOptions = {},
  ): Promise<boolean> {
    return (await this.hasWithExpiry(key, select, member, options)).value;
  }

  /** The same read, with the time at which this member expires: each has its own. */
  async hasWithExpiry<Member extends Key>(
    key: Key,
    select: (map: Cursor) => SetCursor<Member>,
    member: Member,
    options: CallOptions = {},
  ): Promise<WithExpiry<boolean>> {
    const cursor = select(this.#cursor(key));
    const path = [...cursor[PLACE].site.path];
    const part = { path, leafType: "DATA_TYPE_SET", member: cursor.codec.encode(member) } as const;
    const { flag, expiresAtMs } = await this.#calls.get(key, options, part);
    return { value: flag, expiresAt: expiryOf(expiresAtMs) };
  }

  /**
   * All leaves of one key in the order of their paths, and of sets each member, fetched page by page as they are asked
   * for; also what the schema does not name. Values are decoded by the encoding that they are stored with.
   */
  async *entries(key: Key, options: PageOptions = {}): AsyncGenerator<MapEntry, void, undefined> {
    const site = this.#site(key);
    for await (const page of this.#calls.pages(key, [], options))
      for (const element of page) yield entryOf({ ...site, path: element.path }, element);
  }

  /** Removes all that is at and below one place: `remove(key, (map) => map.address)`. */
  async remove(
    key: Key,
    select: (map: Cursor) => MapRef<unknown>,
    options: UpdateOptions = {},
  ): Promise<WriteResult> {
    return this.#apply(key, [clearAt(select(this.#cursor(key))[PLACE].site)], options);
  }

  /** Removes all that this call's node sees of one key. A very large map is cleared in steps. */
  async clear(key: Key, options: UpdateOptions = {}): Promise<WriteResult> {
    return writeResult(await this.#calls.delete(key, options));
  }

  /** @internal */
  protected override shown({ element, isDeleted }: kv.Change__Output, { key }: Site): MapShown {
    if (element === null) throw AtollError.from(new Error("a change of a map names no leaf"));
    const entry = entryOf({ ...this.#site(key), path: element.path }, element);
    if (!isDeleted) return { kind: "put", entry };
    const { path, type } = entry;
    return { kind: "deleted", entry: { path, type, ...(type === "set" ? { member: entry.member } : {}) } };
  }

  #site(key: Key): MapSite {
    return { bucket: this.bucket, key, path: [] };
  }

  #cursor(key: Key): Cursor {
    return this.#schema.at(this.#site(key));
  }

  async #apply(key: Key, changes: readonly MapChange[], options: LastingOptions): Promise<WriteResult> {
    const operations = changes.map(({ operation }) => operation);
    return writeResult(await this.#calls.update(key, operations, options));
  }

  async #readLeaf<Part>(
    key: Key,
    { gather, leafType, site }: LeafPlace<Part>,
    options: CallOptions,
  ): Promise<WithExpiry<Part>> {
    const reply = await this.#calls.get(key, options, { path: [...site.path], leafType });
    const { counter, expiresAtMs, values } = reply;
    const leaf = { type: leafType, values, counter, member: NO_MEMBER, expiresAtMs };
    const gatherer = gather();
    if (reply.found) gatherer.take([], leaf);
    return { value: gatherer.value(), expiresAt: leafExpiryOf(leaf) };
  }

  async #gather<Part>(
    key: Key,
    { path }: MapSite,
    gatherer: Gatherer<Part>,
    options: PageOptions,
  ): Promise<MapRead<Part>> {
    let found = false;
    for await (const page of this.#calls.pages(key, [...path], { pageSize: PAGE_SIZE, ...options }))
      for (const element of page) {
        found = true;
        gatherer.take(element.path.slice(path.length), element);
      }
    return { found, value: gatherer.value() };
  }
}

function isLeaf<Part>(place: Place<Part>): place is LeafPlace<Part> {
  return place.leafType !== undefined;
}

function isChange(each: unknown): each is MapChange {
  return typeof each === "object" && each !== null && "operation" in each;
}

const NO_MEMBER = Buffer.alloc(0);
/** The most that the server gives at once: all of it is wanted. A page of large values ends sooner by itself. */
const PAGE_SIZE = 1_000;
