/** Invariant (u): what a watch must have shown in the end, and in which order. */
import { describe, expect, it } from "vitest";
import { DamageBudget } from "../../../../src/simulator/damage-budget.js";
import { type Following, History, type Sight } from "../../../../src/simulator/history.js";
import { checkWatches } from "../../../../src/simulator/invariants/watches.js";
import { listedKey, listedNameOf } from "../../../../src/simulator/listed-keys.js";

const VICTIM = 1;
/** One that comes and goes. */
const KEY = listedKey("register", 3);
const NAME = listedNameOf(KEY);

class Story {
  readonly history = new History([]);
  readonly budget = new DamageBudget(VICTIM);
  readonly following: Following = {
    isTagged: false,
    hasAll: true,
    isServed: true,
    isToStay: true,
    sights: [],
    shown: new Map(),
  };

  constructor() {
    this.history.followings.push(this.following);
    this.write("enter", "a");
  }

  write(kind: "enter" | "leave", text: string): void {
    this.history.listedWrites.push({
      key: KEY,
      kind,
      text,
      level: "QUORUM",
      requestId: text,
      session: undefined,
      startedAtMs: 1,
      endedAtMs: 2,
      fate: "acknowledged",
      acksReceived: 2,
      fallbackAcks: 0,
    });
  }

  show(text: string, stamp: bigint, era = 1): void {
    const sight: Sight = { name: NAME, text, stamp, era, atMs: 10 };
    this.following.sights.push(sight);
    this.following.shown.set(NAME, sight);
  }

  judge(text: string, stamp = 1n): void {
    const final = text === "" ? [] : [{ name: NAME, text, stamp }];
    checkWatches(this.history, final, this.budget);
  }
}

describe("(u) a watch", () => {
  it("has shown what is there in the end", () => {
    const story = new Story();
    expect(() => story.judge("a")).toThrow("and a is there");
    story.show("a", 1n);
    expect(() => story.judge("a")).not.toThrow();
    expect(() => story.judge("")).toThrow("and nothing is there");
    story.show("", 2n);
    expect(() => story.judge("")).not.toThrow();
  });

  it("is not held to keys of which no scan has told it, nor to what a disk has lost", () => {
    const story = new Story();
    story.following.hasAll = false;
    expect(() => story.judge("a")).not.toThrow();
    story.following.hasAll = true;
    story.budget.destroyed(VICTIM, 5, "seen");
    story.show("b", 2n);
    expect(() => story.judge("a")).not.toThrow();
    expect(() => story.judge("a", 3n)).toThrow("and a is there");
  });

  it("shows nothing that is older than what it had shown, unless it was set back", () => {
    const story = new Story();
    story.show("b", 2n);
    story.show("a", 1n);
    expect(() => story.judge("a")).toThrow("whose stamp is higher");
    const setBack = new Story();
    setBack.show("b", 2n);
    setBack.show("a", 1n, 2);
    expect(() => setBack.judge("a")).not.toThrow();
  });

  it("may come to a delete whose tombstone is gone", () => {
    const story = new Story();
    story.show("a", 1n);
    story.show("", 0n);
    expect(() => story.judge("")).toThrow("whose stamp is higher");
    story.write("leave", "b");
    expect(() => story.judge("")).not.toThrow();
  });

  it("has a node in the end", () => {
    const story = new Story();
    story.show("a", 1n);
    story.following.isServed = false;
    expect(() => story.judge("a")).toThrow("goes on nowhere");
  });
});
