import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { LocalCluster } from "../../cluster/index.js";

const CLI = join(import.meta.dirname, "..", "integration", "cluster-fixture", "cluster-cli.mjs");

const Document = z.object({
  id: z.string(),
  data: z.string(),
  regions: z.array(
    z.object({
      name: z.string(),
      nodes: z.array(
        z.object({
          id: z.string(),
          endpoint: z.string(),
          admin: z.string(),
          pid: z.number().nullable(),
          state: z.string(),
        }),
      ),
    }),
  ),
  links: z.string(),
  cut: z.array(z.object({ from: z.string(), to: z.string() })),
});

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "atoll-test-")));
});
afterEach(async () => {
  for (const data of [join(folder, ".atoll", "cluster"), join(folder, "kept")]) {
    if (existsSync(join(data, "cluster.json"))) await LocalCluster.open(data).down({ graceMs: 0 });
  }
  rmSync(folder, { recursive: true, force: true });
});

class Run {
  readonly child: ChildProcess;
  stdout = "";
  stderr = "";
  readonly #exit: Promise<unknown[]>;

  constructor(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const env = { ...process.env, ...environment };
    this.child = spawn(process.execPath, [CLI, "cluster", ...args], { cwd: folder, env });
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

  document(): z.infer<typeof Document> {
    return Document.parse(JSON.parse(this.stdout));
  }

  /** Until it has printed a whole line. */
  async printed(): Promise<void> {
    await until(async () => this.stdout.includes("\n"));
  }
}

async function command(...args: string[]) {
  const run = new Run(args);
  const code = await run.exit();
  return { code, run };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 15_000;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`not in time: ${condition}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

const TWO = ["--regions", "east,west", "--nodes", "1", "--json"];

describe("a detached cluster", () => {
  it("is found again by its folder, broken, mended and brought down", async () => {
    const up = await command("up", ...TWO, "--detach", "--data", "kept");
    expect(up.run.stderr).toBe("");
    expect(up.code).toBe(0);
    const nodes = up.run.document().regions.flatMap((region) => region.nodes);
    expect(nodes.map((node) => [node.id, node.state])).toEqual([
      ["east-1", "ready"],
      ["west-1", "ready"],
    ]);

    const json = ["--data", "kept", "--json"];
    const state = async (...args: string[]) => (await command(...args, ...json)).run.document();
    expect((await state("kill", "east-1")).regions[0]?.nodes[0]).toMatchObject({
      state: "stopped",
      pid: null,
    });
    expect((await state("start", "east-1")).regions[0]?.nodes[0]?.state).toBe("ready");
    expect((await state("pause", "west")).regions[1]?.nodes[0]?.state).toBe("paused");
    expect((await state("resume", "west-1")).regions[1]?.nodes[0]?.state).toBe("ready");
    expect((await state("partition", "east", "west", "--one-way")).cut).toEqual([
      { from: "east-1", to: "west-1" },
    ]);
    expect((await state("partition", "east")).cut.length).toBe(2);
    expect((await command("status", "--data", "kept")).run.stdout).toContain("cut: east <-> west");
    expect((await state("heal", "east", "west")).cut).toEqual([]);

    expect((await command("down", ...json)).code).toBe(0);
    expect(await LocalCluster.open(join(folder, "kept")).isRunning()).toBe(false);
    const again = await command("up", "--detach", ...json);
    expect(again.run.document().id).toBe(up.run.document().id);
  });

  it("goes on without a node that does not start, and exits with 1", async () => {
    const json = ["--data", "kept", "--json"];
    await command("up", ...TWO, "--detach", "--data", "kept");
    await command("down", ...json);
    const up = new Run(["up", "--detach", ...json], { FAKE_NODE_FAILS: "west-1" });
    expect(await up.exit()).toBe(1);
    expect(up.stderr).toMatch(/^error: west-1 ended with exit code 7\n[\s\S]*the disk is on fire\n/);
    const states = up.document().regions.map(({ nodes }) => nodes[0]?.state);
    expect(states).toEqual(["ready", "stopped"]);
    const links = Number(readFileSync(join(folder, "kept", "links.pid"), "utf8"));
    process.kill(links, "SIGKILL");
    // While it is ending it is there, and does not answer.
    const kept = LocalCluster.open(join(folder, "kept"));
    await until(async () => (await kept.status().catch(() => undefined))?.links === "stopped");
    const start = await command("start", "east-1", ...json);
    expect([start.code, start.run.document().links]).toEqual([0, "running"]);
    expect(start.run.stderr).toContain("the links process was gone");
  });

  it("answers with the exit code of what went wrong, and says what", async () => {
    const outcome = async (...args: string[]) => {
      const { code, run } = await command(...args);
      expect(run.stdout).toBe("");
      return [code, run.stderr] as const;
    };
    expect(await outcome("status")).toEqual([3, expect.stringContaining("there is no cluster in")]);
    expect(await outcome("up", "--regions", "a,a")).toEqual([2, expect.stringContaining("named twice")]);
    await command("up", ...TWO, "--detach");
    expect(await outcome("up", ...TWO.slice(0, -1))).toEqual([1, expect.stringContaining("already running")]);
    expect(await outcome("kill", "north")).toEqual([3, expect.stringContaining('"north"')]);
    expect(await outcome("start", "east")).toEqual([2, "error: east is already running\n"]);
    expect(await outcome("resume", "east")).toEqual([2, "error: east is not paused\n"]);
    expect(await outcome("partition", "east", "east")).toEqual([2, expect.stringContaining("from itself")]);
    expect(await outcome("heal", "east", "west")).toEqual([
      2,
      "error: nothing is cut between east and west\n",
    ]);
    await command("kill", "east");
    expect(await outcome("kill", "east-1")).toEqual([4, "error: east-1 is not running\n"]);
    expect((await command("down")).code).toBe(0);
    expect(existsSync(join(folder, ".atoll", "cluster"))).toBe(false);
  });
});

describe("a cluster in the foreground", () => {
  const data = () => join(folder, ".atoll", "cluster");

  it.each(["SIGINT", "SIGTERM"] as const)("prints where to connect, and goes with %s", async (signal) => {
    const up = new Run(["up", "--regions", "east,west", "--nodes", "1"]);
    await up.printed();
    const [endpoint = "none"] = LocalCluster.open(data()).endpoints();
    expect(up.stdout).toContain(endpoint);
    up.child.kill(signal);
    expect(await up.exit()).toBe(0);
    expect(existsSync(data())).toBe(false);
  });

  it("ends when somebody else brings the cluster down", async () => {
    const up = new Run(["up", ...TWO]);
    await up.printed();
    expect((await command("down")).code).toBe(0);
    expect(await up.exit()).toBe(0);
    expect(up.stderr).toBe("the cluster is gone\n");
  });

  it("does not outlive a command that was killed", async () => {
    const up = new Run(["up", ...TWO, "--data", "kept"]);
    await up.printed();
    const cluster = LocalCluster.open(join(folder, "kept"));
    up.child.kill("SIGKILL");
    await until(async () => !(await cluster.isRunning()));
  });
});
