import { describe, expect, it } from "vitest";
import { VersionVector } from "../../../src/causality/index.js";
import { mayHaveTouched } from "../../../src/replica/index.js";
import { logKey, requestKey } from "../../../src/storage/index.js";
import { pageOf } from "./catch-up-receiver.js";
import { PARTITION, ReplicaFixture, rowKeyOf } from "./replica-fixture.js";

const idOf = (i: number): string => i.toString(16).padStart(32, "0");

/** A replica that wrote so many rows, each under a request id of its own. */
function written(count: number): ReplicaFixture {
  const f = new ReplicaFixture();
  for (let i = 1; i <= count; i++) f.put(rowKeyOf(`k${i}`), "v", idOf(i));
  f.settle();
  return f;
}

function trim(f: ReplicaFixture, upTo: number, limit = 1_000): number {
  let trimmed: number | undefined;
  f.replica.trimLog(f.actor, upTo, limit, (error, count) => {
    if (error !== undefined) throw error;
    trimmed = count;
  });
  f.settle();
  if (trimmed === undefined) throw new Error("the trimming did not end");
  return trimmed;
}

/** Which of the counters have an entry, and which of the request ids a record, on disk. */
function onDisk(f: ReplicaFixture, counters: number): { entries: number[]; ids: number[] } {
  const all = Array.from({ length: counters }, (_, i) => i + 1);
  return {
    entries: all.filter((i) => f.commit.readDurable(logKey(PARTITION, f.actor, i)) !== undefined),
    ids: all.filter((i) => f.commit.readDurable(requestKey(PARTITION, idOf(i))) !== undefined),
  };
}

describe("trimming one actor's log", () => {
  it("takes the oldest entries and their request ids, up to the counter and no further", () => {
    const f = written(6);
    expect(trim(f, 4)).toBe(4);
    expect(onDisk(f, 6)).toEqual({ entries: [5, 6], ids: [5, 6] });
    expect(f.replica.findRequest(idOf(4))).toBeUndefined();
    expect(f.replica.findRequest(idOf(5))).toMatchObject({ kind: "applied" });
  });

  it("takes no more than the limit at once, and says that there is more", () => {
    const f = written(5);
    expect(trim(f, 4, 3)).toBe(3);
    expect(f.replica.isTrimDue(f.actor, 4)).toBe(true);
    expect(f.replica.floor.get(f.actor)).toBe(3);
    expect(trim(f, 4, 3)).toBe(1);
    expect(f.replica.isTrimDue(f.actor, 4)).toBe(false);
    expect(onDisk(f, 5).entries).toEqual([5]);
  });

  it("raises the floor in the batch that removes: a crash leaves both or none", () => {
    const seen = new Set<number>();
    for (let ms = 0; ms < 8; ms += 0.25) {
      const f = written(6);
      const { actor } = f;
      f.replica.trimLog(actor, 4, 1_000, () => undefined);
      f.world.time.runFor(ms);
      f.crash(true);
      const left = [1, 2, 3, 4].filter(
        (i) => f.commit.readDurable(logKey(PARTITION, actor, i)) !== undefined,
      );
      seen.add(left.length);
      expect(f.replica.floor.get(actor)).toBe(4 - left.length);
    }
    expect([...seen].sort()).toEqual([0, 4]);
  });

  it("leaves the rows, and turns who asks below it into a full sync", () => {
    const f = written(4);
    trim(f, 2);
    const request = { type: "catch-up-request", partition: PARTITION, session: 1 } as const;
    const ask = (held: number) =>
      pageOf(f, {
        ...request,
        target: undefined,
        position: VersionVector.from([[f.actor, held]]),
        rows: undefined,
      });
    expect(ask(1).kind).toBe("below-floor");
    expect(ask(2)).toMatchObject({ kind: "log", entries: [{ counter: 3 }, { counter: 4 }] });
    expect(f.durable(rowKeyOf("k1")).live).toHaveLength(1);
  });

  it("lets a digest that can no longer tell say that the row may have been touched", () => {
    const f = written(4);
    const behind = VersionVector.from([[f.actor, 1]]);
    expect(mayHaveTouched(f.replica, rowKeyOf("k1"), behind)).toBe(false);
    trim(f, 3);
    expect(mayHaveTouched(f.replica, rowKeyOf("k1"), behind)).toBe(true);
  });

  it("finds after a restart what lies below the floor, whoever raised it", () => {
    const f = written(6);
    const { actor } = f;
    f.replica.raiseFloor(actor, 5);
    f.settle();
    f.crash();
    f.replica.trimLog(actor, 3, 1_000, () => undefined);
    f.settle();
    const left = [1, 2, 3, 4, 5, 6].filter(
      (i) => f.commit.readDurable(logKey(PARTITION, actor, i)) !== undefined,
    );
    expect(left).toEqual([4, 5, 6]);
    expect(f.replica.floor.get(actor)).toBe(5);
    expect(f.replica.findRequest(idOf(4))).toMatchObject({ kind: "applied" });
  });

  it("removes an entry that cannot be read", () => {
    const f = written(3);
    const { actor } = f;
    f.rot(logKey(PARTITION, actor, 2));
    f.replica.trimLog(actor, 3, 1_000, () => undefined);
    f.settle();
    expect(f.commit.readDurable(logKey(PARTITION, actor, 2))).toBeUndefined();
    expect(f.replica.floor.get(actor)).toBe(3);
  });
});
