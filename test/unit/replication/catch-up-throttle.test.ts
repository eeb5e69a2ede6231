import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CatchUpThrottle } from "../../../src/replication/catch-up-throttle.js";

fc.configureGlobal({ seed: 6103, numRuns: 200 });

const RATE = 1_000_000;

/** Bytes taken in ten seconds by a receiver that always asks when it may. */
function takenIn10s(pageBytes: number, hasLiveWrites: boolean): number {
  const throttle = new CatchUpThrottle(RATE);
  let [nowMs, bytes, writes] = [0, 0, 0];
  while (nowMs < 10_000) {
    if (hasLiveWrites) writes++;
    bytes += pageBytes;
    nowMs += Math.max(1, throttle.take(nowMs, pageBytes, writes));
  }
  return bytes;
}

describe("the throttle of catch-ups", () => {
  it("keeps to its budget, and uses it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 500_000 }), (pageBytes) => {
        const bytes = takenIn10s(pageBytes, false);
        expect(bytes).toBeLessThanOrEqual(10.3 * RATE + pageBytes);
        expect(bytes).toBeGreaterThan(8.9 * RATE);
      }),
    );
  });

  it("leaves most of it to live writes while they come, and none once they stop", () => {
    expect(takenIn10s(50_000, true)).toBeLessThan(2.9 * RATE);
    const throttle = new CatchUpThrottle(RATE);
    throttle.take(0, 1, 1);
    expect(throttle.take(500, 250_000, 1)).toBe(800);
    expect(throttle.take(5_000, 250_000, 1)).toBe(50);
  });

  it("does not save up what was not used", () => {
    const throttle = new CatchUpThrottle(RATE);
    throttle.take(0, 1, 0);
    expect(throttle.take(3_600_000, 2 * RATE, 0)).toBe(1_800);
  });
});
