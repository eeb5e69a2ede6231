import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actorOf, Context } from "../../../src/causality/index.js";
import { CodecError, decodeToken, encodeRowKey, encodeToken } from "../../../src/codec/index.js";
import { DataType, type ReadToken } from "../../../src/crdt/index.js";
import { anyContext, anyDots, anyHlc, anyRowKey } from "./arbitraries.js";
import { plain, weigh } from "./plain.js";

fc.configureGlobal({ seed: 3005, numRuns: 300 });

const anyToken: fc.Arbitrary<ReadToken> = fc.record({ live: anyDots, context: anyContext, hlc: anyHlc });
const ROW = encodeRowKey(DataType.register, "b", Buffer.from("k"));

describe("a token", () => {
  it("gives back the live dots, the context and the stamp", () => {
    fc.assert(
      fc.property(anyRowKey, anyToken, (rowKey, token) => {
        const bytes = encodeToken(rowKey, token);
        expect(plain(decodeToken(rowKey, bytes))).toEqual(plain(token));
        expect(encodeToken(rowKey, decodeToken(rowKey, bytes))).toEqual(bytes);
      }),
    );
  });

  it("is refused for any other row", () => {
    fc.assert(
      fc.property(anyRowKey, anyRowKey, anyToken, (a, b, token) => {
        fc.pre(a !== b);
        expect(() => decodeToken(b, encodeToken(a, token))).toThrow("another key");
      }),
    );
  });

  it("of hostile bytes causes no other error than CodecError, and costs little", () => {
    const anyMutated = fc.tuple(anyToken, fc.nat(), fc.nat({ max: 255 })).map(([token, at, byte]) => {
      const bytes = encodeToken(ROW, token);
      bytes.writeUInt8(byte, at % bytes.length);
      return bytes;
    });
    const anyRandom = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(anyMutated, anyRandom), (bytes) => {
        try {
          expect(weigh(decodeToken(ROW, bytes))).toBeLessThan(64 + 4 * bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("is refused cut short, with bytes behind it, and of another version", () => {
    const bytes = encodeToken(ROW, { live: [], context: new Context(), hlc: 1n });
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeToken(ROW, bytes.subarray(0, length))).toThrow(CodecError);
    expect(() => decodeToken(ROW, Buffer.concat([bytes, Buffer.from([0])]))).toThrow(CodecError);
    expect(() => decodeToken(ROW, Buffer.concat([Buffer.from([2]), bytes.subarray(1)]))).toThrow(CodecError);
  });

  it("names no more values than a row can have", () => {
    const live = Array.from({ length: 10_001 }, (_, at) => ({ actor: actorOf(1, 1), counter: at + 1 }));
    const encode = (count: number): Buffer =>
      encodeToken(ROW, { live: live.slice(0, count), context: new Context(), hlc: 0n });
    expect(decodeToken(ROW, encode(10_000)).live).toHaveLength(10_000);
    expect(() => decodeToken(ROW, encode(10_001))).toThrow("more than 10000 values");
  });
});
