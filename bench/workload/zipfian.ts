/**
 * Zipf's distribution over the items from 0, the first the most popular, by the algorithm of Gray et al., "Quickly
 * generating billion-record synthetic databases" (SIGMOD 1994), as YCSB's `ZipfianGenerator` has it. The number of items
 * may grow from draw to draw: zeta is then only added to.
 */
import type { SeededRandom } from "./random.js";

/** YCSB's, and nearly everybody's. */
const ZIPFIAN_CONSTANT = 0.99;

export class Zipfian {
  readonly #alpha = 1 / (1 - ZIPFIAN_CONSTANT);
  #items: number;
  #zeta: number;
  #eta: number;

  /** @param zetaOfItems where it is known: summing it for ten billion items takes minutes */
  constructor(items: number, zetaOfItems: number = zeta(0, items, 0)) {
    this.#items = items;
    this.#zeta = zetaOfItems;
    this.#eta = etaOf(items, zetaOfItems);
  }

  /** @param items how many there are now: not fewer than before */
  next(random: SeededRandom, items: number = this.#items): number {
    if (items > this.#items) this.#growTo(items);
    const unit = random.unit();
    const scaled = unit * this.#zeta;
    if (scaled < 1) return 0;
    if (scaled < 1 + 0.5 ** ZIPFIAN_CONSTANT) return 1;
    return Math.floor(this.#items * (this.#eta * unit - this.#eta + 1) ** this.#alpha);
  }

  #growTo(items: number): void {
    this.#zeta = zeta(this.#items, items, this.#zeta);
    this.#items = items;
    this.#eta = etaOf(items, this.#zeta);
  }
}

/** The sum over all items of 1 / rank^0.99, gone on with from what it is for the first of them. */
export function zeta(from: number, to: number, ofFirst: number): number {
  let sum = ofFirst;
  for (let rank = from + 1; rank <= to; rank++) sum += rank ** -ZIPFIAN_CONSTANT;
  return sum;
}

function etaOf(items: number, zetaOfItems: number): number {
  return (1 - (2 / items) ** (1 - ZIPFIAN_CONSTANT)) / (1 - zeta(0, 2, 0) / zetaOfItems);
}
