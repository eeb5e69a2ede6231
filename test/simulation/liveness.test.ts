/** Who counts on whom: silence, one-way cuts, pauses, and clocks that are wrong. */
import { describe, expect, it } from "vitest";
import { putOf, SimulatedCluster } from "../../src/simulator/index.js";

function isAlive(cluster: SimulatedCluster, seenBy: string, nodeId: string): boolean {
  const { peers } = cluster.node(seenBy).api.status();
  return peers.find((peer) => peer.nodeId === nodeId)?.isAlive === true;
}

/** The failure timeout, the beat that notices, and the way that the news takes. */
const NOTICED_MS = 3_000 + 500 + 100;

describe("peers that do not hear each other", () => {
  it("stop counting on each other on both sides of a one-way cut, while local writes go on", () => {
    const cluster = SimulatedCluster.ready({ nodesPerRegion: 3, partitions: 2 });
    cluster.runFor(2_000);
    cluster.cutRegions("eu", "us", "a-to-b");
    const cutAtMs = cluster.world.time.nowMs;
    let count = 0;
    while (cluster.world.time.nowMs < cutAtMs + NOTICED_MS) {
      for (const nodeId of ["eu-1", "us-2", "ap-3"])
        expect(cluster.put(nodeId, `k${count}`, nodeId, { timeoutMs: 500 })).toMatchObject({
          kind: "written",
        });
      count++;
      cluster.runFor(100);
    }
    for (const eu of ["eu-1", "eu-2", "eu-3"])
      for (const us of ["us-1", "us-2", "us-3"])
        expect([isAlive(cluster, eu, us), isAlive(cluster, us, eu)]).toEqual([false, false]);
    expect([isAlive(cluster, "eu-1", "ap-1"), isAlive(cluster, "ap-1", "us-1")]).toEqual([true, true]);
    const all = { consistency: { level: "EACH_QUORUM" } } as const;
    expect(cluster.put("eu-1", "k", "v", all)).toMatchObject({ reason: "QUORUM_UNAVAILABLE" });
    expect(cluster.put("us-1", "k", "v", all)).toMatchObject({ reason: "QUORUM_UNAVAILABLE" });
    cluster.healAll();
    cluster.waitUntil("they hear each other", () => isAlive(cluster, "eu-1", "us-1"), 5_000);
    cluster.converge();
    cluster.stopAll();
  });

  it("give up a paused process within the timeout, and take it back when it goes on", () => {
    const cluster = SimulatedCluster.ready({ nodesPerRegion: 3, regions: ["eu"], partitions: 2 });
    cluster.runFor(2_000);
    const paused = cluster.node("eu-2");
    paused.host.pause();
    cluster.runFor(2_500);
    expect(isAlive(cluster, "eu-1", "eu-2")).toBe(true);
    cluster.runFor(NOTICED_MS - 2_500);
    expect(isAlive(cluster, "eu-1", "eu-2")).toBe(false);
    for (let i = 0; i < 20; i++)
      expect(cluster.put("eu-1", `k${i}`, "v")).toMatchObject({ kind: "written", acksReceived: 2 });
    paused.host.resume();
    cluster.waitUntil("it is back", () => isAlive(cluster, "eu-1", "eu-2"), 5_000);
    cluster.converge();
    for (let i = 0; i < 20; i++) expect(cluster.held("eu-2", `k${i}`)).toEqual(["v"]);
    cluster.stopAll();
  });
});

describe("a clock that is wrong", () => {
  /** Whether the node coordinates a write itself; it forwards what it must not. */
  function coordinates(cluster: SimulatedCluster, nodeId: string): boolean {
    const before = cluster.counter(nodeId, "writes_coordinated");
    expect(cluster.put(nodeId, "k", nodeId)).toMatchObject({ kind: "written" });
    return cluster.counter(nodeId, "writes_coordinated") > before;
  }

  it.each([700, -700])("by %i ms keeps that node alone from coordinating, until it is set", (byMs) => {
    const cluster = SimulatedCluster.ready({ partitions: 1 });
    cluster.runFor(6_000);
    cluster.node("eu-1").host.clock.step(byMs);
    cluster.runFor(6_000);
    expect(["ap-1", "eu-1", "us-1"].map((nodeId) => coordinates(cluster, nodeId))).toEqual([
      true,
      false,
      true,
    ]);
    expect(cluster.node("eu-1").api.status().reason).toMatch(/clock is -?\d+ ms from the median of 3/);
    expect(cluster.node("us-1").api.status().reason).toBe("");
    cluster.node("eu-1").host.clock.step(-byMs);
    cluster.runFor(6_000);
    expect(coordinates(cluster, "eu-1")).toBe(true);
    expect(cluster.node("eu-1").api.status().reason).toBe("");
    cluster.stopAll();
  });

  it("within the bound keeps nobody", () => {
    const cluster = SimulatedCluster.ready({
      partitions: 1,
      clockOffsetsMs: { "eu-1": 430, "ap-1": -40 },
    });
    cluster.runFor(6_000);
    for (const nodeId of ["ap-1", "eu-1", "us-1"]) expect(coordinates(cluster, nodeId)).toBe(true);
    cluster.stopAll();
  });

  it("by drifting away is noticed when it crosses the bound", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1 });
    cluster.node("us-1").host.clock.setDriftPpm(10_000);
    cluster.runFor(40_000);
    expect(coordinates(cluster, "us-1")).toBe(true);
    cluster.runFor(25_000);
    expect(coordinates(cluster, "us-1")).toBe(false);
    cluster.stopAll();
  });

  it("is only warned of where two clocks cannot tell which one", () => {
    const cluster = SimulatedCluster.ready({ regions: ["eu", "us"], partitions: 1 });
    cluster.node("eu-1").host.clock.step(5_000);
    cluster.runFor(6_000);
    for (const nodeId of ["eu-1", "us-1"]) expect(coordinates(cluster, nodeId)).toBe(true);
    const warnings = (): string[] => cluster.log.filter((line) => /warn .*clock/.test(line));
    expect(warnings()).toHaveLength(2);
    cluster.runFor(10_000);
    expect(warnings()).toHaveLength(2);
    cluster.node("eu-1").host.clock.step(-5_000);
    cluster.runFor(6_000);
    expect(warnings()).toHaveLength(4);
    cluster.stopAll();
  });

  it("stamps above what it has seen, also when it is behind", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1, clockOffsetsMs: { "us-1": -400 } });
    const first = cluster.put("eu-1", "k", "first", { consistency: { level: "ALL" } });
    const second = cluster.execute(cluster.node("us-1"), putOf("k", "second"));
    if (first.kind !== "written" || second.kind !== "written") throw new Error("not written");
    expect(second.hlc).toBeGreaterThan(first.hlc);
    cluster.converge();
    expect(cluster.values("ap-1", "k")).toEqual(["second"]);
    cluster.stopAll();
  });
});
