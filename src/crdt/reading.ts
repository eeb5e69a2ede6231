/** What a row shows to whoever reads it. */
import type { Hlc } from "../causality/index.js";
import { counterValue } from "./counter.js";
import { DataType, type ValueEncoding } from "./data-type.js";
import { type LiveDot, wins } from "./row.js";

export interface ShownValue {
  readonly data: Buffer;
  readonly encoding: ValueEncoding;
  readonly hlc: Hlc;
  /** Milliseconds since 1970; 0: never. */
  readonly expiresAtMs: number;
}

/** A row as a reader sees it. */
export type Reading =
  /** A register: at most one. A multi: every sibling, highest stamp first. Empty: not found. */
  | { readonly kind: "values"; readonly values: readonly ShownValue[] }
  /** A counter; `isFound` is false of one that was never counted, or is cleared: it is zero. */
  | { readonly kind: "counter"; readonly value: bigint; readonly isFound: boolean }
  /** A flag, or a member of a set. */
  | { readonly kind: "flag"; readonly isEnabled: boolean };

/**
 * @param type of the row itself: of a map's leaf the leaf's type, of a set's member `set`
 * @param nowMs what has expired by then is not shown
 */
export function readingOf(type: DataType, live: readonly LiveDot[], nowMs: number): Reading {
  const visible = live.filter(
    ({ payload }) => !payload.isTombstone && !isExpired(payload.expiresAtMs, nowMs),
  );
  switch (type) {
    case DataType.register:
    case DataType.multi:
      return { kind: "values", values: valuesOf(type, visible) };
    case DataType.counter:
      return { kind: "counter", value: counterValue(visible), isFound: visible.length > 0 };
    case DataType.flag:
    case DataType.set:
    case DataType.map:
      return { kind: "flag", isEnabled: visible.length > 0 };
  }
}

/** Whether there is anything to see. */
export function isShown(reading: Reading): boolean {
  switch (reading.kind) {
    case "values":
      return reading.values.length > 0;
    case "counter":
      return reading.isFound;
    case "flag":
      return reading.isEnabled;
  }
}

function isExpired(expiresAtMs: number, nowMs: number): boolean {
  return expiresAtMs > 0 && expiresAtMs <= nowMs;
}

function valuesOf(type: DataType, visible: readonly LiveDot[]): ShownValue[] {
  const ordered = [...visible].sort((a, b) => (wins(a, b) ? -1 : 1));
  // A register inside a map keeps all that were put at once, so that one removed leaves the others; the winner shows.
  const shown = type === DataType.register ? ordered.slice(0, 1) : ordered;
  return shown.map(({ payload: { data, encoding, expiresAtMs, hlc } }) => ({
    data,
    encoding,
    hlc,
    expiresAtMs,
  }));
}
