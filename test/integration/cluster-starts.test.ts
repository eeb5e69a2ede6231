/** What is left, and what is said, when not all of a cluster can be started. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { LocalCluster, PartialStart } from "../../cluster/index.js";
import { dial, FAKE_PROGRAMS, FakeClusters, isAlive } from "./cluster-fixture/fake-cluster.js";
import { until } from "./links-fixture.js";

const clusters = new FakeClusters();
afterEach(async () => {
  for (const name of Object.keys(process.env)) if (/^FAKE_NODE_/.test(name)) delete process.env[name];
  await clusters.endAll();
});

const TWO_REGIONS = { regions: ["east", "west"], nodesPerRegion: 2 };

async function states(cluster: LocalCluster): Promise<Record<string, string>> {
  const { nodes } = await cluster.status();
  return Object.fromEntries(nodes.map((node) => [node.id, node.state]));
}

/** A cluster that was there before, and does not run. */
async function stoppedCluster(): Promise<string> {
  const dataDir = clusters.folder();
  await (await clusters.start({ ...TWO_REGIONS, dataDir })).down();
  return dataDir;
}

/** The error of a start, and the cluster in the folder; it ends with the test. */
async function failedStart(dataDir: string): Promise<{ error: unknown; cluster: LocalCluster }> {
  const error = await clusters.start({ dataDir }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { error, cluster: clusters.adopt(LocalCluster.open(dataDir, FAKE_PROGRAMS)) };
}

describe("a cluster that was there before", () => {
  it("goes on without a node that does not start, says so, and takes it in later", async () => {
    const dataDir = await stoppedCluster();
    process.env.FAKE_NODE_FAILS = "west-1";
    const { error, cluster } = await failedStart(dataDir);
    expect(error).toBeInstanceOf(PartialStart);
    const log = join(dataDir, "west-1", "output.log");
    expect(String(error)).toContain("west-1 ended with exit code 7\n");
    expect(String(error)).toContain("the disk is on fire");
    expect(String(error)).toContain(log);
    expect(String(error)).toContain(`atoll cluster start west-1 --data ${dataDir}`);
    expect(await states(cluster)).toEqual({
      "east-1": "ready",
      "east-2": "ready",
      "west-1": "stopped",
      "west-2": "ready",
    });
    expect((await cluster.status()).links).toBe("running");
    delete process.env.FAKE_NODE_FAILS;
    await cluster.start("west-1");
    expect(await dial(cluster, "west-1", "east-1")).toBe("reached");
  });

  it("leaves nothing running when none of its nodes does", async () => {
    const dataDir = await stoppedCluster();
    process.env.FAKE_NODE_FAILS = "east-1,east-2,west-1,west-2";
    const { error, cluster } = await failedStart(dataDir);
    expect(error).not.toBeInstanceOf(PartialStart);
    expect(String(error)).toContain("Nothing of it runs now.");
    expect(await cluster.isRunning()).toBe(false);
    expect(existsSync(join(dataDir, "cluster.json"))).toBe(true);
  });
});

describe("a node that the others have removed", () => {
  it("is not called ready, though it is for a moment", async () => {
    const cluster = await clusters.start(TWO_REGIONS);
    await cluster.kill("west-1");
    await cluster.kill("east-2");
    // Those that run were started without it.
    process.env.FAKE_NODE_REMOVED = "west-1";
    await cluster.start("east-2");
    const { message } = await cluster.start("west-1").then(
      () => new Error("it is ready"),
      (error: Error) => error,
    );
    const data = join(cluster.dataDir, "west-1", "data");
    expect(message).toContain("west-1 was removed from the cluster by layout 4. The others refused it");
    expect(message).toContain(`atoll admin quarantine list --data ${data}`);
    expect(await states(cluster)).toMatchObject({ "west-1": "stopped", "west-2": "ready" });
  });

  it("does not keep the others from starting, but is told of", async () => {
    const dataDir = await stoppedCluster();
    process.env.FAKE_NODE_REMOVED = "west-1";
    const notes: string[] = [];
    const cluster = await clusters.start({ dataDir, note: (text) => notes.push(text) });
    expect(notes).toEqual([expect.stringContaining("west-1 was removed from the cluster by layout 4.")]);
    expect(await states(cluster)).toMatchObject({ "west-1": "stopped", "east-1": "ready" });
  });
});

describe("the links process", () => {
  it("comes back with the start of a node that runs", async () => {
    const cluster = await clusters.start(TWO_REGIONS);
    await expect(cluster.start("east-1")).rejects.toThrow("east-1 is already running");
    const links = Number(readFileSync(join(cluster.dataDir, "links.pid"), "utf8"));
    process.kill(links, "SIGKILL");
    await until(() => !isAlive(links));
    await cluster.start("east-1");
    expect((await cluster.status()).links).toBe("running");
    expect(await dial(cluster, "east-1", "west-1")).toBe("reached");
  });
});
