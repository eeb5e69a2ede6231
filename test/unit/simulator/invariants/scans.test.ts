/** Invariant (t): what a scan has to return, in which order, and what it may lack. */
import { describe, expect, it } from "vitest";
import { DamageBudget } from "../../../../src/simulator/damage-budget.js";
import { History, type ListedWrite } from "../../../../src/simulator/history.js";
import { checkScans } from "../../../../src/simulator/invariants/scans.js";
import { listedKey, listedNameOf } from "../../../../src/simulator/listed-keys.js";
import type { Level } from "../../../../src/simulator/plan.js";

const VICTIM = 1;
const NAMES = [0, 1, 2].map((position) => listedNameOf(listedKey("register", position)));

class Story {
  readonly history = new History([]);
  readonly budget = new DamageBudget(VICTIM);

  /** Acknowledged within a millisecond, and there as `r0`, `r1`, ... */
  enter(position: number, atMs: number, level: Level = "QUORUM"): ListedWrite {
    const write: ListedWrite = {
      key: listedKey("register", position),
      kind: "enter",
      text: `r${position}`,
      level,
      requestId: `${position}`,
      session: undefined,
      startedAtMs: atMs,
      endedAtMs: atMs + 1,
      fate: "acknowledged",
      acksReceived: 2,
      fallbackAcks: 0,
    };
    this.history.listedWrites.push(write);
    return write;
  }

  /** From 1,000 on, for a second. */
  scan(
    positions: readonly number[],
    given: { isReverse?: boolean; level?: Level; isComplete?: boolean } = {},
  ) {
    const { isReverse = false, level = "QUORUM", isComplete = true } = given;
    const rows = positions.map((position) => ({ name: NAMES[position] ?? "", text: `r${position}` }));
    const timed = { startedAtMs: 1_000, endedAtMs: 2_000 };
    this.history.listings.push({
      type: "register",
      isTagged: false,
      isReverse,
      level,
      ...timed,
      isComplete,
      rows,
    });
  }

  judge(): void {
    checkScans(this.history, this.budget);
  }
}

function filled(): Story {
  const story = new Story();
  for (const position of [0, 1, 2]) story.enter(position, 100);
  return story;
}

describe("(t) a scan", () => {
  it.each([
    { isReverse: false, positions: [0, 1, 2] },
    { isReverse: true, positions: [2, 1, 0] },
  ])("has all in order (backwards: $isReverse)", ({ isReverse, positions }) => {
    const story = filled();
    story.scan(positions, { isReverse });
    expect(() => story.judge()).not.toThrow();
  });

  it("has no row twice, and none out of order", () => {
    for (const positions of [
      [0, 1, 1, 2],
      [0, 2, 1],
    ]) {
      const story = filled();
      story.scan(positions);
      expect(() => story.judge()).toThrow(/twice|after/);
    }
  });

  it("lacks no row that is there throughout, as far as it came", () => {
    const story = filled();
    story.scan([0, 2]);
    expect(() => story.judge()).toThrow(`lacks ${NAMES[1]}`);
    const broken = filled();
    broken.scan([0], { isComplete: false });
    expect(() => broken.judge()).not.toThrow();
    broken.scan([0, 2], { isComplete: false });
    expect(() => broken.judge()).toThrow(`lacks ${NAMES[1]}`);
  });

  it("may lack what was not acknowledged before it began", () => {
    const story = filled();
    story.enter(1, 1_500).endedAtMs = 1_600;
    story.history.listedWrites.splice(1, 1);
    story.scan([0, 2]);
    expect(() => story.judge()).not.toThrow();
  });

  it("of one replica has what all had acknowledged, unless a disk lost something", () => {
    const story = filled();
    story.scan([0, 2], { level: "ONE" });
    expect(() => story.judge()).not.toThrow();
    story.enter(1, 200, "ALL");
    expect(() => story.judge()).toThrow(`lacks ${NAMES[1]}`);
    story.budget.destroyed(VICTIM, 500, "seen");
    expect(() => story.judge()).not.toThrow();
  });

  it("has nothing that nobody wrote, or that was refused", () => {
    const story = filled();
    const [write] = story.history.listedWrites;
    if (write !== undefined) write.fate = "refused";
    story.scan([0, 1, 2]);
    expect(() => story.judge()).toThrow("which nobody wrote");
  });
});
