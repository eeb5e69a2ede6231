/**
 * `npm run sim:mutants -- [--only NAME,…] [--seeds N] [--jobs N] [--markdown]`: plants one bug after the other into a
 * copy of the sources, and runs the simulator's default mix of seeds until a promise breaks. Exits with 0 if every one
 * was caught, 1 if one survived, 2 for options that make no sense.
 */
import { parseArgs } from "node:util";
import { stopOnSignals } from "../../src/cli/stop-on-signals.js";
import { MUTANTS } from "./catalogue/index.js";
import { type Catch, Hunt } from "./hunt.js";
import type { Mutant } from "./mutant.js";
import { SourceCopy } from "./source-copy.js";
import { sweep } from "./sweep.js";
import { presentCommit, writeTable } from "./table.js";

const EXIT_SURVIVED = 1;
const EXIT_USAGE = 2;
const SEEDS_MAX = 100_000;
const JOBS_MAX = 64;
/** Of the unmodified sources, before anything is planted: if these break, there is nothing to be learnt. */
const OWN_SEEDS = 20;

interface Arguments {
  readonly mutants: readonly Mutant[];
  readonly seeds: number;
  readonly jobs: number;
  readonly isForDocs: boolean;
}

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      seeds: { type: "string", default: "1000" },
      jobs: { type: "string", default: "1" },
      markdown: { type: "boolean", default: false },
    },
  });
  const names = values.only?.split(",");
  const unknown = names?.find((name) => !MUTANTS.some((mutant) => mutant.name === name));
  if (unknown !== undefined) throw new Error(`there is no mutant ${unknown}`);
  return {
    mutants: MUTANTS.filter(({ name }) => names === undefined || names.includes(name)),
    seeds: whole("seeds", values.seeds, SEEDS_MAX),
    jobs: whole("jobs", values.jobs, JOBS_MAX),
    isForDocs: values.markdown,
  };
}

function whole(name: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Error(`--${name} has to be a whole number from 1 to ${most}: ${text}`);
}

async function main(): Promise<number> {
  let given: Arguments;
  try {
    given = readArguments();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT_USAGE;
  }
  const interrupted = new AbortController();
  const signals = stopOnSignals(process, async () => interrupted.abort());
  const copies: SourceCopy[] = [];
  const commit = given.isForDocs ? presentCommit() : undefined;
  try {
    for (let i = 0; i <= given.jobs; i++) copies.push(await SourceCopy.make());
    return await huntAll(given, copies, interrupted.signal, commit);
  } finally {
    signals.close();
    for (const copy of copies) await copy.dispose();
  }
}

/** @param copies the first stays as it is */
async function huntAll(
  { mutants, seeds }: Arguments,
  [pristine, ...copies]: SourceCopy[],
  signal: AbortSignal,
  commit: string | undefined,
): Promise<number> {
  if (pristine === undefined) throw new Error("unreachable");
  const own = await sweep(pristine, { first: 1, last: Math.min(seeds, OWN_SEEDS) }, signal);
  if (own !== undefined)
    throw new Error(`seed ${own.seed} breaks the unmodified sources: (${own.invariant}) ${own.message}`);
  const hunt = new Hunt(pristine, seeds, signal);
  const queue = [...mutants];
  const catches: Catch[] = [];
  const work = async (copy: SourceCopy): Promise<void> => {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const found = await hunt.run(mutant, copy);
      catches.push(found);
      say(lineOf(found));
    }
  };
  await Promise.all(copies.map(work));
  for (const { seed, invariant, message } of await hunt.ownBreaches())
    say(`seed ${seed} breaks the unmodified sources, too: (${invariant}) ${message}`);
  const survivors = catches.filter(({ breach }) => breach === undefined);
  say(`${catches.length - survivors.length} of ${catches.length} mutants caught`);
  if (commit !== undefined) writeTable(catches, commit);
  return survivors.length === 0 ? 0 : EXIT_SURVIVED;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function lineOf({ mutant, breach, seeds, seconds }: Catch): string {
  const time = `${seconds.toFixed(0)} s`;
  if (breach === undefined) return `SURVIVED ${mutant.name}: ${seeds} seeds, ${time}`;
  return `caught   ${mutant.name} by (${breach.invariant}) with seed ${seeds}, ${time}: ${breach.message.split("\n")[0] ?? ""}`;
}

process.exitCode = await main();
