/** Ends of values in random histories: everybody comes to the same, nothing is there too long, and nothing goes too early. */
import fc from "fast-check";
import { describe, it } from "vitest";
import { LastingHistory, SKEW_MAX_MS, type Step } from "./lasting-history.js";
import { SUBJECTS, type Subject } from "./lasting-model.js";

fc.configureGlobal({ seed: 2004, numRuns: 200 });

const at = fc.nat({ max: 2 });
const both = { to: at, from: at };
const anyTtlMs = fc.oneof(
  { arbitrary: fc.integer({ min: 1, max: 200 }), weight: 4 },
  { arbitrary: fc.constant(0), weight: 1 },
);
const anySteps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      arbitrary: fc.record({ kind: fc.constant("put"), at, ttlMs: anyTtlMs, useToken: fc.boolean() }),
      weight: 6,
    },
    { arbitrary: fc.record({ kind: fc.constant("delete"), at }), weight: 1 },
    { arbitrary: fc.record({ kind: fc.constantFrom("reclaim", "reclaim", "purge"), at }), weight: 6 },
    { arbitrary: fc.record({ kind: fc.constant("deliver"), ...both }), weight: 12 },
    { arbitrary: fc.record({ kind: fc.constant("repair"), ...both }), weight: 2 },
    { arbitrary: fc.record({ kind: fc.constant("again"), to: at, which: fc.nat() }), weight: 3 },
    { arbitrary: fc.record({ kind: fc.constant("wait"), ms: fc.integer({ min: 1, max: 120 }) }), weight: 4 },
  ),
  { minLength: 10, maxLength: 50, size: "max" },
);
/** Often none: equal stamps have to be told apart, too. */
const anySkew = fc.oneof(fc.constant(0), fc.integer({ min: -SKEW_MAX_MS, max: SKEW_MAX_MS }));
const anySkews = fc.tuple(anySkew, anySkew, anySkew);

function isSubject(name: string): name is Subject {
  return name in SUBJECTS;
}

describe.each(Object.keys(SUBJECTS).filter(isSubject))("a %s with ends, over three replicas", (subject) => {
  it("shows at every moment what is not over, and is the same everywhere in the end", () => {
    fc.assert(
      fc.property(anySkews, anySteps, (skews, steps) => {
        const history = new LastingHistory(subject, skews);
        history.run(steps);
        history.settle();
      }),
    );
  });
});
