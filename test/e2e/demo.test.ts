/** The demo as a doubter runs it: the built command, real processes, and afterwards nothing left behind. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { LocalCluster } from "../../cluster/index.js";

const CLI = join(import.meta.dirname, "..", "..", "dist", "src", "cli", "main.js");
const ROWS = 300;

const Check = z.object({ name: z.string(), ok: z.boolean(), detail: z.string() });
const Lag = z.object({
  from: z.string(),
  to: z.string(),
  linkMs: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
});
const Report = z.object({
  ok: z.boolean(),
  elapsedMs: z.number(),
  checks: z.array(Check),
  cluster: z.object({
    data: z.string(),
    kept: z.boolean(),
    regions: z.array(z.object({ name: z.string(), endpoints: z.array(z.string()) })),
  }),
  quiet: z.object({ lag: z.array(Lag) }),
  import: z.object({ places: z.number(), accepted: z.number() }),
  cut: z.object({ writes: z.array(z.object({ attempted: z.number(), accepted: z.number() })) }),
  heal: z.object({
    convergence: z.object({ elapsedMs: z.number(), digests: z.literal(1) }),
    registers: z.object({ keys: z.number(), accepted: z.number(), discarded: z.number() }),
    multis: z.object({ keys: z.number(), kept: z.number() }),
  }),
});

/** The clusters of the demo go where temporary files go: here. */
let temporary: string;
beforeEach(() => {
  temporary = realpathSync(mkdtempSync(join(tmpdir(), "atoll-test-")));
});
afterEach(async () => {
  for (const folder of clusterFolders()) {
    if (existsSync(join(folder, "cluster.json"))) await LocalCluster.open(folder).down({ graceMs: 0 });
  }
  rmSync(temporary, { recursive: true, force: true });
});

function clusterFolders(): string[] {
  return readdirSync(temporary)
    .filter((name) => name.startsWith("atoll-cluster-"))
    .map((name) => join(temporary, name));
}

class DemoRun {
  readonly child: ChildProcess;
  stdout = "";
  stderr = "";
  readonly #exit: Promise<unknown[]>;

  constructor(...args: readonly string[]) {
    this.child = spawn(process.execPath, [CLI, "demo", ...args], {
      env: { ...process.env, TMPDIR: temporary },
    });
    this.child.stdout?.on("data", (text) => {
      this.stdout += text;
    });
    this.child.stderr?.on("data", (text) => {
      this.stderr += text;
    });
    this.#exit = once(this.child, "close");
  }

  async exit(): Promise<unknown> {
    const [code, signal] = await this.#exit;
    return code ?? signal;
  }

  async printed(text: string): Promise<void> {
    const endMs = performance.now() + 60_000;
    while (!`${this.stdout}${this.stderr}`.includes(text)) {
      if (performance.now() > endMs) throw new Error(`not printed: ${text}\n${this.stdout}${this.stderr}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}

describe("the demo", () => {
  it("converges with every check held, and leaves the cluster that it was asked to keep", async () => {
    const run = new DemoRun("--rows", String(ROWS), "--json", "--keep");
    const code = await run.exit();
    expect([code, run.stderr.match(/^ *FAILED.*$/gm)]).toEqual([0, null]);
    const report = Report.parse(JSON.parse(run.stdout));
    expect(report.ok).toBe(true);
    expect(report.checks.filter((check) => !check.ok)).toEqual([]);
    expect(report.checks.length).toBeGreaterThan(15);
    expect(report.quiet.lag.length).toBe(6);
    expect(report.import).toEqual({ places: ROWS, accepted: ROWS });
    const { registers, multis } = report.heal;
    expect(registers).toEqual({ keys: 150, accepted: 300, discarded: 150 });
    expect(multis).toEqual({ keys: 30, kept: 60 });
    expect(report.cut.writes.map(({ accepted }) => accepted)).toEqual([90, 90, 180]);

    // People read the story on stderr, with where the cluster is and how to stop it.
    expect(run.stderr).toContain("CONVERGED");
    expect(run.stderr).toContain(`atoll cluster down --data ${report.cluster.data}`);
    expect(clusterFolders()).toEqual([report.cluster.data]);
    const { nodes, cut } = await LocalCluster.open(report.cluster.data).status();
    expect(nodes.map((node) => node.state)).toEqual(Array.from({ length: 9 }, () => "ready"));
    expect(cut).toEqual([]);
    const endpoints = report.cluster.regions.flatMap((region) => region.endpoints);
    expect(endpoints).toEqual(nodes.map((node) => node.client));
  });

  it("stops its cluster and removes its data when it is interrupted", async () => {
    const run = new DemoRun("--rows", "200");
    await run.printed("nodes take requests");
    const [folder = ""] = clusterFolders();
    const cluster = LocalCluster.open(folder);
    expect(await cluster.isRunning()).toBe(true);
    run.child.kill("SIGINT");
    expect(await run.exit()).toBe(1);
    expect(run.stderr).toMatch(/^error: interrupted/);
    expect(await cluster.isRunning()).toBe(false);
    expect(clusterFolders()).toEqual([]);
  });

  it("refuses too few places before it starts anything", async () => {
    const run = new DemoRun("--rows", "3", "--json");
    expect(await run.exit()).toBe(2);
    expect(run.stderr).toContain("--rows has to be a whole number from 50");
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: "USAGE" } });
    expect(clusterFolders()).toEqual([]);
  });
});
