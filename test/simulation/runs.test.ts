/** Runs of the simulator: a few seeds, twice; `test/e2e/sim.test.ts` looks at many. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readFixture } from "../../src/cli/sim-fixture.js";
import { drawPlan, runPlan, Trace } from "../../src/simulator/index.js";

const FIXTURES = join(import.meta.dirname, "fixtures");

describe("a run", () => {
  it.each([1, 2, 3, 4, 5, 6])("of seed %i breaks no promise, and is the same again, told or not", (seed) => {
    const trace = new Trace(true);
    const report = runPlan(drawPlan(seed), trace);
    expect(report.violation).toBeUndefined();
    expect(runPlan(drawPlan(seed))).toEqual(report);
    expect(trace.lines?.length).toBeGreaterThan(100);
  });

  it("has another hash for another seed, and for one action less", () => {
    const plan = drawPlan(1);
    const { hash } = runPlan(plan);
    expect(runPlan(drawPlan(2)).hash).not.toBe(hash);
    expect(runPlan({ ...plan, actions: plan.actions.slice(1) }).hash).not.toBe(hash);
  });
});

describe("what once went wrong", () => {
  it.each(readdirSync(FIXTURES))("does not again: %s", async (name) => {
    expect(runPlan(await readFixture(join(FIXTURES, name))).violation).toBeUndefined();
  });
});
