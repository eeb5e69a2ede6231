import { expect, it } from "vitest";
import { roundTripMs, UNSHAPED, wanPath } from "../../../cluster/regions.js";

it("knows the round trips, the same from either end", () => {
  const regions = ["us-east", "eu-west", "us-west", "ap-northeast", "ap-southeast", "sa-east"];
  const all = regions.flatMap((a) => regions.filter((b) => a < b).map((b) => roundTripMs(a, b)));
  expect(all.sort((a, b) => a - b)).toEqual([
    70, 72, 77, 101, 113, 127, 152, 163, 180, 184, 187, 204, 236, 268, 338,
  ]);
  for (const a of regions) for (const b of regions) expect(roundTripMs(a, b)).toBe(roundTripMs(b, a));
});

it("counts a numbered name as the name without, and gives unknown regions 80 ms", () => {
  expect(roundTripMs("eu-west-1", "us-east-2")).toBe(70);
  expect(roundTripMs("ap-south", "eu-west")).toBe(80);
  expect(roundTripMs("mars", "constructor")).toBe(80);
});

it("delays half of the round trip each way, and nothing inside a region", () => {
  expect(wanPath("eu-west", "us-east")).toEqual({
    delayMs: 35,
    jitterFraction: 0.05,
    bitsPerSecond: 200_000_000,
  });
  expect(wanPath("mars", "mars")).toBe(UNSHAPED);
});
