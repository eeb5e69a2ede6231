/** The table of mutants in the documentation: a row is replaced when its mutant was hunted again. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MUTANTS } from "./catalogue/index.js";
import type { Catch } from "./hunt.js";
import { ROOT } from "./source-copy.js";

const FILE = join(ROOT, "docs/mutants.md");
const BEGIN = "<!-- begin of what npm run sim:mutants wrote -->";
const END = "<!-- end of what npm run sim:mutants wrote -->";
const HEAD =
  "| mutant | rule | what somebody thought | caught by | seeds to catch | commit |\n|---|---|---|---|---:|---|";

/** The commit of the sources, to be asked for before they are copied. */
export function presentCommit(): string {
  return execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: ROOT, encoding: "utf8" }).trim();
}

export function writeTable(catches: readonly Catch[], commit: string): void {
  const text = readFileSync(FILE, "utf8");
  const [before, rest] = text.split(BEGIN);
  const [block, after] = rest?.split(END) ?? [];
  if (before === undefined || block === undefined || after === undefined)
    throw new Error(`${FILE} does not say where the table goes`);
  const rows = new Map(block.split("\n").flatMap((line) => rowNamed(line)));
  for (const found of catches) rows.set(found.mutant.name, rowOf(found, commit));
  const lines = MUTANTS.flatMap(({ name }) => rows.get(name) ?? []);
  writeFileSync(FILE, `${before}${BEGIN}\n${HEAD}\n${lines.join("\n")}\n${END}${after}`);
}

function rowNamed(line: string): [string, string][] {
  const name = /^\| ([a-z-]+) \|/.exec(line)?.[1];
  return name === undefined || name === "mutant" ? [] : [[name, line]];
}

function rowOf({ mutant, breach, seeds }: Catch, commit: string): string {
  const { name, rule, why } = mutant;
  const outcome =
    breach === undefined ? `**survived** ${seeds} seeds | ` : `(${breach.invariant}) | ${breach.seed}`;
  return `| ${name} | ${rule} | ${why} | ${outcome} | ${commit} |`;
}
