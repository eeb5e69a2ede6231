import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actorOf, hlcAt } from "../../../src/causality/index.js";
import type { Delta } from "../../../src/codec/index.js";
import { encodeRowKey } from "../../../src/codec/index.js";
import { LagTracker } from "../../../src/replication/lag-tracker.js";

const WALL_MS = 1_800_000_000_000;

function lagged(lagMs: number): Delta {
  return {
    partition: 0,
    actor: actorOf(1, 1),
    counter: 1,
    hlc: hlcAt(WALL_MS - lagMs),
    rowKey: encodeRowKey(1, "b", Buffer.from("k")),
    requestId: undefined,
    following: 0,
    payload: undefined,
    replaced: [],
  };
}

describe("LagTracker", () => {
  it("tells quantiles at most a thirtieth too high, never too low, and the maximum exactly", () => {
    const lags = fc.array(fc.oneof(fc.nat(100), fc.nat(5_000), fc.nat(100_000_000)), { minLength: 1 });
    fc.assert(
      fc.property(lags, (all) => {
        const tracker = new LagTracker();
        for (const lagMs of all) tracker.add("eu", lagged(lagMs), WALL_MS);
        const [region] = tracker.report();
        const sorted = [...all].sort((a, b) => a - b);
        for (const [fraction, told] of [
          [0.5, region?.p50Ms],
          [0.99, region?.p99Ms],
        ] as const) {
          const exact = sorted[Math.ceil(sorted.length * fraction) - 1] ?? 0;
          expect(told).toBeGreaterThanOrEqual(exact);
          expect(told).toBeLessThanOrEqual(exact * (1 + 1 / 30));
        }
        expect(region).toMatchObject({ count: all.length, maxMs: sorted.at(-1) });
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it("counts a lag that unequal clocks make negative as none", () => {
    const tracker = new LagTracker();
    tracker.add("eu", lagged(-40), WALL_MS);
    expect(tracker.report()).toEqual([{ region: "eu", count: 1, p50Ms: 0, p99Ms: 0, maxMs: 0 }]);
  });
});
