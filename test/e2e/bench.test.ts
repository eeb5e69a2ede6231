/** The load tool as its users run it, on real clusters. What it measures is checked for sense, never for speed. */
import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { BenchResult } from "../../bench/load/index.js";
import { type LocalCluster, startCluster } from "../../cluster/index.js";
import { atoll, failureIn, temporaryFolder } from "./cli-fixture.js";

let cluster: LocalCluster;
beforeAll(async () => {
  cluster = await startCluster({ regions: ["eu-west", "us-east"], nodesPerRegion: 1, partitions: 8 });
});
afterAll(async () => {
  await cluster.down();
});

async function bench(...args: readonly string[]): Promise<BenchResult> {
  const outcome = await atoll(["bench", "run", "--json", "--timeout", "20000", "--warmup", "0.2", ...args]);
  expect([outcome.code, outcome.stderr]).toEqual([0, ""]);
  return BenchResult.parse(JSON.parse(outcome.stdout));
}

const Ceilings = z.object({
  machine: z.object({ cores: z.number() }),
  versions: z.object({ node: z.string() }),
  base: z.string(),
  ceilings: z.array(
    z.object({
      name: z.string(),
      perSecond: z.number().positive(),
      ofBase: z.number().positive(),
      p50Us: z.number().nullable(),
      rounds: z.array(z.number()).length(1),
    }),
  ),
});

describe("the ceilings of a machine", () => {
  it("are measured one by one, each also as a share of the unary echo", async () => {
    const folder = temporaryFolder();
    try {
      const out = join(folder, "ceilings.json");
      const program = join(import.meta.dirname, "..", "..", "dist", "bench", "ceilings.js");
      const options = ["--rounds", "1", "--milliseconds", "20", "--out", out];
      await promisify(execFile)(process.execPath, [program, ...options]);
      const text = readFileSync(out, "utf8");
      const { base, ceilings } = Ceilings.parse(JSON.parse(text));
      expect(ceilings.length).toBeGreaterThan(15);
      expect(ceilings.find(({ name }) => name === base)?.ofBase).toBe(1);
      expect(text).not.toContain(hostname());
      expect(text).not.toContain(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("atoll bench run", () => {
  it("loads records, runs YCSB A on them from two regions, and adds up what each client did", async () => {
    const result = await bench(
      ...["--data", cluster.dataDir, "--workload", "a", "--region", "eu-west,us-east"],
      ...["--records", "200", "--operations", "400", "--value-size", "10..100", "--concurrency", "8"],
      ...["--consistency", "LOCAL_ONE"],
    );
    expect(result.settings).toMatchObject({
      regions: ["eu-west", "us-east"],
      processes: 2,
      valueBytes: "10..100",
      readConsistency: "LOCAL_ONE",
      operations: 400,
    });
    expect(result.load).toMatchObject({ count: 200, errors: 0 });
    expect(result.run.operations.map(({ operation }) => operation)).toEqual(["read", "update"]);
    const failures = result.run.operations.flatMap(({ errors }) => Object.keys(errors));
    // A client may read what the other one's region has not sent yet.
    expect(failures.filter((reason) => reason !== "NOT_FOUND")).toEqual([]);
    expect(result.run.count + result.run.errors).toBe(400);
    const told = result.run.series.reduce((sum, { count, errors }) => sum + count + errors, 0);
    expect(told).toBe(400);
    for (const { latency } of result.run.operations) {
      expect(latency.p50Ms).toBeGreaterThan(0);
      expect(latency.maxMs).toBeGreaterThanOrEqual(latency.p99Ms);
    }
  });

  for (const workload of ["d", "e", "f", "counters", "sets", "maps"])
    it(`runs workload ${workload}`, async () => {
      const result = await bench(
        ...["--endpoint", cluster.endpoints("eu-west").join(","), "--workload", workload],
        ...["--bucket", workload, "--records", "100", "--operations", "100", "--concurrency", "4"],
      );
      expect(result.run).toMatchObject({ count: 100, errors: 0 });
    });

  it("cuts regions apart on schedule, and shows lag, staleness and what the heal took", async () => {
    const { geo, run } = await bench(
      ...["--data", cluster.dataDir, "--region", "eu-west,us-east", "--consistency", "LOCAL_ONE"],
      ...["--bucket", "faulty", "--records", "20", "--rate", "40", "--seconds", "6"],
      ...["--at", "1s partition eu-west us-east", "--at", "2.5s heal", "--at", "3s kill nobody"],
    );
    expect(geo?.faults.map(({ error, text }) => [text, error === null])).toEqual([
      ["partition eu-west us-east", true],
      ["heal", true],
      ["kill nobody", false],
    ]);
    expect(geo?.faults[1]?.convergedMs).toBeGreaterThan(0);
    expect(geo?.lag.map(({ from, to }) => [from, to])).toEqual([
      ["eu-west", "us-east"],
      ["us-east", "eu-west"],
    ]);
    for (const { latency, linkMs, seen } of geo?.lag ?? []) {
      expect(seen).toBeGreaterThan(10);
      expect(linkMs).toBe(0);
      // What was written at the beginning of the cut waited for its end.
      expect(latency.maxMs).toBeGreaterThan(1_000);
    }
    expect(Math.max(...(geo?.staleness ?? []).flatMap(({ ms }) => ms))).toBeGreaterThan(1_000);
    expect(geo?.convergence?.ms).toBeGreaterThan(0);
    expect(geo?.peerBytes?.sent).toBeGreaterThan(geo?.peerBytes?.written ?? Number.POSITIVE_INFINITY);
    expect(run.count).toBeGreaterThan(0);
  });

  it("asks with a gRPC call for each operation, at a rate", async () => {
    const result = await bench(
      ...["--endpoint", cluster.endpoints("us-east").join(","), "--driver", "atoll-unary"],
      ...["--workload", "c", "--bucket", "c", "--records", "50", "--rate", "100", "--seconds", "1"],
    );
    expect(result.run.count + result.run.unstarted).toBe(100);
    expect(result.settings).toMatchObject({ driver: "atoll-unary", ratePerSecond: 100 });
  });

  it("prints a table with what the store promised", async () => {
    const { code, stdout } = await atoll([
      "bench",
      "run",
      "--driver",
      "null",
      "--operations",
      "500",
      "--warmup",
      "0",
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/guarantee +none: nothing is stored/);
    expect(stdout).toMatch(/^OPERATION +COUNT +OPS\/S +P50 MS/m);
    expect(stdout).toMatch(/^read +\d+/m);
  });

  it("writes a page with charts, and one that compares two runs", async () => {
    const folder = temporaryFolder();
    try {
      const [result, page, compared] = ["result.json", "page.html", "compared.html"].map((name) =>
        join(folder, name),
      );
      if (result === undefined || page === undefined || compared === undefined) throw new Error("no paths");
      const run = ["bench", "run", "--driver", "null", "--operations", "200", "--warmup", "0", "--json"];
      const { code, stdout } = await atoll([...run, "--report", page]);
      expect(code).toBe(0);
      expect(readFileSync(page, "utf8")).toContain("Load test: null a");
      writeFileSync(result, stdout);
      expect((await atoll(["bench", "report", result, result, "--out", compared])).code).toBe(0);
      expect(readFileSync(compared, "utf8")).toContain("null a #2");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("says that nothing answers", async () => {
    const gone = await atoll(["bench", "run", "--json", "--endpoint", "127.0.0.1:1", "--timeout", "500"]);
    expect([gone.code, failureIn(gone).code]).toEqual([4, "UNAVAILABLE"]);
  });
});
