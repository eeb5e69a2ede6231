/**
 * `npm run test:chaos -- [--seconds N] [--seed N] [--clients N] [--json] [--keep]`: a cluster of real processes under
 * load and faults, and whether it kept its promises. Exits with 0 if it did, 1 if not, 2 for options that make no sense.
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { ProgressBar } from "../../src/cli/progress-bar.js";
import { stopOnSignals } from "../../src/cli/stop-on-signals.js";
import { possibleMeans, runInNamespace } from "./nemesis/mount-namespace.js";
import { type ChaosOptions, runChaos } from "./run-chaos.js";
import { RunFolder } from "./run-folder.js";
import { summaryOf } from "./summary.js";

const EXIT_BROKEN = 1;
const EXIT_USAGE = 2;
const SEED_MAX = 2 ** 31;

interface Arguments extends Omit<ChaosOptions, "fullDisk"> {
  readonly isJson: boolean;
  readonly isKept: boolean;
  /** What this program calls itself with once it may mount. */
  readonly mayMount: boolean;
}

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "180" },
      seed: { type: "string", default: String(randomInt(SEED_MAX)) },
      clients: { type: "string", default: "2" },
      json: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      "may-mount": { type: "boolean", default: false },
    },
  });
  return {
    seconds: whole("seconds", values.seconds, 10, 86_400),
    seed: whole("seed", values.seed, 0, SEED_MAX),
    clientsPerRegion: whole("clients", values.clients, 1, 16),
    isJson: values.json,
    isKept: values.keep,
    mayMount: values["may-mount"],
  };
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`--${name} has to be a whole number from ${least} to ${most}: ${text}`);
}

async function main(): Promise<number> {
  let given: Arguments;
  try {
    given = readArguments();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return EXIT_USAGE;
  }
  const fullDisk = given.mayMount ? "small folders" : await possibleMeans();
  // The seed goes along: a random one would be drawn anew.
  if (fullDisk === "small folders" && !given.mayMount)
    return await runInNamespace(["--may-mount", "--seed", String(given.seed)]);
  if (fullDisk === "none") say("no disk gets full: this system has neither namespaces for users nor prlimit");
  return await runAndReport({ ...given, fullDisk }, given);
}

async function runAndReport(options: ChaosOptions, { isJson, isKept }: Arguments): Promise<number> {
  say(`seed ${options.seed}: ${options.seconds} s of faults`);
  const folder = new RunFolder();
  const interrupted = new AbortController();
  const signals = stopOnSignals(process, async () => interrupted.abort());
  const bar = ProgressBar.onStderr("calls");
  let isWanted = true;
  try {
    const report = await runChaos(options, folder, interrupted.signal, (tally, fraction) =>
      bar.update(tally.ended, fraction),
    );
    bar.clear();
    isWanted = isKept || !report.ok;
    const history = isWanted ? folder.history : null;
    if (isJson) process.stdout.write(`${JSON.stringify({ ...report, history })}\n`);
    else process.stdout.write(`${summaryOf(report)}\n`);
    return report.ok ? 0 : EXIT_BROKEN;
  } catch (error) {
    isWanted = !interrupted.signal.aborted;
    say(interrupted.signal.aborted ? "interrupted" : `the run failed: ${String(error)}`);
    return EXIT_BROKEN;
  } finally {
    signals.close();
    if (isWanted) say(`kept: ${folder.path}`);
    else folder.remove();
  }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

process.exitCode = await main();
