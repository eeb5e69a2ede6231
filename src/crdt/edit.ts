/**
 * What one operation of a data type does to one row, before it has a dot. Every type but register and multi is made of these:
 * a flag is one row that is enabled or not, a set one such row for each member, a map one row for each leaf. There is no
 * other merge than the join of rows, so each answer to "what if both at once" follows from it:
 *
 * - what is enabled, assigned or incremented has a new dot, which a removal that did not see it leaves alone;
 * - a removal takes the dots that its coordinator sees, and puts nothing in their place.
 */
import type { Actor } from "../causality/index.js";
import type { Intent } from "./compile.js";
import { addedTo, COUNTER_ZERO, encodeTotals, totalsOf } from "./counter.js";
import type { ValueEncoding } from "./data-type.js";
import { isOver, laterEndMs } from "./expiry.js";
import type { Payload, Row } from "./row.js";

/** `expiresAtMs`: of what it puts there, in milliseconds since 1970; 0: never. */
export type RowEdit =
  /** Of a counter: adds a whole number, which may be negative; NaN is an overflow. `isReset`: to nothing instead of to what is here. */
  | {
      readonly kind: "increment";
      readonly amount: number;
      readonly isReset: boolean;
      readonly expiresAtMs: number;
    }
  /** Of a flag, or a member of a set. */
  | { readonly kind: "enable"; readonly expiresAtMs: number }
  /** Of a register inside a map. */
  | {
      readonly kind: "assign";
      readonly data: Buffer;
      readonly encoding: ValueEncoding;
      readonly expiresAtMs: number;
    }
  | { readonly kind: "remove" };

/**
 * Compiles an edit by `actor`. Undefined: there is nothing to do. "overflow": a counter's totals would leave the range of
 * exact numbers.
 *
 * @param nowMs a counter that has expired by then is counted from zero
 */
export function compileEdit(
  row: Row,
  edit: RowEdit,
  actor: Actor,
  nowMs: number,
): Intent | "overflow" | undefined {
  switch (edit.kind) {
    case "increment":
      return compileIncrement(row, { ...edit, isReset: edit.isReset || isOver(row.live, nowMs) }, actor);
    case "enable":
      return { payload: payloadOf(NO_DATA, 0, edit.expiresAtMs), replaced: row.live };
    case "assign":
      return { payload: payloadOf(edit.data, edit.encoding, edit.expiresAtMs), replaced: row.live };
    case "remove":
      return row.live.length === 0 ? undefined : { payload: undefined, replaced: row.live };
  }
}

/**
 * An actor's dot holds all that it ever added and subtracted since it last saw the counter cleared, so a new one replaces
 * its own and nobody else's, and nothing is counted twice. An actor begins at zero: what an earlier incarnation of the
 * same node counted stays in that one's dot (rule 18).
 */
function compileIncrement(
  row: Row,
  { amount, expiresAtMs, isReset }: Extract<RowEdit, { kind: "increment" }>,
  actor: Actor,
): Intent | "overflow" {
  const own = row.live.filter((dot) => dot.actor === actor);
  const last = own.at(-1);
  const before = isReset || last === undefined ? COUNTER_ZERO : totalsOf(last.payload.data);
  const totals = addedTo(before, amount);
  if (totals === undefined) return "overflow";
  const replaced = isReset ? row.live : own;
  // What is added for a shorter time does not end what was counted before.
  const endMs =
    isReset || last === undefined ? expiresAtMs : laterEndMs(last.payload.expiresAtMs, expiresAtMs);
  return { payload: payloadOf(encodeTotals(totals), 0, endMs), replaced };
}

const NO_DATA = Buffer.alloc(0);

function payloadOf(data: Buffer, encoding: ValueEncoding, expiresAtMs: number): Omit<Payload, "hlc"> {
  return { isTombstone: false, encoding, expiresAtMs, data };
}
