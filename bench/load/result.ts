/** The document of a run: what `--json` prints, what reports are made of. */
import { z } from "zod";
import { OPERATIONS } from "../workload/index.js";

const Percentiles = z.object({
  meanMs: z.number(),
  p50Ms: z.number(),
  p90Ms: z.number(),
  p99Ms: z.number(),
  p999Ms: z.number(),
  maxMs: z.number(),
});

const OperationResult = z.object({
  operation: z.enum(OPERATIONS),
  /** That went well; latencies are of those alone. */
  count: z.number(),
  perSecond: z.number(),
  /** Reason to how often. */
  errors: z.record(z.string(), z.number()),
  latency: Percentiles,
  /** Percent, and the milliseconds within which so many were done. */
  distribution: z.array(z.tuple([z.number(), z.number()])),
});

const PhaseResult = z.object({
  seconds: z.number(),
  count: z.number(),
  errors: z.number(),
  perSecond: z.number(),
  /** Microseconds on a core that the client processes took for an operation. */
  clientCpuUs: z.number(),
  operations: z.array(OperationResult),
});

const SecondResult = z.object({
  second: z.number(),
  count: z.number(),
  errors: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  maxMs: z.number(),
});

/** Of a store in several regions. */
const GeoResult = z.object({
  faults: z.array(
    z.object({
      second: z.number(),
      text: z.string(),
      /** Why it could not be done; null: it was. */
      error: z.string().nullable(),
      /** After a healing: until all that was written before was seen in all regions; null: not in this run. */
      convergedMs: z.number().nullable(),
    }),
  ),
  lag: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      /** One way, as it is emulated; null: not known. */
      linkMs: z.number().nullable(),
      writes: z.number(),
      /** Of those, how many were seen before the run was over. */
      seen: z.number(),
      latency: Percentiles,
    }),
  ),
  /** By second the age of the oldest write that was not seen yet, at its worst, for each pair of `lag`. */
  staleness: z.array(z.object({ second: z.number(), ms: z.array(z.number()) })),
  /** Between the nodes, those of one region included; null: not known. */
  peerBytes: z
    .object({ sent: z.number(), written: z.number(), perWrittenByte: z.number().nullable() })
    .nullable(),
  /** After the end, until all nodes held the same; `ms` null: they did not in time. */
  convergence: z.object({ ms: z.number().nullable() }).nullable(),
});

export type GeoResult = z.infer<typeof GeoResult>;

export const BenchResult = z.object({
  tool: z.literal("atoll bench"),
  format: z.literal(1),
  /** ISO 8601. */
  startedAt: z.string(),
  machine: z.object({ cpu: z.string(), cores: z.number(), memoryMib: z.number(), system: z.string() }),
  versions: z.object({ atoll: z.string(), node: z.string(), grpcJs: z.string() }),
  commit: z.string().nullable(),
  settings: z.object({
    driver: z.string(),
    workload: z.string(),
    keys: z.string(),
    records: z.number(),
    valueBytes: z.string(),
    keyBytes: z.number().nullable(),
    processes: z.number(),
    /** In each process, in flight at most. */
    concurrency: z.number(),
    /** Null: closed loop. */
    ratePerSecond: z.number().nullable(),
    warmUpSeconds: z.number(),
    seconds: z.number().nullable(),
    operations: z.number().nullable(),
    regions: z.array(z.string()),
    readConsistency: z.union([z.string(), z.number()]).nullable(),
    writeConsistency: z.union([z.string(), z.number()]).nullable(),
    seed: z.number(),
  }),
  guarantees: z.array(z.string()),
  /** Null where the records were there. */
  load: PhaseResult.nullable(),
  run: PhaseResult.extend({
    /** Of an open loop: operations that were due and never began, because the store did not keep up. */
    unstarted: z.number(),
    series: z.array(SecondResult),
  }),
  /** Null for a store in one region. */
  geo: GeoResult.nullable(),
});

export type BenchResult = z.infer<typeof BenchResult>;
export type PhaseResult = z.infer<typeof PhaseResult>;
export type OperationResult = z.infer<typeof OperationResult>;
export type SecondResult = z.infer<typeof SecondResult>;
