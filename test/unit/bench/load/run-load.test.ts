import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import {
  BenchResult,
  divide,
  type LoadProgress,
  type RunObserver,
  runLoad,
  type WholeLoad,
} from "../../../../bench/load/index.js";

const LOAD: WholeLoad = {
  driver: "null",
  workload: "f",
  target: { bucket: "b", timeoutMs: 1_000 },
  sites: [{ region: undefined, endpoints: [] }],
  records: 100,
  isLoading: true,
  warmUpSeconds: 0,
  operations: 500,
  concurrency: 8,
  valueBytes: { kind: "constant", bytes: 10 },
  seed: 1,
  processes: 1,
};

const SILENT: LoadProgress = { loading: () => {}, warmingUp: () => {}, second: () => {} };

async function run(load: Partial<WholeLoad>, signal = new AbortController().signal, observer?: RunObserver) {
  return await runLoad(divide({ ...LOAD, ...load }), SILENT, signal, observer);
}

describe("a run", () => {
  it("is one document, whole, that names no machine", async () => {
    const result = await run({});
    expect(BenchResult.parse(structuredClone(result))).toEqual(result);
    expect(result.load?.count).toBe(100);
    expect(result.run).toMatchObject({ count: 500, errors: 0, unstarted: 0 });
    expect(result.run.series.reduce((sum, { count }) => sum + count, 0)).toBe(500);
    expect(result.geo).toBeNull();
    expect(JSON.stringify(result)).not.toContain(hostname());
  });

  it("ends early, with what was measured until then", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    const result = await run({ operations: undefined, seconds: 3_600 }, stop.signal);
    expect(result.run.count).toBeGreaterThan(0);
    expect(result.run.seconds).toBeLessThan(60);
  });

  it("tells who observes it how much was written", async () => {
    const heard: (string | number)[] = [];
    const geo = { faults: [], lag: [], staleness: [], peerBytes: null, convergence: null };
    const observer: RunObserver = {
      begin: async () => void heard.push("begin"),
      end: async (writtenBytes) => {
        heard.push(writtenBytes);
        return geo;
      },
      close: async () => {},
    };
    const result = await run({ workload: "writes", keyBytes: 20, operations: 50 }, undefined, observer);
    expect(heard).toEqual(["begin", 50 * 30]);
    expect(result.geo).toEqual(geo);
  });

  it("fails where a client cannot connect", async () => {
    const target = { sites: [{ region: undefined, endpoints: ["127.0.0.1:1"] }] };
    await expect(run({ driver: "redis", ...target })).rejects.toMatchObject({ reason: "UNAVAILABLE" });
  });
});
