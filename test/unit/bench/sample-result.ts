/** A result as a run makes it, for tests of what is made of it. */
import type { BenchResult } from "../../../bench/index.js";

export function sampleResult(
  driver: string,
  p99Ms: number,
  errors: Record<string, number> = {},
): BenchResult {
  const failures = Object.values(errors).reduce((sum, count) => sum + count, 0);
  const latency = { meanMs: 1, p50Ms: 1, p90Ms: 2, p99Ms, p999Ms: p99Ms + 1, maxMs: p99Ms + 2 };
  const figures = { seconds: 2, count: 200, errors: failures, perSecond: 100, clientCpuUs: 10 };
  return {
    tool: "atoll bench",
    format: 1,
    startedAt: "2030-01-02T03:04:05.000Z",
    machine: { cpu: "a <processor>", cores: 2, memoryMib: 1_024, system: "linux" },
    versions: { atoll: "1.2.3", node: "20.0.0", grpcJs: "1.0.0" },
    commit: null,
    settings: {
      driver,
      workload: "a",
      keys: "zipfian",
      records: 10,
      valueBytes: "1000",
      keyBytes: null,
      processes: 1,
      concurrency: 4,
      ratePerSecond: null,
      warmUpSeconds: 0,
      seconds: 2,
      operations: null,
      regions: [],
      readConsistency: null,
      writeConsistency: null,
      seed: 1,
    },
    geo: null,
    guarantees: ["none"],
    load: null,
    run: {
      ...figures,
      unstarted: 0,
      operations: [
        {
          operation: "read",
          count: 200,
          perSecond: 100,
          errors,
          latency,
          distribution: [
            [0, 0.5],
            [50, 1],
            [90, 2],
            [99, p99Ms],
            [100, p99Ms + 2],
          ],
        },
      ],
      series: [
        { second: 0, count: 150, errors: 0, p50Ms: 1, p99Ms, maxMs: p99Ms + 2 },
        { second: 1, count: 50, errors: failures, p50Ms: 1, p99Ms, maxMs: p99Ms },
        { second: 2, count: 1, errors: 0, p50Ms: 1, p99Ms, maxMs: p99Ms },
      ],
    },
  };
}
