import { describe, expect, it } from "vitest";
import { checkLag, pairLags } from "../../../../cluster/demo/lag-phase.js";

const seen = (region: string, count: number, p50Ms: number, p99Ms: number) => ({
  region,
  count,
  p50Ms,
  p99Ms,
  maxMs: p99Ms,
});

const reports = [
  { region: "us-east", report: { regions: [seen("eu-west", 10, 40, 60), seen("us-east", 10, 1, 2)] } },
  { region: "us-east", report: { regions: [seen("eu-west", 9, 45, 50)] } },
  { region: "eu-west", report: { regions: [seen("us-east", 5, 36, 70), seen("mars", 1, 1, 1)] } },
];

describe("lag between two regions", () => {
  it("is that of the slowest node, beside the delay of the link", () => {
    expect(pairLags(["eu-west", "us-east"], reports)).toEqual([
      { from: "eu-west", to: "us-east", linkMs: 35, arrivals: 19, p50Ms: 45, p99Ms: 60 },
      { from: "us-east", to: "eu-west", linkMs: 35, arrivals: 5, p50Ms: 36, p99Ms: 70 },
    ]);
  });

  const judge = (p50Ms: number, pairs = 1) => {
    const pair = { from: "a", to: "b", linkMs: 35, arrivals: 1, p50Ms, p99Ms: 2000 };
    return checkLag([pair], pairs).map((check) => check.ok);
  };

  it("cannot be less than the link's delay", () => {
    expect(judge(34.5)).toEqual([true, true]);
    expect(judge(33)).toEqual([false, true]);
  });

  it("may not be a second more", () => {
    expect(judge(1035)).toEqual([true, true]);
    expect(judge(1036)).toEqual([true, false]);
  });

  it("has to be known for all directions", () => {
    expect(judge(40, 2)).toEqual([false, true]);
    expect(checkLag([], 6).map((check) => check.ok)).toEqual([false, false]);
  });
});
