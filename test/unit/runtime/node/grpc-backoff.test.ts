import { describe, expect, it } from "vitest";
import { BACKOFF_MAX_MS, BACKOFF_MIN_MS, nextBackoffMs } from "../../../../src/runtime/node/grpc-backoff.js";

/** Twenty delays in a row, with the same luck each time. */
function delays(fraction: number): number[] {
  const all = [BACKOFF_MIN_MS];
  for (let i = 0; i < 20; i += 1) all.push(nextBackoffMs(all.at(-1) ?? 0, fraction));
  return all;
}

describe("the backoff between dials", () => {
  it("grows to its maximum and stays there, whatever the luck", () => {
    for (const fraction of [0.5, 0.75, 0.999]) {
      const all = delays(fraction);
      expect(all.every((delay, i) => delay >= (all[i - 1] ?? 0))).toBe(true);
      expect(all.at(-1)).toBe(BACKOFF_MAX_MS);
    }
  });

  it("never leaves its bounds", () => {
    for (const previous of [BACKOFF_MIN_MS, 700, BACKOFF_MAX_MS]) {
      for (const fraction of [0, 0.3, 0.999]) {
        expect(nextBackoffMs(previous, fraction)).toBeGreaterThanOrEqual(BACKOFF_MIN_MS);
        expect(nextBackoffMs(previous, fraction)).toBeLessThanOrEqual(BACKOFF_MAX_MS);
      }
    }
  });

  it("differs between nodes that lost a peer together", () => {
    expect(nextBackoffMs(400, 0.1)).not.toBe(nextBackoffMs(400, 0.9));
  });
});
