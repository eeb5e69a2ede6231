/**
 * Keys whose values expire, as the clients of a run use them. They are nobody else's, and each is written once or twice, so
 * that it is plain what must be there when.
 */
import { DataType, type Reading, ValueEncoding } from "../crdt/index.js";
import type { Action, KeyAddress, Operation, Outcome } from "../replication/index.js";
import { BUCKET } from "./operations.js";

export type LifetimeType = "register" | "multi" | "set" | "counter" | "flag";

const TYPES: readonly LifetimeType[] = ["register", "multi", "set", "counter", "flag"];

/** What a key shows: of a counter its parts, of a set or a flag nothing but that it is there. */
export interface ShownLifetime {
  /** What was put, where that can be told. */
  readonly texts: readonly string[];
  readonly isThere: boolean;
  readonly count: bigint;
  /** When each of the values expires, or all of it: milliseconds since 1970; 0: never. */
  readonly expiresAtMs: readonly number[];
}

/** The index of a key of a type; `story` counts those of a run. */
export function lifetimeKey(story: number, type: LifetimeType): number {
  return story * TYPES.length + TYPES.indexOf(type);
}

export function lifetimeTypeOf(key: number): LifetimeType {
  return TYPES[key % TYPES.length] ?? "register";
}

export function lifetimeNameOf(key: number): string {
  return `lifetime-${lifetimeTypeOf(key)}-${key}`;
}

/** @param ttlMs 0: never */
export function lifetimeWrite(
  key: number,
  { text, amount, ttlMs }: { readonly text: string; readonly amount: number; readonly ttlMs: number },
): Operation {
  const type = lifetimeTypeOf(key);
  const asked = ttlMs === 0 ? undefined : ttlMs;
  const address = addressOf(key);
  const value = { data: Buffer.from(text), encoding: ValueEncoding.text };
  if (type === "register" || type === "multi")
    return { kind: "put", address, value, context: Buffer.alloc(0), condition: undefined, ttlMs: asked };
  return { kind: "update", address, changes: [{ path: [], action: actionOf(type, amount), ttlMs: asked }] };
}

export function lifetimeRead(key: number): Operation {
  const element = lifetimeTypeOf(key) === "set" ? [MEMBER] : [];
  return { kind: "get", address: addressOf(key), element };
}

/** Undefined for an answer that is none of such a read. */
export function lifetimeShown(outcome: Outcome): ShownLifetime | undefined {
  switch (outcome.kind) {
    case "read":
      return ofReading({ kind: "values", values: outcome.values });
    case "counter":
    case "flag":
      return ofReading(outcome);
    default:
      return undefined;
  }
}

function ofReading(reading: Reading): ShownLifetime {
  switch (reading.kind) {
    case "values": {
      const texts = reading.values.map(({ data }) => data.toString());
      const expiresAtMs = reading.values.map((value) => value.expiresAtMs);
      return { texts, isThere: texts.length > 0, count: 0n, expiresAtMs };
    }
    case "counter":
      return ofWhole(reading.isFound, reading.value, reading.expiresAtMs);
    case "flag":
      return ofWhole(reading.isEnabled, 0n, reading.expiresAtMs);
  }
}

function ofWhole(isThere: boolean, count: bigint, expiresAtMs: number): ShownLifetime {
  return { texts: [], isThere, count, expiresAtMs: isThere ? [expiresAtMs] : [] };
}

const MEMBER = Buffer.from("m");

function actionOf(type: "set" | "counter" | "flag", amount: number): Action {
  switch (type) {
    case "set":
      return { kind: "add-members", members: [MEMBER] };
    case "counter":
      return { kind: "increment", amount };
    case "flag":
      return { kind: "set-flag", isEnabled: true };
  }
}

function addressOf(key: number): KeyAddress {
  const type = DataType[lifetimeTypeOf(key)];
  return { type, bucket: BUCKET, key: Buffer.from(lifetimeNameOf(key)) };
}
