/** `atoll sim`: whole clusters on virtual time under random faults, held to what was promised. */
import { availableParallelism } from "node:os";
import { Command, InvalidArgumentError } from "commander";
import {
  drawPlan,
  type Plan,
  type RunReport,
  runPlan,
  type Shrunken,
  shrinkPlan,
  Trace,
} from "../simulator/index.js";
import { EXIT, failed, misused, printDocument } from "./failure.js";
import { ProgressBar } from "./progress-bar.js";
import { readFixture, writeFixture } from "./sim-fixture.js";
import { hoursPerMinute, scheduleLines, summaryLines, violationLines } from "./sim-report.js";
import { sweep } from "./sim-sweep.js";
import { type FoundViolation, NO_RUNS, type SimTally, sumOf, tallyOf } from "./sim-tally.js";
import { stopOnSignals } from "./stop-on-signals.js";

const SEEDS_DEFAULT = { first: 1, last: 100 } as const;
const SHRINK_MS = 60_000;
const MINUTE_MS = 60_000;

const SIM_HELP = `
One seed decides a whole run: the cluster, what clients do, and which faults befall it when. Without a choice of seeds,
runs 1..100; with --minutes alone, seeds that have not been looked at before.
With --json: {runs, virtualMs, cpuMs, hash, outcomes, coverage: {fault: {on, fired}}, violations: [{seed, invariant,
message}], seconds, hoursPerMinute, shrunken: {runs, plan}}; shrunken is null without a violation.
Exit codes: 0 every promise held, 1 one was broken, 2 usage. docs/simulation.md says what each invariant means.`;

interface SimFlags {
  readonly seed?: number;
  readonly seeds?: { readonly first: number; readonly last: number };
  readonly fixture?: string;
  readonly minutes?: number;
  readonly jobs?: number;
  readonly stopAtFirst?: boolean;
  readonly trace?: boolean;
  readonly shrink: boolean;
  readonly writeFixture?: string;
  readonly json?: boolean;
}

export function simCommand(): Command {
  return new Command("sim")
    .description("Run whole clusters on virtual time under random faults, and check what was promised.")
    .option("--seed <N>", "replay one seed", wholeNumber)
    .option("--seeds <A..B>", "run every seed from A to B", seedRange)
    .option("--fixture <FILE>", "replay the plan in a file")
    .option("--minutes <M>", "run seeds for so long", minutes)
    .option("--jobs <J>", "processes at a time (default: the number of cores)", positive)
    .option("--stop-at-first", "stop at the first violation")
    .option("--no-shrink", "do not look for the smallest schedule that breaks the promise")
    .option("--write-fixture <FILE>", "write the smallest schedule to a file")
    .option("--trace", "print the event log; with one seed or fixture")
    .option("--json", "print one JSON document")
    .addHelpText("after", SIM_HELP)
    .action((flags: SimFlags) => simulate(flags));
}

async function simulate(flags: SimFlags): Promise<void> {
  checkChoice(flags);
  const startedAtMs = performance.now();
  const isSingle = flags.seed !== undefined || flags.fixture !== undefined;
  const { tally, plan } = isSingle ? await runOne(flags) : await runMany(flags, startedAtMs);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  const [violation] = tally.violations;
  const print = (lines: readonly string[]): void => {
    if (flags.json !== true) process.stdout.write(lines.map((line) => `${line}\n`).join(""));
  };
  print([...summaryLines(tally, seconds), ...violationLines(tally.violations)]);
  const broken = violation === undefined ? undefined : (plan ?? drawPlan(violation.seed));
  const shrunken = broken && violation && flags.shrink ? shrink(broken, violation.invariant) : undefined;
  if (shrunken !== undefined) print(scheduleLines(shrunken.plan, shrunken.runs));
  if (broken && violation && flags.writeFixture !== undefined)
    await writeFixture(flags.writeFixture, shrunken?.plan ?? broken, violation);
  if (flags.json === true)
    printDocument({
      ...tally,
      seconds: Number(seconds.toFixed(3)),
      hoursPerMinute: Number(hoursPerMinute(tally).toFixed(2)),
      shrunken: shrunken ?? null,
    });
  process.exitCode = violation === undefined ? EXIT.ok : EXIT.failed;
}

function checkChoice({ seed, seeds, fixture, minutes, trace }: SimFlags): void {
  if ([seed, seeds, fixture].filter((choice) => choice !== undefined).length > 1)
    throw misused("--seed, --seeds and --fixture exclude each other");
  const isSingle = seed !== undefined || fixture !== undefined;
  if (minutes !== undefined && isSingle) throw misused("--minutes goes with many seeds, not with one run");
  if (trace === true && !isSingle) throw misused("--trace shows one run: choose it by --seed or --fixture");
}

async function runOne(flags: SimFlags): Promise<{ tally: SimTally; plan: Plan }> {
  const plan = flags.fixture === undefined ? drawPlan(flags.seed ?? 1) : await readFixture(flags.fixture);
  const trace = new Trace(flags.trace === true);
  const before = process.cpuUsage();
  const report: RunReport = runPlan(plan, trace);
  const { user, system } = process.cpuUsage(before);
  const out = flags.json === true ? process.stderr : process.stdout;
  for (const line of trace.lines ?? []) out.write(`${line}\n`);
  return { tally: sumOf(NO_RUNS, tallyOf(report, (user + system) / 1_000)), plan };
}

async function runMany(
  { seeds, minutes: limit, jobs, stopAtFirst }: SimFlags,
  startedAtMs: number,
): Promise<{ tally: SimTally; plan: undefined }> {
  const interrupted = new AbortController();
  const signals = stopOnSignals(process, async () => interrupted.abort());
  const progress = ProgressBar.onStderr("runs");
  const limitMs = limit === undefined ? Number.POSITIVE_INFINITY : limit * MINUTE_MS;
  const elapsedMs = (): number => performance.now() - startedAtMs;
  const { first, last } = seeds ?? (limit === undefined ? SEEDS_DEFAULT : newSeeds());
  try {
    const tally = await sweep({
      firstSeed: first,
      lastSeed: last,
      jobs: jobs ?? availableParallelism(),
      stopsAtFirst: stopAtFirst === true,
      signal: interrupted.signal,
      isOver: () => elapsedMs() >= limitMs,
      onProgress: ({ runs }) =>
        progress.update(runs, Math.max(runs / (last - first + 1), elapsedMs() / limitMs)),
    });
    if (interrupted.signal.aborted) throw failed(`interrupted after ${tally.runs} runs`);
    return { tally, plan: undefined };
  } finally {
    signals.close();
    progress.clear();
  }
}

/** Of the clock, so that nobody looks at the same ones again by accident. */
function newSeeds(): { readonly first: number; readonly last: number } {
  return { first: Math.floor(Date.now() / 1_000) * 1_000, last: Number.POSITIVE_INFINITY };
}

function shrink(plan: Plan, invariant: FoundViolation["invariant"]): Shrunken {
  const untilMs = performance.now() + SHRINK_MS;
  const breaks = (smaller: Plan): boolean => runPlan(smaller).violation?.invariant === invariant;
  return shrinkPlan(plan, breaks, () => performance.now() >= untilMs);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("It has to be a whole number.");
  return Number(text);
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError("It has to be a whole number from 1 on.");
  return Number(text);
}

function minutes(text: string): number {
  const number = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || number <= 0)
    throw new InvalidArgumentError("It has to be a positive number.");
  return number;
}

function seedRange(text: string): { readonly first: number; readonly last: number } {
  const [, first, last] = /^(\d{1,15})\.\.(\d{1,15})$/.exec(text) ?? [];
  if (first === undefined || last === undefined || Number(last) < Number(first))
    throw new InvalidArgumentError("It has to be two seeds, the lower one first, as in 1..500.");
  return { first: Number(first), last: Number(last) };
}
