import { describe, expect, it } from "vitest";
import { actorOf, Context, type Dot, type Hlc, hlcAt, VersionVector } from "../../../src/causality/index.js";
import type { Delta, RowKey } from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import { newDoubt } from "../../../src/replica/index.js";
import { aheadKey, logKey, requestKey, rowStoreKey } from "../../../src/storage/index.js";
import { PARTITION, ReplicaFixture, rowKeyOf } from "./replica-fixture.js";

const B = actorOf(2, 1);
const K = rowKeyOf("k");
const REQUEST = "0123456789abcdef0123456789abcdef";

function delta(counter: number, replaced: readonly Dot[] = [], part: Partial<Delta> = {}): Delta {
  const hlc = hlcAt(5_000 + counter);
  const payload = {
    hlc,
    isTombstone: false,
    encoding: 0,
    expiresAtMs: 0,
    data: Buffer.from(`b${counter}`),
  } as const;
  const base = {
    partition: PARTITION,
    actor: B,
    counter,
    hlc,
    rowKey: K,
    requestId: undefined,
    following: 0,
  };
  return { ...base, payload, replaced, ...part };
}

function dots(f: ReplicaFixture, rowKey: RowKey = K): Dot[] {
  return f.live(rowKey).map(({ actor, counter }) => ({ actor, counter }));
}

/** A stamp of somebody whose clock is ahead. */
function stampAhead(f: ReplicaFixture): Hlc {
  return hlcAt(f.host.runtime.clock.wallMs() + 60_000);
}

describe("minting", () => {
  it("takes the next counter of its actor, and a stamp above all before", () => {
    const f = new ReplicaFixture();
    const [first, second] = [f.put(K), f.put(rowKeyOf("other"))];
    expect([first.counter, second.counter]).toEqual([1, 2]);
    expect(second.hlc).toBeGreaterThan(first.hlc);
    expect(first.payload?.hlc).toBe(first.hlc);
    expect(f.replica.clock.get(f.actor)).toBe(2);
  });

  it("starts again at 1 under a new incarnation", () => {
    const f = new ReplicaFixture();
    f.put(K);
    f.settle();
    const before = f.actor;
    f.crash();
    expect(f.put(K)).toMatchObject({ actor: f.actor, counter: 1 });
    expect(f.replica.clock.get(before)).toBe(1);
  });

  it("sees the writes of the same turn: a removal removes what was put a moment ago", () => {
    const f = new ReplicaFixture();
    const put = f.put(K);
    expect(f.remove(K)?.replaced).toEqual([{ actor: put.actor, counter: put.counter }]);
    expect(f.live(K)).toEqual([]);
    expect(f.remove(K)).toBeUndefined();
  });
});

describe("applying", () => {
  it("takes an actor's changes in order, says what is a duplicate, and lets no gap pass", () => {
    const f = new ReplicaFixture();
    expect(f.replica.apply(delta(2))).toBe("gap");
    expect(f.replica.apply(delta(1))).toBe("applied");
    expect(f.replica.apply(delta(1))).toBe("duplicate");
    expect(f.replica.apply(delta(3))).toBe("gap");
    expect(f.replica.apply(delta(2))).toBe("applied");
    expect(f.replica.clock.get(B)).toBe(2);
    expect(dots(f)).toEqual([
      { actor: B, counter: 1 },
      { actor: B, counter: 2 },
    ]);
  });

  it("changes nothing for a duplicate or across a gap, not even the stamps", () => {
    const f = new ReplicaFixture();
    f.replica.apply(delta(1));
    const stamp = f.hlc.last;
    f.replica.apply(delta(1, [], { hlc: stampAhead(f) }));
    f.replica.apply(delta(9, [{ actor: B, counter: 1 }]));
    expect(dots(f)).toEqual([{ actor: B, counter: 1 }]);
    expect(f.hlc.last).toBe(stamp);
  });

  it("stamps what follows above what was applied", () => {
    const f = new ReplicaFixture();
    const stamp = stampAhead(f);
    f.replica.apply(delta(1, [], { hlc: stamp }));
    expect(f.put(K).hlc).toBeGreaterThan(stamp);
  });

  it("keeps a mark of a row that is ahead of the clock, for as long as it is", () => {
    const f = new ReplicaFixture();
    f.replica.apply(delta(1, [{ actor: f.actor, counter: 1 }]));
    f.settle();
    expect(f.commit.readDurable(aheadKey(PARTITION, K))).toBeDefined();
    expect(f.durable(K).ahead.dots()).toEqual([{ actor: f.actor, counter: 1 }]);
    f.put(rowKeyOf("other"));
    f.settle();
    expect(f.durable(K).ahead.isEmpty).toBe(true);
  });
});

describe("the durable side", () => {
  it("lags behind the pending one until the batch is on disk: clock, rows, log", () => {
    const f = new ReplicaFixture();
    f.put(K);
    const { replica } = f;
    expect(replica.clock.get(f.actor)).toBe(1);
    expect(replica.durableClock.get(f.actor)).toBe(0);
    expect(f.durable(K).live).toEqual([]);
    expect(replica.log.read(f.actor, 1)).toBeUndefined();
    f.settle();
    expect(replica.durableClock.get(f.actor)).toBe(1);
    expect(f.durable(K).live).toHaveLength(1);
    expect(replica.log.read(f.actor, 1)).toMatchObject({ rowKey: K, requestId: undefined });
  });

  it("never shows a change of which the clock is not on disk yet, nor the other way round", () => {
    const f = new ReplicaFixture();
    for (let at = 0; at < 5; at++) f.put(K);
    let seen = 0;
    const { durableClock } = f.replica;
    while (f.world.time.run({ while: () => durableClock.get(f.actor) === seen }) === "condition") {
      seen = durableClock.get(f.actor);
      expect(f.durable(K).live.length).toBeGreaterThanOrEqual(seen);
    }
    expect(seen).toBe(5);
  });

  it("is what a restart finds; what was pending is gone with its counter", () => {
    const f = new ReplicaFixture();
    f.put(K);
    f.settle();
    f.put(rowKeyOf("lost"));
    const before = f.actor;
    f.crash();
    expect(f.replica.clock.sorted()).toEqual([[before, 1]]);
    expect(f.replica.durableClock.sorted()).toEqual([[before, 1]]);
    expect(f.live(K)).toHaveLength(1);
    expect(f.live(rowKeyOf("lost"))).toEqual([]);
  });
});

describe("request ids", () => {
  it("lead to the dot that they made, at once, after a restart, and where the delta was applied", () => {
    const f = new ReplicaFixture();
    const made = f.put(K, "v", REQUEST);
    const dot = { actor: made.actor, counter: made.counter, hlc: made.hlc };
    const found = { kind: "applied", dot };
    expect(f.replica.findRequest(REQUEST)).toEqual(found);
    f.settle();
    f.crash();
    expect(f.replica.findRequest(REQUEST)).toEqual(found);
    const other = new ReplicaFixture();
    other.replica.apply(made);
    expect(other.replica.findRequest(REQUEST)).toEqual(found);
    expect(other.replica.findRequest("ff".repeat(16))).toBeUndefined();
  });

  it("come with the pointers of a catch-up, and count as applied once the clock covers their dot", () => {
    const f = new ReplicaFixture();
    f.replica.addPointers([
      { actor: B, counter: 1, entry: { rowKey: K, requestId: REQUEST, following: 0, hlc: 9n } },
    ]);
    expect(f.replica.findRequest(REQUEST)).toMatchObject({
      kind: "announced",
      dot: { actor: B, counter: 1 },
    });
    f.replica.adopt(VersionVector.from([[B, 1]]), undefined);
    expect(f.replica.findRequest(REQUEST)).toMatchObject({ kind: "applied" });
  });

  it("are known to have been used when their record is damaged, though not for what", () => {
    const f = new ReplicaFixture();
    f.put(K, "v", REQUEST);
    f.rot(requestKey(PARTITION, REQUEST));
    expect(f.replica.findRequest(REQUEST)).toEqual({ kind: "damaged" });
  });
});

describe("joining rows, and adopting a clock", () => {
  it("moves no clock for a row that was joined, and stamps what follows above it", () => {
    const f = new ReplicaFixture();
    const stamp = stampAhead(f);
    const payload = {
      hlc: stamp,
      isTombstone: false,
      encoding: 0,
      expiresAtMs: 0,
      data: Buffer.from("b"),
    } as const;
    const dot = { actor: B, counter: 4, payload };
    f.replica.join(K, { live: [dot], context: new Context(VersionVector.from([[B, 4]])) });
    expect(dots(f)).toEqual([{ actor: B, counter: 4 }]);
    expect(f.replica.clock.get(B)).toBe(0);
    expect(f.put(rowKeyOf("other")).hlc).toBeGreaterThan(stamp);
  });

  it("adopts clock and floor together, the durable clock once they are on disk", () => {
    const f = new ReplicaFixture();
    f.replica.apply(delta(1));
    f.settle();
    const target = VersionVector.from([[B, 6]]);
    f.replica.adopt(target, VersionVector.from([[B, 3]]));
    target.raise(B, 99);
    expect(f.replica.clock.get(B)).toBe(6);
    expect(f.replica.durableClock.get(B)).toBe(1);
    f.settle();
    expect(f.replica.durableClock.get(B)).toBe(6);
    f.crash();
    expect([f.replica.clock.get(B), f.replica.floor.get(B)]).toEqual([6, 3]);
  });

  it("takes no floor for an actor whose log it holds itself up to there", () => {
    const f = new ReplicaFixture();
    for (const counter of [1, 2, 3]) f.replica.apply(delta(counter));
    f.replica.adopt(VersionVector.from([[B, 5]]), VersionVector.from([[B, 3]]));
    expect(f.replica.floor.get(B)).toBe(0);
  });

  it("stores no pointer of a dot that it holds: its own entry says the same", () => {
    const f = new ReplicaFixture();
    f.replica.apply(delta(1));
    f.replica.addPointers([
      {
        actor: B,
        counter: 1,
        entry: { rowKey: rowKeyOf("another"), requestId: undefined, following: 0, hlc: 0n },
      },
    ]);
    f.settle();
    expect(f.replica.log.read(B, 1)?.rowKey).toBe(K);
  });

  it("keeps a doubt over a restart until it is lifted", () => {
    const f = new ReplicaFixture();
    f.replica.setDoubt(newDoubt("regressed"));
    f.settle();
    f.crash();
    expect(f.replica.doubt).toEqual(newDoubt("regressed"));
    f.replica.setDoubt(undefined);
    f.settle();
    f.crash();
    expect(f.replica.doubt).toBeUndefined();
  });
});

describe("a record that fails its checksum", () => {
  it("reads as a damaged row in both views, is reported once, and stays damaged over a restart", () => {
    const f = new ReplicaFixture();
    f.put(K);
    f.rot(rowStoreKey(PARTITION, K));
    expect(f.durable(K).damagedAt?.sorted()).toEqual(f.replica.clock.sorted());
    expect(f.replica.rows.readPending(K).damagedAt).toBeDefined();
    f.settle();
    f.crash();
    expect(f.durable(K).damagedAt).toBeDefined();
    expect(f.damaged).toEqual([K]);
  });

  it("is whole again once a replica that covers as much was joined", () => {
    const f = new ReplicaFixture();
    const made = f.put(K);
    f.rot(rowStoreKey(PARTITION, K));
    expect(f.durable(K).live).toEqual([]);
    const { actor, counter, payload } = made;
    if (payload === undefined) throw new Error("a put has a payload");
    f.replica.join(K, { live: [{ actor, counter, payload }], context: new Context(f.replica.clock.copy()) });
    f.settle();
    expect(f.durable(K)).toMatchObject({ damagedAt: undefined });
    expect(f.durable(K).live).toHaveLength(1);
  });

  it("in the log is a dot that does not resolve", () => {
    const f = new ReplicaFixture();
    f.put(K);
    const writer = f.actor;
    f.rot(logKey(PARTITION, writer, 1));
    expect(f.replica.log.read(writer, 1)).toBeUndefined();
  });
});

describe("a register", () => {
  it("keeps one dot, the last writer's, and a tombstone as a dot like any other", () => {
    const f = new ReplicaFixture();
    const key = rowKeyOf("r", DataType.register);
    f.put(key, "old");
    f.put(key, "new");
    expect(f.live(key).map(({ payload }) => payload.data.toString())).toEqual(["new"]);
    f.remove(key);
    expect(f.live(key).map(({ payload }) => payload.isTombstone)).toEqual([true]);
  });
});
