import { describe, expect, it } from "vitest";
import { DamageBudget } from "../../../../src/simulator/damage-budget.js";
import { checkStrictLooks } from "../../../../src/simulator/invariants/strict-looks.js";
import { CompoundStory } from "./compound-histories.js";

function judge(story: CompoundStory, budget = new DamageBudget(3)): () => void {
  return () => checkStrictLooks(story.history, budget);
}

describe("(b) a strict look", () => {
  it("counts what was acknowledged before it", () => {
    const story = new CompoundStory();
    story.count(story.counter, 1n, 10);
    story.count(story.counter, 2n, 29);
    story.look(story.counter, 30, { "": 0n });
    expect(judge(story)).toThrow("does not count u0 (1)");
  });

  it("does not go back behind an earlier one", () => {
    const story = new CompoundStory();
    story.count(story.counter, 1n, 10, { fate: "unknown" });
    story.look(story.counter, 20, { "": 1n });
    story.look(story.counter, 30, {});
    expect(judge(story)).toThrow("([]) goes back behind the look");
    const budget = new DamageBudget(3);
    budget.destroyed(3, 25, "unseen");
    expect(judge(story, budget)).not.toThrow();
  });

  it.each([
    ["sees a member that was added", 5, false],
    ["unless somebody may have removed it", 20, true],
  ])("%s", (_what, removedAtMs, isAllowed) => {
    const story = new CompoundStory();
    story.update(story.set, "remove", removedAtMs);
    story.update(story.set, "add", 10);
    story.look(story.set, 30, { m1: true }, { row: "m1" });
    story.look(story.set, 30, {});
    if (isAllowed) expect(judge(story)).not.toThrow();
    else expect(judge(story)).toThrow("does not see m0, which u1 added");
  });
});
