import { describe, expect, it } from "vitest";
import { LiveLines } from "../../../src/cli/bench-progress.js";
import { benchLines } from "../../../src/cli/bench-text.js";
import { sampleResult } from "../bench/sample-result.js";

describe("a result for people", () => {
  it("has a table, the errors by reason, and what the store promised", () => {
    const lines = benchLines(sampleResult("atoll", 5, { TIMEOUT: 3, OVERLOADED: 1 }));
    expect(lines).toContain("  read: 3 times TIMEOUT");
    expect(lines).toContain("guarantee  none");
    expect(lines.find((line) => line.startsWith("read"))).toMatch(
      /200 +100 +1\.00 +2\.00 +5\.00 +6\.00 +7\.00 +4$/,
    );
  });

  it("says when the store did not keep up", () => {
    const { run, ...rest } = sampleResult("atoll", 5);
    const lines = benchLines({ ...rest, run: { ...run, unstarted: 1_234 } });
    expect(lines.some((line) => line.startsWith("1,234 operations were due and never began"))).toBe(true);
  });
});

describe("live lines", () => {
  const second = { second: 0, count: 1_500, errors: 2, p50Ms: 0.5, p99Ms: 3, maxMs: 20 };

  it("say each second how it goes", () => {
    const written: string[] = [];
    new LiveLines({ isTTY: true, write: (text) => written.push(text) }).second(second);
    expect(written).toEqual(["   1 s      1,500 ops/s  p50 0.50 ms  p99 3.00 ms  max 20.00 ms  2 errors\n"]);
  });

  it("are not there off a terminal", () => {
    const written: string[] = [];
    new LiveLines({ write: (text) => written.push(text) }).second(second);
    expect(written).toEqual([]);
  });
});
