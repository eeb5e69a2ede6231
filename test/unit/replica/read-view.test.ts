import { describe, expect, it } from "vitest";
import { actorOf, Context, VersionVector } from "../../../src/causality/index.js";
import { type ReadBody, rowDigest } from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import { isTouchedBeyond, readForCoordinator } from "../../../src/replica/index.js";
import { rowStoreKey } from "../../../src/storage/index.js";
import { PARTITION, ReplicaFixture, rowKeyOf } from "./replica-fixture.js";

const K = rowKeyOf("k");
const B = actorOf(2, 1);
const NOTHING = new VersionVector();

function digestOf(f: ReplicaFixture, against: VersionVector): Extract<ReadBody, { kind: "digest" }> {
  const body = readForCoordinator(f.replica, K, against);
  if (body.kind !== "digest") throw new Error(`a digest was expected, not ${body.kind}`);
  return body;
}

describe("a read for a coordinator", () => {
  it("shows the durable row with its whole context, never what is pending", () => {
    const f = new ReplicaFixture();
    f.put(K, "old");
    f.settle();
    f.put(K, "pending");
    const body = readForCoordinator(f.replica, K, undefined);
    if (body.kind !== "state") throw new Error(body.kind);
    expect(body.state.live.map(({ payload }) => payload.data.toString())).toEqual(["old"]);
    expect(body.state.context.vector.sorted()).toEqual([[f.actor, 1]]);
  });

  it("shows a row that is not there as nothing, as of the clock", () => {
    const f = new ReplicaFixture();
    f.put(rowKeyOf("other"));
    f.settle();
    const body = readForCoordinator(f.replica, K, undefined);
    if (body.kind !== "state") throw new Error(body.kind);
    expect(body.state.live).toEqual([]);
    expect(body.state.context.vector.sorted()).toEqual([[f.actor, 1]]);
  });

  it("gives a digest of the live dots, and the clock that it stands for", () => {
    const f = new ReplicaFixture();
    f.put(K);
    f.settle();
    const body = digestOf(f, f.replica.clock.copy());
    expect(body).toMatchObject({ digest: rowDigest(K, f.live(K)), isTouchedBeyond: false });
    expect(body.clock.sorted()).toEqual([[f.actor, 1]]);
  });

  it("refuses a damaged row, whole or as a digest", () => {
    const f = new ReplicaFixture();
    f.put(K);
    f.rot(rowStoreKey(PARTITION, K));
    for (const against of [undefined, NOTHING])
      expect(readForCoordinator(f.replica, K, against)).toEqual({ kind: "refused", reason: "damaged" });
  });
});

describe("whether a dot beyond the asker's clock touched the row", () => {
  it("is told exactly from the log, removals too", () => {
    const f = new ReplicaFixture();
    f.put(K);
    f.remove(K);
    f.put(rowKeyOf("other"));
    f.settle();
    const upTo = (counter: number): VersionVector => VersionVector.from([[f.actor, counter]]);
    expect([0, 1, 2, 3].map((counter) => isTouchedBeyond(f.replica, K, upTo(counter)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(digestOf(f, upTo(1)).isTouchedBeyond).toBe(true);
    expect(digestOf(f, upTo(2)).isTouchedBeyond).toBe(false);
  });

  it("is said of a row that is ahead of its own clock", () => {
    const f = new ReplicaFixture();
    f.replica.join(K, { live: [], context: Context.ofDots([{ actor: B, counter: 3 }]) });
    f.settle();
    expect(digestOf(f, NOTHING).isTouchedBeyond).toBe(true);
  });

  it("is said without looking when too many dots would have to be looked up, or one does not resolve", () => {
    const f = new ReplicaFixture();
    for (let at = 0; at < 257; at++) f.put(rowKeyOf("other"), Buffer.alloc(0));
    f.settle();
    expect(isTouchedBeyond(f.replica, K, NOTHING)).toBe(true);
    expect(isTouchedBeyond(f.replica, K, VersionVector.from([[f.actor, 1]]))).toBe(false);
    f.replica.adopt(VersionVector.from([[B, 1]]), undefined);
    f.settle();
    expect(isTouchedBeyond(f.replica, K, VersionVector.from([[f.actor, 257]]))).toBe(true);
  });

  it("never matters to a register, whose winner wins by its stamp", () => {
    const f = new ReplicaFixture();
    const register = rowKeyOf("r", DataType.register);
    f.put(register);
    f.settle();
    expect(isTouchedBeyond(f.replica, register, NOTHING)).toBe(false);
  });
});
