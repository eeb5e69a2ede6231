import { describe, expect, it } from "vitest";
import { type Distribution, keyChoice } from "../../../../bench/workload/key-choice.js";
import { SeededRandom } from "../../../../bench/workload/random.js";

const DRAWS = 200_000;
const RECORDS = 1_000;

function drawn(distribution: Distribution, last = RECORDS - 1, space = RECORDS): number[] {
  const choose = keyChoice(distribution, RECORDS, space);
  const random = new SeededRandom(3);
  const counts = new Array<number>(Math.max(space, last + 1)).fill(0);
  for (let draw = 0; draw < DRAWS; draw++) {
    const item = choose(random, last);
    counts[item] = (counts[item] ?? 0) + 1;
  }
  return counts;
}

describe("the choice of a key", () => {
  it("is zipfian as YCSB's: the hottest item by the zeta of ten billion, and scattered", () => {
    const counts = drawn("zipfian");
    const hottest = Math.max(...counts);
    // The first rank, and the even rest of those that fall on the same item.
    const share = 1 / 26.46902820178302;
    expect(hottest / DRAWS).toBeGreaterThan(share * 0.95);
    expect(hottest / DRAWS).toBeLessThan(share * 1.1 + 2 / RECORDS);
    // The hash of item 0 says where.
    expect(counts.indexOf(hottest)).toBe(Number(6284781860667377211n % BigInt(RECORDS)));
    expect(counts.every((count) => count > 0)).toBe(true);
  });

  it("never takes an item that is not there yet, and keeps who is popular when some are added", () => {
    const [before, after] = [drawn("zipfian", 499), drawn("zipfian", 999)];
    expect(before.slice(500).every((count) => count === 0)).toBe(true);
    const top = (counts: number[]): number => counts.indexOf(Math.max(...counts.slice(0, 500)));
    expect(top(before)).toBe(top(after));
  });

  it("prefers the latest by their age", () => {
    const counts = drawn("latest", 1_499, 1_500);
    expect(counts.indexOf(Math.max(...counts))).toBe(1_499);
    expect(counts[1_499] ?? 0).toBeGreaterThan((counts[1_498] ?? 0) * 1.5);
    expect(counts.slice(750).reduce((a, b) => a + b)).toBeGreaterThan(DRAWS * 0.85);
  });

  it("is uniform", () => {
    const counts = drawn("uniform");
    const mean = DRAWS / RECORDS;
    for (const count of counts) expect(Math.abs(count - mean)).toBeLessThan(6 * Math.sqrt(mean));
  });
});
