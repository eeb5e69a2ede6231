/**
 * Counters. A dot's payload is what its actor added and what it subtracted, two unsigned 64-bit numbers; the value is
 * the sum over all dots (a PN-counter: Shapiro et al., "A comprehensive study of CRDTs", 2011, section 3.1.3, as a map
 * of dots). Each total stays below 2^53, so that every language can count on.
 */
import type { LiveDot } from "./row.js";

interface CounterTotals {
  readonly added: number;
  readonly subtracted: number;
}

export const COUNTER_ZERO: CounterTotals = { added: 0, subtracted: 0 };
const TOTALS_BYTES = 16;

/** @param amount a whole number. Undefined when a total would pass 2^53 - 1. */
export function addedTo({ added, subtracted }: CounterTotals, amount: number): CounterTotals | undefined {
  const totals =
    amount < 0 ? { added, subtracted: subtracted - amount } : { added: added + amount, subtracted };
  const isExact = Number.isSafeInteger(totals.added) && Number.isSafeInteger(totals.subtracted);
  return isExact ? totals : undefined;
}

export function encodeTotals({ added, subtracted }: CounterTotals): Buffer {
  const data = Buffer.alloc(TOTALS_BYTES);
  data.writeBigUInt64BE(BigInt(added), 0);
  data.writeBigUInt64BE(BigInt(subtracted), 8);
  return data;
}

/** Nothing, for bytes that `encodeTotals` did not make: only a defect of a peer brings such. */
export function totalsOf(data: Buffer): CounterTotals {
  if (data.length !== TOTALS_BYTES) return COUNTER_ZERO;
  return { added: Number(data.readBigUInt64BE(0)), subtracted: Number(data.readBigUInt64BE(8)) };
}

/**
 * The value of a counter: exact, also where its parts together pass 2^53. Of an actor only the last dot counts, for it holds
 * what those before it held: a replica whose clock was damaged has forgotten that, and others may still show them.
 *
 * @param live by (actor, counter)
 */
export function counterValue(live: readonly LiveDot[]): bigint {
  let value = 0n;
  live.forEach(({ actor, payload }, at) => {
    if (live[at + 1]?.actor === actor) return;
    const { added, subtracted } = totalsOf(payload.data);
    value += BigInt(added) - BigInt(subtracted);
  });
  return value;
}
