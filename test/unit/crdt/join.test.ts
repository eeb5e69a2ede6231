import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Context } from "../../../src/causality/index.js";
import { DataType, joinStates, type LiveDot, type RowState } from "../../../src/crdt/index.js";
import { joinLive, settle, wins } from "../../../src/crdt/row.js";
import { anyContext, UNIVERSE } from "../causality/arbitraries.js";
import { anySkews, anySteps, anyUpdates } from "./any-history.js";
import { History } from "./history.js";
import { ROW_NAMES, ROWS } from "./history-replica.js";
import { A, B, live, payload } from "./row-builders.js";

fc.configureGlobal({ seed: 2002, numRuns: 300 });

/** Any context, and any of the dots that it covers alive. */
const anyState: fc.Arbitrary<RowState> = fc
  .tuple(anyContext, fc.array(fc.boolean(), { minLength: UNIVERSE.length, maxLength: UNIVERSE.length }))
  .map(([context, isAlive]) => ({
    context,
    live: UNIVERSE.filter((dot, at) => isAlive[at] && context.covers(dot.actor, dot.counter)).map((dot) =>
      live(dot.actor, dot.counter, dot.counter),
    ),
  }));

function shape({ live: dots, context }: RowState): object {
  const covered = UNIVERSE.filter((dot) => context.covers(dot.actor, dot.counter));
  return { dots, vector: context.vector.sorted(), single: context.dots(), covered };
}

/** The laws of a lattice: what arrives twice, late, or by another way makes no difference. */
function expectLaws(type: DataType, a: RowState, b: RowState, c: RowState): void {
  const join = (x: RowState, y: RowState): RowState => joinStates(type, [x, y]);
  expect(shape(join(a, b))).toEqual(shape(join(b, a)));
  expect(shape(join(join(a, b), c))).toEqual(shape(join(a, join(b, c))));
  expect(shape(join(a, a))).toEqual(shape(a));
  expect(shape(join(join(a, b), b))).toEqual(shape(join(a, b)));
  expect(shape(joinStates(type, [a, b, c]))).toEqual(shape(join(join(a, b), c)));
}

describe("the join of whole rows", () => {
  it("is commutative, associative and idempotent for any rows of multi values", () => {
    fc.assert(fc.property(anyState, anyState, anyState, (a, b, c) => expectLaws(DataType.multi, a, b, c)));
  });

  it.each([
    ["registers and multis", anySteps],
    ["counters, flags, sets and maps", anyUpdates],
  ] as const)("is so for the rows that replicas reach of %s", (_types, some) => {
    fc.assert(
      fc.property(anySkews, some(false), (skews, steps) => {
        const history = new History(skews);
        history.run(steps.slice(0, 30));
        for (const row of ROW_NAMES) {
          const [a, b, c] = history.states(row);
          if (a !== undefined && b !== undefined && c !== undefined && !history.isPartlyDeleted(row))
            expectLaws(ROWS[row], a, b, c);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("keeps what both have, and what one has that the other does not know; a dot known and not had is removed", () => {
    fc.assert(
      fc.property(anyState, anyState, (a, b) => {
        const has = (state: RowState, dot: LiveDot): boolean =>
          state.live.some(({ actor, counter }) => actor === dot.actor && counter === dot.counter);
        const knows = (state: RowState, dot: LiveDot): boolean =>
          state.context.covers(dot.actor, dot.counter);
        const joined = joinLive(a.live, a.context, b.live, b.context);
        for (const dot of [...a.live, ...b.live])
          expect(joined.some((kept) => kept.actor === dot.actor && kept.counter === dot.counter)).toBe(
            (has(a, dot) || !knows(a, dot)) && (has(b, dot) || !knows(b, dot)),
          );
        expect(joined.every((dot) => has(a, dot) || has(b, dot))).toBe(true);
      }),
    );
  });
});

describe("a register", () => {
  it("keeps the higher stamp, and of equal stamps the higher dot, whatever came first", () => {
    const order = [live(A, 9, 1), live(A, 1, 2), live(A, 2, 2), live(B, 1, 2), live(A, 3, 3)];
    for (const [low, a] of order.entries())
      for (const [high, b] of order.entries()) {
        if (low === high) continue;
        expect(wins(a, b)).toBe(low > high);
        expect(settle(DataType.register, [a, b])).toEqual([low > high ? a : b]);
      }
  });

  it("lets a tombstone win over an older value, and lose to a newer one", () => {
    const tombstone = { ...live(A, 2, 5), payload: payload(5, { isTombstone: true }) };
    const states = (dot: LiveDot): RowState => ({ live: [dot], context: Context.ofDots([dot]) });
    const joined = (other: LiveDot): readonly LiveDot[] =>
      joinStates(DataType.register, [states(other), states(tombstone)]).live;
    expect(joined(live(B, 1, 4))).toEqual([tombstone]);
    expect(joined(live(B, 1, 6))).toEqual([live(B, 1, 6)]);
  });

  it("is the only type that drops what survived the join", () => {
    const siblings = [live(A, 1, 1), live(B, 1, 2)];
    for (const type of Object.values(DataType))
      expect(settle(type, siblings)).toHaveLength(type === DataType.register ? 1 : 2);
  });
});
