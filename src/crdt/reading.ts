/** What a row shows to whoever reads it. */
import type { Hlc } from "../causality/index.js";
import { counterValue } from "./counter.js";
import { DataType, type ValueEncoding } from "./data-type.js";
import { lastExpiryMs, shownDots } from "./expiry.js";
import { type LiveDot, wins } from "./row.js";

export interface ShownValue {
  readonly data: Buffer;
  readonly encoding: ValueEncoding;
  readonly hlc: Hlc;
  /** Milliseconds since 1970; 0: never. */
  readonly expiresAtMs: number;
}

/** A row as a reader sees it. `expiresAtMs`: when all of it does, in milliseconds since 1970; 0: never. */
export type Reading =
  /** A register: at most one. A multi: every sibling, highest stamp first. Empty: not found. */
  | { readonly kind: "values"; readonly values: readonly ShownValue[] }
  /** A counter; `isFound` is false of one that was never counted, or is cleared: it is zero. */
  | {
      readonly kind: "counter";
      readonly value: bigint;
      readonly isFound: boolean;
      readonly expiresAtMs: number;
    }
  /** A flag, or a member of a set. */
  | { readonly kind: "flag"; readonly isEnabled: boolean; readonly expiresAtMs: number };

/**
 * @param type of the row itself: of a map's leaf the leaf's type, of a set's member `set`
 * @param nowMs what has expired by then is not shown
 */
export function readingOf(type: DataType, live: readonly LiveDot[], nowMs: number): Reading {
  const visible = shownDots(type, live, nowMs);
  const isFound = visible.length > 0;
  switch (type) {
    case DataType.register:
    case DataType.multi:
      return { kind: "values", values: valuesOf(visible) };
    case DataType.counter:
      return {
        kind: "counter",
        value: counterValue(visible),
        isFound,
        expiresAtMs: lastExpiryMs(visible),
      };
    case DataType.flag:
    case DataType.set:
    case DataType.map:
      return { kind: "flag", isEnabled: isFound, expiresAtMs: lastExpiryMs(visible) };
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

function valuesOf(visible: readonly LiveDot[]): ShownValue[] {
  const ordered = [...visible].sort((a, b) => (wins(a, b) ? -1 : 1));
  return ordered.map(({ payload: { data, encoding, expiresAtMs, hlc } }) => ({
    data,
    encoding,
    hlc,
    expiresAtMs,
  }));
}
