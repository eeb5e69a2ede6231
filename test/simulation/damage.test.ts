/** Bits that rot on one disk: never served, never spread, and made good from the other replicas. */
import { describe, expect, it } from "vitest";
import { putOf, SimulatedCluster } from "../../src/simulator/index.js";

const isRow = (key: Buffer): boolean => key[0] === "r".charCodeAt(0);

/** The audit would find it by itself. */
const NO_AUDIT = { auditIntervalMs: 1e9 };

/** Three nodes that hold one row; that of eu-1 is damaged on its disk, and the node started anew. */
function withDamage(): SimulatedCluster {
  const cluster = SimulatedCluster.ready({
    regions: ["eu"],
    nodesPerRegion: 3,
    partitions: 1,
    settings: NO_AUDIT,
  });
  cluster.put("eu-1", "k", "v", { consistency: { level: "ALL" } });
  const node = cluster.node("eu-1");
  cluster.stop(node);
  expect(node.host.disk.flipBit(isRow)).toBeDefined();
  cluster.start(node);
  waitUntilBack(cluster);
  return cluster;
}

function waitUntilBack(cluster: SimulatedCluster): void {
  cluster.waitUntil("eu-1 is back", () => {
    const { peers } = cluster.node("eu-1").api.status();
    return peers.length === 2 && peers.every(({ isAlive }) => isAlive);
  });
}

describe("a damaged row", () => {
  it("is whole again after the first write that it refuses, though nobody reads it", () => {
    const cluster = withDamage();
    const write = putOf("k", "w");
    expect(cluster.execute(cluster.node("eu-1"), write)).toMatchObject({ reason: "ROW_DAMAGED" });
    cluster.runFor(100);
    expect(cluster.held("eu-1", "k")).toEqual(["v"]);
    expect(cluster.execute(cluster.node("eu-1"), write)).toMatchObject({ kind: "written" });
    expect(cluster.counter("eu-1", "rows_damaged")).toBe(1);
    expect(cluster.counter("eu-1", "rows_healed")).toBe(1);
    cluster.converge();
    cluster.stopAll();
  });

  it("is whole again by itself, when nobody could be asked as it was found", () => {
    const cluster = withDamage();
    cluster.isolate("eu-1");
    cluster.runFor(5_000);
    expect(cluster.held("eu-1", "k")).toEqual(["! ROW_DAMAGED"]);
    cluster.healAll();
    waitUntilBack(cluster);
    cluster.runFor(5_000);
    expect(cluster.put("eu-1", "k", "w")).toMatchObject({ kind: "written" });
    cluster.stopAll();
  });

  it("is whole again after a catch-up that it could not be the source of", () => {
    const cluster = withDamage();
    cluster.runFor(2_000);
    cluster.kill(cluster.node("eu-2"));
    cluster.put("eu-3", "l", "v");
    cluster.wipe(cluster.node("eu-2"));
    cluster.start(cluster.node("eu-2"));
    cluster.converge();
    expect(cluster.held("eu-1", "k")).toEqual(["v"]);
    expect(cluster.held("eu-2", "k")).toEqual(["v"]);
    cluster.stopAll();
  });

  it("stays damaged while no other replica is there, and never reads as absent", () => {
    const cluster = withDamage();
    cluster.isolate("eu-1");
    cluster.runFor(5_000);
    for (let i = 0; i < 3; i++) expect(cluster.held("eu-1", "k")).toEqual(["! ROW_DAMAGED"]);
    const node = cluster.node("eu-1");
    cluster.kill(node);
    cluster.start(node);
    cluster.runFor(1_000);
    expect(cluster.held("eu-1", "k")).toEqual(["! ROW_DAMAGED"]);
    cluster.healAll();
    waitUntilBack(cluster);
    expect(cluster.values("eu-1", "k")).toEqual(["v"]);
    cluster.runFor(100);
    expect(cluster.held("eu-1", "k")).toEqual(["v"]);
    cluster.converge();
    cluster.stopAll();
  });

  it("that nobody else has does not stop the others for ever: what was in it is lost, said so, and all go on", () => {
    const cluster = SimulatedCluster.ready({ regions: ["eu"], nodesPerRegion: 3, partitions: 1 });
    const alone = { consistency: { level: "LOCAL_ONE" } } as const;
    cluster.put("eu-2", "before", "v", { consistency: { level: "ALL" } });
    cluster.isolate("eu-1");
    cluster.runFor(5_000);
    const requestId = "ab".repeat(16);
    expect(cluster.put("eu-1", "only here", "v", { ...alone, requestId }).kind).toBe("written");
    expect(cluster.put("eu-1", "after", "v", alone).kind).toBe("written");
    const node = cluster.node("eu-1");
    cluster.stop(node);
    const isOnly = (key: Buffer): boolean => isRow(key) && key.includes("only here");
    expect(node.host.disk.flipBit(isOnly)).toBeDefined();
    cluster.healAll();
    cluster.start(node);
    cluster.converge();
    for (const { member } of cluster.nodes) expect(cluster.held(member.nodeId, "after")).toEqual(["v"]);
    for (const { member } of cluster.nodes) expect(cluster.held(member.nodeId, "only here")).toEqual([]);
    expect(cluster.counter("eu-1", "rows_lost")).toBe(1);
    // Whoever asks again for what was lost is not told that it is there.
    const again = { requestId, isRetry: true, consistency: { level: "ALL" } } as const;
    expect(cluster.put("eu-2", "only here", "v", again)).toMatchObject({ kind: "written", acksReceived: 3 });
    for (const { member } of cluster.nodes) expect(cluster.held(member.nodeId, "only here")).toEqual(["v"]);
    cluster.stopAll();
  });

  it("with writes of the present incarnation that nobody else has ends that incarnation first", () => {
    const cluster = SimulatedCluster.ready({
      regions: ["eu"],
      nodesPerRegion: 3,
      partitions: 1,
      settings: { rowCacheBytes: 0 },
    });
    const node = cluster.node("eu-1");
    cluster.isolate("eu-1");
    cluster.runFor(5_000);
    cluster.put("eu-1", "only here", "v", { consistency: { level: "LOCAL_ONE" } });
    node.host.disk.flipBit((key) => isRow(key) && key.includes("only here"));
    cluster.healAll();
    cluster.waitUntil("it ends", () => node.ends.length > 0);
    expect(node.ends[0]).toMatchObject({ kind: "storage-failed" });
    cluster.replace(node);
    cluster.converge();
    expect(cluster.counter("eu-1", "rows_lost")).toBe(1);
    cluster.stopAll();
  });
});
