import { describe, expect, it } from "vitest";
import type { Shown } from "../../../../src/simulator/compounds.js";
import { DamageBudget } from "../../../../src/simulator/damage-budget.js";
import type { CompoundUnderTest } from "../../../../src/simulator/history.js";
import { checkElements } from "../../../../src/simulator/invariants/elements.js";
import { CompoundStory, lookAt } from "./compound-histories.js";

function judge(
  story: CompoundStory,
  key: CompoundUnderTest,
  shown: Readonly<Record<string, Shown>>,
  budget = new DamageBudget(3),
): () => void {
  return () => checkElements(story.history, story, [lookAt(key, 90, shown)], budget);
}

const IS_THERE = { m0: true } as const;

/** Added at 1, and removed at 2, which has seen it, has not, or may have. */
function removed(sight: "saw" | "maySee" | "nothing"): CompoundStory {
  const story = new CompoundStory();
  const added = story.mint(story.update(story.set, "add", 10));
  const seen = sight === "nothing" ? {} : { [sight]: [added] };
  story.mint(story.update(story.set, "remove", 20), { at: 2, ...seen });
  return story;
}

describe("(e) a member at rest", () => {
  it("is there while an add lives that no removal had seen", () => {
    const story = removed("nothing");
    expect(judge(story, story.set, IS_THERE)).not.toThrow();
    expect(judge(story, story.set, {})).toThrow("nobody who had seen u0 removed it");
  });

  it("is gone when each add was seen by a removal", () => {
    const story = removed("saw");
    expect(judge(story, story.set, {})).not.toThrow();
    expect(judge(story, story.set, IS_THERE)).toThrow("all that was added was seen by who removed it");
  });

  it("may be there or not when that is not certain", () => {
    const story = removed("maySee");
    for (const shown of [IS_THERE, {}]) expect(judge(story, story.set, shown)).not.toThrow();
  });

  it("may be there or not when the removal was of a disk that was lost", () => {
    const story = new CompoundStory();
    const added = story.mint(story.update(story.set, "add", 10));
    story.mint(story.update(story.set, "remove", 20, { acksReceived: 1 }), { at: 3, saw: [added] });
    const budget = new DamageBudget(3);
    budget.destroyed(3, 30, "seen");
    for (const shown of [IS_THERE, {}]) expect(judge(story, story.set, shown, budget)).not.toThrow();
  });

  it("may be there though nobody logged it, of a disk that was told of no write and has lost its log", () => {
    const story = new CompoundStory();
    story.update(story.set, "add", 10, { fate: "unknown" });
    expect(judge(story, story.set, IS_THERE)).toThrow("m0");
    const budget = new DamageBudget(3);
    budget.destroyed(3, 30, "seen");
    for (const shown of [IS_THERE, {}]) expect(judge(story, story.set, shown, budget)).not.toThrow();
  });

  it("that was added again stays, whoever removed what was before", () => {
    const story = new CompoundStory();
    const first = story.mint(story.update(story.set, "add", 10));
    story.mint(story.update(story.set, "add", 11), { saw: [first] });
    story.mint(story.update(story.set, "remove", 12), { at: 2, saw: [first] });
    expect(judge(story, story.set, {})).toThrow("nobody who had seen u1 removed it");
  });

  it("has a dot when its add was acknowledged, and none when it was refused", () => {
    const silent = new CompoundStory();
    silent.update(silent.set, "add", 10);
    expect(judge(silent, silent.set, IS_THERE)).toThrow("is acknowledged, and there is no dot of it");
    const refused = new CompoundStory();
    refused.mint(refused.update(refused.set, "add", 10, { fate: "refused" }));
    expect(judge(refused, refused.set, {})).toThrow("was refused, and there are 1 dots");
  });
});

describe("(e) a counter that is cleared", () => {
  /** Counts 1 and 2 at one node and 4 at another; a clear has seen the first of them. */
  function cleared(): CompoundStory {
    const story = new CompoundStory();
    const first = story.mint(story.count(story.cleared, 1n, 10));
    story.mint(story.update(story.cleared, "clear", 20), { at: 2, saw: [first] });
    story.mint(story.count(story.cleared, 2n, 21), { saw: [first] });
    story.mint(story.count(story.cleared, 4n, 22), { at: 4 });
    return story;
  }

  it("keeps the whole part of a node that counted on without having seen the clear", () => {
    const story = cleared();
    expect(judge(story, story.cleared, { "": 7n })).not.toThrow();
    expect(judge(story, story.cleared, { "": 6n })).toThrow("is 6, and should be 7");
    expect(judge(story, story.cleared, {})).toThrow("is 0, and should be 7");
  });

  it("begins at nothing where the clear was seen", () => {
    const story = new CompoundStory();
    const first = story.mint(story.count(story.cleared, 1n, 10));
    const clear = story.mint(story.update(story.cleared, "clear", 20), { at: 2, saw: [first] });
    story.mint(story.count(story.cleared, 2n, 21), { saw: [clear] });
    expect(judge(story, story.cleared, { "": 2n })).not.toThrow();
    expect(judge(story, story.cleared, { "": 3n })).toThrow("is 3, and should be 2");
  });

  it("may lack the last increments of a disk that was lost", () => {
    const story = new CompoundStory();
    story.mint(story.count(story.cleared, 1n, 10), { at: 3 });
    story.mint(story.count(story.cleared, 2n, 11, { acksReceived: 1 }), { at: 3 });
    const budget = new DamageBudget(3);
    budget.destroyed(3, 30, "seen");
    for (const value of [1n, 3n]) expect(judge(story, story.cleared, { "": value }, budget)).not.toThrow();
    expect(judge(story, story.cleared, { "": 2n }, budget)).toThrow("is 2, and should be 1 or 3");
  });
});

describe("(e) a register in a map", () => {
  it("shows the highest stamp of what lives", () => {
    const story = new CompoundStory();
    const element = 4;
    const old = story.mint(story.update(story.map, "add", 10, { element }));
    story.mint(story.update(story.map, "add", 20, { element }), { at: 2, saw: [old] });
    story.mint(story.update(story.map, "add", 15, { element }), { at: 4 });
    expect(judge(story, story.map, { "p/r": "u1" })).not.toThrow();
    expect(judge(story, story.map, { "p/r": "u2" })).toThrow("though u1 has the higher stamp");
    expect(judge(story, story.map, { "p/r": "u0" })).toThrow("which was replaced or never put");
  });
});

describe("(e) a clear", () => {
  /** Of two members, of which its coordinator had seen the first and the second, or the first alone. */
  function cleared(saw: 1 | 2): CompoundStory {
    const story = new CompoundStory();
    const added = [0, 1].map((element) =>
      story.mint(story.update(story.set, "add", 10 + element, { element }), { at: 1 + element }),
    );
    story.mint(story.update(story.set, "clear", 20), { at: 4, saw: added.slice(0, saw) });
    return story;
  }

  it("takes all that it found", () => {
    const found = cleared(2);
    expect(judge(found, found.set, { m1: true })).toThrow(
      "u2 left strict-set-3 m1 as it was, and u1 was there",
    );
    const unseen = cleared(1);
    expect(judge(unseen, unseen.set, { m1: true })).not.toThrow();
  });
});

describe("(e) a flag", () => {
  it("is on while nobody who had seen it enabled has disabled it", () => {
    const story = new CompoundStory();
    story.mint(story.update(story.flag, "add", 10));
    story.mint(story.update(story.flag, "remove", 11), { at: 2 });
    expect(judge(story, story.flag, { "": true })).not.toThrow();
    expect(judge(story, story.flag, {})).toThrow("nobody who had seen u0 removed it");
  });
});
