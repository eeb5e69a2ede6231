import { describe, expect, it } from "vitest";
import { parseTtl } from "../../../src/cli/lifetime.js";

describe("--ttl", () => {
  it.each([
    ["500ms", 500],
    ["30s", 30_000],
    ["1.5s", 1_500],
    ["15m", 900_000],
    ["15min", 900_000],
    ["12h", 43_200_000],
    ["7d", 604_800_000],
    ["never", "never"],
  ])("%s", (text, ttl) => expect(parseTtl(text)).toBe(ttl));

  it.each(["", "30", "-5s", "5 s", "5w", "1e3s", "s", "toString"])("refuses %j", (text) =>
    expect(() => parseTtl(text)).toThrow("Use a number and a unit"),
  );

  it.each(["0s", "0.1ms", "52124996d", "4503599627370497ms", "99999999999999d"])(
    "refuses %s and names what is allowed",
    (text) => expect(() => parseTtl(text)).toThrow('Use 1ms to 52124995d (2^52 ms), or "never".'),
  );

  it("takes what it names", () => {
    expect(parseTtl("1ms")).toBe(1);
    expect(parseTtl("52124995d")).toBeLessThan(2 ** 52);
    expect(parseTtl("4503599627370496ms")).toBe(2 ** 52);
  });
});
