import { describe, expect, it } from "vitest";
import { amountOf, countedIn } from "../../../../src/simulator/counting.js";
import { DamageBudget } from "../../../../src/simulator/damage-budget.js";
import { checkCounters } from "../../../../src/simulator/invariants/counters.js";
import { CompoundStory, lookAt } from "./compound-histories.js";

describe("a value of increments that can be told apart", () => {
  const increments = [0, 1, 2, 3].map((index) => ({ amount: amountOf(index, index === 2) }));

  it("tells which of them it counts, those that subtract too", () => {
    for (let bits = 0; bits < 16; bits++) {
      const counted = increments.filter((_, i) => (bits & (1 << i)) !== 0);
      const value = counted.reduce((sum, { amount }) => sum + amount, 0n);
      expect(countedIn(value, increments)).toEqual(counted);
    }
  });

  it("counts none that nobody made", () => {
    expect(countedIn(16n, increments)).toBeUndefined();
    expect(countedIn(-5n, increments)).toBeUndefined();
  });
});

/** Increments of 1, acknowledged, and of 2, of which nobody heard; the counter comes to a value. */
function counted(value: bigint, change: { isLost?: boolean } = {}): () => void {
  const story = new CompoundStory();
  story.mint(story.count(story.counter, 1n, 10, change.isLost === true ? { acksReceived: 1 } : {}));
  story.count(story.counter, 2n, 12, { fate: "unknown" });
  story.count(story.counter, 4n, 14, { fate: "refused" });
  story.count(story.counter, 8n, 90);
  const budget = new DamageBudget(1);
  if (change.isLost === true) budget.destroyed(1, 11, "seen");
  story.history.updates.pop();
  story.count(story.counter, 8n, 90, { fate: "unknown" });
  return () => checkCounters(story.history, story, [lookAt(story.counter, 50, { "": value })], budget);
}

describe("(e) a counter that nobody clears", () => {
  it("counts what was acknowledged, and maybe what nobody heard of", () => {
    expect(counted(1n)).not.toThrow();
    expect(counted(3n)).not.toThrow();
    expect(counted(2n)).toThrow("u0 (1) was acknowledged, and strict-counter-0 does not count it");
  });

  it("counts nothing that was refused, nothing before it was sent, and nothing that nobody made", () => {
    expect(counted(5n)).toThrow("counts u2 (4), which was refused");
    expect(counted(9n)).toThrow("before it was sent");
    expect(counted(17n)).toThrow("no sum of its increments, each counted once");
  });

  it("may lose what only the victim had, when its disk is lost", () => {
    expect(counted(2n, { isLost: true })).not.toThrow();
  });

  it("shows so at every look", () => {
    const story = new CompoundStory();
    story.look(story.counter, 20, { "": 1n });
    expect(() => checkCounters(story.history, story, [], new DamageBudget(1))).toThrow(
      "no sum of its increments",
    );
  });
});
