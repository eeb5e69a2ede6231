/** The merge of a scan against a naive one, over pages of any size, forwards and backwards. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  afterKey,
  encodeRowKey,
  keyOfRow,
  type RowKey,
  type RowKeyRange,
  rowKeysOfBucket,
} from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import { failure } from "../../../src/replication/index.js";
import type { Outcome, PageRow } from "../../../src/replication/operation.js";
import { Scan } from "../../../src/replication/scan.js";

fc.configureGlobal({ seed: 3004, numRuns: 200 });

const NOTHING = Buffer.alloc(0);

function rowKey(key: string): RowKey {
  return encodeRowKey(DataType.register, "b", Buffer.from(key));
}

function elementKey(key: string, member: number): RowKey {
  return encodeRowKey(DataType.set, "b", Buffer.from(key), [Buffer.from(String(member).padStart(5, "0"))]);
}

function bucket(isReverse: boolean, type: DataType = DataType.register): RowKeyRange {
  return rowKeysOfBucket(type, "b", { prefix: NOTHING, start: NOTHING, end: undefined }, isReverse);
}

function inside({ from, to, isReverse }: RowKeyRange, keys: readonly RowKey[]): RowKey[] {
  const sorted = keys.filter((key) => from <= key && key < to).sort();
  return isReverse ? sorted.reverse() : sorted;
}

/** Partitions that answer with pages of their keys, some of which show nothing any more. */
class Partitions {
  readonly #keys: readonly (readonly RowKey[])[];
  readonly #dead: ReadonlySet<RowKey>;
  largestPage = 0;
  rowsRead = 0;

  constructor(keys: readonly (readonly RowKey[])[], dead: ReadonlySet<RowKey> = new Set()) {
    this.#keys = keys;
    this.#dead = dead;
  }

  read(partition: number, range: RowKeyRange, limit: number): Outcome {
    this.largestPage = Math.max(this.largestPage, limit);
    const keys = inside(range, this.#keys[partition] ?? []);
    const page = keys.slice(0, limit);
    this.rowsRead += page.length;
    const rows = page.filter((key) => !this.#dead.has(key)).map(pageRow);
    return { kind: "page", rows, upTo: keys.length > limit ? page.at(-1) : undefined };
  }
}

function pageRow(key: RowKey): PageRow {
  return { rowKey: key, reading: { kind: "values", values: [] }, context: NOTHING };
}

function scanAll(scan: Scan, limit: number): RowKey[] {
  const found: RowKey[] = [];
  for (;;) {
    let page: readonly PageRow[] | undefined;
    scan.next(limit, (result) => {
      if ("kind" in result) throw new Error(result.message);
      page = result;
    });
    if (page === undefined) throw new Error("a page did not come");
    found.push(...page.map(({ rowKey: key }) => key));
    if (page.length < limit) return found;
  }
}

const anyPartitions = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 4, unit: "binary-ascii" }), { maxLength: 80 })
  .chain((keys) =>
    fc.tuple(
      fc.constant(keys.map(rowKey)),
      fc.array(fc.nat({ max: 4 }), { minLength: keys.length, maxLength: keys.length }),
      fc.subarray(keys.map(rowKey)),
    ),
  );

describe("a scan", () => {
  it("returns every row that shows something once, in order, whatever the sizes of pages", () => {
    fc.assert(
      fc.property(
        anyPartitions,
        fc.integer({ min: 1, max: 50 }),
        fc.boolean(),
        ([keys, homes, dead], limit, isReverse) => {
          const byPartition = [0, 1, 2, 3, 4].map((home) => keys.filter((_, index) => homes[index] === home));
          const partitions = new Partitions(byPartition, new Set(dead));
          const scan = new Scan([0, 1, 2, 3, 4], bucket(isReverse), (partition, range, rows, done) =>
            done(partitions.read(partition, range, rows)),
          );
          const expected = inside(
            bucket(isReverse),
            keys.filter((key) => !dead.includes(key)),
          );
          expect(scanAll(scan, limit)).toEqual(expected);
        },
      ),
    );
  });

  it("of sets returns every key that has a member once, in order", () => {
    const anySets = fc.uniqueArray(
      fc.tuple(fc.string({ minLength: 1, maxLength: 2, unit: "binary-ascii" }), fc.nat({ max: 60 })),
      { maxLength: 12, selector: ([key]) => key },
    );
    fc.assert(
      fc.property(
        anySets,
        fc.func(fc.boolean()),
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        (sets, isDead, limit, isReverse) => {
          const rows = sets.map(([key, members]) =>
            Array.from({ length: members }, (_, member) => elementKey(key, member)),
          );
          const dead = new Set(rows.flat().filter((row) => isDead(row)));
          const byPartition = [0, 1, 2].map((home) => rows.filter((_, index) => index % 3 === home).flat());
          const partitions = new Partitions(byPartition, dead);
          const scan = new Scan([0, 1, 2], bucket(isReverse, DataType.set), (partition, range, count, done) =>
            done(partitions.read(partition, range, count)),
          );
          const shown = rows.filter((members) => members.some((row) => !dead.has(row)));
          const expected = shown.flatMap(([first]) => (first === undefined ? [] : keyOfRow(first))).sort();
          expect(scanAll(scan, limit).map(keyOfRow)).toEqual(isReverse ? expected.reverse() : expected);
        },
      ),
    );
  });

  it("of large sets reads a few members of each", () => {
    const keys = Array.from({ length: 20 }, (_, index) => `set${index}`);
    const partitions = new Partitions([
      keys.flatMap((key) => Array.from({ length: 5_000 }, (_, member) => elementKey(key, member))),
    ]);
    const scan = new Scan([0], bucket(false, DataType.set), (partition, range, limit, done) =>
      done(partitions.read(partition, range, limit)),
    );
    expect(scanAll(scan, 100).length).toBe(20);
    expect(partitions.rowsRead).toBeLessThanOrEqual(20 * 16);
  });

  it("asks for few rows where they are large", () => {
    const keys = Array.from({ length: 64 }, (_, index) => rowKey(`k${String(index).padStart(2, "0")}`));
    const value = { data: Buffer.alloc(1024 * 1024), encoding: 0, hlc: 1n, expiresAtMs: 0 } as const;
    const limits: number[] = [];
    const scan = new Scan([...keys.keys()], bucket(false), (partition, _range, limit, done) => {
      limits.push(limit);
      const key = keys[partition] ?? rowKey("none");
      const row: PageRow = { ...pageRow(key), reading: { kind: "values", values: [value] } };
      done({ kind: "page", rows: [row], upTo: undefined });
    });
    expect(scanAll(scan, 10).length).toBe(64);
    expect([limits[0], limits.at(-1)]).toEqual([4, 1]);
  });

  it("goes on behind any of its rows", () => {
    const keys = Array.from({ length: 30 }, (_, index) => rowKey(`k${String(index).padStart(2, "0")}`));
    for (const isReverse of [false, true])
      for (const [index, last] of inside(bucket(isReverse), keys).entries()) {
        const rest = afterKey(bucket(isReverse), last);
        expect(inside(rest, keys)).toEqual(inside(bucket(isReverse), keys).slice(index + 1));
      }
  });

  it("ends with the failure of a page, once", () => {
    const outcomes: unknown[] = [];
    const scan = new Scan([0, 1, 2], bucket(false), (partition, _range, _limit, done) =>
      done(
        partition === 1
          ? failure("QUORUM_UNAVAILABLE", "too few")
          : { kind: "page", rows: [], upTo: undefined },
      ),
    );
    scan.next(10, (result) => outcomes.push(result));
    expect(outcomes).toMatchObject([{ reason: "QUORUM_UNAVAILABLE" }]);
  });

  it("reads few rows of each of many partitions at a time, and few partitions", () => {
    const partitions = Array.from({ length: 256 }, (_, partition) =>
      Array.from({ length: 500 }, (_row, index) => rowKey(`${index}-${partition}`)),
    );
    const source = new Partitions(partitions);
    let under = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const scan = new Scan(
      partitions.map((_, partition) => partition),
      bucket(false),
      (partition, range, limit, done) => {
        under++;
        most = Math.max(most, under);
        waiting.push(() => {
          under--;
          done(source.read(partition, range, limit));
        });
      },
    );
    let count = 0;
    scan.next(100, (result) => {
      count = "kind" in result ? 0 : result.length;
    });
    while (waiting.length > 0) waiting.shift()?.();
    expect([count, most, source.largestPage]).toEqual([100, 32, 4]);
    // Who reads on gets longer pages, up to a bound.
    const drained = { isEnd: false };
    while (!drained.isEnd) {
      scan.next(100, (result) => {
        drained.isEnd = "kind" in result || result.length < 100;
      });
      while (waiting.length > 0) waiting.shift()?.();
    }
    expect([most, source.largestPage]).toEqual([32, 64]);
  });
});

describe("the range of a bucket", () => {
  const anyKey = fc.uint8Array({ minLength: 1, maxLength: 5 }).map((bytes) => Buffer.from(bytes));
  const anyEdge = fc
    .array(fc.constantFrom(0x00, 0x01, 0xff, 0x61), { maxLength: 3 })
    .map((bytes) => Buffer.from(bytes));

  it("has exactly the keys with the prefix, from the start to before the end", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyKey,
          anyEdge.filter((key) => key.length > 0),
        ),
        anyEdge,
        anyEdge,
        fc.option(anyEdge, { nil: undefined }),
        (key, prefix, start, end) => {
          const range = rowKeysOfBucket(DataType.register, "b", { prefix, start, end }, false);
          const row = encodeRowKey(DataType.register, "b", key);
          const isInside =
            key.subarray(0, prefix.length).equals(prefix) &&
            Buffer.compare(key, start) >= 0 &&
            (end === undefined || Buffer.compare(key, end) < 0);
          expect(range.from <= row && row < range.to).toBe(isInside);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it("has no keys of other buckets and types", () => {
    const { from, to } = bucket(false);
    for (const [type, name] of [
      [DataType.register, "a"],
      [DataType.register, "b-"],
      [DataType.register, "bb"],
      [DataType.multi, "b"],
    ] as const) {
      const row = encodeRowKey(type, name, Buffer.from("k"));
      expect(from <= row && row < to).toBe(false);
    }
  });
});
