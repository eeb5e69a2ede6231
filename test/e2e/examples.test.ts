/** The examples against a local cluster, as a reader runs them: each ends with 0 only if what it claims held. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { TestCluster } from "./support/test-cluster.js";

const PROGRAM = join(import.meta.dirname, "..", "..", "examples", "main.ts");
const NAMES = ["cart", "rate-limiter", "session-store", "presence-board"];

interface Exit {
  readonly code: string | number | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function example(...args: readonly string[]): Promise<Exit> {
  return new Promise((resolve) => {
    const argv = ["--import", "tsx", PROGRAM, ...args];
    execFile(process.execPath, argv, { timeout: 120_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
}

test("all of them hold what they claim", async () => {
  const cluster = await TestCluster.start({
    regions: ["eu-west", "us-east", "ap-southeast"],
    nodesPerRegion: 1,
  });
  const { code, stderr, stdout } = await example(...NAMES, "--data", cluster.local.dataDir);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const name of NAMES) expect(stdout).toContain(`\n${name}\n`);
  expect((await cluster.local.status()).nodes.map(({ state }) => state)).toEqual(["ready", "ready", "ready"]);
});

test("without a cluster they fail, and say what to do", async () => {
  const folder = mkdtempSync(join(tmpdir(), "atoll-no-cluster-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { code, stderr } = await example("cart", "--data", folder);
  expect(code).toBe(1);
  expect(stderr).toContain("atoll cluster up");
});
