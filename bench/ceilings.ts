/**
 * `npm run bench:ceilings`: what bounds a store on this machine now, so that every result is also a share of a ceiling.
 * `-- --rounds 5 --milliseconds 1000 --out FILE`; without `--out` into bench/results/ceilings.json.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { allCeilings, type CeilingResult, measureAll, UNARY_ECHO } from "./ceilings/index.js";
import { environment, packageRoot } from "./load/index.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    milliseconds: { type: "string", default: "1000" },
    out: { type: "string", default: join(packageRoot(), "bench", "results", "ceilings.json") },
  },
});

function atLeast(name: string, text: string, min: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= min) return number;
  throw new Error(`--${name} has to be a whole number from ${min}`);
}

function line(text: string): void {
  process.stdout.write(`${text}\n`);
}

function show(results: readonly CeilingResult[]): void {
  const width = Math.max(...results.map(({ name }) => name.length));
  line(`${"".padEnd(width)}     a second  to unary echo       p50`);
  for (const { name, ofBase, p50Us, perSecond } of results) {
    const p50 = p50Us === null ? "" : `${p50Us.toFixed(1)} us`;
    line(
      `${name.padEnd(width)} ${Math.round(perSecond).toLocaleString("en-US").padStart(12)} ${ofBase.toFixed(2).padStart(14)} ${p50.padStart(12)}`.trimEnd(),
    );
  }
}

const rounds = atLeast("rounds", values.rounds, 1);
const forMs = atLeast("milliseconds", values.milliseconds, 10);
const startedAt = new Date().toISOString();
const all = await allCeilings();
try {
  const ceilings = await measureAll(all.ceilings, {
    rounds,
    forMs,
    base: UNARY_ECHO,
    onRound: (round) => process.stderr.write(`round ${round} of ${rounds}\n`),
  });
  show(ceilings);
  const document = {
    tool: "atoll bench:ceilings",
    format: 1,
    startedAt,
    ...environment(),
    rounds,
    milliseconds: forMs,
    base: UNARY_ECHO,
    ceilings,
  };
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify(document, null, 2)}\n`);
} finally {
  await all.close();
}
