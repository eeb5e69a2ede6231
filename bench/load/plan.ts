/** What one client process is to do: data only, so that it can be sent there. */
import { z } from "zod";
import { driverNamed, type Target } from "../drivers/index.js";
import { DISTRIBUTIONS, WORKLOADS } from "../workload/index.js";

const Consistency = z.union([
  z.number(),
  z.enum(["ONE", "TWO", "THREE", "LOCAL_ONE", "LOCAL_QUORUM", "QUORUM", "EACH_QUORUM", "ALL"]),
]);

const TargetShape = z.object({
  endpoints: z.array(z.string()),
  region: z.string().optional(),
  bucket: z.string(),
  timeoutMs: z.number(),
  readConsistency: Consistency.optional(),
  writeConsistency: Consistency.optional(),
  tls: z.custom<Target["tls"]>().optional(),
});

const Sizes = z.union([
  z.object({ kind: z.literal("constant"), bytes: z.number() }),
  z.object({ kind: z.enum(["uniform", "zipfian"]), min: z.number(), max: z.number() }),
]);

export const LoadPlan = z.object({
  driver: z.string(),
  target: TargetShape,
  workload: z.string(),
  /** Instead of the workload's own. */
  keys: z.enum(DISTRIBUTIONS).optional(),
  records: z.number(),
  /** Whether to write the records first. */
  isLoading: z.boolean(),
  warmUpSeconds: z.number(),
  /** Of the measured run; undefined: until `operations` are done. */
  seconds: z.number().optional(),
  /** Of the measured run; undefined: until the time is over. */
  operations: z.number().optional(),
  /** In flight at most. */
  concurrency: z.number(),
  /** Open loop at so many operations a second; undefined: closed loop. */
  perSecond: z.number().optional(),
  valueBytes: Sizes,
  keyBytes: z.number().optional(),
  seed: z.number(),
  /** Which of so many it is, from 0. */
  process: z.number(),
  processes: z.number(),
});

export type LoadPlan = z.infer<typeof LoadPlan>;

/** @throws Error for a name that there is not: who makes plans has checked them */
export function driverOf({ driver: name }: LoadPlan) {
  const driver = driverNamed(name);
  if (driver === undefined) throw new Error(`there is no driver ${JSON.stringify(name)}`);
  return driver;
}

/** @throws Error for a name that there is not */
export function workloadOf({ workload: name }: LoadPlan) {
  const workload = WORKLOADS.find((known) => known.name === name);
  if (workload === undefined) throw new Error(`there is no workload ${JSON.stringify(name)}`);
  return workload;
}
