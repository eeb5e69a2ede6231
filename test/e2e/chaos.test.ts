/** The short chaos run: real processes, every kind of fault, and a history that has to keep every promise. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { report } from "./support/report.js";

const PROGRAM = join(import.meta.dirname, "..", "chaos", "main.ts");
const SECONDS = 45;
/** The run, its cluster's start and end, and what a busy machine takes to converge. */
const TIMEOUT_MS = 300_000;

const Verdict = z.object({
  name: z.string(),
  isPromised: z.boolean(),
  ok: z.boolean(),
  counted: z.record(z.string(), z.number()),
});
const Report = z.object({
  seed: z.number(),
  fullDisk: z.string(),
  faults: z.record(z.string(), z.number()),
  succeeded: z.number(),
  ended: z.number(),
  convergedMs: z.number().optional(),
  verdicts: z.array(Verdict),
  problems: z.array(z.string()),
});

it(
  "keeps its promises under kills, pauses, cuts and full disks",
  async () => {
    const { code, stdout, stderr } = await chaos(["--seconds", String(SECONDS), "--clients", "1", "--json"]);
    // Nothing but a whole report says more than what was on stderr.
    expect(stdout, stderr).not.toBe("");
    const { verdicts, ...rest } = Report.parse(JSON.parse(stdout));
    report({ ...rest, counted: verdicts.map(({ counted }) => Math.max(0, ...Object.values(counted))) });
    expect(
      verdicts.filter(({ ok, isPromised }) => isPromised && !ok),
      stderr,
    ).toEqual([]);
    expect(rest.problems, stderr).toEqual([]);
    expect(code).toBe(0);
    // A verdict over nothing is worth nothing, nor is a cluster that promises and never serves. How much, the machine decides.
    for (const { name, counted } of verdicts)
      expect(Math.max(0, ...Object.values(counted)), name).toBeGreaterThan(3);
    expect(Object.values(rest.faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(3);
    expect(rest.ended).toBeGreaterThan(50);
    expect(rest.succeeded / rest.ended).toBeGreaterThan(0.3);
  },
  TIMEOUT_MS,
);

interface Exit {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function chaos(args: readonly string[]): Promise<Exit> {
  return new Promise((resolve) => {
    const argv = ["--import", "tsx", PROGRAM, ...args];
    const child = execFile(process.execPath, argv, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
    onTestFinished(() => {
      child.kill("SIGTERM");
    });
  });
}
