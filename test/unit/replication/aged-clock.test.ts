import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actorOf, VersionVector } from "../../../src/causality/index.js";
import { AgedClock } from "../../../src/replication/aged-clock.js";

fc.configureGlobal({ seed: 6101, numRuns: 200 });

const A = actorOf(1, 1);
const AGE_MS = 1_000;

const anySteps = fc.array(
  fc.record({ passMs: fc.integer({ min: 0, max: 700 }), writes: fc.integer({ min: 0, max: 2 }) }),
  { maxLength: 60 },
);

describe("an aged clock", () => {
  it("covers nothing that was not held for so long, and with time everything that was", () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const aged = new AgedClock(AGE_MS);
        const clock = new VersionVector();
        /** When each counter was first seen. */
        const seenAtMs: number[] = [];
        let nowMs = 0;
        for (const { passMs, writes } of steps) {
          nowMs += passMs;
          for (let i = 0; i < writes; i++) {
            clock.raise(A, clock.get(A) + 1);
            seenAtMs.push(nowMs);
          }
          aged.note(nowMs, clock);
          const old = aged.agedAt(nowMs).get(A);
          expect(seenAtMs.slice(0, old).every((atMs) => nowMs - atMs >= AGE_MS)).toBe(true);
        }
        // What was seen last is sampled after the next quarter, and old once the age has passed.
        aged.note(nowMs + AGE_MS / 4, clock);
        expect(aged.agedAt(nowMs + AGE_MS / 4 + AGE_MS).get(A)).toBe(clock.get(A));
      }),
    );
  });

  it("is not changed by what the clock does afterwards", () => {
    const aged = new AgedClock(AGE_MS);
    const clock = VersionVector.from([[A, 1]]);
    aged.note(0, clock);
    clock.raise(A, 9);
    expect(aged.agedAt(AGE_MS).get(A)).toBe(1);
  });
});
