/** Watches of whole clusters: live, from a token, through failovers, for slow readers, and where the log is gone. */
import { describe, expect, it } from "vitest";
import { SimulatedCluster } from "../../src/simulator/index.js";
import { WatchReader } from "./watch-reader.js";

const PARTITIONS = 8;

function clusterOf(options: ConstructorParameters<typeof SimulatedCluster>[0] = {}): SimulatedCluster {
  return SimulatedCluster.ready({ nodesPerRegion: 3, partitions: PARTITIONS, ...options });
}

function putAll(cluster: SimulatedCluster, nodeId: string, values: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(values))
    expect(cluster.put(nodeId, key, value)).toMatchObject({ kind: "written" });
}

function valuesOf(count: number, value: string, from = 0): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`k${String(from + index).padStart(3, "0")}`, value]),
  );
}

describe("a watch", () => {
  it("shows what is written and deleted in any region from its beginning on, and nothing before", () => {
    const cluster = clusterOf();
    putAll(cluster, "eu-1", { k1: "before", k2: "before" });
    cluster.converge();
    const reader = new WatchReader(cluster);
    reader.begin("eu-1");
    putAll(cluster, "us-1", { k1: "after", k3: "new", other: "is not watched" });
    cluster.delete("eu-2", "k2");
    reader.waitFor({ k1: "after", k2: undefined, k3: "new" });
    expect([...reader.shown.keys()].sort()).toEqual(["k1", "k2", "k3"]);
    cluster.runFor(10_000);
    expect(reader.changes).toHaveLength(3);
    cluster.stopAll();
  });

  it("goes on from its token at another node, where it was", () => {
    const cluster = clusterOf();
    const reader = new WatchReader(cluster);
    reader.begin("eu-1");
    putAll(cluster, "eu-1", valuesOf(20, "first"));
    reader.waitFor(valuesOf(20, "first"));
    const { token } = reader;
    reader.close();
    putAll(cluster, "eu-2", valuesOf(10, "second", 15));
    reader.begin("us-3", token);
    reader.waitFor(valuesOf(10, "second", 15));
    cluster.runFor(1_000);
    expect(reader.changes).toHaveLength(30);
    expect(token.length).toBeLessThan(600);
    cluster.stopAll();
  });

  it("tells its dots, each once, while nothing fails", () => {
    const cluster = clusterOf();
    const reader = new WatchReader(cluster);
    reader.begin("eu-1");
    for (let at = 0; at < 30; at++) putAll(cluster, "eu-1", { [`k${at % 4}`]: `v${at}` });
    reader.waitFor({ k0: "v28", k1: "v29", k2: "v26", k3: "v27" });
    const dots = reader.changes.flatMap(({ dots, partition }) =>
      dots.map(({ actor, counter }) => `${partition} ${actor} ${counter}`),
    );
    expect(dots).toHaveLength(30);
    expect(new Set(dots).size).toBe(30);
    cluster.stopAll();
  });
});

describe("a watch at a node that holds no replica", () => {
  it("follows those that do, and goes on elsewhere when one dies", () => {
    const cluster = clusterOf({ nodesPerRegion: 5 });
    const reader = new WatchReader(cluster);
    reader.begin("eu-5");
    putAll(cluster, "eu-1", valuesOf(16, "first"));
    reader.waitFor(valuesOf(16, "first"));
    for (const victim of ["eu-1", "eu-2"]) {
      cluster.kill(cluster.node(victim));
      putAll(cluster, "us-1", valuesOf(16, victim));
      reader.waitFor(valuesOf(16, victim));
      cluster.start(cluster.node(victim));
      cluster.converge();
    }
    cluster.stopAll();
  });

  it("leaves a replica that is paused", () => {
    const cluster = clusterOf({ nodesPerRegion: 5 });
    const reader = new WatchReader(cluster);
    reader.begin("eu-5");
    putAll(cluster, "eu-1", valuesOf(16, "first"));
    reader.waitFor(valuesOf(16, "first"));
    cluster.node("eu-1").host.pause();
    const pausedAtMs = cluster.world.time.nowMs;
    cluster.waitUntil("the failure detector", () =>
      cluster
        .node("eu-5")
        .api.status()
        .peers.some(({ nodeId, isAlive }) => nodeId === "eu-1" && !isAlive),
    );
    putAll(cluster, "us-1", valuesOf(16, "second"));
    reader.waitFor(valuesOf(16, "second"), 1_000);
    // Sooner than an answer of its own would be overdue.
    expect(cluster.world.time.nowMs - pausedAtMs).toBeLessThan(5_000);
    cluster.node("eu-1").host.resume();
    cluster.stopAll();
  });
});

describe("a slow reader", () => {
  it("holds a page at most, and finds the rest in the log", () => {
    const cluster = clusterOf();
    const reader = new WatchReader(cluster);
    reader.begin("eu-1");
    reader.isReading = false;
    for (let round = 0; round < 10; round++) putAll(cluster, "eu-1", valuesOf(40, `round ${round}`));
    expect(reader.changes.length).toBeLessThan(40);
    reader.isReading = true;
    reader.read();
    reader.waitFor(valuesOf(40, "round 9"));
    // What was written in between shows as one change.
    expect(reader.changes.length).toBeLessThan(120);
    cluster.stopAll();
  });

  it("hears that the log is gone, and how to begin again", () => {
    const cluster = clusterOf({ settings: { requestIdWindowMs: 1_000 } });
    const reader = new WatchReader(cluster);
    reader.begin("eu-1");
    putAll(cluster, "eu-1", valuesOf(8, "first"));
    reader.waitFor(valuesOf(8, "first"));
    const { token } = reader;
    reader.close();
    putAll(cluster, "eu-1", valuesOf(8, "second"));
    cluster.runFor(60_000);
    reader.watch("eu-2", token);
    cluster.waitUntil("the end of the watch", () => reader.failure !== undefined);
    expect(reader.failure).toMatchObject({ reason: "RESYNC" });
    expect(reader.failure?.message).toMatch(/log is gone.*or.*restarted.*new watch.*scan/);
    expect(cluster.counter("eu-2", "watch_resyncs")).toBe(1);
    cluster.stopAll();
  });
});
