/** The command line of `npm run sim:mutants`: what is asked for, or the text that says what can be. */
import { parseArgs } from "node:util";
import { MUTANTS } from "./catalogue/index.js";
import type { Mutant } from "./mutant.js";

const SEEDS_MAX = 100_000;
const JOBS_MAX = 64;

export const USAGE = `npm run sim:mutants -- [OPTION …]

  --only NAME,…   these mutants; without it all
  --seeds N       seeds to try on each, 1 to ${SEEDS_MAX} (default 1000)
  --jobs N        mutants at the same time, 1 to ${JOBS_MAX} (default 1)
  --markdown      write the table of docs/mutants.md
  --help          print this, and the names

Exits with 0 if every mutant was caught, 1 if one survived, 2 for options that make no sense.`;

interface Arguments {
  readonly mutants: readonly Mutant[];
  readonly seeds: number;
  readonly jobs: number;
  readonly isForDocs: boolean;
}

/** Throws an error for people when the options make no sense; `help` when they ask what there is. */
export function readArguments(argv: readonly string[]): Arguments | "help" {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: "string" },
      seeds: { type: "string", default: "1000" },
      jobs: { type: "string", default: "1" },
      markdown: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const names = values.only?.split(",").map((name) => name.trim());
  const unknown = names?.filter((name) => !MUTANTS.some((mutant) => mutant.name === name)) ?? [];
  if (unknown.length > 0)
    throw new Error(`--only: there is no mutant ${unknown.map((name) => JSON.stringify(name)).join(", ")}`);
  return {
    mutants: MUTANTS.filter(({ name }) => names === undefined || names.includes(name)),
    seeds: whole("seeds", values.seeds, SEEDS_MAX),
    jobs: whole("jobs", values.jobs, JOBS_MAX),
    isForDocs: values.markdown,
  };
}

/** The usage, and every mutant with the rule that it breaks. */
export function helpText(): string {
  const width = Math.max(...MUTANTS.map(({ name }) => name.length));
  const lines = MUTANTS.map(({ name, rule }) => `  ${name.padEnd(width)}  ${rule}`);
  return [USAGE, "", "Mutants, and the rule that each breaks:", "", ...lines].join("\n");
}

function whole(name: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Error(`--${name} has to be a whole number from 1 to ${most}: ${text}`);
}
