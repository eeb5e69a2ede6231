import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fnv64, hashModulo, hashToText } from "../../../../bench/workload/fnv.js";

/** YCSB's `Utils.fnvhash64`, in big integers. */
function ycsbHash(item: number): bigint {
  let hash = 0xcbf29ce484222325n;
  let rest = BigInt(item);
  for (let octet = 0; octet < 8; octet++) {
    hash = BigInt.asUintN(64, (hash ^ (rest & 0xffn)) * 1099511628211n);
    rest >>= 8n;
  }
  const signed = BigInt.asIntN(64, hash);
  return signed < 0n ? -signed : signed;
}

const item = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

describe("the hash of an item", () => {
  it("is YCSB's, without its sign", () => {
    fc.assert(
      fc.property(item, (number) => {
        expect(hashToText(fnv64(number), 10)).toBe(ycsbHash(number).toString());
      }),
    );
  });

  it("is known for the first items: keys of a YCSB load begin with these", () => {
    expect([0, 1].map((number) => hashToText(fnv64(number), 10))).toEqual([
      "6284781860667377211",
      "8517097267634966620",
    ]);
  });

  it("has a remainder for every bound that key spaces may have", () => {
    fc.assert(
      fc.property(item, fc.integer({ min: 1, max: 2 ** 36 }), (number, bound) => {
        expect(hashModulo(fnv64(number), bound)).toBe(Number(ycsbHash(number) % BigInt(bound)));
      }),
    );
  });
});
