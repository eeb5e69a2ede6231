/** The invariants that look at single facts: each holds on what is right, and fails on what is not. */
import { describe, expect, it } from "vitest";
import { actorOf, VersionVector } from "../../../../src/causality/index.js";
import { encodeRowKey, sealRecord, writeLogEntry } from "../../../../src/codec/index.js";
import { DataType } from "../../../../src/crdt/index.js";
import { DamageBudget } from "../../../../src/simulator/damage-budget.js";
import { DotLedger } from "../../../../src/simulator/dot-ledger.js";
import { checkFills, checkSiblings } from "../../../../src/simulator/invariants/bounds.js";
import { checkEqualScans } from "../../../../src/simulator/invariants/convergence.js";
import { checkDeletedValues } from "../../../../src/simulator/invariants/deleted-values.js";
import { checkContiguousLog, checkUniqueDots } from "../../../../src/simulator/invariants/dots.js";
import { checkAppliedOnce } from "../../../../src/simulator/invariants/retries.js";
import { logKey } from "../../../../src/storage/index.js";
import { readOf, Story } from "./histories.js";

const ROWS = {
  partition: 1,
  rows: 3,
  tombstones: 0,
  rowsAhead: 0,
  rowsDamaged: 0,
  rowsExpiring: 0,
  expirations: 0,
  siblingsMax: 4,
  logEntries: 5,
  logEntriesDue: 5,
};

/** A batch with one log entry. */
function logged(member: number, counter: number, key: string, requestId?: string) {
  const actor = actorOf(member, 1);
  const storeKey = logKey(0, actor, counter);
  const rowKey = encodeRowKey(DataType.register, "b", Buffer.from(key));
  const value = sealRecord(Buffer.from(storeKey, "latin1"), (writer) =>
    writeLogEntry(writer, { rowKey, requestId, following: 0, hlc: 1n }),
  );
  return [{ key: storeKey, value }];
}

describe("(c) convergence", () => {
  it("is that every node alone answers the same", () => {
    const { register } = new Story();
    expect(() =>
      checkEqualScans(
        register,
        new Map([
          ["a", "v1"],
          ["b", "v1"],
        ]),
      ),
    ).not.toThrow();
    expect(() =>
      checkEqualScans(
        register,
        new Map([
          ["a", "v1"],
          ["b", ""],
        ]),
      ),
    ).toThrow("b []");
  });
});

describe("(d) a deleted value", () => {
  const budget = new DamageBudget(3);

  it("does not return below its delete, nor after a write that had replaced it", () => {
    const story = new Story();
    story.write(story.register, "v1", 10);
    story.write(story.register, "d2", 15, { kind: "delete" });
    story.write(story.multi, "v3", 10);
    story.write(story.multi, "v4", 15, { observed: ["v3"] });
    const check = (read: ReturnType<typeof readOf>) => () =>
      checkDeletedValues(story.history, [read], budget);
    expect(check(readOf(story.register, 100, {}))).not.toThrow();
    expect(check(readOf(story.register, 100, { v1: 10 }))).toThrow("d2");
    expect(check(readOf(story.multi, 100, { v4: 15 }))).not.toThrow();
    expect(check(readOf(story.multi, 100, { v3: 10, v4: 15 }))).toThrow("v4 had replaced it");
  });

  it("nor does one that nobody wrote, that was refused, or that is still to come", () => {
    const story = new Story();
    story.write(story.multi, "v1", 10, { fate: "refused" });
    story.write(story.multi, "v2", 200);
    const check = (value: string) => () =>
      checkDeletedValues(story.history, [readOf(story.multi, 100, { [value]: 10 })], budget);
    expect(check("v1")).toThrow("nothing was done");
    expect(check("v2")).toThrow("before it was written");
    expect(check("v3")).toThrow("nobody wrote");
  });
});

const nothingBefore = () => undefined;

describe("(g) dots", () => {
  it("are minted once: what a clock covered before is only written anew", () => {
    const ledger = new DotLedger();
    const before = VersionVector.from([[actorOf(1, 1), 1]]);
    expect([...ledger.batchWritten(1, logged(1, 1, "k"), () => before)]).toEqual([]);
    expect([...ledger.batchWritten(1, logged(1, 2, "k"), () => before)]).toEqual([0]);
  });

  it("are the same on every disk", () => {
    const ledger = new DotLedger();
    expect([...ledger.batchWritten(1, logged(1, 1, "k"), nothingBefore)]).toEqual([0]);
    expect([...ledger.batchWritten(2, logged(1, 1, "k"), nothingBefore)]).toEqual([]);
    expect(() => checkUniqueDots(ledger)).not.toThrow();
    ledger.batchWritten(3, logged(1, 1, "other"), nothingBefore);
    expect(() => checkUniqueDots(ledger)).toThrow("dot 1.1:1 of partition 0");
  });

  it("are all in the log above its floor", () => {
    expect(() => checkContiguousLog("eu-1", [ROWS])).not.toThrow();
    expect(() => checkContiguousLog("eu-1", [{ ...ROWS, logEntriesDue: 6 }])).toThrow("5 of 6");
  });
});

describe("(i) bounds", () => {
  it("are kept by whatever has one", () => {
    const fills = (size: number) => ({
      incarnation: 1,
      partitions: [],
      fills: { q: { size, max: 10 }, open: { size, max: undefined } },
    });
    expect(() => checkFills("eu-1", fills(10))).not.toThrow();
    expect(() => checkFills("eu-1", fills(11))).toThrow("11 in q");
    expect(() => checkSiblings("eu-1", [ROWS], 2, 2)).not.toThrow();
    expect(() => checkSiblings("eu-1", [ROWS], 1, 3)).toThrow("4 siblings");
  });
});

describe("(j) a request", () => {
  const id = "0".repeat(32);

  it("makes one dot, however many disks it is on", () => {
    const ledger = new DotLedger();
    for (const node of [1, 2]) ledger.batchWritten(node, logged(1, 1, "k", id), nothingBefore);
    expect(() => checkAppliedOnce(ledger, new DamageBudget(3))).not.toThrow();
    ledger.batchWritten(2, logged(2, 1, "k", id), nothingBefore);
    expect(() => checkAppliedOnce(ledger, new DamageBudget(3))).toThrow("1.1:1 and as 2.1:1");
  });

  it("may make two when the victim has forgotten the first", () => {
    const ledger = new DotLedger();
    ledger.batchWritten(1, logged(1, 1, "k", id), nothingBefore);
    ledger.batchWritten(2, logged(2, 1, "k", id), nothingBefore);
    const budget = new DamageBudget(1);
    expect(() => checkAppliedOnce(ledger, budget)).toThrow();
    budget.destroyed(1, 5, "seen");
    expect(() => checkAppliedOnce(ledger, budget)).not.toThrow();
  });
});
