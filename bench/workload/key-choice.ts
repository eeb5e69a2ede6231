/** Which items operations are about: the request distributions of YCSB's core workload. */
import { fnv64, hashModulo } from "./fnv.js";
import type { SeededRandom } from "./random.js";
import { Zipfian } from "./zipfian.js";

export const DISTRIBUTIONS = ["zipfian", "latest", "uniform"] as const;

/** `zipfian`: few are popular, wherever they are; `latest`: the newer the more popular; `uniform`: all alike. */
export type Distribution = (typeof DISTRIBUTIONS)[number];

/** Chooses an item from 0 to `last`, the newest that is there. */
export type KeyChoice = (random: SeededRandom, last: number) => number;

/** YCSB draws ranks of so many items, however many records there are, and scatters them over those. */
const SCRAMBLED_ITEMS = 10_000_000_000;
/** Of so many items: YCSB has it precomputed, too. */
const SCRAMBLED_ZETA = 26.46902820178302;

/**
 * @param records that are there from the beginning
 * @param space records, and those that inserts may add: which keys are popular stays when some are added
 */
export function keyChoice(distribution: Distribution, records: number, space: number): KeyChoice {
  if (distribution === "uniform") return (random) => random.below(records);
  return distribution === "latest" ? latest(records) : scrambledZipfian(space);
}

function latest(records: number): KeyChoice {
  const ranks = new Zipfian(records);
  return (random, last) => Math.max(0, last - ranks.next(random, last + 1));
}

function scrambledZipfian(space: number): KeyChoice {
  const ranks = new Zipfian(SCRAMBLED_ITEMS, SCRAMBLED_ZETA);
  return (random, last) => {
    for (;;) {
      const item = hashModulo(fnv64(ranks.next(random)), space);
      // One that nobody has inserted yet: YCSB draws again.
      if (item <= last) return item;
    }
  };
}
