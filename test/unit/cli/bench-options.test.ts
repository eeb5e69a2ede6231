import { describe, expect, it } from "vitest";
import { DRIVERS, divide, WORKLOADS } from "../../../bench/index.js";
import { loadOf, type RunFlags, workload } from "../../../src/cli/bench-options.js";

function flagsOf(flags: Partial<RunFlags>): RunFlags {
  const [driver] = DRIVERS;
  if (driver === undefined) throw new Error("there is no driver");
  return {
    workload: workload("A"),
    driver,
    bucket: "b",
    endpoint: ["127.0.0.1:1"],
    timeout: 1_000,
    records: 10,
    load: true,
    warmup: 0,
    concurrency: 4,
    valueSize: { kind: "constant", bytes: 1 },
    seed: 1,
    ...flags,
  };
}

describe("the options of a load", () => {
  it("refuse what excludes each other, and what cannot be", async () => {
    await expect(loadOf(flagsOf({ seconds: 1, operations: 5 }))).rejects.toThrow("exclude each other");
    await expect(loadOf(flagsOf({ region: ["a", "b"], processes: 1 }))).rejects.toThrow(
      "as many --processes",
    );
    await expect(loadOf(flagsOf({ operations: 1, processes: 2 }))).rejects.toThrow("at least one for each");
    await expect(loadOf(flagsOf({ data: "x" }))).rejects.toThrow("exclude each other");
    expect(() => workload("z")).toThrow("Use one of a, b, c");
  });

  it("are divided among processes, and those among regions", async () => {
    const plans = divide(await loadOf(flagsOf({ region: ["a", "b"], operations: 7, rate: 9, processes: 3 })));
    expect(
      plans.map(({ operations, perSecond, process, target }) => ({
        operations,
        perSecond,
        process,
        region: target.region,
      })),
    ).toEqual([
      { operations: 3, perSecond: 3, process: 0, region: "a" },
      { operations: 2, perSecond: 3, process: 1, region: "b" },
      { operations: 2, perSecond: 3, process: 2, region: "a" },
    ]);
  });

  it("take a client for each region, and ten seconds", async () => {
    const plans = divide(await loadOf(flagsOf({ region: ["a", "b"] })));
    expect(plans.map(({ concurrency, seconds }) => [concurrency, seconds])).toEqual([
      [4, 10],
      [4, 10],
    ]);
  });

  it("know every workload", () => {
    for (const { name } of WORKLOADS) expect(workload(name).name).toBe(name);
  });
});
