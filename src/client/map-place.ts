/** What the parts of the map handle pass to each other: places in a map, what is read there, and changes of it. */
import type { kv } from "../wire/index.js";
import type { Site } from "./key.js";
import { expiryOf } from "./values.js";

/** Where in which map. */
export interface MapSite extends Site {
  readonly path: readonly Buffer[];
}

/** One leaf of a map as the wire has it, or one member of a set in it. */
export type MapLeaf = Pick<kv.Element__Output, "type" | "values" | "counter" | "member" | "expiresAtMs">;

/** Makes one value of the leaves at and below a place. */
export interface Gatherer<Value> {
  /**
   * Says whether the leaf is one of the schema.
   * @param below the path of the leaf from the place on
   */
  take(below: readonly Buffer[], leaf: MapLeaf): boolean;
  value(): Value;
}

/** The key of a cursor under which the SDK finds what it stands for: no field of a schema can have it. */
export const PLACE: unique symbol = Symbol("place");

/** What is one row. */
type LeafType = "DATA_TYPE_REGISTER" | "DATA_TYPE_COUNTER" | "DATA_TYPE_FLAG";

/** A place in a map, and what a read of it gives. */
export interface Place<Value> {
  readonly site: MapSite;
  /** Undefined: what is there is read in pages. */
  readonly leafType: LeafType | undefined;
  readonly gather: () => Gatherer<Value>;
}

/** A place that is one row. */
export interface LeafPlace<Value> extends Place<Value> {
  readonly leafType: LeafType;
}

/** What stands for a place in a map, given out by its handle. */
export interface MapRef<Value> {
  /** @internal */
  readonly [PLACE]: Place<Value>;
}

/** What stands for a register, a counter or a flag in a map. */
export interface LeafRef<Value> extends MapRef<Value> {
  /** @internal */
  readonly [PLACE]: LeafPlace<Value>;
}

/** One change of a map, made by a cursor; `update` applies a list of them together. */
export interface MapChange {
  /** @internal In the terms of the wire. */
  readonly operation: kv.Operation;
}

export function changeAt({ path }: MapSite, action: Omit<kv.Operation, "path">): MapChange {
  return { operation: { ...action, path: [...path] } };
}

/** Removes all that is at and below a place. */
export function clearAt(site: MapSite): MapChange {
  return changeAt(site, { clear: {} });
}

/** The value of a register says when it expires; of all else the leaf does. */
export function leafExpiryOf({
  expiresAtMs,
  values: [stored],
}: Pick<MapLeaf, "values" | "expiresAtMs">): Date | undefined {
  return expiryOf(stored?.expiresAtMs ?? expiresAtMs);
}
