import { describe, expect, it } from "vitest";
import { actorMember, hlcAt } from "../../../src/causality/index.js";
import { encodeRowKey, mapElement, type RowKey } from "../../../src/codec/index.js";
import { compileEdit, DataType, rowState } from "../../../src/crdt/index.js";
import { CONFLICT_VALUE_BYTES_MAX } from "../../../src/replica/conflict-log.js";
import type { ConflictLogSettings } from "../../../src/replica/index.js";
import { conflictKey, metaKey } from "../../../src/storage/index.js";
import { ReplicaFixture, rowKeyOf } from "./replica-fixture.js";

const SETTINGS: ConflictLogSettings = { buckets: new Set(["b"]), recordsMax: 100, bytesMax: 2 ** 20 };
const K = rowKeyOf("k", DataType.register);
const LEAF = encodeRowKey(
  DataType.map,
  "b",
  Buffer.from("k"),
  mapElement({ path: [Buffer.from("name")], type: DataType.register, member: undefined }),
);

/** Two replicas of one partition in two regions; the second one's clock is behind. */
function pair(settings: Partial<ConflictLogSettings> = {}): [ReplicaFixture, ReplicaFixture] {
  const both = { ...SETTINGS, ...settings };
  const [eu, us] = [new ReplicaFixture(undefined, 1, both), new ReplicaFixture(undefined, 2, both)];
  eu.hlc.observe(hlcAt(eu.host.runtime.clock.wallMs() + 1_000));
  return [eu, us];
}

/** Both put at once, and hear of each other. */
function conflict([eu, us]: readonly [ReplicaFixture, ReplicaFixture], rowKey: RowKey, name = ""): void {
  const [ours, theirs] = [eu.put(rowKey, `eu${name}`), us.put(rowKey, `us${name}`)];
  expect(eu.replica.apply(theirs)).toBe("applied");
  expect(us.replica.apply(ours)).toBe("applied");
  settle(eu, us);
}

function settle(...fixtures: readonly ReplicaFixture[]): void {
  for (const fixture of fixtures) fixture.settle();
}

/** The values that were discarded, newest first. */
function discarded({ conflicts }: ReplicaFixture): string[] {
  return conflicts.map((record) => record.discarded.data.toString());
}

describe("a conflict log", () => {
  it("has a record at each of two replicas that were written at once", () => {
    const both = pair();
    conflict(both, K);
    for (const { conflicts } of both) {
      expect(conflicts).toHaveLength(1);
      expect(conflicts[0]).toMatchObject({
        rowKey: K,
        kept: { isDelete: false, sizeBytes: 2, data: Buffer.from("eu") },
        discarded: { isDelete: false, sizeBytes: 2, data: Buffer.from("us") },
      });
      const members = conflicts.flatMap(({ kept, discarded: lost }) => [kept, lost]);
      expect(members.map(({ dot }) => actorMember(dot.actor))).toEqual([1, 2]);
      expect(conflicts[0]?.kept.hlc).toBeGreaterThan(conflicts[0]?.discarded.hlc ?? 0n);
    }
    expect(both.map(({ counts }) => counts)).toEqual([{ conflicts_noted: 1 }, { conflicts_noted: 1 }]);
    expect(both.map((fixture) => fixture.live(K)[0]?.payload.data.toString())).toEqual(["eu", "eu"]);
  });

  it("has none of a write that replaced the other, nor of a put without context over what is there", () => {
    const [eu, us] = pair();
    us.replica.apply(eu.put(K, "first"));
    eu.replica.apply(us.put(K, "second"));
    eu.replica.apply(us.put(K, "third"));
    settle(eu, us);
    expect([...eu.conflicts, ...us.conflicts]).toEqual([]);
  });

  it("tells of a value that lost to a delete", () => {
    const [eu, us] = pair();
    us.replica.apply(eu.put(K, "base"));
    eu.put(rowKeyOf("later", DataType.register));
    const [removed, put] = [eu.remove(K), us.put(K, "edit")];
    if (removed === undefined) throw new Error("there was nothing to remove");
    eu.replica.apply(put);
    settle(eu, us);
    expect(eu.conflicts).toMatchObject([
      { kept: { isDelete: true, sizeBytes: 0 }, discarded: { isDelete: false, data: Buffer.from("edit") } },
    ]);
  });

  it("has each conflict once, however often and in whatever way it comes", () => {
    const [eu, us] = pair();
    const [ours, theirs] = [eu.put(K, "eu"), us.put(K, "us")];
    us.settle();
    const whole = rowState(us.durable(K), us.replica.durableClock);
    eu.replica.join(K, whole);
    eu.replica.join(K, whole);
    eu.settle();
    expect(eu.replica.apply(theirs)).toBe("applied");
    expect(eu.replica.apply(theirs)).toBe("duplicate");
    eu.replica.join(K, whole);
    us.replica.apply(ours);
    expect(us.replica.apply(ours)).toBe("duplicate");
    settle(eu, us);
    expect([discarded(eu), discarded(us)]).toEqual([["us"], ["us"]]);
  });

  it("is there after a restart, and goes on", () => {
    const both = pair();
    const [eu] = both;
    conflict(both, K, "1");
    eu.crash(true);
    expect(discarded(eu)).toEqual(["us1"]);
    conflict(both, rowKeyOf("other", DataType.register), "2");
    expect(discarded(eu)).toEqual([expect.stringMatching(/2$/), "us1"]);
  });

  it("takes a record into the batch of its row: both, or neither", () => {
    const [eu, us] = pair();
    eu.put(K, "eu");
    eu.settle();
    eu.replica.apply(us.put(K, "us"));
    expect(eu.conflicts).toEqual([]);
    eu.crash(true);
    expect(eu.conflicts).toEqual([]);
    expect(eu.replica.clock.get(us.actor)).toBe(0);
  });

  it("has all of those that come in one batch, and drops what is beyond its bound there", () => {
    for (const [recordsMax, kept] of [
      [100, 5],
      [2, 2],
    ] as const) {
      const [eu, us] = pair({ recordsMax });
      for (let i = 0; i < 5; i++) {
        const rowKey = rowKeyOf(`k${i}`, DataType.register);
        eu.put(rowKey, "eu");
        eu.replica.apply(us.put(rowKey, `us${i}`));
      }
      settle(eu, us);
      expect(discarded(eu)).toEqual(["us4", "us3", "us2", "us1", "us0"].slice(0, kept));
    }
  });

  it("is as durable as the row at every moment: no crash parts them, and no redelivery adds to it", () => {
    const [eu, us] = pair();
    eu.put(K, "eu");
    eu.settle();
    const theirs = us.put(K, "us");
    us.settle();
    const whole = rowState(us.durable(K), us.replica.durableClock);
    expect(eu.replica.apply(theirs)).toBe("applied");
    const isHeld = () => eu.replica.durableClock.get(us.actor) === 1;
    expect(eu.world.time.runUntil(() => isHeld() || eu.conflicts.length > 0, 1_000)).toBe(true);
    expect([isHeld(), discarded(eu)]).toEqual([true, ["us"]]);
    eu.crash(true);
    expect(discarded(eu)).toEqual(["us"]);
    expect(eu.replica.apply(theirs)).toBe("duplicate");
    eu.replica.join(K, whole);
    eu.settle();
    expect(discarded(eu)).toEqual(["us"]);
  });

  it("has registers inside maps, and no other type", () => {
    const [eu, us] = pair();
    const assign = (fixture: ReplicaFixture, text: string) => {
      const row = fixture.replica.rows.readPending(LEAF);
      const edit = { kind: "assign", data: Buffer.from(text), encoding: 0, expiresAtMs: 0 } as const;
      const intent = compileEdit(row, edit, fixture.actor, 0);
      if (intent === undefined || intent === "overflow") throw new Error("nothing to do");
      return fixture.replica.mint(fixture.actor, LEAF, row, intent, { requestId: undefined, following: 0 });
    };
    const [ours, theirs] = [assign(eu, "eu"), assign(us, "us")];
    eu.replica.apply(theirs);
    us.replica.apply(ours);
    eu.replica.apply(assign(us, "again"));
    conflict([eu, us], rowKeyOf("siblings", DataType.multi));
    expect([discarded(eu), discarded(us)]).toEqual([["us"], ["us"]]);
    expect(eu.conflicts[0]?.rowKey).toBe(LEAF);
  });

  it("is kept only for the buckets that ask for it", () => {
    const elsewhere = pair({ buckets: new Set(["other"]) });
    conflict(elsewhere, K);
    expect(elsewhere.flatMap(({ conflicts }) => conflicts)).toEqual([]);
    const off = [new ReplicaFixture(), new ReplicaFixture(undefined, 2)] as const;
    conflict(off, K);
    expect(off.flatMap(({ conflicts }) => conflicts)).toEqual([]);
  });
});

describe("a conflict log is bounded", () => {
  it("by records: the oldest go, and are counted", () => {
    const both = pair({ recordsMax: 3 });
    for (let i = 0; i < 5; i++) conflict(both, rowKeyOf(`k${i}`, DataType.register), String(i));
    const [eu] = both;
    expect(discarded(eu).map((value) => value.slice(-1))).toEqual(["4", "3", "2"]);
    expect(eu.counts).toEqual({ conflicts_noted: 5, conflicts_dropped: 2 });
    expect([0, 1].map((number) => eu.commit.readDurable(conflictKey(number)))).toEqual([
      undefined,
      undefined,
    ]);
  });

  it("by bytes, of whatever size the values are", () => {
    const bytesMax = 3 * CONFLICT_VALUE_BYTES_MAX;
    const [eu, us] = pair({ bytesMax });
    for (let i = 0; i < 6; i++) {
      const rowKey = rowKeyOf(`k${i}`, DataType.register);
      const [, theirs] = [eu.put(rowKey, Buffer.alloc(4_000, i)), us.put(rowKey, Buffer.alloc(4_000 * i, i))];
      eu.replica.apply(theirs);
      eu.settle();
      const stored = eu.conflicts.reduce(
        (sum, { kept, discarded: lost }) => sum + kept.data.length + lost.data.length,
        0,
      );
      expect(stored).toBeLessThanOrEqual(bytesMax);
    }
    expect(eu.conflicts.length).toBeGreaterThan(0);
    expect(eu.conflicts.length).toBe(6 - (eu.counts.conflicts_dropped ?? 0));
    expect(eu.counts.conflicts_dropped).toBeGreaterThan(0);
  });

  it("by value: what is too long is cut off, and its size told", () => {
    const [eu, us] = pair();
    eu.put(K, "eu");
    eu.replica.apply(us.put(K, Buffer.alloc(CONFLICT_VALUE_BYTES_MAX + 1, 7)));
    eu.settle();
    expect(eu.conflicts[0]?.discarded).toMatchObject({
      sizeBytes: CONFLICT_VALUE_BYTES_MAX + 1,
      data: Buffer.alloc(CONFLICT_VALUE_BYTES_MAX, 7),
    });
  });

  it("also after its head was damaged: it begins anew", () => {
    const both = pair({ recordsMax: 2 });
    for (let i = 0; i < 4; i++) conflict(both, rowKeyOf(`k${i}`, DataType.register), String(i));
    const [eu] = both;
    eu.rot(metaKey("conflicts"));
    expect(eu.conflicts).toEqual([]);
    for (let i = 4; i < 10; i++) conflict(both, rowKeyOf(`k${i}`, DataType.register), String(i));
    expect(discarded(eu).map((value) => value.slice(-1))).toEqual(["9", "8"]);
    const stored = Array.from({ length: 20 }, (_, number) => eu.commit.readDurable(conflictKey(number)));
    expect(stored.filter((record) => record !== undefined)).toHaveLength(2);
  });

  it("leaves out a record that is damaged", () => {
    const both = pair();
    for (let i = 0; i < 3; i++) conflict(both, rowKeyOf(`k${i}`, DataType.register), String(i));
    const [eu] = both;
    eu.rot(conflictKey(1));
    expect(discarded(eu).map((value) => value.slice(-1))).toEqual(["2", "0"]);
  });
});
