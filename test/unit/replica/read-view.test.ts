import { describe, expect, it } from "vitest";
import { actorOf, Context, VersionVector } from "../../../src/causality/index.js";
import { type ReadBody, rowDigest } from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import { mayHaveTouched, readForCoordinator } from "../../../src/replica/index.js";
import { rowStoreKey } from "../../../src/storage/index.js";
import { PARTITION, ReplicaFixture, rowKeyOf } from "./replica-fixture.js";

const K = rowKeyOf("k");
const B = actorOf(2, 1);
const NOTHING = new VersionVector();

/** What it says to somebody with this clock, who shows the same row or another. */
function bodyOf(f: ReplicaFixture, clock: VersionVector, rowKey = K, isSame = true): ReadBody {
  const digest = isSame ? rowDigest(rowKey, f.live(rowKey)) : undefined;
  return readForCoordinator(f.replica, rowKey, { clock, digest });
}

describe("a read for a coordinator", () => {
  it("shows the durable row with its whole context, never what is pending", () => {
    const f = new ReplicaFixture();
    f.put(K, "old");
    f.settle();
    f.put(K, "pending");
    const body = readForCoordinator(f.replica, K, undefined);
    if (body.kind !== "row") throw new Error(body.kind);
    expect(body.live.map(({ payload }) => payload.data.toString())).toEqual(["old"]);
    expect(body.clock.sorted()).toEqual([[f.actor, 1]]);
  });

  it("shows a row that is not there as nothing, as of the clock", () => {
    const f = new ReplicaFixture();
    f.put(rowKeyOf("other"));
    f.settle();
    const body = readForCoordinator(f.replica, K, undefined);
    if (body.kind !== "row") throw new Error(body.kind);
    expect(body.live).toEqual([]);
    expect(body.clock.sorted()).toEqual([[f.actor, 1]]);
  });

  it("says that it shows the same, and the clock that this stands for", () => {
    const f = new ReplicaFixture();
    f.put(K);
    f.settle();
    const body = bodyOf(f, f.replica.clock.copy());
    if (body.kind !== "same") throw new Error(body.kind);
    expect(body.clock.sorted()).toEqual([[f.actor, 1]]);
  });

  it("shows the row to whoever shows another, and says whether the asker may not know why", () => {
    const f = new ReplicaFixture();
    f.put(K);
    f.settle();
    expect(bodyOf(f, f.replica.clock.copy(), K, false)).toMatchObject({
      kind: "row",
      isTouchedBeyond: false,
    });
    expect(bodyOf(f, NOTHING, K, false)).toMatchObject({ kind: "row", isTouchedBeyond: true });
  });

  it("refuses a damaged row, whole or as a digest", () => {
    const f = new ReplicaFixture();
    f.put(K);
    f.rot(rowStoreKey(PARTITION, K));
    for (const against of [undefined, { clock: NOTHING, digest: undefined }])
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
    expect([0, 1, 2, 3].map((counter) => mayHaveTouched(f.replica, K, upTo(counter)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(bodyOf(f, upTo(1))).toMatchObject({ kind: "row", isTouchedBeyond: true });
    expect(bodyOf(f, upTo(2))).toMatchObject({ kind: "same" });
  });

  it("is one question, and whether the row is ahead of its own clock another", () => {
    const f = new ReplicaFixture();
    f.replica.join(K, { live: [], context: Context.ofDots([{ actor: B, counter: 3 }]) });
    f.settle();
    expect(bodyOf(f, NOTHING)).toMatchObject({ kind: "row", isTouchedBeyond: false });
  });

  it("is said without looking when too many dots would have to be looked up, or one does not resolve", () => {
    const f = new ReplicaFixture();
    for (let at = 0; at < 257; at++) f.put(rowKeyOf("other"), Buffer.alloc(0));
    f.settle();
    expect(mayHaveTouched(f.replica, K, NOTHING)).toBe(true);
    expect(mayHaveTouched(f.replica, K, VersionVector.from([[f.actor, 1]]))).toBe(false);
    f.replica.adopt(VersionVector.from([[B, 1]]), undefined);
    f.settle();
    expect(mayHaveTouched(f.replica, K, VersionVector.from([[f.actor, 257]]))).toBe(true);
  });

  it("never matters to a register that shows the same, whose winner wins by its stamp", () => {
    const f = new ReplicaFixture();
    const register = rowKeyOf("r", DataType.register);
    f.put(register);
    f.settle();
    expect(bodyOf(f, NOTHING, register)).toMatchObject({ kind: "same" });
    expect(bodyOf(f, NOTHING, register, false)).toMatchObject({ kind: "row", isTouchedBeyond: true });
  });
});
