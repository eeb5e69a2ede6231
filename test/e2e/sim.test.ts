/** `atoll sim` as its users run it, and the sweep that every build looks at. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { atoll, type Outcome } from "./cli-fixture.js";

/** How many seeds every build looks at, each twice, in different processes. */
const SEEDS = 200;
/** Runs that a kind of fault must have been on in before its share of effects says anything. */
const RUNS_ON_MIN = 10;
const FIRED_SHARE_MIN = 0.2;
/** What is left of so many minutes is spent on the seeds that follow, each once. */
const MINUTES = 4;
/** Of one command: some ten seconds of a core; a machine that builds may have other work. */
const CHUNK_SEEDS = 10;
const CHUNK_LIMIT_MS = 150_000;

const FIXTURES = join(import.meta.dirname, "..", "simulation", "fixtures");
const folder = mkdtempSync(join(tmpdir(), "atoll-sim-"));
afterAll(() => rmSync(folder, { recursive: true }));

const Document = z.object({
  runs: z.number(),
  hash: z.string(),
  coverage: z.record(z.string(), z.object({ on: z.number(), fired: z.number() })),
  violations: z.array(z.object({ seed: z.number(), invariant: z.string(), message: z.string() })),
  shrunken: z.unknown(),
});

function documentIn({ stdout }: Outcome): z.infer<typeof Document> {
  return Document.parse(JSON.parse(stdout));
}

function sweep(seeds: string, jobs: number): Promise<Outcome> {
  const args = ["sim", "--seeds", seeds, "--jobs", String(jobs), "--json", "--no-shrink"];
  return atoll(args, { limitMs: CHUNK_LIMIT_MS });
}

describe("a sweep", () => {
  const startMs = performance.now();
  const coverage = new Map<string, { on: number; fired: number }>();
  const chunks = Array.from({ length: SEEDS / CHUNK_SEEDS }, (_, i) => 1 + i * CHUNK_SEEDS);

  it.each(chunks)(
    "of ten seeds from %i on breaks no promise, and comes out the same twice",
    async (first) => {
      const seeds = `${first}..${first + CHUNK_SEEDS - 1}`;
      // Side by side: one core each, and no run shares a process with its second one.
      const [one, other] = await Promise.all([0, 1].map(() => sweep(seeds, 1)));
      if (one === undefined || other === undefined) throw new Error("unreachable");
      const document = documentIn(one);
      expect(document.violations).toEqual([]);
      expect([one.code, document.runs]).toEqual([0, CHUNK_SEEDS]);
      expect(documentIn(other).hash).toBe(document.hash);
      for (const [name, { on, fired }] of Object.entries(document.coverage)) {
        const known = coverage.get(name) ?? { on: 0, fired: 0 };
        coverage.set(name, { on: known.on + on, fired: known.fired + fired });
      }
    },
  );

  it(
    "of the seeds that follow breaks no promise, as far as four minutes reach",
    async () => {
      for (let first = SEEDS + 1; performance.now() < startMs + MINUTES * 60_000; first += 2 * CHUNK_SEEDS) {
        const seeds = `${first}..${first + 2 * CHUNK_SEEDS - 1}`;
        expect(documentIn(await sweep(seeds, 2)).violations).toEqual([]);
      }
    },
    (MINUTES + 2) * 60_000,
  );

  it("has every kind of fault take effect in a fifth of the runs that it is on in", () => {
    expect(coverage.size).toBeGreaterThanOrEqual(20);
    for (const [name, { on, fired }] of coverage) {
      expect(on, name).toBeGreaterThanOrEqual(RUNS_ON_MIN);
      expect(fired / on, name).toBeGreaterThanOrEqual(FIRED_SHARE_MIN);
    }
  });

  it("comes out the same in any number of processes", async () => {
    const [one, two] = await Promise.all([1, 2].map((jobs) => sweep("301..306", jobs)));
    if (one === undefined || two === undefined) throw new Error("unreachable");
    expect(documentIn(two)).toMatchObject({ runs: 6, hash: documentIn(one).hash });
  });
});

describe("atoll sim", () => {
  it("replays a seed with its log, its faults, and what came of it", async () => {
    const { code, stdout, stderr } = await atoll(["sim", "--seed", "3", "--trace"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^ +[\d.]+ start ap-1$/m);
    expect(stdout).toMatch(/^ +[\d.]+ +c\d put strict-/m);
    expect(stdout).toMatch(/^ +[\d.]+ fault /m);
    expect(stdout).toMatch(/^ +[\d.]+ converged$/m);
    expect(stdout).toMatch(/^violations +0$/m);
  });

  it("replays a fixture", async () => {
    const fixture = join(FIXTURES, "no-read-repair.json");
    expect(documentIn(await atoll(["sim", "--fixture", fixture, "--json"]))).toMatchObject({ runs: 1 });
  });

  it("stops when its time is over", async () => {
    const outcome = await atoll(["sim", "--minutes", "0.02", "--jobs", "1", "--json", "--no-shrink"]);
    expect(outcome.code).toBe(0);
    expect(documentIn(outcome).runs).toBeGreaterThan(0);
  });

  it.each([
    [["--seed", "1", "--seeds", "1..2"], "exclude each other"],
    [["--seed", "1", "--minutes", "1"], "--minutes goes with many seeds"],
    [["--seeds", "1..2", "--trace"], "--trace shows one run"],
    [["--seeds", "2..1"], "the lower one first"],
    [["--jobs", "0"], "from 1 on"],
    [["--fixture", join(folder, "none")], "cannot read the fixture"],
    [["--fixture", join(folder, "bad.json")], "is not a fixture"],
  ])("refuses %j", async (args, problem) => {
    writeFileSync(join(folder, "bad.json"), "{}");
    const { code, stdout, stderr } = await atoll(["sim", ...args]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(problem);
  });
});
