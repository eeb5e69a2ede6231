/**
 * FNV-1a of 64 bits over the eight bytes of a number, lowest first, as YCSB hashes item numbers to scatter them over the
 * key space (`Utils.fnvhash64`). In two halves of 32 bits: big integers would be most of what the tool costs.
 */

/** A hash without its sign, as YCSB takes it: 63 bits. */
interface Hash {
  readonly high: number;
  readonly low: number;
}

const OFFSET_HIGH = 0xcbf29ce4;
const OFFSET_LOW = 0x84222325;
/** The prime is 2^40 + this. */
const PRIME_LOW = 0x1b3;
const TWO_32 = 2 ** 32;
const OCTETS = 8;

/** @param item a whole number from 0 to 2^53 - 1 */
export function fnv64(item: number): Hash {
  let high = OFFSET_HIGH;
  let low = OFFSET_LOW;
  let rest = item;
  for (let octet = 0; octet < OCTETS; octet++) {
    low = (low ^ (rest & 0xff)) >>> 0;
    rest = Math.floor(rest / 256);
    const product = low * PRIME_LOW;
    high = (Math.imul(high, PRIME_LOW) + Math.floor(product / TWO_32) + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  return high >= 2 ** 31 ? negated(high, low) : { high, low };
}

/** `hash % bound`, for bounds up to 2^36. */
export function hashModulo({ high, low }: Hash, bound: number): number {
  const upper = (((high % bound) * 2 ** 16 + (low >>> 16)) % bound) * 2 ** 16;
  return (upper + (low & 0xffff)) % bound;
}

export function hashToText({ high, low }: Hash, radix: 10 | 36): string {
  return ((BigInt(high) << 32n) | BigInt(low)).toString(radix);
}

function negated(high: number, low: number): Hash {
  const opposite = -low >>> 0;
  return { high: (~high + (low === 0 ? 1 : 0)) >>> 0, low: opposite };
}
