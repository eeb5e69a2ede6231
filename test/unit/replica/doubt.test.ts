import { describe, expect, it } from "vitest";
import type { Doubt } from "../../../src/codec/index.js";
import {
  isSettled,
  mayCoordinate,
  type Neighbourhood,
  newDoubt,
  settledWith,
} from "../../../src/replica/index.js";

/** Three replicas in each of three regions, seen by member 1. */
const WIDE: Neighbourhood = { others: [2, 3, 4, 5, 6, 7, 8, 9], local: [2, 3] };
const ALONE: Neighbourhood = { others: [], local: [] };
const PAIR: Neighbourhood = { others: [2], local: [2] };
const FAR_PAIR: Neighbourhood = { others: [2], local: [] };

function heardOut(doubt: Doubt, how: "caught-up" | "holds-nothing", ...members: readonly number[]): Doubt {
  return members.reduce((sum, member) => settledWith(sum, member, how), doubt);
}

describe("a replica in doubt", () => {
  it("hears each member out once, and remembers whether one of them held anything", () => {
    const doubt = heardOut(newDoubt("empty"), "holds-nothing", 2, 3, 2);
    expect(doubt).toEqual({ cause: "empty", settled: [2, 3], hasCaughtUp: false });
    expect(heardOut(doubt, "caught-up", 3)).toEqual({ cause: "empty", settled: [2, 3], hasCaughtUp: true });
    expect(heardOut(heardOut(doubt, "caught-up", 4), "holds-nothing", 5).hasCaughtUp).toBe(true);
  });
});

describe("coordinating writes", () => {
  it("is for whoever is in no doubt; a store that went backwards forgot clocks and stamps that others count on", () => {
    expect(mayCoordinate(undefined, WIDE)).toBe(true);
    expect(mayCoordinate(newDoubt("regressed"), WIDE)).toBe(false);
    expect(mayCoordinate(heardOut(newDoubt("regressed"), "caught-up", 9), WIDE)).toBe(true);
  });

  it("waits, on an empty store, for one member that held something; or for all to hold nothing", () => {
    const empty = newDoubt("empty");
    expect(mayCoordinate(empty, WIDE)).toBe(false);
    expect(mayCoordinate(heardOut(empty, "caught-up", 9), WIDE)).toBe(true);
    expect(mayCoordinate(heardOut(empty, "holds-nothing", 2, 3, 4, 5, 6, 7, 8), WIDE)).toBe(false);
    expect(mayCoordinate(heardOut(empty, "holds-nothing", 2, 3, 4, 5, 6, 7, 8, 9), WIDE)).toBe(true);
  });

  it("needs nobody where there is nobody", () => {
    expect(mayCoordinate(newDoubt("empty"), ALONE)).toBe(true);
  });
});

describe("voting in reads", () => {
  it.each<[string, Neighbourhood, readonly number[]]>([
    ["n - w + 1 others of all nine and of the three of the region", WIDE, [2, 3, 4, 5, 6]],
    ["the other of two", PAIR, [2]],
    ["the other of two, in another region", FAR_PAIR, [2]],
  ])("needs %s", (_what, neighbourhood, enough) => {
    for (const cause of ["empty", "regressed"] as const) {
      expect(isSettled(heardOut(newDoubt(cause), "caught-up", ...enough), neighbourhood)).toBe(true);
      for (const missing of enough) {
        const fewer = enough.filter((member) => member !== missing);
        expect(isSettled(heardOut(newDoubt(cause), "caught-up", ...fewer), neighbourhood)).toBe(false);
      }
    }
  });

  it("is not reached through other regions alone", () => {
    expect(isSettled(heardOut(newDoubt("regressed"), "caught-up", 4, 5, 6, 7, 8, 9), WIDE)).toBe(false);
  });

  it("hears every write: any majority contains one that was heard out, or this replica acknowledged nothing of it", () => {
    for (let n = 2; n <= 9; n++) {
      const others = Array.from({ length: n - 1 }, (_, at) => at + 2);
      const neighbourhood: Neighbourhood = { others, local: others };
      const needed = others.findIndex((_, at) =>
        isSettled(heardOut(newDoubt("regressed"), "caught-up", ...others.slice(0, at + 1)), neighbourhood),
      );
      const majority = Math.floor(n / 2) + 1;
      // The forgotten write is held by majority - 1 of the others.
      const canMissIt = n - 1 - (needed + 1) >= majority - 1;
      expect([n, canMissIt]).toEqual([n, false]);
    }
  });

  it("is at once over where there is nobody to ask", () => {
    expect(isSettled(newDoubt("regressed"), ALONE)).toBe(true);
  });
});
