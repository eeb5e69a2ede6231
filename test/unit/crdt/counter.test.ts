import { describe, expect, it } from "vitest";
import { actorOf } from "../../../src/causality/index.js";
import { addedTo, COUNTER_ZERO, counterValue, encodeTotals, totalsOf } from "../../../src/crdt/counter.js";
import {
  ABSENT_ROW,
  compileEdit,
  DataType,
  isShown,
  type LiveDot,
  readingOf,
} from "../../../src/crdt/index.js";
import { A, B, C, live } from "./row-builders.js";

const MOST = Number.MAX_SAFE_INTEGER;

function counted(actor: typeof A, added: number, subtracted: number): LiveDot {
  return live(actor, 1, 1, { data: encodeTotals({ added, subtracted }) });
}

describe("a counter's totals", () => {
  it("go up to the last exact number, each for itself, and no further", () => {
    expect(addedTo(COUNTER_ZERO, MOST)).toEqual({ added: MOST, subtracted: 0 });
    expect(addedTo(COUNTER_ZERO, -MOST)).toEqual({ added: 0, subtracted: MOST });
    const full = { added: MOST, subtracted: MOST };
    expect(addedTo(full, 0)).toEqual(full);
    for (const amount of [1, -1, Number.NaN]) expect(addedTo(full, amount)).toBeUndefined();
    expect(addedTo({ added: 0, subtracted: MOST }, 1)).toEqual({ added: 1, subtracted: MOST });
  });

  it("are the same after they were stored", () => {
    for (const totals of [COUNTER_ZERO, { added: 7, subtracted: 3 }, { added: MOST, subtracted: MOST }])
      expect(totalsOf(encodeTotals(totals))).toEqual(totals);
    expect(totalsOf(Buffer.alloc(15))).toEqual(COUNTER_ZERO);
  });
});

describe("a counter's value", () => {
  it("is exact, also where all its parts together are beyond the exact numbers", () => {
    const parts = [counted(A, MOST, 0), counted(B, MOST - 1, 3), counted(C, MOST, 2)];
    expect(counterValue(parts)).toBe(3n * BigInt(MOST) - 6n);
    expect(counterValue([counted(A, 0, MOST), counted(B, 1, MOST)])).toBe(1n - 2n * BigInt(MOST));
  });

  it("is of the last dot of each actor, which holds what those before it held", () => {
    const part = (actor: typeof A, counter: number, added: number): LiveDot =>
      live(actor, counter, 1, { data: encodeTotals({ added, subtracted: 0 }) });
    expect(counterValue([part(A, 1, 1), part(A, 3, 4), part(B, 2, 10)])).toBe(14n);
  });

  it("of zero is found where somebody counted, and not where nobody did", () => {
    const zero = readingOf(DataType.counter, [counted(A, 5, 0), counted(B, 0, 5)], 0);
    expect(zero).toEqual({ kind: "counter", value: 0n, isFound: true, expiresAtMs: 0 });
    expect(isShown(zero)).toBe(true);
    expect(isShown(readingOf(DataType.counter, [], 0))).toBe(false);
  });
});

describe("an increment", () => {
  it("continues the total of its own incarnation, and leaves an earlier one's alone", () => {
    const earlier = counted(A, 5, 0);
    const row = { ...ABSENT_ROW, live: [earlier] };
    const edit = { kind: "increment", amount: 1, isReset: false, expiresAtMs: 0 } as const;
    const data = encodeTotals({ added: 1, subtracted: 0 });
    expect(compileEdit(row, edit, actorOf(1, 2), 0)).toMatchObject({ payload: { data }, replaced: [] });
    expect(compileEdit(row, edit, A, 0)).toMatchObject({
      payload: { data: encodeTotals({ added: 6, subtracted: 0 }) },
      replaced: [earlier],
    });
  });
});
