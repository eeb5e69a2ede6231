import fc from "fast-check";
import { describe, expect, it } from "vitest";
import xxhash from "xxhash-wasm";
import { partitionOf } from "../../../src/topology/index.js";
/** Published: another SDK must compute the same. A change here would look for every stored key in the wrong place. */
import vectors from "./partition-vectors.json" with { type: "json" };

const { h32Raw } = await xxhash();
const LARGEST = 65_536;

function partition(bucket: string, key: string, count = LARGEST): number {
  return partitionOf(bucket, Buffer.from(key, "latin1"), count);
}

/** The definition, written the slow way. */
function expected(bucket: string, tagOrKey: Uint8Array, count: number): number {
  const name = Buffer.from(bucket);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  return h32Raw(Buffer.concat([length, name, tagOrKey])) % count;
}

describe("partitionOf", () => {
  it.each(vectors)("never changes: $bucket $keyHex", ({ bucket, keyHex, of65536, of256 }) => {
    const key = Buffer.from(keyHex, "hex");
    expect(partitionOf(bucket, key, 65_536)).toBe(of65536);
    expect(partitionOf(bucket, key, 256)).toBe(of256);
  });

  it("is the hash of length, bucket and key for buckets and keys of any length", () => {
    const bucket = fc.oneof(fc.string({ unit: "binary" }), fc.string({ minLength: 400, maxLength: 700 }));
    const key = fc.uint8Array({ maxLength: 1200 }).map((bytes) => bytes.map((byte) => byte & 0x3f));
    const power = fc.integer({ min: 0, max: 16 });
    fc.assert(
      fc.property(fc.array(fc.tuple(bucket, key, power), { minLength: 1, maxLength: 5 }), (calls) => {
        for (const [name, bytes, exponent] of calls) {
          const count = 2 ** exponent;
          expect(partitionOf(name, bytes, count)).toBe(expected(name, bytes, count));
        }
      }),
    );
  });

  it("lets only a non-empty tag count", () => {
    expect(partition("b", "{user7}:cart")).toBe(partition("b", "orders:{user7}"));
    expect(partition("b", "{user7}:cart")).toBe(partition("b", "user7"));
    expect(partition("b", "{a}{b}")).toBe(partition("b", "a"));
    expect(partition("b", "{{a}}")).toBe(partition("b", "{a"));
  });

  it.each(["{}x", "{}{a}", "a{", "}a{", "}", "{"])("takes the whole key when there is no tag: %j", (key) => {
    expect(partition("b", key)).toBe(expected("b", Buffer.from(key), LARGEST));
  });

  it("takes a tag of any length from a key of any length", () => {
    const tag = Buffer.alloc(3000, "t");
    const key = Buffer.concat([Buffer.from("{"), tag, Buffer.from("}rest")]);
    expect(partitionOf("b", key, LARGEST)).toBe(expected("b", tag, LARGEST));
    const long = Buffer.concat([Buffer.alloc(3000, "x"), Buffer.from("{tag}")]);
    expect(partitionOf("b", long, LARGEST)).toBe(partition("b", "tag"));
  });

  it("keeps bucket and key apart", () => {
    expect(partition("ab", "c")).not.toBe(partition("a", "bc"));
  });

  it("spreads keys evenly", () => {
    const counts = new Array<number>(256).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const at = partition("users", `u${i}`, 256);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    const mean = 100_000 / 256;
    expect(Math.max(...counts)).toBeLessThan(mean * 1.25);
    expect(Math.min(...counts)).toBeGreaterThan(mean * 0.75);
  });
});
