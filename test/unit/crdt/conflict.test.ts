import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Context } from "../../../src/causality/index.js";
import {
  ABSENT_ROW,
  changeState,
  conflictsOf,
  DataType,
  damagedRow,
  joinRow,
  type LiveDot,
  type Row,
} from "../../../src/crdt/index.js";
import { A, B, C, clockOf, dot, live, put, state } from "./row-builders.js";

const { register, multi, map, set } = DataType;

function rowOf(...dots: readonly LiveDot[]): Row {
  return { live: dots, ahead: new Context(), damagedAt: undefined };
}

const low = live(A, 1, 10);
const high = live(B, 1, 20);

describe("a conflict is", () => {
  it("told when the loser is here, and when it comes", () => {
    const told = [{ kept: high, discarded: low }];
    expect(conflictsOf(register, rowOf(low), clockOf([A, 1]), changeState(put(high)))).toEqual(told);
    expect(conflictsOf(register, rowOf(high), clockOf([B, 1]), changeState(put(low)))).toEqual(told);
  });

  it("none where one write replaced the other, whichever comes first", () => {
    const knowing = changeState(put(high, [dot(A, 1)]));
    expect(conflictsOf(register, rowOf(low), clockOf([A, 1]), knowing)).toEqual([]);
    const first = joinRow(register, ABSENT_ROW, clockOf(), knowing);
    expect(conflictsOf(register, first, clockOf([B, 1]), changeState(put(low)))).toEqual([]);
  });

  it("none with a single write, nor with what was joined before", () => {
    expect(conflictsOf(register, ABSENT_ROW, clockOf(), changeState(put(low)))).toEqual([]);
    const joined = joinRow(register, rowOf(high), clockOf([B, 1]), changeState(put(low)));
    expect(conflictsOf(register, joined, clockOf([B, 1]), changeState(put(low)))).toEqual([]);
    const whole = state([low], clockOf([A, 1]));
    expect(conflictsOf(register, joined, clockOf([B, 1]), whole)).toEqual([]);
  });

  it("told once of a leaf of a map, which keeps the loser", () => {
    const before = rowOf(low, high);
    const clock = clockOf([A, 1], [B, 1]);
    expect(conflictsOf(map, before, clock, state([low, high], clock))).toEqual([]);
    const higher = live(C, 1, 30);
    expect(conflictsOf(map, before, clock, changeState(put(higher)))).toEqual([
      { kept: higher, discarded: high },
    ]);
  });

  it("none of types that keep both, nor of a row that has forgotten what it knew", () => {
    for (const type of [multi, set])
      expect(conflictsOf(type, rowOf(low), clockOf([A, 1]), changeState(put(high)))).toEqual([]);
    const damaged = { ...damagedRow(clockOf([A, 1])), live: [low] };
    expect(conflictsOf(register, damaged, clockOf([A, 1]), changeState(put(high)))).toEqual([]);
  });

  it("none of two deletes, nor of what took the place of an expired value", () => {
    const deleted = { isTombstone: true, data: Buffer.alloc(0) };
    const lost = live(A, 1, 10, deleted);
    const told = (row: LiveDot, incoming: LiveDot) =>
      conflictsOf(register, rowOf(row), clockOf([row.actor, 1]), changeState(put(incoming)));
    expect(told(lost, live(B, 1, 20, deleted))).toEqual([]);
    expect(told(live(A, 1, 10, { ...deleted, inPlaceOf: dot(C, 1) }), high)).toEqual([]);
    expect(told(lost, high)).toEqual([{ kept: high, discarded: lost }]);
    expect(told(low, live(B, 1, 20, deleted))).toHaveLength(1);
  });

  it("exactly what a register loses of what a multi would keep", () => {
    const actors = fc.constantFrom(A, B, C);
    const dots = fc.uniqueArray(fc.tuple(actors, fc.integer({ min: 1, max: 3 })), {
      selector: ([actor, counter]) => `${actor}:${counter}`,
      maxLength: 3,
    });
    const stamp = (actor: number, counter: number): number => ((actor % 7) + counter * 5) % 11;
    const liveOf = (of: readonly (readonly [LiveDot["actor"], number])[]): LiveDot[] =>
      of
        .map(([actor, counter]) => live(actor, counter, stamp(actor, counter)))
        .sort((a, b) => a.actor - b.actor || a.counter - b.counter);
    const clocks = fc.array(fc.tuple(actors, fc.integer({ min: 1, max: 3 })), { maxLength: 3 });
    fc.assert(
      fc.property(dots, clocks, dots, clocks, (ours, clock, theirs, theirClock) => {
        const row = rowOf(...liveOf(ours.slice(0, 1)));
        const incoming = state(
          liveOf(theirs),
          clockOf(...theirClock),
          theirs.map(([actor, counter]) => dot(actor, counter)),
        );
        const known = clockOf(...clock, ...ours);
        const kept = joinRow(multi, row, known, incoming).live;
        const winner = joinRow(register, row, known, incoming).live;
        const lost = conflictsOf(register, row, known, incoming);
        expect(lost.map(({ discarded }) => discarded)).toHaveLength(kept.length - winner.length);
        for (const { kept: by, discarded } of lost) {
          expect(winner).toEqual([by]);
          expect(kept).toContainEqual(discarded);
        }
      }),
    );
  });
});
