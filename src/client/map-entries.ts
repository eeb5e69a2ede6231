/** Maps without a schema: their leaves as they are, and cursors for any path. */
import { AtollError } from "./atoll-error.js";
import { exactCount } from "./counter.js";
import { type Key, keyBytes, siteMetadata, siteText } from "./key.js";
import {
  clearAt,
  leafExpiryOf,
  type MapChange,
  type MapLeaf,
  type MapRef,
  type MapSite,
  PLACE,
  type Place,
} from "./map-place.js";
import type { MapSchema } from "./map-schema.js";
import { autoCodec, decodeText, decodeValue, plainBytes } from "./value-codec.js";
import { shownValue } from "./values.js";

/** One leaf of a map, or one member of a set in it. */
export type MapEntry = {
  /** From the root of the map. */
  readonly path: readonly string[];
  /** When the leaf, or of a set this member, expires; undefined: never. */
  readonly expiresAt: Date | undefined;
} & (
  | { readonly type: "register"; readonly value: unknown }
  | { readonly type: "counter"; readonly value: number }
  /** Only flags that are on are there. */
  | { readonly type: "flag"; readonly value: true }
  /** One member: a string where it is UTF-8, else bytes. */
  | { readonly type: "set"; readonly member: string | Uint8Array }
);

/** Stands for any place in a map, of whatever type. Read, it is the entries at and below it. */
export class AnyCursor implements MapRef<readonly MapEntry[]> {
  /** @internal */
  readonly [PLACE]: Place<readonly MapEntry[]>;

  /** @internal */
  constructor(site: MapSite) {
    this[PLACE] = { site, leafType: undefined, gather: () => ENTRIES.gather(site) };
  }

  /** The same place as one that holds this: `at("visits").as(counter()).add(1)`. */
  as<Value, Cursor>(schema: MapSchema<Value, Cursor>): Cursor {
    return schema.at(this[PLACE].site);
  }

  /** Removes what is at and below this path. */
  clear(): MapChange {
    return clearAt(this[PLACE].site);
  }
}

/** The cursor of the path with these steps. */
export type PathCursor = (...path: readonly string[]) => AnyCursor;

/** The schema of a map that has none. */
export const ENTRIES: MapSchema<readonly MapEntry[], PathCursor> = {
  at:
    (site) =>
    (...steps) =>
      new AnyCursor({ ...site, path: [...site.path, ...steps.map((step) => keyBytes(step, "path"))] }),
  gather: (site) => {
    const entries: MapEntry[] = [];
    return {
      take: (below, leaf) => entries.push(entryOf({ ...site, path: [...site.path, ...below] }, leaf)) > 0,
      value: () => entries,
    };
  },
};

/** @throws AtollError DATA_LOSS for a step that is not UTF-8, or a value that cannot be decoded. */
export function entryOf(site: MapSite, leaf: MapLeaf): MapEntry {
  const path = site.path.map((step) => stepText(step, site));
  const [stored] = leaf.values;
  const expiresAt = leafExpiryOf(leaf);
  switch (leaf.type) {
    case "DATA_TYPE_COUNTER":
      return { path, type: "counter", value: exactCount(leaf.counter, site), expiresAt };
    case "DATA_TYPE_FLAG":
      return { path, type: "flag", value: true, expiresAt };
    case "DATA_TYPE_SET":
      return { path, type: "set", member: textOrBytes(leaf.member), expiresAt };
    default:
      return {
        path,
        type: "register",
        value: stored === undefined ? undefined : decodeValue(autoCodec(), shownValue(stored), site),
        expiresAt,
      };
  }
}

/** @throws AtollError DATA_LOSS for a step that is not UTF-8. */
export function stepText(step: Uint8Array, site: MapSite): string {
  return textOf(step) ?? notText(site);
}

function textOrBytes(bytes: Buffer): Key {
  return textOf(bytes) ?? plainBytes(bytes);
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decodeText(bytes);
  } catch {
    return undefined;
  }
}

function notText(site: MapSite): never {
  throw new AtollError({
    code: "DATA_LOSS",
    reason: undefined,
    message: `the path of an entry is not UTF-8: ${siteText(site)}; it was written by another program than this SDK`,
    metadata: siteMetadata(site),
  });
}
