/** The sketch of a replica beside its writes, scans and damage: always that of the rows on its disk, or it says nothing. */
import { describe, expect, it } from "vitest";
import type { RowKey } from "../../../src/codec/index.js";
import { PartitionSketch, RowItems, scrub } from "../../../src/replica/index.js";
import { rowStoreKey } from "../../../src/storage/index.js";
import { PARTITION, ReplicaFixture, rowKeyOf } from "./replica-fixture.js";

const NAMES = Array.from({ length: 300 }, (_, at) => `row${String(at).padStart(3, "0")}`);

/** The sketch of exactly these rows. */
function expected(f: ReplicaFixture, rowKeys: readonly RowKey[]): bigint {
  const sketch = new PartitionSketch(new RowItems("fixture"), "empty");
  for (const rowKey of rowKeys) sketch.replace(rowKey, [], f.live(rowKey));
  return sketch.check;
}

/** Scans to the end; `between` runs after each page. */
function scan(f: ReplicaFixture, between: (page: number) => void = () => undefined): boolean | undefined {
  let outcome: { readonly wasWrong: boolean | undefined } | undefined;
  let pages = 0;
  scrub(f.replica, {
    pause: (next) => {
      between(pages++);
      f.host.runtime.timers.endOfTurn(next);
    },
    done: (wasWrong) => {
      outcome = { wasWrong };
    },
  });
  f.settle();
  expect(outcome).toBeDefined();
  return outcome?.wasWrong;
}

describe("the sketch of a replica", () => {
  it("is not known before a scan, and then follows every write", () => {
    const f = new ReplicaFixture();
    for (const name of NAMES) f.put(rowKeyOf(name));
    f.settle();
    expect(f.replica.sketch.isReady).toBe(false);
    expect(scan(f)).toBe(false);
    expect(f.replica.sketch.isReady).toBe(true);
    f.put(rowKeyOf("row007"), "other");
    f.remove(rowKeyOf("row008"));
    f.put(rowKeyOf("new"));
    expect(f.replica.sketch.check).toBe(
      expected(
        f,
        [...NAMES, "new"].map((name) => rowKeyOf(name)),
      ),
    );
    f.settle();
    expect(scan(f)).toBe(false);
  });

  it("misses no write beside the scan, before its cursor or behind it", () => {
    const f = new ReplicaFixture();
    for (const name of NAMES) f.put(rowKeyOf(name));
    f.settle();
    scan(f, (page) => {
      f.put(rowKeyOf(`behind${page}`));
      f.put(rowKeyOf("row001"), `page ${page}`);
      f.remove(rowKeyOf(`row00${2 + page}`));
      f.put(rowKeyOf("row290"), `page ${page}`);
      f.remove(rowKeyOf(`row28${page}`));
      f.put(rowKeyOf(`z${page}`));
    });
    const all = [...NAMES, "behind0", "behind1", "z0", "z1"].map((name) => rowKeyOf(name));
    expect(f.replica.sketch.check).toBe(expected(f, all));
  });

  it("is corrected by a scan after the disk lost rows that the cache still has", () => {
    const f = new ReplicaFixture();
    for (const name of NAMES) f.put(rowKeyOf(name));
    f.settle();
    scan(f);
    f.commit.write(rowStoreKey(PARTITION, rowKeyOf("row010")), undefined);
    f.settle();
    expect(scan(f)).toBe(true);
    expect(f.replica.sketch.check).toBe(
      expected(
        f,
        NAMES.filter((name) => name !== "row010").map((name) => rowKeyOf(name)),
      ),
    );
  });

  it("says nothing once a row can no longer be read, until it was scanned anew", () => {
    const f = new ReplicaFixture();
    for (const name of NAMES) f.put(rowKeyOf(name));
    f.rot(rowStoreKey(PARTITION, rowKeyOf("row200")));
    expect(scan(f)).toBe(false);
    expect(f.damaged).toEqual([rowKeyOf("row200")]);
    expect(f.replica.sketch.isReady).toBe(true);
    f.rot(rowStoreKey(PARTITION, rowKeyOf("row100")));
    scan(f);
    f.rot(rowStoreKey(PARTITION, rowKeyOf("row050")));
    scan(f, () => f.live(rowKeyOf("row050")));
    expect(f.replica.sketch.isReady).toBe(true);
    expect(f.replica.sketch.check).toBe(
      expected(
        f,
        NAMES.map((name) => rowKeyOf(name)),
      ),
    );
  });
});

describe("a scan", () => {
  it("begins anew when a row behind it is lost, and goes on when one before it is", () => {
    const sketch = new PartitionSketch(new RowItems("fixture"), undefined);
    const f = new ReplicaFixture();
    const [a, b, c] = ["a", "b", "c"].map((name) => rowKeyOf(name));
    if (a === undefined || b === undefined || c === undefined) throw new Error("unreachable");
    const live = f.put(a) && f.live(a);
    sketch.beginScan();
    expect(
      sketch.addScanned([
        [a, live],
        [b, live],
      ]),
    ).toBe(true);
    sketch.lose(c);
    expect(sketch.addScanned([[c, []]])).toBe(true);
    sketch.lose(a);
    expect(sketch.addScanned([])).toBe(false);
    expect(sketch.endScan()).toBe(false);
    expect(sketch.isReady).toBe(false);
  });
});

describe("a checkpoint", () => {
  it("is what the next sketch begins with", () => {
    const items = new RowItems("fixture");
    const f = new ReplicaFixture();
    expect(new PartitionSketch(items, undefined).checkpoint()).toBeUndefined();
    const empty = new PartitionSketch(items, "empty");
    expect(empty.checkpoint()).toBe("empty");
    f.put(rowKeyOf("k"));
    empty.replace(rowKeyOf("k"), [], f.live(rowKeyOf("k")));
    const again = new PartitionSketch(items, empty.checkpoint());
    expect(again.isReady).toBe(true);
    expect(again.check).toBe(empty.check);
  });
});
