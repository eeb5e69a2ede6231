import { describe, expect, it } from "vitest";
import { DamageBudget } from "../../../../src/simulator/damage-budget.js";
import { checkSessions } from "../../../../src/simulator/invariants/sessions.js";
import { CompoundStory, lookAt } from "./compound-histories.js";
import { Story } from "./histories.js";

const BUDGET = new DamageBudget(3);
const MINE = { session: "3/0" };
const OTHER = { session: "3/1" };

function judge(story: CompoundStory, final: Readonly<Record<string, true>> = {}): () => void {
  return () => checkSessions(story.history, story, [lookAt(story.set, 90, final)], BUDGET);
}

describe("(r) a session", () => {
  it("counts its own increments, and those that it saw", () => {
    const story = new CompoundStory();
    story.count(story.counter, 1n, 10, MINE);
    story.look(story.counter, 20, {}, OTHER);
    expect(judge(story)).not.toThrow();
    story.look(story.counter, 20, {}, MINE);
    expect(judge(story)).toThrow("does not count u0 (1)");
  });

  it("does not lose sight of an increment", () => {
    const story = new CompoundStory();
    story.count(story.counter, 1n, 10);
    story.look(story.counter, 20, { "": 1n }, MINE);
    story.look(story.counter, 30, {}, MINE);
    expect(judge(story)).toThrow("goes back behind");
  });

  it("sees the members that it added and those that it saw, unless they may be removed", () => {
    const story = new CompoundStory();
    story.update(story.set, "add", 10, MINE);
    story.update(story.set, "add", 10, { element: 1 });
    story.look(story.set, 20, { m0: true, m1: true }, MINE);
    story.look(story.set, 30, { m1: true }, MINE);
    expect(judge(story)).toThrow("does not see m0, which u0 added");
    story.update(story.set, "remove", 25);
    expect(judge(story)).not.toThrow();
    story.look(story.set, 40, {}, MINE);
    expect(judge(story)).toThrow("m1 is missing");
  });

  it("removes what it knows, for good", () => {
    const story = new CompoundStory();
    story.update(story.set, "add", 10);
    story.look(story.set, 20, { m0: true }, MINE);
    story.update(story.set, "remove", 30, MINE);
    expect(judge(story)).not.toThrow();
    expect(judge(story, { m0: true })).toThrow("at rest shows m0, which u1 removed, whose session knew it");
    story.look(story.set, 40, { m0: true }, MINE);
    expect(judge(story)).toThrow("shows m0, which u1 removed");
  });

  it("may find again what it removed when somebody else added it too, or when it did not know it", () => {
    const twice = new CompoundStory();
    twice.update(twice.set, "add", 10, MINE);
    twice.update(twice.set, "add", 10);
    twice.update(twice.set, "remove", 30, MINE);
    expect(judge(twice, { m0: true })).not.toThrow();
    const unknown = new CompoundStory();
    unknown.update(unknown.set, "add", 10);
    unknown.update(unknown.set, "remove", 30, MINE);
    expect(judge(unknown, { m0: true })).not.toThrow();
  });
});

describe("(r) a session that writes values", () => {
  const check = (story: Story): (() => void) => {
    return () => checkSessions(story.history, new CompoundStory(), [], BUDGET);
  };

  it("reads what it put", () => {
    const story = new Story();
    story.write(story.register, "v1", 10, MINE);
    story.history.reads.push({ ...story.read(story.register, 20, {}), ...MINE });
    expect(check(story)).toThrow("does not see v1");
    const siblings = new Story();
    siblings.write(siblings.multi, "v1", 10, MINE);
    siblings.history.reads.push({ ...siblings.read(siblings.multi, 20, {}), ...MINE });
    expect(check(siblings)).toThrow("does not see v1");
  });

  it("stamps above what it put and what it read", () => {
    const story = new Story();
    story.write(story.register, "v1", 10, { ...MINE, hlc: 50n });
    story.write(story.register, "v2", 20, MINE);
    expect(check(story)).toThrow("v2 of strict-register-0 has no higher stamp than v1 of its session");
    const after = new Story();
    after.history.reads.push({ ...after.read(after.register, 10, { v0: 50 }), ...MINE });
    after.write(after.register, "v2", 20, MINE);
    expect(check(after)).toThrow("has no higher stamp than what its session had read");
  });
});
