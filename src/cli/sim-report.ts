/** What the simulator found, for people. */
import type { Plan } from "../simulator/index.js";
import { FAULT_KINDS, planLines } from "../simulator/index.js";
import type { FoundViolation, SimTally } from "./sim-tally.js";
import { fieldLines, tableLines, wholeNumber } from "./table.js";

/** Simulated time of a cluster for a minute of one core. */
export function hoursPerMinute({ virtualMs, cpuMs }: SimTally): number {
  return cpuMs === 0 ? 0 : virtualMs / 3_600_000 / (cpuMs / 60_000);
}

export function summaryLines(tally: SimTally, seconds: number): string[] {
  const { outcomes, runs, violations } = tally;
  const attempts = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  const answered = (outcomes.read ?? 0) + (outcomes.written ?? 0);
  return [
    ...coverageLines(tally),
    "",
    ...fieldLines([
      ["runs", `${wholeNumber(runs)} in ${seconds.toFixed(1)} s, ${(runs / seconds).toFixed(1)} a second`],
      [
        "simulated",
        `${(tally.virtualMs / 3_600_000).toFixed(2)} cluster-hours, ${hoursPerMinute(tally).toFixed(1)} a minute and core`,
      ],
      ["operations", `${wholeNumber(attempts)}, of which ${wholeNumber(answered)} succeeded`],
      ["hash", tally.hash],
      ["violations", wholeNumber(violations.length)],
    ]),
  ];
}

/** Which faults were on, and how often they had an effect. */
function coverageLines({ coverage }: SimTally): string[] {
  const rows = FAULT_KINDS.flatMap(({ name, family }) => {
    const { on, fired } = coverage[name] ?? { on: 0, fired: 0 };
    if (on === 0) return [];
    return [[name, family, String(on), String(fired), `${Math.round((100 * fired) / on)}%`]];
  });
  if (rows.length === 0) return ["no faults"];
  return tableLines(
    [
      { title: "FAULT" },
      { title: "FAMILY" },
      { title: "RUNS ON", align: "right" },
      { title: "FIRED IN", align: "right" },
      { title: "", align: "right" },
    ],
    rows,
  );
}

const LISTED_MAX = 20;

export function violationLines(violations: readonly FoundViolation[]): string[] {
  const listed = violations.slice(0, LISTED_MAX);
  const left = violations.length - listed.length;
  return [
    ...listed.map(({ seed, invariant, message }) => `seed ${seed} breaks (${invariant}): ${message}`),
    ...(left > 0 ? [`and ${wholeNumber(left)} more`] : []),
  ];
}

export function scheduleLines(plan: Plan, runs: number): string[] {
  return [`the smallest schedule that breaks it, found in ${wholeNumber(runs)} runs:`, ...planLines(plan)];
}
