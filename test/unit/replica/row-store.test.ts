import { describe, expect, it } from "vitest";
import { actorOf, Context, VersionVector } from "../../../src/causality/index.js";
import type { RowKey } from "../../../src/codec/index.js";
import { aheadKey, aheadRange, type StoreKey } from "../../../src/storage/index.js";
import { PARTITION, ReplicaFixture, rowKeyOf } from "./replica-fixture.js";

const B = actorOf(2, 1);

/** A row whose context is ahead by the dots that somebody removed. */
function leaveAhead(f: ReplicaFixture, name: string, ...counters: readonly number[]): void {
  const context = new Context();
  for (const counter of counters) context.add(B, counter);
  f.replica.join(rowKeyOf(name), { live: [], context });
}

function marks(f: ReplicaFixture): StoreKey[] {
  let found: StoreKey[] = [];
  f.commit.scanKeys(aheadRange(PARTITION), 10_000, "pending", (_error, keys) => {
    found = keys;
  });
  f.settle();
  return found;
}

function sweep(f: ReplicaFixture): void {
  let isDone = false;
  f.replica.aheadRows.sweep(
    () => false,
    () => {
      isDone = true;
    },
  );
  f.settle();
  expect(isDone).toBe(true);
}

describe("the sweep of rows that were ahead", () => {
  it("drops rows and marks of which the clock covers everything, and keeps what it does not", () => {
    const f = new ReplicaFixture();
    leaveAhead(f, "covered", 1, 2);
    leaveAhead(f, "partly", 2, 9);
    f.settle();
    expect(marks(f)).toHaveLength(2);
    f.replica.adopt(VersionVector.from([[B, 3]]), undefined);
    sweep(f);
    expect(marks(f)).toHaveLength(1);
    f.crash();
    expect(f.durable(rowKeyOf("partly")).ahead.dots()).toEqual([{ actor: B, counter: 9 }]);
    expect(rowCount(f)).toBe(1);
  });

  it("drops the mark of a row that was written again after the clock had caught up", () => {
    const f = new ReplicaFixture();
    leaveAhead(f, "k", 1);
    f.settle();
    f.replica.adopt(VersionVector.from([[B, 1]]), undefined);
    f.put(rowKeyOf("k"));
    f.settle();
    sweep(f);
    expect(marks(f)).toEqual([]);
    expect(f.live(rowKeyOf("k"))).toHaveLength(1);
  });

  it("finds a row that was written again after a damaged log had lost its mark", () => {
    const f = new ReplicaFixture();
    leaveAhead(f, "k", 1);
    f.settle();
    f.commit.write(aheadKey(PARTITION, rowKeyOf("k")), undefined);
    f.settle();
    leaveAhead(f, "k", 2);
    f.settle();
    expect(marks(f)).toHaveLength(1);
  });

  it("goes through all of them, page by page, and ends", () => {
    const f = new ReplicaFixture();
    for (let at = 0; at < 600; at++) leaveAhead(f, `k${at}`, 1);
    f.settle();
    expect(marks(f)).toHaveLength(600);
    f.replica.adopt(VersionVector.from([[B, 1]]), undefined);
    sweep(f);
    expect(marks(f)).toEqual([]);
    expect(rowCount(f)).toBe(0);
  });
});

describe("the scan of rows", () => {
  it("finds the rows of this partition in order, after one, in either view", () => {
    const f = new ReplicaFixture();
    const rows = (...names: readonly string[]): RowKey[] => names.map((name) => rowKeyOf(name));
    for (const name of ["c", "a", "b"]) f.put(rowKeyOf(name));
    f.settle();
    f.remove(rowKeyOf("a"));
    f.put(rowKeyOf("d"));
    expect(scan(f, "pending")).toEqual(rows("b", "c", "d"));
    expect(scan(f, "durable")).toEqual(rows("b", "c", "d"));
    expect(scan(f, "durable", rowKeyOf("b"))).toEqual(rows("c", "d"));
  });
});

function scan(f: ReplicaFixture, view: "pending" | "durable", after?: RowKey): RowKey[] {
  let found: RowKey[] = [];
  f.replica.rows.scan(after, 10_000, view, (_error, rowKeys) => {
    found = rowKeys;
  });
  f.settle();
  return found;
}

function rowCount(f: ReplicaFixture): number {
  return scan(f, "durable").length;
}
