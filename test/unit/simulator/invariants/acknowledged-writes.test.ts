import { describe, expect, it } from "vitest";
import { DamageBudget } from "../../../../src/simulator/damage-budget.js";
import { checkAcknowledgedWrites } from "../../../../src/simulator/invariants/acknowledged-writes.js";
import { readOf, Story } from "./histories.js";

const VICTIM = 3;

function check(
  story: Story,
  values: Readonly<Record<string, number>>,
  type: "register" | "multi" = "register",
) {
  return () =>
    checkAcknowledgedWrites(story.history, [readOf(story[type], 100, values)], new DamageBudget(VICTIM));
}

describe("(a) an acknowledged write of a register", () => {
  it("is there, or beaten by a higher stamp", () => {
    const story = new Story();
    story.write(story.register, "v1", 10);
    expect(check(story, { v1: 10 })).not.toThrow();
    expect(check(story, { v2: 11 })).not.toThrow();
    expect(check(story, { v0: 9 })).toThrow("acknowledged put v1");
    expect(check(story, {})).toThrow("nobody deleted it");
  });

  it("is gone only when a delete that may have happened lies above it", () => {
    for (const [fate, hlc, isFine] of [
      ["acknowledged", 11n, true],
      ["acknowledged", 10n, true],
      ["acknowledged", 9n, false],
      ["unknown", 0n, true],
      ["refused", 0n, false],
    ] as const) {
      const story = new Story();
      story.write(story.register, "v1", 10);
      story.write(story.register, "d2", 20, { kind: "delete", fate, hlc });
      if (isFine) expect(check(story, {})).not.toThrow();
      else expect(check(story, {})).toThrow("v1");
    }
  });

  it("may be lost with the one disk that had it, and with no other", () => {
    for (const [acksReceived, minter, atMs, isFine] of [
      [1, VICTIM, 15, true],
      [2, VICTIM, 15, false],
      [1, 1, 15, false],
      [1, VICTIM, 5, false],
    ] as const) {
      const story = new Story();
      story.write(story.register, "v1", 10, { acksReceived, minter });
      const budget = new DamageBudget(VICTIM);
      budget.destroyed(VICTIM, atMs, "seen");
      const run = () => checkAcknowledgedWrites(story.history, [readOf(story.register, 100, {})], budget);
      if (isFine) expect(run).not.toThrow();
      else expect(run).toThrow("v1");
    }
    expect(() => new DamageBudget(VICTIM).destroyed(1, 0, "seen")).toThrow("victim");
  });
});

describe("(a) an acknowledged sibling", () => {
  it("is there unless a write that may have happened had read it", () => {
    const story = new Story();
    story.write(story.multi, "v1", 10);
    story.write(story.multi, "v2", 20);
    expect(check(story, { v1: 10, v2: 20 }, "multi")).not.toThrow();
    expect(check(story, { v2: 20 }, "multi")).toThrow("v1");
    story.write(story.multi, "v3", 30, { observed: ["v1"], fate: "refused" });
    expect(check(story, { v2: 20 }, "multi")).toThrow("v1");
    story.write(story.multi, "v4", 30, { observed: ["v1"], fate: "unknown" });
    expect(check(story, { v2: 20 }, "multi")).not.toThrow();
  });
});
