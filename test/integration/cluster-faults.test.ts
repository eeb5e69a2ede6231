import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { LocalCluster } from "../../cluster/index.js";
import { dial, FakeClusters, isAlive } from "./cluster-fixture/fake-cluster.js";
import { until } from "./links-fixture.js";

const clusters = new FakeClusters();
afterEach(async () => {
  for (const name of Object.keys(process.env)) if (/^(FAKE_NODE|ATOLL)_/.test(name)) delete process.env[name];
  await clusters.endAll();
});

const TWO_REGIONS = { regions: ["east", "west"], nodesPerRegion: 2 };

async function states(cluster: LocalCluster): Promise<Record<string, string>> {
  const { nodes } = await cluster.status();
  return Object.fromEntries(nodes.map((node) => [node.id, node.state]));
}

describe("starting", () => {
  it("makes every node ready, with the pid that it says and nobody else's settings", async () => {
    process.env.ATOLL_FSYNC = "never";
    const progress: number[] = [];
    const cluster = await clusters.start({ ...TWO_REGIONS, progress: (ready) => progress.push(ready) });
    const status = await cluster.status();
    expect(status.nodes.map((node) => [node.id, node.region, node.host, node.zone, node.state])).toEqual([
      ["east-1", "east", "east-1", "easta", "ready"],
      ["east-2", "east", "east-2", "eastb", "ready"],
      ["west-1", "west", "west-1", "westa", "ready"],
      ["west-2", "west", "west-2", "westb", "ready"],
    ]);
    expect(status.links).toBe("running");
    expect(progress).toEqual([1, 2, 3, 4, 5]);
    for (const node of status.nodes) {
      const [ready = ""] = readFileSync(join(cluster.dataDir, node.id, "output.log"), "utf8").split("\n");
      expect(JSON.parse(ready)).toEqual({ id: node.id, endpoint: node.client, pid: node.pid, settings: [] });
    }
    expect(cluster.endpoints("west")).toEqual(status.nodes.slice(2).map((node) => node.client));
  });

  it("leaves nothing behind after down: no process, and no folder if it was temporary", async () => {
    const cluster = await clusters.start(TWO_REGIONS);
    const { nodes } = await cluster.status();
    const links = Number(readFileSync(join(cluster.dataDir, "links.pid"), "utf8"));
    await cluster.down();
    await until(() => ![...nodes.map((node) => node.pid ?? 0), links].some(isAlive));
    expect(existsSync(cluster.dataDir)).toBe(false);
  });

  it("says what a node said that did not start, and stops the others", async () => {
    process.env.FAKE_NODE_FAILS = "west-1";
    const dataDir = clusters.folder();
    await expect(clusters.start({ ...TWO_REGIONS, dataDir })).rejects.toThrow(
      "west-1 ended with exit code 7\nthe disk is on fire",
    );
    expect(await LocalCluster.open(dataDir).isRunning()).toBe(false);
  });

  it("gives up when it is told to", async () => {
    process.env.FAKE_NODE_UNREADY = "east-1";
    const dataDir = clusters.folder();
    const starting = clusters.start({ ...TWO_REGIONS, dataDir, signal: AbortSignal.timeout(1000) });
    await expect(starting).rejects.toThrow("interrupted");
    expect(await LocalCluster.open(dataDir).isRunning()).toBe(false);
  });

  it("refuses a folder that runs a cluster, is another cluster, or holds something else", async () => {
    const dataDir = clusters.folder();
    const first = await clusters.start({ ...TWO_REGIONS, dataDir });
    await expect(clusters.start({ ...TWO_REGIONS, dataDir })).rejects.toMatchObject({
      code: "FAILED",
      message: expect.stringContaining("already running"),
    });
    await first.down();
    await expect(clusters.start({ dataDir, nodesPerRegion: 3, wan: true })).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining("nodes is 2, not 3; wan is false, not true"),
    });
    const foreign = clusters.folder();
    writeFileSync(join(foreign, "thesis.txt"), "chapter 1");
    await expect(clusters.start({ dataDir: foreign })).rejects.toMatchObject({ code: "INVALID" });
    expect(readdirSync(foreign)).toEqual(["thesis.txt"]);
  });

  it("starts the same cluster again from its folder", async () => {
    const dataDir = clusters.folder();
    const first = await clusters.start({ ...TWO_REGIONS, dataDir });
    writeFileSync(join(dataDir, "east-1", "data-of-mine"), "");
    await first.down();
    const second = await clusters.start({ dataDir });
    expect([second.id, second.nodes]).toEqual([first.id, first.nodes]);
    expect(existsSync(join(dataDir, "east-1", "data-of-mine"))).toBe(true);
    expect(await dial(second, "east-1", "west-1")).toBe("reached");
  });
});

describe("faults", () => {
  it("kill, start, pause and resume a node or a region", async () => {
    const cluster = await clusters.start(TWO_REGIONS);
    const before = await cluster.pid("east-2");
    await cluster.kill("east-2");
    await until(() => before !== undefined && !isAlive(before));
    expect(await states(cluster)).toMatchObject({ "east-1": "ready", "east-2": "stopped" });
    expect(await dial(cluster, "east-1", "east-2")).toBe("refused");
    await expect(cluster.kill("east-2")).rejects.toMatchObject({ code: "UNAVAILABLE" });

    await cluster.start("east");
    expect(await cluster.pid("east-2")).not.toBe(before);
    expect(await dial(cluster, "east-1", "east-2")).toBe("reached");
    await expect(cluster.start("east-2")).rejects.toThrow("already running");

    await cluster.pause("west");
    expect(await states(cluster)).toMatchObject({ "west-1": "paused", "west-2": "paused" });
    expect(await dial(cluster, "east-1", "west-1")).toBe("silence");
    await cluster.resume("west");
    expect(await states(cluster)).toMatchObject({ "west-1": "ready", "west-2": "ready" });

    await cluster.stop("west-1");
    expect(await states(cluster)).toMatchObject({ "west-1": "stopped", "west-2": "ready" });
    await expect(cluster.kill("north")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("partition regions and nodes, and heal them", async () => {
    const cluster = await clusters.start(TWO_REGIONS);
    await cluster.partition("east", "west");
    expect(await dial(cluster, "east-1", "west-2")).toBe("silence");
    expect(await dial(cluster, "west-2", "east-1")).toBe("silence");
    expect(await dial(cluster, "east-1", "east-2")).toBe("reached");
    const { cut } = await cluster.status();
    expect(cut.length).toBe(8);
    expect(cluster.describeCuts(cut)).toEqual(["east <-> west"]);

    await cluster.heal("east-1");
    expect(await dial(cluster, "east-1", "west-2")).toBe("reached");
    expect(await dial(cluster, "west-2", "east-1")).toBe("reached");
    expect(await dial(cluster, "east-2", "west-2")).toBe("silence");
    expect(await dial(cluster, "west-2", "east-2")).toBe("silence");
    await cluster.heal();
    expect((await cluster.status()).cut).toEqual([]);

    await cluster.partition("west-1", "east-1", { oneWay: true });
    expect((await cluster.status()).cut).toEqual([{ from: "west-1", to: "east-1" }]);
    expect(await dial(cluster, "east-1", "west-1")).toBe("silence");
    expect(await dial(cluster, "west-1", "east-1")).toBe("silence");
    await cluster.heal("east", "west");
    expect(await dial(cluster, "east-1", "west-1")).toBe("reached");
    expect(await dial(cluster, "west-1", "east-1")).toBe("reached");
  });

  it("come on top of real distances when asked for", async () => {
    const regions = ["us-east", "eu-west"];
    const cluster = await clusters.start({ regions, nodesPerRegion: 2, wan: true });
    const dialMs = async (from: string, to: string) => {
      const startMs = performance.now();
      expect(await dial(cluster, from, to)).toBe("reached");
      return performance.now() - startMs;
    };
    // A round trip to open, another to hear the echo.
    expect(await dialMs("us-east-1", "eu-west-2")).toBeGreaterThanOrEqual(140);
    // A dial that is near can be done while one over the ocean cannot; how soon, the machine decides.
    await expect.poll(() => dialMs("us-east-1", "us-east-2"), { timeout: 20_000 }).toBeLessThan(140);
    await cluster.partition("us-east");
    expect(await dial(cluster, "us-east-1", "eu-west-2")).toBe("silence");
  });

  it("cannot partition nodes that dial each other directly", async () => {
    const cluster = await clusters.start({ ...TWO_REGIONS, direct: true });
    expect(await dial(cluster, "east-1", "west-1")).toBe("reached");
    expect((await cluster.status()).links).toBe("direct");
    await expect(cluster.partition("east", "west")).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining("--direct"),
    });
  });

  it("never signal a process that is not the cluster's", async () => {
    const cluster = await clusters.start({ regions: ["east"], nodesPerRegion: 1 });
    const own = (await cluster.pid("east-1")) ?? 0;
    const file = join(cluster.dataDir, "east-1", "node.pid");
    for (const pid of [String(process.pid), "-1", "0", "1", "99999999", "what"]) {
      writeFileSync(file, pid);
      await expect(cluster.kill("east-1")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    }
    writeFileSync(file, String(own));
    await cluster.kill("east-1");
    await until(() => !isAlive(own));
  });

  it("end a node that does not want to, when its time is over", async () => {
    process.env.FAKE_NODE_STUBBORN = "east-1";
    const cluster = await clusters.start({ regions: ["east"], nodesPerRegion: 1 });
    const pid = (await cluster.pid("east-1")) ?? 0;
    await cluster.down({ graceMs: 200 });
    await until(() => !isAlive(pid));
  });
});

describe("the links process", () => {
  it("comes back with the next node that starts, when it ended", async () => {
    const cluster = await clusters.start({ regions: ["east", "west"], nodesPerRegion: 1 });
    const links = Number(readFileSync(join(cluster.dataDir, "links.pid"), "utf8"));
    process.kill(links, "SIGKILL");
    await until(() => !isAlive(links));
    expect((await cluster.status()).links).toBe("stopped");
    await expect(cluster.partition("east", "west")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    const west = await cluster.pid("west-1");
    await cluster.kill("west");
    await until(() => west !== undefined && !isAlive(west));
    await cluster.start("west");
    expect((await cluster.status()).links).toBe("running");
    expect(await dial(cluster, "east-1", "west-1")).toBe("reached");
  });
});
