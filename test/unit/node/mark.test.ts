import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INCARNATION_MAX } from "../../../src/causality/index.js";
import { decodeMark, encodeMark } from "../../../src/node/mark.js";

describe("a mark", () => {
  it("comes back from its bytes, which fit the file", () => {
    fc.assert(
      fc.property(
        fc.record({
          incarnation: fc.nat({ max: INCARNATION_MAX }),
          batches: fc.maxSafeNat(),
          salvagedIn: fc.nat({ max: INCARNATION_MAX }),
          wasStoppedCleanly: fc.boolean(),
        }),
        (mark) => {
          const bytes = encodeMark(mark);
          expect(decodeMark(bytes)).toEqual(mark);
          expect(bytes.length).toBeLessThanOrEqual(256);
        },
      ),
    );
  });

  it("that is missing, of another version, cut short or garbage is none", () => {
    const bytes = encodeMark({ incarnation: 5, batches: 1_000, salvagedIn: 3, wasStoppedCleanly: true });
    expect(decodeMark(undefined)).toBeUndefined();
    expect(decodeMark(Buffer.from([2, ...bytes.subarray(1)]))).toBeUndefined();
    for (let length = 0; length < bytes.length; length++)
      expect(decodeMark(bytes.subarray(0, length))).toBeUndefined();
    fc.assert(fc.property(fc.uint8Array(), (garbage) => void decodeMark(garbage)));
  });
});
