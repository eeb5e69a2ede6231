/** Invariant (v): what has to be there of an atomic batch, in the end and before. */
import { describe, expect, it } from "vitest";
import { DamageBudget } from "../../../../src/simulator/damage-budget.js";
import { type BatchWrite, History } from "../../../../src/simulator/history.js";
import { checkBatches, checkPeeks } from "../../../../src/simulator/invariants/batches.js";

const VICTIM = 1;

class Story {
  readonly history = new History([]);
  readonly budget = new DamageBudget(VICTIM);
  readonly trimmed: string[] = [];

  constructor(fate: BatchWrite["fate"], acksReceived = 2) {
    const told = { requestId: "r", session: undefined, startedAtMs: 10, endedAtMs: 20, fallbackAcks: 0 };
    this.history.batches.push({ batch: 0, fate, acksReceived, ...told });
  }

  judge(registers: number, count: bigint): void {
    checkBatches(this.history, [{ batch: 0, registers, count }], this.budget);
  }

  peek(registers: number): void {
    this.history.peeks.push({ batch: 0, registers, atMs: 30 });
    checkPeeks(this.history, this.budget, this);
  }
}

describe("(v) a batch", () => {
  it("is there in the end if it was acknowledged, and not if it was refused", () => {
    expect(() => new Story("acknowledged").judge(3, 1n)).not.toThrow();
    expect(() => new Story("acknowledged").judge(0, 0n)).toThrow("has 0 of 3");
    expect(() => new Story("refused").judge(0, 0n)).not.toThrow();
    expect(() => new Story("refused").judge(3, 1n)).toThrow("has 3 of 3");
  });

  it("is there as a whole or not at all, and once", () => {
    for (const [registers, count] of [
      [3, 1n],
      [0, 0n],
    ] as const)
      expect(() => new Story("unknown").judge(registers, count)).not.toThrow();
    for (const [registers, count] of [
      [2, 1n],
      [3, 0n],
      [0, 1n],
      [3, 2n],
    ] as const)
      expect(() => new Story("unknown").judge(registers, count)).toThrow(`has ${registers} of 3`);
  });

  it("may be there in part where the disk that had the whole is lost, unless two had it", () => {
    const story = new Story("unknown", 0);
    story.budget.destroyed(VICTIM, 15, "seen");
    expect(() => story.judge(2, 0n)).not.toThrow();
    const kept = new Story("acknowledged");
    kept.budget.destroyed(VICTIM, 15, "seen");
    expect(() => kept.judge(2, 1n)).toThrow("has 2 of 3");
  });

  it("shows in one replica as a whole or not at all, unless that takes over all rows one by one", () => {
    expect(() => new Story("unknown").peek(3)).not.toThrow();
    expect(() => new Story("unknown").peek(0)).not.toThrow();
    expect(() => new Story("unknown").peek(1)).toThrow("shows 1 of 3");
    const cut = new Story("unknown");
    cut.trimmed.push("a log");
    expect(() => cut.peek(1)).not.toThrow();
  });
});
