import { describe, expect, it } from "vitest";
import { DamageBudget } from "../../../../src/simulator/damage-budget.js";
import { checkOwnWrites } from "../../../../src/simulator/invariants/own-writes.js";
import { readOf, Story } from "./histories.js";

/** Node 1 replaced v1 with v2 at 15; then a node shows v1. */
function shown(askedOf: number, atMs: number): Story {
  const story = new Story();
  story.write(story.multi, "v1", 10);
  story.write(story.multi, "v2", 15, { observed: ["v1"], minter: 1 });
  story.history.reads.push({ ...readOf(story.multi, atMs, { v1: 10, v2: 15 }), askedOf });
  return story;
}

describe("(b) what a node has replaced itself", () => {
  it("it does not show any more", () => {
    const budget = new DamageBudget(3);
    expect(() => checkOwnWrites(shown(1, 20).history, budget)).toThrow(
      "shows v1, and its node 1 had replaced it",
    );
  });

  it.each([
    ["another node may show", shown(2, 20), 3],
    ["it may show while it replaces it", shown(1, 15), 3],
    ["it may show when its disk has lost something", shown(1, 20), 1],
  ])("%s", (_what, { history }, victim) => {
    const budget = new DamageBudget(victim);
    budget.destroyed(victim, 17, "seen");
    expect(() => checkOwnWrites(history, budget)).not.toThrow();
  });
});
