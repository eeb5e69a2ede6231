/** The sketch against sets of items: what it decodes is the symmetric difference, or it says that it cannot tell. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actorOf } from "../../../src/causality/index.js";
import { type CodedCells, encodeRowKey } from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import {
  addCells,
  decodeDifference,
  emptyCells,
  RowItems,
  SKETCH_CELLS,
  Sketch,
} from "../../../src/replica/index.js";
import { SeededRandom } from "../../../src/runtime/simulated/index.js";

type Item = Parameters<Sketch["update"]>[0];

const KEY = { low: 0x1234567, high: -0x7654321 };
const word = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const anyItem: fc.Arbitrary<Item> = fc.record({ k0: word, k1: word, v0: word, v1: word });
const text = ({ k0, k1, v0, v1 }: Item): string => `${k0}/${k1}/${v0}/${v1}`;
const texts = (items: readonly Item[]): string[] => items.map(text).sort();

function sketchOf(items: readonly Item[]): Sketch {
  const sketch = new Sketch(KEY);
  for (const item of items) sketch.update(item, 1);
  return sketch;
}

function randomItems(random: SeededRandom, count: number): Item[] {
  const next = (): number => random.uint32() | 0;
  return Array.from({ length: count }, () => ({ k0: next(), k1: next(), v0: next(), v1: next() }));
}

function decode(ours: Sketch, theirs: Sketch, cells = SKETCH_CELLS) {
  return decodeDifference(KEY, ours.cells(0, cells), theirs.cells(0, cells));
}

describe("a sketch", () => {
  it("decodes to the symmetric difference, whatever both sides share", () => {
    const sets = fc
      .uniqueArray(anyItem, { selector: text, maxLength: 120 })
      .chain((items) =>
        fc.tuple(fc.constant(items), fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 120 })),
      );
    fc.assert(
      fc.property(sets, ([items, sides]) => {
        const on = (side: number): Item[] => items.filter((_, at) => sides[at] === side);
        const both = on(2);
        const found = decode(sketchOf([...on(0), ...both]), sketchOf([...both, ...on(1)]));
        expect(found.isComplete).toBe(true);
        expect(texts(found.ours)).toEqual(texts(on(0)));
        expect(texts(found.theirs)).toEqual(texts(on(1)));
      }),
      { numRuns: 200 },
    );
  });

  it("says so when the cells are too few, and what it lists all the same is in the difference", () => {
    const random = new SeededRandom(5);
    let incomplete = 0;
    for (let run = 0; run < 60; run++) {
      const ours = randomItems(random, 20 + run * 10);
      const found = decode(sketchOf(ours), sketchOf([]), 16 + run * 4);
      const held = new Set(texts(ours));
      expect(found.theirs).toEqual([]);
      expect(found.ours.every((item) => held.has(text(item)))).toBe(true);
      expect(found.isComplete).toBe(found.ours.length === ours.length);
      if (!found.isComplete) incomplete++;
    }
    expect(incomplete).toBeGreaterThan(40);
  });

  it("needs fewer than 1.8 cells a difference for 200, and 16 cells for one changed row", () => {
    const random = new SeededRandom(6);
    for (let run = 0; run < 20; run++) {
      const shared = randomItems(random, 1_000);
      const ours = sketchOf([...shared, ...randomItems(random, 100)]);
      const theirs = sketchOf([...shared, ...randomItems(random, 100)]);
      expect(decode(ours, theirs, 360).isComplete).toBe(true);
    }
    let decoded = 0;
    for (let run = 0; run < 2_000; run++)
      if (decode(sketchOf(randomItems(random, 1)), sketchOf(randomItems(random, 1)), 16).isComplete)
        decoded++;
    expect(decoded).toBeGreaterThan(1_980);
  });

  it("does not care for order, and is empty again when all is taken out", () => {
    fc.assert(
      fc.property(fc.array(anyItem, { maxLength: 40 }), fc.infiniteStream(fc.nat()), (items, ranks) => {
        const order = new Map(items.map((item) => [item, ranks.next().value]));
        const shuffled = [...items].sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
        const sketch = sketchOf(items);
        expect(sketch.equals(sketchOf(shuffled))).toBe(true);
        for (const item of shuffled) sketch.update(item, -1);
        expect(sketch.equals(sketchOf([]))).toBe(true);
        expect(sketch.check).toBe(0n);
      }),
    );
  });

  it("of several sets is the sum of theirs: one decoding tells the differences of all", () => {
    const random = new SeededRandom(7);
    const sums: [CodedCells, CodedCells] = [emptyCells(64), emptyCells(64)];
    const lacking: Item[] = [];
    for (let set = 0; set < 8; set++) {
      const items = randomItems(random, 50);
      lacking.push(...items.slice(0, 3));
      addCells(sums[0], sketchOf(items).cells(0, 64));
      addCells(sums[1], sketchOf(items.slice(3)).cells(0, 64));
    }
    const found = decodeDifference(KEY, ...sums);
    expect(found).toMatchObject({ isComplete: true, theirs: [] });
    expect(texts(found.ours)).toEqual(texts(lacking));
  });

  it("ends, and tells nothing wrong, on cells that no sketch has", () => {
    const random = new SeededRandom(8);
    for (let run = 0; run < 50; run++) {
      const words = Int32Array.from({ length: SKETCH_CELLS * 6 }, () => random.uint32());
      const counts = Uint8Array.from({ length: SKETCH_CELLS }, () => random.below(3) - 1);
      const found = decodeDifference(KEY, sketchOf([]).cells(), { words, counts });
      expect(found).toEqual({ isComplete: false, ours: [], theirs: [] });
    }
  });

  it("does not take cells under another key for its own", () => {
    const random = new SeededRandom(9);
    const other = new Sketch({ low: 1, high: 2 });
    for (const item of randomItems(random, 5)) other.update(item, 1);
    expect(decode(sketchOf([]), other)).toMatchObject({ isComplete: false, ours: [] });
  });

  it("puts items into as many cells as the paper says: 1 in 1 + i/2", () => {
    const random = new SeededRandom(10);
    const counts = new Array<number>(SKETCH_CELLS).fill(0);
    const runs = 4_000;
    for (const item of randomItems(random, runs)) {
      const cells = sketchOf([item]).cells();
      for (const [at, count] of cells.counts.entries()) counts[at] = (counts[at] ?? 0) + count;
    }
    for (const at of [0, 1, 2, 5, 20, 100, 300]) {
      const expected = runs / (1 + at / 2);
      expect(Math.abs((counts[at] ?? 0) - expected)).toBeLessThan(4 * Math.sqrt(expected) + 1);
    }
  });
});

describe("the item of a row", () => {
  const items = new RowItems("cluster");
  const rowKey = encodeRowKey(DataType.multi, "b", Buffer.from("k"));
  const dot = (counter: number, data: string, isTombstone = false) => ({
    actor: actorOf(1, 1),
    counter,
    payload: { hlc: 1n, isTombstone, encoding: 0, expiresAtMs: 0, data: Buffer.from(data) } as const,
  });

  it("is of what the row shows: tombstones make none, and no difference", () => {
    expect(items.itemOf(rowKey, [])).toBeUndefined();
    expect(items.itemOf(rowKey, [dot(1, "", true)])).toBeUndefined();
    expect(items.itemOf(rowKey, [dot(1, "", true), dot(2, "v")])).toEqual(
      items.itemOf(rowKey, [dot(2, "v")]),
    );
  });

  it("changes with the key, the dots and the values, and with the cluster", () => {
    const variants = [
      items.itemOf(rowKey, [dot(1, "v")]),
      items.itemOf(rowKey, [dot(2, "v")]),
      items.itemOf(rowKey, [dot(1, "w")]),
      items.itemOf(rowKey, [dot(1, "v"), dot(2, "v")]),
      items.itemOf(encodeRowKey(DataType.multi, "b", Buffer.from("l")), [dot(1, "v")]),
      new RowItems("another").itemOf(rowKey, [dot(1, "v")]),
    ];
    expect(new Set(variants.map((item) => item && text(item))).size).toBe(variants.length);
  });

  it("of a row that changes is replaced in the sketch", () => {
    const sketch = new Sketch(items.sketchKey);
    const states = [
      [dot(1, "v")],
      [dot(2, "w".repeat(5_000))],
      [dot(3, "", true)],
      [dot(4, "x"), dot(5, "y")],
      [],
    ];
    let before: ReturnType<typeof dot>[] = [];
    for (const after of states) {
      items.replace(sketch, rowKey, before, after);
      const alone = new Sketch(items.sketchKey);
      const item = items.itemOf(rowKey, after);
      if (item !== undefined) alone.update(item, 1);
      expect(sketch.equals(alone)).toBe(true);
      before = after;
    }
  });

  it("has the hash by which its row is looked for", () => {
    const item = items.itemOf(rowKey, [dot(1, "v")]);
    expect(item && (BigInt(item.k1 >>> 0) << 32n) + BigInt(item.k0 >>> 0)).toBe(items.keyHash(rowKey));
  });
});
