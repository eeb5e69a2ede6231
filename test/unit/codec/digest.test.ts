import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ByteReader,
  ByteWriter,
  CodecError,
  hash64,
  readLive,
  rowDigest,
  writeLive,
} from "../../../src/codec/index.js";
import { anyLive, anyRowKey } from "./arbitraries.js";

fc.configureGlobal({ seed: 3006, numRuns: 300 });

describe("the digest of a row", () => {
  it("is the same for the same dots and values, and another for any others", () => {
    fc.assert(
      fc.property(anyRowKey, anyRowKey, anyLive, anyLive, (keyA, keyB, liveA, liveB) => {
        const copy = liveA.map((dot) => ({
          ...dot,
          payload: { ...dot.payload, data: Buffer.from(dot.payload.data) },
        }));
        expect(rowDigest(keyA, copy)).toBe(rowDigest(keyA, liveA));
        expect(rowDigest(keyA, liveA) === rowDigest(keyA, liveB)).toBe(bytesOf(liveA).equals(bytesOf(liveB)));
        expect(rowDigest(keyA, liveA) === rowDigest(keyB, liveA)).toBe(keyA === keyB);
      }),
    );
  });

  it("tells a tombstone from an empty value, and a value's encodings apart", () => {
    fc.assert(
      fc.property(anyRowKey, anyLive, (rowKey, live) => {
        fc.pre(live.length > 0);
        const changed = (part: object): typeof live =>
          live.map((dot) => ({ ...dot, payload: { ...dot.payload, ...part } }));
        const digests = [
          changed({ isTombstone: true, encoding: 0 }),
          changed({ isTombstone: false, encoding: 0 }),
          changed({ isTombstone: false, encoding: 1 }),
          changed({ isTombstone: false, encoding: 0, expiresAtMs: 2 ** 52 }),
        ].map((dots) => rowDigest(rowKey, dots));
        const kinds = live.every(({ payload }) => payload.expiresAtMs === 2 ** 52) ? 3 : 4;
        expect(new Set(digests).size).toBe(kinds);
      }),
    );
  });

  it("is a hash of 64 bits of the bytes that code units stand for", () => {
    expect(hash64("")).toBe(0xef46db3751d8e999n);
    expect(hash64("\x00\xff")).not.toBe(hash64("\x00\xfe"));
  });
});

describe("live dots", () => {
  it("are refused out of order, or twice: the join walks them in order", () => {
    fc.assert(
      fc.property(anyLive, (live) => {
        fc.pre(live.length > 0);
        const back = new ByteReader(bytesOf([...live, ...live]));
        expect(() => readLive(back)).toThrow(CodecError);
      }),
    );
  });
});

function bytesOf(live: Parameters<typeof writeLive>[1]): Buffer {
  const writer = new ByteWriter();
  writeLive(writer, live);
  return writer.finish();
}
