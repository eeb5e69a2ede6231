import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RetryBudget } from "../../../src/client/retry-budget.js";

const limits = { tokensMax: 10, tokensPerRequest: 0.1, tokensPerSecond: 1 };

describe("a retry budget", () => {
  it("covers a burst, then a tenth of the requests and a floor by time", () => {
    const budget = new RetryBudget(limits, 0);
    for (let i = 0; i < 10; i += 1) expect(budget.withdraw(0)).toBe(true);
    expect(budget.withdraw(0)).toBe(false);
    for (let i = 0; i < 11; i += 1) budget.deposit();
    expect([budget.withdraw(0), budget.withdraw(0)]).toEqual([true, false]);
    expect([budget.withdraw(1_000), budget.withdraw(1_000)]).toEqual([true, false]);
  });

  it("saves up no more than its capacity, however long the client was quiet", () => {
    const budget = new RetryBudget(limits, 0);
    for (let i = 0; i < 1_000; i += 1) budget.deposit();
    const allowed = Array.from({ length: 20 }, () => budget.withdraw(1_000_000)).filter(Boolean);
    expect(allowed).toHaveLength(10);
  });

  it("never allows more retries than capacity, requests and time have paid for", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("request") }),
      fc.record({ kind: fc.constant("retry") }),
      fc.record({ kind: fc.constant("wait"), ms: fc.nat(3_000) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const budget = new RetryBudget(limits, 0);
        let [nowMs, requests, retries] = [0, 0, 0];
        for (const taken of steps) {
          if ("ms" in taken) nowMs += taken.ms;
          else if (taken.kind === "request") {
            budget.deposit();
            requests += 1;
          } else if (budget.withdraw(nowMs)) retries += 1;
          expect(retries).toBeLessThanOrEqual(10 + requests * 0.1 + nowMs / 1_000 + 1e-6);
        }
      }),
    );
  });
});
