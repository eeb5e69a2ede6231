import { describe, expect, it } from "vitest";
import { runChaos } from "./chaos.js";

describe("random faults", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "one node a region, disks are lost too: seeds %i00 to %i04",
    (hundred) => {
      for (let seed = hundred * 100; seed < hundred * 100 + 5; seed++) {
        const run = runChaos(seed, { nodesPerRegion: 1, operations: 150, wipes: true });
        expect(run.writes.some((write) => write.outcome?.kind === "written")).toBe(true);
      }
    },
  );

  it.each([11, 12, 13])("three nodes a region: seed %i", (seed) => {
    const run = runChaos(seed, { nodesPerRegion: 3, operations: 100, wipes: false });
    expect(run.faults).toBeGreaterThan(0);
  });

  it("is the same run for the same seed", () => {
    const stories = [0, 1].map(() => {
      const run = runChaos(42, { nodesPerRegion: 1, operations: 80, wipes: true });
      return [...run.story, ...run.cluster.log].join("\n");
    });
    expect(stories[0]).toBe(stories[1]);
    expect(stories[0]?.length).toBeGreaterThan(1_000);
  });
});
