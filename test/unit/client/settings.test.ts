import { describe, expect, it } from "vitest";
import { checkTtl } from "../../../src/client/settings.js";

describe("ttlMs", () => {
  it("is a whole number up to the longest time that the wire has, or never, or left out", () => {
    expect(checkTtl({ ttlMs: 1 })).toBe(1);
    expect(checkTtl({ ttlMs: 2 ** 52 })).toBe(4_503_599_627_370_496);
    expect(checkTtl({ ttlMs: "never" })).toBe("never");
    expect(checkTtl({})).toBe(0);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 52 + 1, 2 ** 60])(
    "refuses %d, and names the limit",
    (ttlMs) =>
      expect(() => checkTtl({ ttlMs })).toThrow(
        `ttlMs is ${ttlMs}: use a whole number from 1 to 2^52 (4503599627370496), or "never"`,
      ),
  );
});
