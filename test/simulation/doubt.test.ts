/** Several replicas that may have forgotten at once: they hear each other out, and the cluster serves again. */
import { describe, expect, it } from "vitest";
import { putOf, type RunningNode, SimulatedCluster } from "../../src/simulator/index.js";

function nodesOf(cluster: SimulatedCluster, ...nodeIds: string[]): RunningNode[] {
  return nodeIds.map((nodeId) => cluster.node(nodeId));
}

/** As their owners do: replaces nodes that end, until all are ready. */
function waitUntilReady(cluster: SimulatedCluster): void {
  cluster.waitUntil("all are ready", () => {
    for (const node of cluster.nodes) if (node.ends.length > 0) cluster.replace(node);
    return cluster.nodes.every(({ api }) => api.status().state === "READY");
  });
}

describe("replicas in doubt", () => {
  it.each([1, 3])(
    "get out of it after a power cut of everything, with %i nodes a region",
    (nodesPerRegion) => {
      const settings = { fsync: "interval", fsyncIntervalMs: 1_000 } as const;
      const cluster = SimulatedCluster.ready({ nodesPerRegion, partitions: 2, settings });
      cluster.runFor(2_200);
      let count = 0;
      // One by one, so that each loses another part of its tail, of which others have flushed some.
      for (const victim of cluster.nodes) {
        for (let i = 0; i < 60; i++) {
          for (const node of cluster.nodes)
            if (node.isUp) cluster.submit(node, putOf(`k${count++}`, "v"), {}, () => undefined);
          cluster.runFor(10);
        }
        cluster.kill(victim, true);
      }
      for (const node of cluster.nodes) cluster.start(node);
      cluster.runFor(2_000);
      waitUntilReady(cluster);
      cluster.converge();
      expect(cluster.total("stores_regressed")).toBeGreaterThan(1);
      expect(cluster.put("eu-1", "after", "v", { consistency: { level: "QUORUM" } })).toMatchObject({
        kind: "written",
      });
      expect(cluster.values("us-1", "after", { consistency: { level: "QUORUM" } })).toEqual(["v"]);
      cluster.stopAll();
    },
    60_000,
  );

  it("get out of it when two of three stores went back, and what one of them kept is not lost", () => {
    const cluster = SimulatedCluster.ready({ regions: ["eu"], nodesPerRegion: 3, partitions: 1 });
    const back = nodesOf(cluster, "eu-1", "eu-2");
    cluster.put("eu-3", "before", "v", { consistency: { level: "ALL" } });
    const snapshots = back.map(({ host }) => host.disk.snapshot());
    cluster.put("eu-3", "all", "v", { consistency: { level: "ALL" } });
    const kept = cluster.node("eu-2").host.disk.snapshot();
    cluster.cut("eu-1", "eu-3");
    cluster.cut("eu-2", "eu-3");
    expect(cluster.put("eu-1", "both", "v")).toMatchObject({ kind: "written" });
    for (const [index, node] of back.entries()) {
      cluster.kill(node);
      const snapshot = index === 0 ? snapshots[0] : kept;
      if (snapshot !== undefined) node.host.disk.rollback(snapshot, "store");
    }
    cluster.healAll();
    for (const node of back) cluster.start(node);
    waitUntilReady(cluster);
    cluster.converge();
    expect(cluster.held("eu-1", "all")).toEqual(["v"]);
    cluster.stopAll();
  });

  it("get out of it when two of three disks were lost, one after the other", () => {
    const cluster = SimulatedCluster.ready({ regions: ["eu"], nodesPerRegion: 3, partitions: 1 });
    cluster.runFor(2_000);
    cluster.put("eu-3", "k", "v", { consistency: { level: "ALL" } });
    const [first, second] = nodesOf(cluster, "eu-1", "eu-2");
    if (first === undefined || second === undefined) throw new Error("two nodes are needed");
    cluster.wipe(first);
    cluster.wipe(second);
    cluster.start(first);
    cluster.runFor(10_000);
    expect(first.api.status().state).toBe("CATCHING_UP");
    cluster.start(second);
    waitUntilReady(cluster);
    cluster.converge();
    expect(cluster.held("eu-1", "k")).toEqual(["v"]);
    cluster.stopAll();
  });

  it("stay in it while one that may know more is away", () => {
    const cluster = SimulatedCluster.ready({ regions: ["eu"], nodesPerRegion: 3, partitions: 1 });
    cluster.put("eu-3", "before", "v", { consistency: { level: "ALL" } });
    const snapshots = cluster.nodes.map(({ host }) => host.disk.snapshot());
    cluster.put("eu-3", "k", "v", { consistency: { level: "ALL" } });
    for (const [index, node] of cluster.nodes.entries()) {
      cluster.kill(node);
      const snapshot = snapshots[index];
      if (snapshot !== undefined && index < 2) node.host.disk.rollback(snapshot, "store");
    }
    for (const node of nodesOf(cluster, "eu-1", "eu-2")) cluster.start(node);
    cluster.runFor(20_000);
    expect(cluster.get("eu-1", "k")).toMatchObject({ reason: "QUORUM_UNAVAILABLE" });
    cluster.start(cluster.node("eu-3"));
    waitUntilReady(cluster);
    expect(cluster.values("eu-1", "k")).toEqual(["v"]);
    cluster.stopAll();
  });
});
