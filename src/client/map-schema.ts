/**
 * What a map holds where. A schema says what the fields of a map are; from it come the types of what is read and the
 * cursors that changes are made with:
 *
 * ```ts
 * const places = db.map("places", {
 *   name: register<string>(),
 *   visits: counter(),
 *   address: map({ city: register<string>() }),
 * });
 * ```
 *
 * The store knows no schemas. What another client wrote at other paths, or with other types, is there besides.
 */
import { AtollError } from "./atoll-error.js";
import type { BucketOptions } from "./buckets.js";
import { exactCount } from "./counter.js";
import { type Key, keyBytes } from "./key.js";
import { CounterCursor, FlagCursor, RegisterCursor, SetCursor } from "./map-cursor.js";
import {
  clearAt,
  type Gatherer,
  type MapChange,
  type MapLeaf,
  type MapRef,
  type MapSite,
  PLACE,
} from "./map-place.js";
import { BYTE_MEMBERS, type MemberCodec, TEXT_MEMBERS } from "./members.js";
import { autoCodec, decodeValue } from "./value-codec.js";
import { shownValue } from "./values.js";

/** What a place in a map holds: `Value` is what is read there, `Cursor` makes changes of it. */
export interface MapSchema<Value, Cursor> {
  /** @internal The cursor of a place. */
  at(site: MapSite): Cursor;
  /** @internal */
  gather(site: MapSite): Gatherer<Value>;
}

/** The fields of a map by name. Names are the steps of paths, and cannot begin with `$`. */
export type MapFields = Readonly<Record<string, MapSchema<unknown, unknown>>>;

/** What is read of a map with these fields: every field, also of a map that is not there. */
export type MapValue<Fields extends MapFields> = {
  readonly [Name in keyof Fields]: Fields[Name] extends MapSchema<infer Value, unknown> ? Value : never;
};

/** Stands for a map with these fields: has a cursor for each of them. */
export type MapCursor<Fields extends MapFields> = {
  readonly [Name in keyof Fields]: Fields[Name] extends MapSchema<unknown, infer Cursor> ? Cursor : never;
} & MapRef<MapValue<Fields>> & {
    /** Removes all that is in this map. */
    $clear(): MapChange;
  };

/** In a map: one value, the last written; undefined where there is none. Only a codec checks `T`. */
export function register<T = unknown>(
  options: BucketOptions<T> = {},
): MapSchema<T | undefined, RegisterCursor<T>> {
  const codec = options.codec ?? autoCodec<T>();
  const gather = (site: MapSite): Gatherer<T | undefined> => {
    let value: T | undefined;
    const take = ({ values: [stored] }: MapLeaf): void => {
      if (stored !== undefined) value = decodeValue(codec, shownValue(stored), site);
    };
    return leafGatherer("DATA_TYPE_REGISTER", take, () => value);
  };
  return {
    at: (site) =>
      new RegisterCursor({ site, leafType: "DATA_TYPE_REGISTER", gather: () => gather(site) }, codec),
    gather,
  };
}

/** In a map: a number that every region adds to and subtracts from; 0 where there is none. */
export function counter(): MapSchema<number, CounterCursor> {
  const gather = (site: MapSite): Gatherer<number> => {
    let value = 0;
    const take = (leaf: MapLeaf): void => {
      value = exactCount(leaf.counter, site);
    };
    return leafGatherer("DATA_TYPE_COUNTER", take, () => value);
  };
  return {
    at: (site) => new CounterCursor({ site, leafType: "DATA_TYPE_COUNTER", gather: () => gather(site) }),
    gather,
  };
}

/** In a map: on or off. Elements that are read are on. */
export function flag(): MapSchema<boolean, FlagCursor> {
  const gather = (): Gatherer<boolean> => {
    let value = false;
    const take = (): void => {
      value = true;
    };
    return leafGatherer("DATA_TYPE_FLAG", take, () => value);
  };
  return { at: (site) => new FlagCursor({ site, leafType: "DATA_TYPE_FLAG", gather }), gather };
}

/**
 * In a map: members, which come back as a Set of strings, or of bytes with `{ members: "bytes" }`. `Member` is what the
 * caller says the strings are; nothing checks it.
 */
export function set<Member extends string = string>(options?: {
  readonly members: "text";
}): MapSchema<ReadonlySet<Member>, SetCursor<Member>>;
export function set(options: {
  readonly members: "bytes";
}): MapSchema<ReadonlySet<Uint8Array>, SetCursor<Uint8Array>>;
export function set(options?: {
  readonly members: "text" | "bytes";
}): MapSchema<ReadonlySet<Key>, SetCursor<string> | SetCursor<Uint8Array>> {
  return options?.members === "bytes" ? setOf(BYTE_MEMBERS) : setOf(TEXT_MEMBERS);
}

function setOf<Member extends Key>(
  codec: MemberCodec<Member>,
): MapSchema<ReadonlySet<Member>, SetCursor<Member>> {
  const gather = (site: MapSite): Gatherer<ReadonlySet<Member>> => {
    const members = new Set<Member>();
    const take = ({ member }: MapLeaf): void => {
      members.add(codec.decode(member, site));
    };
    return leafGatherer("DATA_TYPE_SET", take, () => members);
  };
  return {
    at: (site) => new SetCursor({ site, leafType: undefined, gather: () => gather(site) }, codec),
    gather,
  };
}

/** In a map: a map with these fields. */
export function map<Fields extends MapFields>(fields: Fields): MapSchema<MapValue<Fields>, MapCursor<Fields>>;
export function map(fields: MapFields): MapSchema<unknown, unknown> {
  const named = Object.entries(fields).map(([name, schema]) => ({ name, step: stepOf(name), schema }));
  const below = ({ path, ...site }: MapSite, step: Buffer): MapSite => ({ ...site, path: [...path, step] });
  const gather = (site: MapSite): Gatherer<unknown> => {
    const children = named.map(({ name, step, schema }) => ({
      name,
      step,
      gatherer: schema.gather(below(site, step)),
    }));
    const byStep = new Map(children.map(({ step, gatherer }) => [step.toString("latin1"), gatherer]));
    return {
      take: ([step, ...rest], leaf) =>
        step !== undefined && byStep.get(step.toString("latin1"))?.take(rest, leaf) === true,
      value: () => Object.fromEntries(children.map(({ name, gatherer }) => [name, gatherer.value()])),
    };
  };
  return {
    at: (site) => ({
      ...Object.fromEntries(named.map(({ name, step, schema }) => [name, schema.at(below(site, step))])),
      [PLACE]: { site, leafType: undefined, gather: () => gather(site) },
      $clear: () => clearAt(site),
    }),
    gather,
  };
}

function stepOf(name: string): Buffer {
  if (!name.startsWith("$")) return keyBytes(name, "path");
  throw AtollError.invalid("schema", `field ${JSON.stringify(name)} begins with $, which no field may`);
}

/** For leaves of this type at the very place; what is below it is somebody else's. */
function leafGatherer<Value>(
  type: MapLeaf["type"],
  take: (leaf: MapLeaf) => void,
  value: () => Value,
): Gatherer<Value> {
  return {
    take: (below, leaf) => {
      const isOurs = below.length === 0 && leaf.type === type;
      if (isOurs) take(leaf);
      return isOurs;
    },
    value,
  };
}
