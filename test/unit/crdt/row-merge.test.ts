import { describe, expect, it } from "vitest";
import { Context } from "../../../src/causality/index.js";
import {
  ABSENT_ROW,
  applyChange,
  DataType,
  damagedRow,
  isAbsent,
  joinRow,
  type Row,
  rowState,
  stripped,
} from "../../../src/crdt/index.js";
import { A, B, C, clockOf, dot, live, put, removal, state } from "./row-builders.js";

const MULTI = DataType.multi;
const NOTHING = clockOf();

describe("a change", () => {
  it("records in `ahead` the dots that it replaces and the clock does not cover, and nothing else", () => {
    const row = applyChange(MULTI, ABSENT_ROW, clockOf([A, 1]), put(live(B, 1, 5), [dot(A, 1), dot(A, 2)]));
    expect(stripped(row, clockOf([A, 1], [B, 1])).ahead.dots()).toEqual([dot(A, 2)]);
  });

  it("does not let a replaced dot live again that arrives late", () => {
    const late = live(A, 1, 1);
    const replaced = stripped(
      applyChange(MULTI, ABSENT_ROW, NOTHING, put(live(B, 1, 5), [late])),
      clockOf([B, 1]),
    );
    const after = applyChange(MULTI, replaced, clockOf([B, 1]), put(late));
    expect(after.live).toEqual([live(B, 1, 5)]);
  });

  it("does not let a removed dot live again that arrives late, though nothing took its place", () => {
    const late = live(A, 1, 1);
    const removed = stripped(applyChange(MULTI, ABSENT_ROW, NOTHING, removal(B, 1, [late])), clockOf([B, 1]));
    expect(isAbsent(removed)).toBe(false);
    const after = applyChange(MULTI, removed, clockOf([B, 1]), put(late));
    expect(after.live).toEqual([]);
    expect(isAbsent(stripped(after, clockOf([A, 1], [B, 1])))).toBe(true);
  });

  it("comes to the same as the whole row that it makes", () => {
    const before: Row = { live: [live(A, 1, 1)], ahead: new Context(), damagedAt: undefined };
    const clock = clockOf([A, 1]);
    const change = put(live(B, 1, 5), [dot(A, 1), dot(C, 4)]);
    const made = applyChange(MULTI, ABSENT_ROW, NOTHING, change);
    const byDelta = applyChange(MULTI, before, clock, change);
    const byState = joinRow(MULTI, before, clock, rowState(made, NOTHING));
    expect(byDelta.live).toEqual([live(B, 1, 5)]);
    expect(byState.live).toEqual(byDelta.live);
    expect(byState.ahead.dots()).toEqual(byDelta.ahead.dots());
  });
});

describe("what a row is ahead of its clock", () => {
  it("goes dot by dot as the clock comes to cover it, never wholesale", () => {
    const row: Row = {
      live: [],
      ahead: Context.ofDots([dot(A, 2), dot(A, 5), dot(B, 1)]),
      damagedAt: undefined,
    };
    expect(stripped(row, clockOf([A, 3])).ahead.dots()).toEqual([dot(A, 5), dot(B, 1)]);
    expect(stripped(row, clockOf([A, 5], [B, 1])).ahead.isEmpty).toBe(true);
  });

  it("holds the whole vector of a state that was joined, until the clock covers each entry", () => {
    const row = joinRow(MULTI, ABSENT_ROW, clockOf([A, 1]), state([], clockOf([A, 4], [B, 2])));
    expect(row.ahead.vector.sorted()).toEqual(clockOf([A, 4], [B, 2]).sorted());
    expect(stripped(row, clockOf([A, 4], [B, 1])).ahead.vector.sorted()).toEqual(clockOf([B, 2]).sorted());
  });

  it("travels with the row: its state covers the clock and all that is ahead", () => {
    const row: Row = { live: [], ahead: Context.ofDots([dot(B, 7)]), damagedAt: undefined };
    const { context } = rowState(row, clockOf([A, 2]));
    expect(context.vector.sorted()).toEqual(clockOf([A, 2]).sorted());
    expect(context.dots()).toEqual([dot(B, 7)]);
  });

  it("keeps a row that has no dots; without either there is no row", () => {
    expect(isAbsent(ABSENT_ROW)).toBe(true);
    expect(isAbsent({ ...ABSENT_ROW, ahead: Context.ofDots([dot(A, 1)]) })).toBe(false);
    expect(isAbsent({ ...ABSENT_ROW, live: [live(A, 1, 1)] })).toBe(false);
    expect(isAbsent(damagedRow(NOTHING))).toBe(false);
  });
});

describe("a damaged row", () => {
  const clock = clockOf([A, 2], [B, 1]);

  it("knows nothing: what another replica has comes back, though the clock covers it", () => {
    const row = joinRow(MULTI, damagedRow(clock), clock, state([live(A, 1, 1)], clockOf([A, 1])));
    expect(row.live).toEqual([live(A, 1, 1)]);
  });

  it("is whole again only when the contexts that came cover the clock as of the damage", () => {
    const half = joinRow(MULTI, damagedRow(clock), clock, state([], clockOf([A, 2])));
    expect(half.damagedAt?.sorted()).toEqual(clock.sorted());
    expect(half.ahead.isEmpty).toBe(false);
    const whole = joinRow(MULTI, half, clock, state([live(B, 1, 3)], clockOf([B, 1])));
    expect(whole).toMatchObject({ live: [live(B, 1, 3)], damagedAt: undefined });
    expect(whole.ahead.isEmpty).toBe(true);
  });

  it("is not healed by contexts with a hole", () => {
    const holed = joinRow(MULTI, damagedRow(clock), clock, state([], clockOf([B, 1]), [dot(A, 2)]));
    expect(holed.damagedAt).toBeDefined();
  });

  it("takes changes on, and stays damaged: they cover only themselves", () => {
    const row = applyChange(MULTI, damagedRow(clock), clock, put(live(C, 1, 9), [dot(A, 1)]));
    expect(row.live).toEqual([live(C, 1, 9)]);
    expect(row.damagedAt).toBeDefined();
    const later = joinRow(MULTI, row, clockOf([A, 2], [B, 1], [C, 1]), state([live(A, 1, 1)], clock));
    expect(later).toMatchObject({ live: [live(C, 1, 9)], damagedAt: undefined });
  });

  it("keeps its context when the clock rises, because the clock's no longer counts", () => {
    const row = applyChange(MULTI, damagedRow(clock), clock, put(live(C, 1, 9)));
    expect(stripped(row, clockOf([C, 1])).ahead.dots()).toEqual([dot(C, 1)]);
  });

  it("remembers the clock as it was, not as it becomes", () => {
    const moving = clockOf([A, 1]);
    const row = damagedRow(moving);
    moving.raise(A, 9);
    expect(row.damagedAt?.sorted()).toEqual(clockOf([A, 1]).sorted());
  });
});
