/** `atoll bench`: load on a cluster, or on another store, and what came of it. */
import { readFile, writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import {
  BenchResult,
  ClientProcessError,
  DISTRIBUTIONS,
  DRIVERS,
  DriverError,
  divide,
  type Observation,
  reportPage,
  runLoad,
  WORKLOADS,
} from "../../bench/index.js";
import { AtollError } from "../client/index.js";
import {
  addFault,
  addRegions,
  count,
  driver,
  fromZero,
  keyBytes,
  loadOf,
  observationOf,
  positive,
  type RunFlags,
  seed,
  valueBytes,
  workload,
} from "./bench-options.js";
import { LiveLines } from "./bench-progress.js";
import { benchLines } from "./bench-text.js";
import { addEndpointOptions, parseConsistency } from "./client-options.js";
import { failureOf } from "./client-session.js";
import { CommandFailure, EXIT, failed, misused, printDocument } from "./failure.js";
import { stopOnSignals } from "./stop-on-signals.js";

/** More cannot be told apart in a chart. */
const RUNS_MAX = 8;

interface ReportFlags {
  readonly out: string;
  readonly json?: boolean;
}

const RUN_HELP = `
Workloads:
${WORKLOADS.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join("\n")}
Drivers:
${DRIVERS.map(({ name, summary }) => `  ${name.padEnd(12)} ${summary}`).join("\n")}
With --rate latencies count from when an operation was to begin: a stall shows in all that it held up. Its clock ticks once a
millisecond, and that much may be the tool's own. Ctrl-C ends the run early and prints what was measured.`;

export function benchCommand(): Command {
  const command = new Command("bench").description("put load on a cluster, and measure it");
  command.addCommand(runCommand());
  command.addCommand(reportCommand());
  return command;
}

function runCommand(): Command {
  const command = new Command("run")
    .description("write records, run a workload on them, and print what it took")
    .addOption(new Option("--workload <W>", "what to do").argParser(workload).default(workload("a"), "a"))
    .addOption(
      new Option("--driver <D>", "how, or whom, to ask").argParser(driver).default(driver("atoll"), "atoll"),
    )
    .option("--data <DIR>", "the local cluster in this folder, instead of --endpoint")
    .option("--bucket <B>", "the bucket", "bench")
    .option("--region <R>", "where a client process is; repeat it, or put commas between", addRegions)
    .option("--consistency <C>", "of reads and writes (default: the bucket's)", parseConsistency)
    .option("--write-consistency <C>", "of writes, where it differs", parseConsistency)
    .option("--records <N>", "records that are there before the run", count, 1_000)
    .option("--no-load", "the records are there already: of an earlier run with the same seed and sizes")
    .option("--seconds <S>", "how long to measure (default 10)", positive)
    .option("--operations <N>", "how many operations to measure, instead of --seconds", count)
    .option("--warmup <S>", "seconds to run before measuring", fromZero, 2)
    .option("--concurrency <N>", "operations in flight at most, in each process", count, 64)
    .option("--rate <R>", "open loop: so many operations a second in all", positive)
    .option("--processes <N>", "client processes (default: one for each --region)", count)
    .addOption(
      new Option("--keys <K>", "popularity of keys, instead of the workload's own").choices(DISTRIBUTIONS),
    )
    .option("--value-size <BYTES>", "1000, 100..2000, zipfian:100..2000", valueBytes, valueBytes("1000"))
    .option("--key-size <BYTES>", "all keys so long (default: as YCSB has them, up to 23)", keyBytes)
    .option("--seed <N>", "the same seed draws the same operations", seed, 1)
    .option(
      "--at <FAULT>",
      'into the cluster of --data, repeat it: "20s partition eu-west ap-south", "30s heal"',
      addFault,
    )
    .option("--report <FILE>", "write a page with charts there")
    .addHelpText("after", RUN_HELP)
    .action((flags: RunFlags) => run(flags));
  return addEndpointOptions(command);
}

function reportCommand(): Command {
  return new Command("report")
    .description("make a page with charts of one run, or of several that it compares with the first")
    .argument("<FILES...>", "documents of `atoll bench run --json`")
    .requiredOption("--out <FILE>", "the page")
    .option("--json", "print one JSON document")
    .action(report);
}

async function report(files: readonly string[], { json, out }: ReportFlags): Promise<void> {
  if (files.length > RUNS_MAX) throw misused(`a report is of at most ${RUNS_MAX} runs`);
  await writePage(out, await Promise.all(files.map(readResult)));
  if (json === true) printDocument({ report: out, runs: files.length });
}

async function readResult(file: string): Promise<BenchResult> {
  let document: unknown;
  try {
    document = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw failed(`cannot read ${file}: ${messageOf(error)}`);
  }
  const result = BenchResult.safeParse(document);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw failed(
    `${file} is not a document of \`atoll bench run --json\`: ${issue?.path.join(".")}: ${issue?.message}`,
  );
}

async function writePage(file: string, results: readonly BenchResult[]): Promise<void> {
  try {
    await writeFile(file, reportPage(results));
  } catch (error) {
    throw failed(`cannot write ${file}: ${messageOf(error)}`);
  }
  process.stderr.write(`report: ${file}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function run(flags: RunFlags): Promise<void> {
  const load = await loadOf(flags);
  const stop = new AbortController();
  const signals = stopOnSignals(process, async () => stop.abort());
  const live = new LiveLines(process.stderr);
  let observation: Observation | undefined;
  try {
    observation = await observationOf(flags, load, stop.signal);
    const result = await runLoad(divide(load), live, stop.signal, observation);
    live.close();
    if (flags.report !== undefined) await writePage(flags.report, [result]);
    show(result, flags);
  } catch (thrown) {
    throw explained(thrown);
  } finally {
    await observation?.close();
    live.close();
    signals.close();
  }
}

function show(result: BenchResult, { json }: RunFlags): void {
  if (json === true) printDocument(result);
  else process.stdout.write(`${benchLines(result).join("\n")}\n`);
}

/** What a store said, in words of the command line. */
function explained(thrown: unknown): unknown {
  if (thrown instanceof AtollError) return failureOf(thrown);
  if (thrown instanceof DriverError) return refused(thrown.message, thrown.reason);
  if (thrown instanceof ClientProcessError) return refused(thrown.message, thrown.code);
  return thrown;
}

/** What a driver could not even begin with. */
function refused(message: string, code: string): CommandFailure {
  if (code === "INVALID") return misused(message);
  const exitCode = code === "UNAVAILABLE" || code === "DEADLINE_EXCEEDED" ? EXIT.unavailable : EXIT.failed;
  return new CommandFailure({ exitCode, code, message });
}
