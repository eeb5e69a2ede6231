import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../../../bench/workload/random.js";
import { Zipfian, zeta } from "../../../../bench/workload/zipfian.js";

const DRAWS = 200_000;

function frequencies(next: (random: SeededRandom) => number): Map<number, number> {
  const random = new SeededRandom(7);
  const counts = new Map<number, number>();
  for (let draw = 0; draw < DRAWS; draw++) {
    const item = next(random);
    counts.set(item, (counts.get(item) ?? 0) + 1);
  }
  return counts;
}

/** Five standard deviations of what is counted when `share` is expected. */
function tolerance(share: number): number {
  return 5 * Math.sqrt((share * (1 - share)) / DRAWS);
}

describe("Zipf's distribution", () => {
  for (const items of [2, 10, 1_000, 100_000]) {
    it(`draws the two most popular of ${items} items as often as the zeta formula says`, () => {
      const zipfian = new Zipfian(items);
      const counts = frequencies((random) => zipfian.next(random));
      for (const rank of [1, 2]) {
        const share = rank ** -0.99 / zeta(0, items, 0);
        expect(Math.abs((counts.get(rank - 1) ?? 0) / DRAWS - share)).toBeLessThan(tolerance(share));
      }
      expect(Math.min(...counts.keys())).toBe(0);
      expect(Math.max(...counts.keys())).toBeLessThan(items);
    });
  }

  it("falls off as a power of the rank: the algorithm is an approximation beyond the first two", () => {
    const items = 10_000;
    const zipfian = new Zipfian(items);
    const counts = frequencies((random) => zipfian.next(random));
    const shareOf = (from: number, to: number): number => {
      let sum = 0;
      for (let rank = from; rank < to; rank++) sum += counts.get(rank) ?? 0;
      return sum / DRAWS;
    };
    for (const [from, to] of [
      [0, 10],
      [10, 100],
      [100, 1_000],
      [1_000, 10_000],
    ] as const) {
      const expected = (zeta(0, to, 0) - zeta(0, from, 0)) / zeta(0, items, 0);
      expect(Math.abs(shareOf(from, to) / expected - 1)).toBeLessThan(0.12);
    }
  });

  it("grows: afterwards it is as if it had been so large from the beginning", () => {
    const grown = new Zipfian(100);
    const [a, b] = [new SeededRandom(1), new SeededRandom(1)];
    const large = new Zipfian(5_000);
    expect(Array.from({ length: 100 }, () => grown.next(a, 5_000))).toEqual(
      Array.from({ length: 100 }, () => large.next(b)),
    );
  });

  it("knows the constant that YCSB has for ten billion items", () => {
    // By the integral beyond the first million, which differs by less than what is asked for here.
    const summed = 1_000_000;
    const rest = (10_000_000_000 ** 0.01 - summed ** 0.01) / 0.01;
    expect(zeta(0, summed, 0) + rest).toBeCloseTo(26.46902820178302, 5);
  });
});
