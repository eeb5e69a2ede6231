/** A sweep over seeds, each run twice: no promise is broken, and a seed replays its run to the byte. */
import { describe, expect, it } from "vitest";
import { drawPlan, runPlan } from "../../src/simulator/index.js";

/** How many seeds a build looks at. */
const SEEDS = 40;
const CHUNK = 10;

describe("random faults", () => {
  const firsts = Array.from({ length: SEEDS / CHUNK }, (_, i) => 1 + i * CHUNK);
  it.each(firsts)("break no promise, and replay: 10 seeds from %i on", { timeout: 120_000 }, (first) => {
    for (let seed = first; seed < first + CHUNK; seed++) {
      const report = runPlan(drawPlan(seed));
      expect(report.violation, `seed ${seed}`).toBeUndefined();
      expect(runPlan(drawPlan(seed)).hash, `seed ${seed} again`).toBe(report.hash);
    }
  });
});
