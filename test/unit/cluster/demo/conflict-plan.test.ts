import { describe, expect, it } from "vitest";
import { keysWrittenIn, planConflicts, sideOf } from "../../../../cluster/demo/conflict-plan.js";
import { loadPlaces } from "../../../../cluster/demo/places.js";

const REGIONS = ["a", "b", "c"];

describe("the plan of the conflicts", () => {
  it.each([50, 600, 7000])("gives every key exactly one writer on each side, of %d places", (rows) => {
    const plan = planConflicts(loadPlaces(rows), REGIONS, "c");
    for (const conflicts of [plan.registers, plan.multis]) {
      const cutOff = keysWrittenIn(plan, "c", conflicts).map(({ entry }) => entry.key);
      const others = ["a", "b"].flatMap((region) =>
        keysWrittenIn(plan, region, conflicts).map(({ entry }) => entry.key),
      );
      expect(cutOff.length).toBe(conflicts.length);
      expect(new Set(cutOff).size).toBe(conflicts.length);
      expect(others.toSorted()).toEqual(cutOff.toSorted());
    }
  });

  it("bounds the conflicts, and never plans none", () => {
    const sizes = (rows: number) => {
      const { registers, multis } = planConflicts(loadPlaces(rows), REGIONS, "c");
      return [registers.length, multis.length];
    };
    expect(sizes(50)).toEqual([25, 5]);
    expect(sizes(7000)).toEqual([300, 60]);
  });

  it("lets each side come last at some keys", () => {
    const plan = planConflicts(loadPlaces(100), REGIONS, "c");
    const keys = (region: string) =>
      keysWrittenIn(plan, region, plan.registers).map(({ entry }) => entry.key);
    expect(keys("c").at(-1)).toBe(keys("a")[0]);
  });

  it("knows the sides of the cut", () => {
    const plan = planConflicts(loadPlaces(50), REGIONS, "c");
    expect([sideOf(plan, "a"), sideOf(plan, "b"), sideOf(plan, "c")]).toEqual([
      ["a", "b"],
      ["a", "b"],
      ["c"],
    ]);
  });
});
