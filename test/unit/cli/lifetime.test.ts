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

  it.each(["", "30", "0s", "-5s", "5 s", "5w", "1e3s", "s", "0.1ms", "99999999999999d", "toString"])(
    "refuses %j",
    (text) => expect(() => parseTtl(text)).toThrow("Use a number and a unit"),
  );
});
