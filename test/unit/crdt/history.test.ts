import fc from "fast-check";
import { describe, it } from "vitest";
import { anySkews, anySteps } from "./any-history.js";
import { History } from "./history.js";

fc.configureGlobal({ seed: 2001, numRuns: 300 });

describe("the join, in random histories over several replicas", () => {
  it("shows at every moment what the naive model says, and the same everywhere in the end", () => {
    fc.assert(
      fc.property(anySkews, anySteps(false), (skews, steps) => {
        const history = new History(skews);
        history.run(steps);
        history.settle();
      }),
    );
  });

  it("does so too when records are damaged on the way", () => {
    fc.assert(
      fc.property(anySkews, anySteps(true), (skews, steps) => {
        const history = new History(skews);
        history.run(steps);
        history.settle();
      }),
    );
  });
});
