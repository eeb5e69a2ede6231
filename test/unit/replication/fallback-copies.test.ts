/** Copies held for other replicas: on disk, counted, bounded. */
import { describe, expect, it } from "vitest";
import { actorOf, INCARNATION_MAX, MEMBER_NUMBER_MAX } from "../../../src/causality/index.js";
import { type Delta, encodeRowKey } from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import { FallbackCopies } from "../../../src/replication/fallback-copies.js";
import type { StoreKey } from "../../../src/storage/index.js";
import { CommitFixture } from "../storage/commit-fixture.js";

const HOME = MEMBER_NUMBER_MAX;
const BYTES_MAX = 2_000;

function deltaOf(counter: number, bytes = 10, partition = 7): Delta {
  return {
    partition,
    actor: actorOf(1, INCARNATION_MAX),
    counter,
    hlc: 5n,
    rowKey: encodeRowKey(DataType.register, "b", Buffer.from("k")),
    requestId: undefined,
    following: 0,
    payload: {
      hlc: 5n,
      isTombstone: false,
      encoding: 0,
      expiresAtMs: 0,
      data: Buffer.alloc(bytes),
    },
    replaced: [{ actor: actorOf(3, 1), counter: 9 }],
  };
}

function open(
  fixture: CommitFixture,
  stored: readonly { key: StoreKey; bytes: number }[] = [],
): FallbackCopies {
  return new FallbackCopies(fixture.commit, BYTES_MAX, stored);
}

function keysOf(copies: FallbackCopies): StoreKey[] {
  return [...copies.keysFor(HOME)];
}

describe("copies", () => {
  it("are read as they came, in their order, and gone once removed", () => {
    const fixture = new CommitFixture();
    const copies = open(fixture);
    for (const counter of [1, 2, 3]) expect(copies.hold(HOME, deltaOf(counter))).toBe(true);
    fixture.flush();
    expect(keysOf(copies).map((key) => copies.read(key))).toEqual([deltaOf(1), deltaOf(2), deltaOf(3)]);
    for (const key of keysOf(copies)) copies.remove(key);
    fixture.flush();
    expect(copies.homes).toEqual([]);
    expect(copies.partitions).toEqual(new Set());
    expect(copies.fill.size).toBe(0);
  });

  it("are found again by the next process", () => {
    const fixture = new CommitFixture();
    const before = open(fixture);
    before.hold(HOME, deltaOf(1));
    before.hold(HOME, deltaOf(1, 10, 8));
    fixture.flush();
    const stored = keysOf(before).map((key) => ({
      key,
      bytes: fixture.commit.readDurable(key)?.length ?? 0,
    }));
    const after = open(fixture, stored);
    expect(after.fill).toEqual(before.fill);
    expect(after.partitions).toEqual(new Set([7, 8]));
    expect(after.homes).toEqual([HOME]);
    expect(keysOf(after).map((key) => after.read(key))).toEqual([deltaOf(1), deltaOf(1, 10, 8)]);
  });

  it("are held once, however often they come", () => {
    const fixture = new CommitFixture();
    const copies = open(fixture);
    copies.hold(HOME, deltaOf(1));
    const { size } = copies.fill;
    expect(copies.hold(HOME, deltaOf(1))).toBe(true);
    expect(copies.fill.size).toBe(size);
    expect(keysOf(copies)).toHaveLength(1);
  });

  it("are refused beyond the bound, and taken again when there is room", () => {
    const fixture = new CommitFixture();
    const copies = open(fixture);
    let counter = 0;
    while (copies.hold(HOME, deltaOf(++counter))) if (counter > 100) throw new Error("there is no bound");
    expect(counter).toBeGreaterThan(2);
    expect(copies.fill.size).toBeLessThanOrEqual(BYTES_MAX);
    const [oldest] = keysOf(copies);
    if (oldest !== undefined) copies.remove(oldest);
    expect(copies.hold(HOME, deltaOf(counter))).toBe(true);
  });

  it("that are damaged say so", () => {
    const fixture = new CommitFixture();
    const copies = open(fixture);
    copies.hold(HOME, deltaOf(1));
    fixture.flush();
    const [key] = keysOf(copies);
    if (key === undefined) throw new Error("nothing is held");
    const record = fixture.commit.readDurable(key);
    record?.writeUInt8(record.readUInt8(5) ^ 1, 5);
    fixture.commit.put(key, record);
    fixture.flush();
    expect(copies.read(key)).toBe("damaged");
  });
});
