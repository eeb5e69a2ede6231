import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HybridClock, hlcAt, hlcWallMs, ZERO_HLC } from "../../../src/causality/index.js";

fc.configureGlobal({ seed: 1004, numRuns: 300 });

const MS_MAX = 2 ** 48 - 1;
const anyWallMs = fc.integer({ min: 0, max: MS_MAX - 1 });

describe("a hybrid logical clock", () => {
  it("gives only stamps above all that it gave out or observed, however the wall clock jumps", () => {
    const anyStep = fc.oneof(
      fc.record({ kind: fc.constant("wall"), ms: anyWallMs } as const),
      fc.record({ kind: fc.constant("observe"), ms: anyWallMs } as const),
      fc.constant({ kind: "next" } as const),
    );
    fc.assert(
      fc.property(anyWallMs, fc.array(anyStep, { maxLength: 40 }), (startMs, steps) => {
        let wallMs = startMs;
        let highest = ZERO_HLC;
        const clock = new HybridClock(() => wallMs);
        for (const step of steps) {
          if (step.kind === "wall") wallMs = step.ms;
          else if (step.kind === "observe") {
            clock.observe(hlcAt(step.ms));
            if (hlcAt(step.ms) > highest) highest = hlcAt(step.ms);
          } else {
            const stamp = clock.next();
            expect(stamp).toBeGreaterThan(highest);
            expect(hlcWallMs(stamp)).toBeGreaterThanOrEqual(wallMs);
            highest = stamp;
          }
          expect(clock.last).toBeGreaterThanOrEqual(highest);
        }
      }),
    );
  });

  it("follows the wall clock where that is ahead, and counts on where it is not", () => {
    let wallMs = 1_000;
    const clock = new HybridClock(() => wallMs);
    expect(clock.next()).toBe(hlcAt(1_000));
    expect(clock.next()).toBe(hlcAt(1_000) + 1n);
    wallMs = 999;
    expect(clock.next()).toBe(hlcAt(1_000) + 2n);
    wallMs = 1_001;
    expect(clock.next()).toBe(hlcAt(1_001));
  });

  it("runs over into the next millisecond after 65,536 stamps of one", () => {
    const clock = new HybridClock(() => 5);
    clock.observe(hlcAt(6) - 1n);
    expect(clock.next()).toBe(hlcAt(6));
    expect(clock.next()).toBe(hlcAt(6) + 1n);
  });

  it("starts above the stamp that the last run persisted, whatever the wall clock says", () => {
    const restored = hlcAt(10_000) + 7n;
    expect(new HybridClock(() => 50, restored).next()).toBe(restored + 1n);
  });

  it("does not go back for an older stamp", () => {
    const clock = new HybridClock(() => 0, hlcAt(9));
    clock.observe(hlcAt(3));
    expect(clock.last).toBe(hlcAt(9));
  });
});

describe("a stamp", () => {
  it("carries whole wall milliseconds in its upper 48 bits, so that stamps compare like times", () => {
    fc.assert(
      fc.property(anyWallMs, anyWallMs, (a, b) => {
        expect(hlcWallMs(hlcAt(a))).toBe(a);
        expect(hlcWallMs(hlcAt(a + 1) - 1n)).toBe(a);
        expect(hlcAt(a) < hlcAt(b)).toBe(a < b);
      }),
    );
  });

  it("of a time before 1970, or between milliseconds, is the lowest or the one before", () => {
    expect(hlcAt(-5)).toBe(0n);
    expect(hlcAt(1.9)).toBe(hlcAt(1));
  });
});
