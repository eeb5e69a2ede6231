import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CodecError,
  checkedRowKey,
  decodeRowKey,
  encodeRowKey,
  rowKeyType,
} from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import { anyKeyBytes, anyRowKey, anyType } from "./arbitraries.js";

fc.configureGlobal({ seed: 3001, numRuns: 500 });

const anyBucket = fc.constantFrom("b", "b-", "bb", "c");

describe("a row key", () => {
  it("gives back type, bucket, key and element, whatever bytes they have", () => {
    const anyElement = fc.array(anyKeyBytes, { maxLength: 3 });
    fc.assert(
      fc.property(anyType, anyBucket, anyKeyBytes, anyElement, (type, bucket, key, element) => {
        const rowKey = encodeRowKey(type, bucket, key, element);
        expect(decodeRowKey(rowKey)).toEqual({ type, bucket, key, element });
        expect(rowKeyType(rowKey)).toBe(type);
      }),
    );
  });

  it("sorts like its parts: by type, bucket, key, then element", () => {
    fc.assert(
      fc.property(
        fc.tuple(anyType, anyBucket, anyKeyBytes, fc.tuple(anyKeyBytes)),
        fc.tuple(anyType, anyBucket, anyKeyBytes, fc.tuple(anyKeyBytes)),
        (a, b) => {
          const order =
            a[0] - b[0] ||
            Buffer.compare(Buffer.from(a[1]), Buffer.from(b[1])) ||
            Buffer.compare(a[2], b[2]) ||
            Buffer.compare(a[3][0], b[3][0]);
          const [left, right] = [encodeRowKey(...a), encodeRowKey(...b)];
          expect(Math.sign(Buffer.compare(Buffer.from(left, "latin1"), Buffer.from(right, "latin1")))).toBe(
            Math.sign(order),
          );
          expect(left < right).toBe(order < 0);
        },
      ),
    );
  });

  it("is no prefix of another row of its type", () => {
    const anyParts = fc.tuple(anyBucket, anyKeyBytes, anyKeyBytes);
    fc.assert(
      fc.property(anyParts, anyParts, fc.boolean(), (a, b, hasElements) => {
        const encode = ([bucket, key, element]: typeof a): string =>
          encodeRowKey(DataType.set, bucket, key, hasElements ? [element] : []);
        const [left, right] = [encode(a), encode(b)];
        expect(left !== right && right.startsWith(left)).toBe(false);
      }),
    );
  });

  it("is taken from a peer only as it would be encoded: one row has one key", () => {
    const anyText = fc
      .array(fc.constantFrom("\x00", "\x01", "\xff", "\x02", "b", "\x00\x01", "\x00\xff"), { maxLength: 10 })
      .map((pieces) => `\x02${pieces.join("")}`);
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(anyText, anyRowKey), (text) => {
        try {
          const { type, bucket, key, element } = decodeRowKey(text);
          accepted++;
          expect(encodeRowKey(type, bucket, key, element)).toBe(text);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
        }
      }),
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it.each([
    ["nothing", ""],
    ["a type alone", "\x01"],
    ["type 0", "\x00b\x00\x01k\x00\x01"],
    ["type 7", "\x07b\x00\x01k\x00\x01"],
    ["a bucket without a key", "\x01b\x00\x01"],
    ["a key that does not end", "\x01b\x00\x01k"],
    ["a key that ends in half an end", "\x01b\x00\x01k\x00"],
    ["a zero that is not escaped", "\x01b\x00\x01k\x00\x02\x00\x01"],
    ["four parts", "\x05b\x00\x01k\x00\x01e\x00\x01x\x00\x01"],
    ["bytes behind its end", "\x01b\x00\x01k\x00\x01x"],
  ])("is refused for %s", (_what, text) => {
    expect(() => checkedRowKey(text)).toThrow(CodecError);
  });
});
