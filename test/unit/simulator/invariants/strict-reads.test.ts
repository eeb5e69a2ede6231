import { describe, expect, it } from "vitest";
import { DamageBudget } from "../../../../src/simulator/damage-budget.js";
import { checkStrictReads } from "../../../../src/simulator/invariants/strict-reads.js";
import { Story } from "./histories.js";

const NO_DAMAGE = new DamageBudget(3);

describe("(b) a strict read of a register", () => {
  it("sees what was acknowledged before it began, or something above it", () => {
    const story = new Story();
    story.write(story.register, "v1", 10);
    story.read(story.register, 20, { v1: 10 });
    story.read(story.register, 30, { v2: 12 });
    expect(() => checkStrictReads(story.history, NO_DAMAGE)).not.toThrow();
    const stale = new Story();
    stale.write(stale.register, "v1", 10);
    stale.read(stale.register, 20, { v0: 9 });
    expect(() => checkStrictReads(stale.history, NO_DAMAGE)).toThrow("does not see v1");
  });

  it("may miss what was acknowledged while it ran, and what nobody was told of", () => {
    const story = new Story();
    story.write(story.register, "v1", 10, { endedAtMs: 21 });
    story.write(story.register, "v2", 11, { fate: "unknown", hlc: 0n });
    story.read(story.register, 20, {});
    expect(() => checkStrictReads(story.history, NO_DAMAGE)).not.toThrow();
  });

  it("does not go back behind another one", () => {
    const story = new Story();
    story.read(story.register, 20, { v2: 15 });
    story.read(story.register, 30, { v1: 10 });
    expect(() => checkStrictReads(story.history, NO_DAMAGE)).toThrow("goes back");
  });

  it("may miss what came before a loss that no disk can tell of, and nothing else", () => {
    const story = new Story();
    story.write(story.register, "v1", 10);
    story.read(story.register, 30, {});
    for (const [damage, atMs, isFine] of [
      ["unseen", 20, true],
      ["seen", 20, false],
      ["unseen", 5, false],
      ["unseen", 40, false],
    ] as const) {
      const budget = new DamageBudget(3);
      budget.destroyed(3, atMs, damage);
      if (isFine) expect(() => checkStrictReads(story.history, budget)).not.toThrow();
      else expect(() => checkStrictReads(story.history, budget)).toThrow("v1");
    }
  });

  it("sees a deleted key by the delete's stamp, or nothing once that was purged", () => {
    const story = new Story();
    story.write(story.register, "v1", 10);
    story.write(story.register, "d2", 15, { kind: "delete" });
    story.read(story.register, 20, {}, 15);
    story.read(story.register, 30, {}, 0);
    expect(() => checkStrictReads(story.history, NO_DAMAGE)).not.toThrow();
    story.read(story.register, 40, { v1: 10 });
    expect(() => checkStrictReads(story.history, NO_DAMAGE)).toThrow("d2");
  });

  it("does not see nothing where nobody deleted", () => {
    const story = new Story();
    story.write(story.register, "v1", 10);
    story.read(story.register, 20, {});
    expect(() => checkStrictReads(story.history, NO_DAMAGE)).toThrow("does not see v1");
  });
});

describe("(b) a strict read of a multi", () => {
  it("sees every acknowledged sibling that nobody replaced, and none that was", () => {
    const story = new Story();
    story.write(story.multi, "v1", 10);
    story.write(story.multi, "v2", 12, { observed: ["v1"] });
    story.read(story.multi, 20, { v2: 12 });
    expect(() => checkStrictReads(story.history, NO_DAMAGE)).not.toThrow();
    story.read(story.multi, 30, { v1: 10, v2: 12 });
    expect(() => checkStrictReads(story.history, NO_DAMAGE)).toThrow("which v2 had replaced");
    const stale = new Story();
    stale.write(stale.multi, "v1", 10);
    stale.read(stale.multi, 20, {});
    expect(() => checkStrictReads(stale.history, NO_DAMAGE)).toThrow("does not see v1");
  });

  it("goes on seeing what one has shown, unless it may have been replaced", () => {
    const story = new Story();
    story.write(story.multi, "v1", 10, { fate: "unknown" });
    story.read(story.multi, 20, { v1: 10 });
    story.read(story.multi, 30, {});
    expect(() => checkStrictReads(story.history, NO_DAMAGE)).toThrow("v1 is missing");
    story.write(story.multi, "v2", 25, { observed: ["v1"], fate: "unknown" });
    expect(() => checkStrictReads(story.history, NO_DAMAGE)).not.toThrow();
    story.read(story.multi, 40, { v1: 10 });
    expect(() => checkStrictReads(story.history, NO_DAMAGE)).toThrow("v1 is there again");
  });

  it("knows what one before it knew to be there, and to be gone", () => {
    const story = new Story();
    story.knowingRead(20, [2], 2);
    story.knowingRead(30, [2, 3], 3);
    story.knowingRead(40, [3], 3);
    expect(() => checkStrictReads(story.history, NO_DAMAGE)).not.toThrow();
    const returned = new Story();
    returned.knowingRead(20, [], 2);
    returned.knowingRead(30, [2], 2);
    expect(() => checkStrictReads(returned.history, NO_DAMAGE)).toThrow("to be gone");
    const forgotten = new Story();
    forgotten.knowingRead(20, [2], 2);
    forgotten.knowingRead(30, [], 1);
    expect(() => checkStrictReads(forgotten.history, NO_DAMAGE)).toThrow("does not know of");
  });

  it("may see again what was forgotten in between, where no disk can tell of it", () => {
    const story = new Story();
    story.write(story.multi, "v1", 10, { fate: "unknown" });
    story.write(story.multi, "v2", 12, { observed: ["v1"], fate: "unknown" });
    story.read(story.multi, 20, { v1: 10 });
    story.read(story.multi, 30, {});
    story.read(story.multi, 40, { v1: 10 });
    const budget = new DamageBudget(3);
    budget.destroyed(3, 25, "unseen");
    expect(() => checkStrictReads(story.history, budget)).not.toThrow();
    expect(() => checkStrictReads(story.history, NO_DAMAGE)).toThrow("v1 is there again");
  });
});
