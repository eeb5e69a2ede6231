/** What a sweep over seeds adds up to. Tallies of disjoint seeds add up to that of all of them, in any order. */
import crc32 from "@node-rs/crc32";
import { z } from "zod";
import type { RunReport } from "../simulator/index.js";

const INVARIANTS = [
  "a",
  "b",
  "c",
  "d",
  "e",
  "f",
  "g",
  "h",
  "i",
  "j",
  "k",
  "l",
  "m",
  "n",
  "o",
  "p",
  "q",
  "r",
  "s",
  "t",
  "u",
  "v",
  "liveness",
  "defect",
] as const;

const VIOLATION = z.object({ seed: z.number(), invariant: z.enum(INVARIANTS), message: z.string() });

/** Also what a worker process prints. */
export const TALLY = z.object({
  runs: z.number(),
  virtualMs: z.number(),
  cpuMs: z.number(),
  /** Of the hashes of all runs: equal wherever and in whatever order the same seeds ran. */
  hash: z.string(),
  outcomes: z.record(z.string(), z.number()),
  coverage: z.record(z.string(), z.object({ on: z.number(), fired: z.number() })),
  violations: z.array(VIOLATION),
});

export type SimTally = z.infer<typeof TALLY>;
export type FoundViolation = z.infer<typeof VIOLATION>;

export const NO_RUNS: SimTally = {
  runs: 0,
  virtualMs: 0,
  cpuMs: 0,
  hash: "00000000",
  outcomes: {},
  coverage: {},
  violations: [],
};

export function tallyOf(report: RunReport, cpuMs: number): SimTally {
  const { seed, virtualMs, outcomes, coverage, violation } = report;
  const fired = new Set(coverage.fired);
  return {
    runs: 1,
    virtualMs,
    cpuMs,
    hash: hex(crc32.crc32c(`${seed} ${report.hash}`)),
    outcomes: { ...outcomes },
    coverage: Object.fromEntries(
      coverage.on.map((name) => [name, { on: 1, fired: fired.has(name) ? 1 : 0 }]),
    ),
    violations: violation === undefined ? [] : [{ seed, ...violation }],
  };
}

export function sumOf(a: SimTally, b: SimTally): SimTally {
  const outcomes = { ...a.outcomes };
  for (const [name, count] of Object.entries(b.outcomes)) outcomes[name] = (outcomes[name] ?? 0) + count;
  const coverage = { ...a.coverage };
  for (const [name, { on, fired }] of Object.entries(b.coverage)) {
    const known = coverage[name] ?? { on: 0, fired: 0 };
    coverage[name] = { on: known.on + on, fired: known.fired + fired };
  }
  return {
    runs: a.runs + b.runs,
    virtualMs: a.virtualMs + b.virtualMs,
    cpuMs: a.cpuMs + b.cpuMs,
    hash: hex(Number.parseInt(a.hash, 16) ^ Number.parseInt(b.hash, 16)),
    outcomes,
    coverage,
    violations: [...a.violations, ...b.violations].sort((one, other) => one.seed - other.seed),
  };
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}
