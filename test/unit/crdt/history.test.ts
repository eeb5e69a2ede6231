import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VersionVector } from "../../../src/causality/index.js";
import { ABSENT_ROW, joinRow, type Row } from "../../../src/crdt/index.js";
import { anySkews, anySteps, anyUpdates } from "./any-history.js";
import { History } from "./history.js";
import { ROW_NAMES, ROWS } from "./history-replica.js";

fc.configureGlobal({ seed: 2001, numRuns: 300 });

describe.each([
  ["registers and multis", anySteps],
  ["counters, flags, sets and maps", anyUpdates],
] as const)("the join, in random histories of %s over several replicas", (_types, steps) => {
  it("shows at every moment what the naive model says, and the same everywhere in the end", () => {
    fc.assert(
      fc.property(anySkews, steps(false), (skews, some) => {
        const history = new History(skews);
        history.run(some);
        history.settle();
      }),
    );
  });

  it("does so too when records are damaged on the way", () => {
    fc.assert(
      fc.property(anySkews, steps(true), (skews, some) => {
        const history = new History(skews);
        history.run(some);
        history.settle();
      }),
    );
  });

  it("comes to the same from the changes alone, each taken as a whole row, in any order, twice", () => {
    fc.assert(
      fc.property(anySkews, steps(false), fc.infiniteStream(fc.nat()), (skews, some, order) => {
        const history = new History(skews);
        history.run(some);
        history.settle();
        for (const name of ROW_NAMES) {
          const changes = history.changesOf(name);
          const keyed = [...changes, ...changes].map((state) => ({ state, place: order.next().value ?? 0 }));
          const joined = keyed
            .sort((a, b) => a.place - b.place)
            .reduce<Row>(
              (row, { state }) => joinRow(ROWS[name], row, new VersionVector(), state),
              ABSENT_ROW,
            );
          expect(joined.live).toEqual(history.states(name)[0]?.live);
        }
      }),
      { numRuns: 150 },
    );
  });
});
