import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../../../src/runtime/simulated/index.js";

function draws(random: SeededRandom, count = 50): number[] {
  return Array.from({ length: count }, () => random.uint32());
}

describe("seeded randomness", () => {
  test("repeats itself for a seed, and differs between seeds", () => {
    expect(draws(new SeededRandom(7))).toEqual(draws(new SeededRandom(7)));
    expect(draws(new SeededRandom(7))).toEqual(draws(new SeededRandom("7")));
    const firsts = new Set(Array.from({ length: 1_000 }, (_, seed) => new SeededRandom(seed).uint32()));
    expect(firsts.size).toBeGreaterThan(995);
  });

  test("stays what it is from version to version, because recorded seeds must replay", () => {
    expect(draws(new SeededRandom(1), 4)).toMatchInlineSnapshot(`
      [
        2590665955,
        1917145949,
        1084359194,
        1460320209,
      ]
    `);
  });

  test("splits into streams by name, not by order", () => {
    const parent = new SeededRandom(7);
    const before = draws(parent.split("disk"));
    draws(parent);
    parent.split("network");
    expect(draws(parent.split("disk"))).toEqual(before);
    expect(draws(parent.split("network"))).not.toEqual(before);
    expect(draws(new SeededRandom(8).split("disk"))).not.toEqual(before);
    expect(draws(parent.split("a").split("b"))).not.toEqual(draws(parent.split("b").split("a")));
  });

  test("fills its ranges evenly", () => {
    const random = new SeededRandom("ranges");
    const buckets = new Array<number>(16).fill(0);
    for (let draw = 0; draw < 16_000; draw++) {
      const bucket = random.below(16);
      buckets[bucket] = (buckets[bucket] ?? Number.NaN) + 1;
      const between = random.between(-3, 5);
      expect(between >= -3 && between < 5).toBe(true);
    }
    for (const count of buckets) {
      expect(count).toBeGreaterThan(850);
      expect(count).toBeLessThan(1_150);
    }
    const hits = Array.from({ length: 10_000 }, () => random.chance(0.2)).filter(Boolean).length;
    expect(hits).toBeGreaterThan(1_850);
    expect(hits).toBeLessThan(2_150);
    expect(random.chance(0)).toBe(false);
    expect(random.chance(1)).toBe(true);
  });

  test("has no bit that is stuck or follows its neighbour", () => {
    const random = new SeededRandom("bits");
    const ones = new Array<number>(32).fill(0);
    const agreements = new Array<number>(32).fill(0);
    let previous = random.uint32();
    for (let draw = 0; draw < 4_000; draw++) {
      const drawn = random.uint32();
      for (let bit = 0; bit < 32; bit++) {
        ones[bit] = (ones[bit] ?? 0) + ((drawn >>> bit) & 1);
        agreements[bit] = (agreements[bit] ?? 0) + ((~(drawn ^ previous) >>> bit) & 1);
      }
      previous = drawn;
    }
    for (const count of [...ones, ...agreements]) {
      expect(count).toBeGreaterThan(1_850);
      expect(count).toBeLessThan(2_150);
    }
  });
});
