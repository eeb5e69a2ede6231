import { expect, test } from "vitest";
import { SeededRandom } from "../../../../src/runtime/simulated/index.js";
import { SortedKeys } from "../../../../src/runtime/simulated/sorted-keys.js";

test("many keys, added and removed in any order, are found as in a sorted array", () => {
  const random = new SeededRandom("sorted keys");
  const keys = new SortedKeys();
  const held = new Set<string>();
  const toggle = (key: string) => {
    if (held.delete(key)) {
      keys.remove(key);
    } else {
      held.add(key);
      keys.add(key);
    }
  };
  const check = () => {
    const sorted = [...held].sort();
    expect(keys.all()).toEqual(sorted);
    for (let query = 0; query < 40; query++) {
      const [from, to] = [keyOf(random.below(10_500)), keyOf(random.below(10_500))];
      const limit = random.below(2_000);
      const inRange = sorted.filter((key) => key >= from && key < to);
      expect(keys.range(from, to, limit, false)).toEqual(inRange.slice(0, limit));
      expect(keys.range(from, to, limit, true)).toEqual(inRange.reverse().slice(0, limit));
    }
  };
  for (let round = 0; round < 4; round++) {
    for (let step = 0; step < 4_000; step++) {
      toggle(keyOf(random.below(10_000)));
    }
    check();
  }
  for (const key of [...held]) {
    toggle(key);
  }
  check();
  toggle("again");
  expect(keys.all()).toEqual(["again"]);
});

test("a copy is not touched by what happens to its source", () => {
  const keys = new SortedKeys();
  keys.add("a");
  const copy = new SortedKeys(keys);
  keys.add("b");
  keys.remove("a");
  expect(copy.all()).toEqual(["a"]);
});

function keyOf(number: number): string {
  return String(number).padStart(5, "0");
}
