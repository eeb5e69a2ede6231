/**
 * Randomness that a seed decides: sfc32 (Chris Doty-Humphrey's Small Fast Counter, from PractRand), whose 128 bits of
 * state are filled from a hash of the seed's text.
 *
 * Streams are told apart by name, not by order: `split("disk")` gives the same stream however much was drawn before.
 * So a change in one part of a simulation does not shift the luck of all others.
 */
import type { Random } from "../random.js";

/** Rounds after which sfc32 has mixed its seed into all of its state. */
const WARM_UP_ROUNDS = 12;

export class SeededRandom implements Random {
  readonly #seed: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number | string) {
    this.#seed = String(seed);
    this.#a = hashText(this.#seed, 0x9e3779b9);
    this.#b = hashText(this.#seed, 0x243f6a88);
    this.#c = hashText(this.#seed, 0xb7e15162);
    for (let round = 0; round < WARM_UP_ROUNDS; round++) {
      this.uint32();
    }
  }

  /** The stream called `label`, independent of this one and of those with other labels. */
  split(label: string): SeededRandom {
    return new SeededRandom(`${this.#seed}/${label}`);
  }

  uint32(): number {
    const drawn = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + drawn) | 0;
    return drawn >>> 0;
  }

  fraction(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** An integer in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.fraction() * bound);
  }

  /** A number in [low, high). */
  between(low: number, high: number): number {
    return low + this.fraction() * (high - low);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }
}

/** MurmurHash3's rounds over the text's UTF-16 units: any change of text or of `basis` changes about half the bits. */
function hashText(text: string, basis: number): number {
  let hash = basis;
  for (let at = 0; at < text.length; at++) {
    let mixed = Math.imul(text.charCodeAt(at), 0xcc9e2d51);
    mixed = (mixed << 15) | (mixed >>> 17);
    hash ^= Math.imul(mixed, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= text.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
