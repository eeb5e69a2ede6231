/** Invariant (s): what must be there of values with an end, and what must be gone. */
import { describe, expect, it } from "vitest";
import { DamageBudget } from "../../../../src/simulator/damage-budget.js";
import { History, type Lasting } from "../../../../src/simulator/history.js";
import { checkLifetimes, checkOver, keptPastEnd } from "../../../../src/simulator/invariants/lifetimes.js";
import { type LifetimeType, lifetimeKey, type ShownLifetime } from "../../../../src/simulator/lifetimes.js";

const NOTHING: ShownLifetime = { texts: [], isThere: false, count: 0n, expiresAtMs: [] };
const INSPECTED = {
  partition: 1,
  rows: 3,
  tombstones: 0,
  rowsAhead: 0,
  rowsDamaged: 0,
  rowsExpiring: 0,
  expirations: 0,
  siblingsMax: 1,
  logEntries: 1,
  logEntriesDue: 1,
};

class Story {
  readonly history = new History([]);
  readonly key: number;

  constructor(type: LifetimeType) {
    this.key = lifetimeKey(0, type);
  }

  /** Acknowledged by a majority within a millisecond; `ttlMs` 0: stays. */
  put(text: string, atMs: number, ttlMs: number, amount = 0): Lasting {
    const lasting: Lasting = {
      key: this.key,
      text,
      amount,
      ttlMs,
      isStrict: true,
      requestId: text,
      session: undefined,
      startedAtMs: atMs,
      endedAtMs: atMs + 1,
      fate: "acknowledged",
      acksReceived: 2,
      fallbackAcks: 0,
    };
    this.history.lastings.push(lasting);
    return lasting;
  }

  glance(atMs: number, shown: Partial<ShownLifetime>): void {
    this.history.glances.push({
      key: this.key,
      isStrict: true,
      startedAtMs: atMs,
      endedAtMs: atMs + 1,
      shown: { ...NOTHING, isThere: true, ...shown },
    });
  }

  judge(): void {
    checkLifetimes(this.history, new DamageBudget(1), 0);
  }

  judgeRest(shown: Partial<ShownLifetime>): void {
    checkOver(this.key, { ...NOTHING, ...shown }, this.history, new DamageBudget(1), true);
  }
}

describe("(s) a value with an end", () => {
  it("is shown until then, and not for longer than clocks may be apart", () => {
    const story = new Story("register");
    story.put("a", 1_000, 5_000);
    story.glance(2_000, { texts: ["a"], expiresAtMs: [6_000] });
    story.glance(6_400, { texts: ["a"], expiresAtMs: [6_000] });
    expect(() => story.judge()).not.toThrow();
    story.glance(6_600, { texts: ["a"], expiresAtMs: [6_000] });
    expect(() => story.judge()).toThrow("shows what was over");
  });

  it("is missed while it is not over", () => {
    const story = new Story("register");
    story.put("a", 1_000, 5_000);
    story.glance(2_000, { isThere: false });
    expect(() => story.judge()).toThrow("does not show a, which is not over");
  });

  it("has the end that was asked for", () => {
    const story = new Story("register");
    story.put("a", 1_000, 5_000);
    story.glance(2_000, { texts: ["a"], expiresAtMs: [9_000] });
    expect(() => story.judge()).toThrow("shows a with an end at 9000");
  });

  it("does not give way to what it replaced", () => {
    const story = new Story("register");
    story.put("old", 1_000, 0);
    story.put("a", 5_000, 1_500);
    story.glance(9_000, { texts: ["old"], expiresAtMs: [0] });
    expect(() => story.judge()).toThrow("shows old, which a replaced");
  });

  it("of a counter ends with the latest of it, whoever counted", () => {
    const story = new Story("counter");
    story.put("a", 1_000, 5_000, 1);
    story.put("b", 1_100, 1_500, 2);
    story.glance(3_000, { count: 3n, expiresAtMs: [6_000] });
    expect(() => story.judge()).not.toThrow();
    story.glance(3_100, { isThere: false });
    expect(() => story.judge()).toThrow("which is not over");
  });
});

describe("(s) at rest", () => {
  it("nothing with an end is shown, and nothing at all where nothing was put to stay", () => {
    const story = new Story("register");
    story.put("a", 1_000, 5_000);
    expect(() => story.judgeRest({})).not.toThrow();
    expect(() => story.judgeRest({ isThere: true, texts: ["a"], expiresAtMs: [6_000] })).toThrow("at rest");
    expect(() => story.judgeRest({ isThere: true, texts: ["a"], expiresAtMs: [0] })).toThrow(
      "put there to stay",
    );
  });

  it("what was put to stay after the end is there", () => {
    const story = new Story("register");
    story.put("a", 1_000, 1_500);
    story.put("b", 5_000, 0);
    expect(() => story.judgeRest({ isThere: true, texts: ["b"], expiresAtMs: [0] })).not.toThrow();
    expect(() => story.judgeRest({})).toThrow("lost b, put after all others");
  });

  it("what was replaced stays so", () => {
    const story = new Story("register");
    story.put("old", 1_000, 0);
    story.put("a", 5_000, 1_500);
    expect(() => story.judgeRest({})).not.toThrow();
    expect(() => story.judgeRest({ isThere: true, texts: ["old"], expiresAtMs: [0] })).toThrow(
      "a replaced old",
    );
  });

  it("a sibling without an end is there, whenever it was put", () => {
    const story = new Story("multi");
    story.put("stays", 1_000, 0);
    story.put("goes", 1_010, 1_500);
    expect(() => story.judgeRest({ isThere: true, texts: ["stays"], expiresAtMs: [0] })).not.toThrow();
    expect(() => story.judgeRest({})).toThrow("lost stays");
  });

  it("no disk keeps a row or an entry of it, but the entry of a row that was damaged", () => {
    expect(keptPastEnd("eu-1", [INSPECTED], false)).toBeUndefined();
    expect(keptPastEnd("eu-1", [{ ...INSPECTED, rowsExpiring: 2 }], true)).toContain(
      "keeps 2 rows with an end",
    );
    expect(keptPastEnd("eu-1", [{ ...INSPECTED, expirations: 1 }], false)).toContain("1 entries");
    expect(keptPastEnd("eu-1", [{ ...INSPECTED, expirations: 1 }], true)).toBeUndefined();
  });
});
