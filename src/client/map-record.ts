/** Places in a map whose names are data: a line for each article of a cart, a value for each user of a room. */
import { keyBytes } from "./key.js";
import { stepText } from "./map-entries.js";
import {
  clearAt,
  type Gatherer,
  type MapChange,
  type MapRef,
  type MapSite,
  PLACE,
  type Place,
} from "./map-place.js";
import type { MapSchema } from "./map-schema.js";

/** What is read of a record: the names under which something is there. It has no prototype, so that a name is only data. */
export type RecordValue<Value> = Readonly<Record<string, Exclude<Value, undefined>>>;

/** Stands for a record in a map. */
export class RecordCursor<Value, Cursor> implements MapRef<RecordValue<Value>> {
  /** @internal */
  readonly [PLACE]: Place<RecordValue<Value>>;
  readonly #schema: Pick<MapSchema<Value, Cursor>, "at">;

  /** @internal */
  constructor(place: Place<RecordValue<Value>>, schema: Pick<MapSchema<Value, Cursor>, "at">) {
    this[PLACE] = place;
    this.#schema = schema;
  }

  /**
   * The cursor of what has this name; any name but the empty one will do.
   * @throws AtollError INVALID_ARGUMENT
   */
  at(name: string): Cursor {
    const { site } = this[PLACE];
    return this.#schema.at(below(site, keyBytes(name, "path")));
  }

  /** Removes all that is in this record. */
  clear(): MapChange {
    return clearAt(this[PLACE].site);
  }
}

/**
 * In a map: any number of places that all hold the same, by names that are data and not of the schema. A name is there
 * while something of the schema is.
 *
 * ```ts
 * const carts = db.map("carts", { lines: record(map({ quantity: counter() })) });
 * await carts.update("c1", (cart) => cart.lines.at("tea").quantity.add(2));
 * (await carts.get("c1")).value.lines; // { tea: { quantity: 2 } }
 * ```
 */
export function record<Value, Cursor>(
  schema: MapSchema<Value, Cursor>,
): MapSchema<RecordValue<Value>, RecordCursor<Value, Cursor>> {
  const gather = (site: MapSite) => gatherNamed(site, schema);
  return {
    at: (site) => new RecordCursor({ site, leafType: undefined, gather: () => gather(site) }, schema),
    gather,
  };
}

function gatherNamed<Value>(
  site: MapSite,
  schema: Pick<MapSchema<Value, unknown>, "gather">,
): Gatherer<RecordValue<Value>> {
  const named = new Map<string, Gatherer<Value>>();
  return {
    take: ([step, ...rest], leaf) => {
      if (step === undefined) return false;
      const place = below(site, step);
      const name = stepText(step, place);
      const known = named.get(name);
      const gatherer = known ?? schema.gather(place);
      const isOurs = gatherer.take(rest, leaf);
      if (isOurs && known === undefined) named.set(name, gatherer);
      return isOurs;
    },
    value: () => {
      const record: Record<string, Exclude<Value, undefined>> = Object.create(null);
      for (const [name, gatherer] of named) {
        const value = gatherer.value();
        if (isThere(value)) record[name] = value;
      }
      return record;
    },
  };
}

function below({ path, ...site }: MapSite, step: Buffer): MapSite {
  return { ...site, path: [...path, step] };
}

function isThere<Value>(value: Value): value is Exclude<Value, undefined> {
  return value !== undefined;
}
