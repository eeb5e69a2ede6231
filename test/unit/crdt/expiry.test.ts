import { describe, expect, it } from "vitest";
import { Context, hlcAt } from "../../../src/causality/index.js";
import { encodeTotals } from "../../../src/crdt/counter.js";
import {
  ABSENT_ROW,
  applyChange,
  compileEdit,
  compilePut,
  compileReclaim,
  DataType,
  type LiveDot,
  type Row,
  readingOf,
  settle,
} from "../../../src/crdt/index.js";
import { joinLive } from "../../../src/crdt/row.js";
import { A, B, C, clockOf, live } from "./row-builders.js";

const { counter, flag, map, multi, register, set } = DataType;

function until(dot: LiveDot, expiresAtMs: number, text?: string): LiveDot {
  const data = text === undefined ? dot.payload.data : Buffer.from(text);
  return { ...dot, payload: { ...dot.payload, data, expiresAtMs } };
}

function part(actor: typeof A, added: number, expiresAtMs: number): LiveDot {
  const dot = live(actor, 1, 1);
  return until(
    { ...dot, payload: { ...dot.payload, data: encodeTotals({ added, subtracted: 0 }) } },
    expiresAtMs,
  );
}

function rowWith(...dots: readonly LiveDot[]): Row {
  return { ...ABSENT_ROW, live: dots };
}

function shown(type: DataType, dots: readonly LiveDot[], nowMs: number): string[] {
  const reading = readingOf(type, dots, nowMs);
  return reading.kind === "values" ? reading.values.map(({ data }) => data.toString()) : [];
}

describe("what a row shows", () => {
  it("of a register is its value until the very millisecond, and then nothing", () => {
    const dots = [until(live(A, 1, 1), 500, "a")];
    expect(shown(register, dots, 499)).toEqual(["a"]);
    expect(shown(register, dots, 500)).toEqual([]);
  });

  it("of a register in a map is nothing once the winner has expired: an older value does not come back", () => {
    const dots = [until(live(A, 1, 1), 0, "old"), until(live(B, 1, 2), 500, "new")];
    expect(shown(register, dots, 499)).toEqual(["new"]);
    expect(shown(register, dots, 500)).toEqual([]);
  });

  it("of a multi are the siblings that have not expired", () => {
    const dots = [
      until(live(A, 1, 1), 500, "a"),
      until(live(B, 1, 2), 0, "b"),
      until(live(C, 1, 3), 700, "c"),
    ];
    expect(shown(multi, dots, 499)).toEqual(["c", "b", "a"]);
    expect(shown(multi, dots, 500)).toEqual(["c", "b"]);
    expect(shown(multi, dots, 700)).toEqual(["b"]);
  });

  it("of a flag or a member is that it is there while one dot is, and when the last one goes", () => {
    const dots = [until(live(A, 1, 1), 500), until(live(B, 1, 2), 700)];
    for (const type of [flag, set]) {
      expect(readingOf(type, dots, 699)).toEqual({ kind: "flag", isEnabled: true, expiresAtMs: 700 });
      expect(readingOf(type, dots, 700)).toMatchObject({ isEnabled: false });
    }
    expect(readingOf(flag, [...dots, live(C, 1, 3)], 999)).toMatchObject({ isEnabled: true, expiresAtMs: 0 });
  });

  it("of a counter is the sum of all parts until the latest of them expires, and then none of them", () => {
    const parts = [part(A, 5, 500), part(B, 7, 700)];
    expect(readingOf(counter, parts, 699)).toEqual({
      kind: "counter",
      value: 12n,
      isFound: true,
      expiresAtMs: 700,
    });
    expect(readingOf(counter, parts, 700)).toMatchObject({ value: 0n, isFound: false });
    expect(readingOf(counter, [...parts, part(C, 1, 0)], 9_999)).toMatchObject({
      value: 13n,
      expiresAtMs: 0,
    });
  });
});

describe("a write", () => {
  it("to a counter that has expired replaces all of it, and counts from zero", () => {
    const row = rowWith(part(A, 5, 500), part(B, 7, 700));
    const edit = { kind: "increment", amount: 2, isReset: false, expiresAtMs: 900 } as const;
    const payload = { data: encodeTotals({ added: 2, subtracted: 0 }), expiresAtMs: 900 };
    expect(compileEdit(row, edit, A, 700)).toMatchObject({ payload, replaced: row.live });
    const data = encodeTotals({ added: 7, subtracted: 0 });
    expect(compileEdit(row, edit, A, 699)).toMatchObject({ payload: { data }, replaced: [row.live[0]] });
  });

  it("to a counter that lasts shorter than what was counted before does not end that", () => {
    const edit = { kind: "increment", amount: 2, isReset: false } as const;
    const endOf = (row: Row, expiresAtMs: number): unknown =>
      compileEdit(row, { ...edit, expiresAtMs }, A, 400);
    expect(endOf(rowWith(part(A, 5, 700)), 500)).toMatchObject({ payload: { expiresAtMs: 700 } });
    expect(endOf(rowWith(part(A, 5, 700)), 900)).toMatchObject({ payload: { expiresAtMs: 900 } });
    expect(endOf(rowWith(part(A, 5, 0)), 500)).toMatchObject({ payload: { expiresAtMs: 0 } });
    expect(endOf(rowWith(part(A, 5, 500)), 0)).toMatchObject({ payload: { expiresAtMs: 0 } });
    expect(endOf(rowWith(part(B, 5, 700)), 500)).toMatchObject({ payload: { expiresAtMs: 500 } });
    expect(
      compileEdit(rowWith(part(A, 5, 0)), { ...edit, isReset: true, expiresAtMs: 500 }, A, 400),
    ).toMatchObject({
      payload: { expiresAtMs: 500 },
    });
  });

  it("to a multi takes the place of siblings that have expired, with a context or without", () => {
    const [old, other] = [until(live(A, 1, 1), 500), live(B, 1, 2)];
    const value = { data: Buffer.from("c"), encoding: 1, expiresAtMs: 0 } as const;
    expect(compilePut(multi, rowWith(old, other), undefined, value, 500).replaced).toEqual([old]);
    expect(compilePut(multi, rowWith(old, other), undefined, value, 499).replaced).toEqual([]);
    const token = { live: [other], context: Context.ofDots([other]), hlc: hlcAt(2) };
    expect(compilePut(multi, rowWith(old, other), token, value, 500).replaced).toEqual([other, old]);
  });
});

describe("reclaiming", () => {
  it("waits until all dots have expired, and takes exactly those", () => {
    const dots = [until(live(A, 1, 1), 500), until(live(B, 1, 2), 700)];
    expect(compileReclaim(set, set, rowWith(...dots), 699)).toBeUndefined();
    expect(compileReclaim(set, set, rowWith(...dots), 700)).toEqual({ payload: undefined, replaced: dots });
    expect(compileReclaim(set, set, rowWith(...dots, live(C, 1, 1)), 9_999)).toBeUndefined();
    expect(compileReclaim(set, set, rowWith(), 9_999)).toBeUndefined();
    expect(compileReclaim(set, set, { ...rowWith(...dots), damagedAt: clockOf() }, 9_999)).toBeUndefined();
  });

  it("takes a register in a map with its winner, and what has lost against it; else none of it", () => {
    const [lost, winner] = [live(A, 1, 1), until(live(B, 1, 2), 500)];
    expect(compileReclaim(map, register, rowWith(lost, winner), 499)).toBeUndefined();
    expect(compileReclaim(map, register, rowWith(lost, winner), 500)).toEqual({
      payload: undefined,
      replaced: [lost, winner],
    });
    const ending = until(live(A, 1, 1), 500);
    expect(compileReclaim(map, register, rowWith(ending, live(B, 1, 2)), 9_999)).toBeUndefined();
    expect(compileReclaim(map, register, rowWith(ending, until(live(B, 1, 2), 700)), 600)).toBeUndefined();
    // Of other leaves each dot shows.
    expect(compileReclaim(map, flag, rowWith(lost, winner), 500)).toBeUndefined();
  });

  it("leaves a tombstone of the register's own stamp, which never expires", () => {
    const value = until(live(B, 1, 7), 500);
    const change = compileReclaim(register, register, rowWith(value), 500);
    expect(change).toMatchObject({
      payload: {
        hlc: value.payload.hlc,
        isTombstone: true,
        expiresAtMs: 0,
        inPlaceOf: { actor: B, counter: 1 },
      },
      replaced: [value],
    });
  });

  it("puts the tombstone where the value was among writes of the same stamp, whoever reclaims", () => {
    const value = until(live(B, 1, 7), 500, "b");
    for (const by of [A, B, C]) {
      const change = compileReclaim(register, register, rowWith(value), 500);
      if (change === undefined) throw new Error("nothing to reclaim");
      const removal = { actor: by, counter: 9, ...change };
      for (const other of [live(A, 1, 7), live(C, 1, 7), live(A, 1, 6), live(A, 1, 8)]) {
        // Who had both before the removal, and who hears of the other write after it.
        const [first] = settle(register, joinLive([value], clockOf(), [other], clockOf()));
        const wonBefore = first?.actor === other.actor && first.payload.hlc === other.payload.hlc;
        const late = applyChange(register, rowWith(value), clockOf(), removal);
        const joined = settle(register, joinLive(late.live, late.ahead, [other], Context.ofDots([other])));
        expect(joined.map(({ payload }) => payload.isTombstone)).toEqual([!wonBefore]);
      }
    }
  });
});
