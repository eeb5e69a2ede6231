/**
 * `npm run sim:mutants -- [--only NAME,…] [--seeds N] [--jobs N] [--markdown]`: plants one bug after the other into a
 * copy of the sources, and runs the simulator's default mix of seeds until a promise breaks. Exits with 0 if every one
 * was caught, 1 if one survived, 2 for options that make no sense. `--help` names the mutants.
 */
import { stopOnSignals } from "../../src/cli/stop-on-signals.js";
import { helpText, readArguments, USAGE } from "./arguments.js";
import { type Catch, Hunt } from "./hunt.js";
import type { Mutant } from "./mutant.js";
import { SourceCopy } from "./source-copy.js";
import { sweep } from "./sweep.js";
import { presentCommit, writeTable } from "./table.js";

const EXIT_CAUGHT = 0;
const EXIT_SURVIVED = 1;
const EXIT_USAGE = 2;
/** Of the unmodified sources, before anything is planted: if these break, there is nothing to be learnt. */
const OWN_SEEDS = 20;

async function main(): Promise<number> {
  const given = argumentsOrUsage();
  if (given === undefined) return EXIT_USAGE;
  if (given === "help") {
    say(helpText());
    return EXIT_CAUGHT;
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

function argumentsOrUsage(): ReturnType<typeof readArguments> | undefined {
  try {
    return readArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
    return undefined;
  }
}

/** @param copies the first stays as it is */
async function huntAll(
  { mutants, seeds }: { readonly mutants: readonly Mutant[]; readonly seeds: number },
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
  return survivors.length === 0 ? EXIT_CAUGHT : EXIT_SURVIVED;
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
