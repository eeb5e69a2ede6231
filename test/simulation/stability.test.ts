/** What is forgotten for good: past actors, orphaned rows, tombstones; and what keeps it. */
import { describe, expect, it } from "vitest";
import { actorMember } from "../../src/causality/index.js";
import { getOf, putOf, SimulatedCluster } from "../../src/simulator/index.js";
import { rowsOf, tombstones } from "./inspected.js";

const ALL = { consistency: { level: "ALL" } } as const;

/** The most entries that a clock of any node has for one member. */
function entriesAMember(cluster: SimulatedCluster): number {
  let most = 0;
  for (const node of cluster.nodes)
    for (const { clock } of node.api.inspect()?.partitions ?? []) {
      const counts = new Map<number, number>();
      for (const [actor] of clock) {
        const member = actorMember(actor);
        counts.set(member, (counts.get(member) ?? 0) + 1);
      }
      most = Math.max(most, ...counts.values());
    }
  return most;
}

function restart(cluster: SimulatedCluster, nodeId: string): void {
  const node = cluster.node(nodeId);
  cluster.kill(node);
  cluster.start(node);
  cluster.waitUntil("it is ready", () => node.api.status().state === "READY");
}

describe("a tombstone", () => {
  it("is purged everywhere once every replica has seen it, and not before", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1 });
    cluster.put("eu-1", "k", "v", ALL);
    cluster.kill(cluster.node("us-1"));
    expect(cluster.delete("eu-1", "k", { consistency: { level: "QUORUM" } }).kind).toBe("written");
    cluster.runFor(60_000);
    expect(tombstones(cluster)).toBe(2);
    const [blocker, ...others] = cluster.node("eu-1").api.status().purgeBlockers;
    expect(blocker).toMatchObject({ nodeId: "us-1", partitions: 1 });
    expect(blocker?.blockingMs).toBeGreaterThan(50_000);
    expect(others).toEqual([]);
    cluster.start(cluster.node("us-1"));
    cluster.converge();
    cluster.waitUntil("all are purged", () => tombstones(cluster) === 0, 30_000);
    cluster.runFor(5_000);
    for (const { api } of cluster.nodes) expect(api.status().purgeBlockers).toEqual([]);
    for (const node of cluster.nodes) expect(cluster.held(node.member.nodeId, "k")).toEqual([]);
    expect(cluster.total("tombstones_purged")).toBe(3);
    cluster.stopAll();
  });

  it("stays as long as a member is cut off, though a link away knows of it", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1 });
    cluster.put("eu-1", "k", "v", ALL);
    cluster.cut("ap-1", "us-1");
    cluster.delete("eu-1", "k", ALL);
    cluster.runFor(30_000);
    // Only eu-1, which hears both of the others, can know that all have seen it.
    expect(tombstones(cluster)).toBe(2);
    cluster.healAll();
    cluster.waitUntil("all are purged", () => tombstones(cluster) === 0, 30_000);
    cluster.stopAll();
  });

  it("purged, does not let what it deleted return with a replica that went back to before it", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1 });
    const back = cluster.node("ap-1");
    cluster.put("eu-1", "k", "v", ALL);
    const snapshot = back.host.disk.snapshot();
    cluster.delete("eu-1", "k", ALL);
    cluster.waitUntil("all are purged", () => tombstones(cluster) === 0, 30_000);
    cluster.kill(back);
    back.host.disk.rollback(snapshot, "disk");
    cluster.start(back);
    cluster.runFor(10_000);
    cluster.converge();
    for (const node of cluster.nodes) expect(cluster.values(node.member.nodeId, "k", ALL)).toEqual([]);
    for (const node of cluster.nodes) expect(cluster.held(node.member.nodeId, "k")).toEqual([]);
    cluster.stopAll();
  });
});

describe("a write that died with the only disk that had it", () => {
  it("does not live again with a copy of that disk, below a tombstone that was purged meanwhile", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1 });
    const lost = cluster.node("us-1");
    cluster.isolate("us-1");
    cluster.runFor(5_000);
    cluster.put("us-1", "k", "alone", { consistency: { level: "ONE" } });
    const copy = lost.host.disk.snapshot();
    cluster.wipe(lost);
    cluster.healAll();
    cluster.start(lost);
    cluster.converge();
    cluster.put("eu-1", "k", "v", ALL);
    cluster.delete("eu-1", "k", ALL);
    cluster.waitUntil("all are purged", () => cluster.total("tombstones_purged") === 3, 30_000);
    cluster.kill(lost);
    lost.host.disk.rollback(copy, "disk");
    cluster.start(lost);
    cluster.runFor(10_000);
    cluster.converge();
    for (const node of cluster.nodes) expect(cluster.held(node.member.nodeId, "k")).toEqual([]);
    cluster.stopAll();
  });
});

describe("the actors of past incarnations", () => {
  it("leave one entry a member, however often nodes restart", () => {
    const settings = { requestIdWindowMs: 5_000 };
    const cluster = SimulatedCluster.ready({ partitions: 2, settings });
    for (let round = 0; round < 4; round++)
      for (const { member } of cluster.nodes) {
        cluster.put(member.nodeId, `k${round}`, member.nodeId, ALL);
        restart(cluster, member.nodeId);
        cluster.put(member.nodeId, `k${round}`, `${member.nodeId} again`, {
          consistency: { level: "LOCAL_ONE" },
        });
      }
    expect(entriesAMember(cluster)).toBeGreaterThan(1);
    cluster.waitUntil("one entry a member", () => entriesAMember(cluster) <= 1, 120_000);
    cluster.converge();
    for (const { member } of cluster.nodes) expect(cluster.held(member.nodeId, "k3")).toEqual(["us-1 again"]);
    cluster.stopAll();
  });

  it("do not hide from a wiped member what it must be sent", () => {
    const settings = { requestIdWindowMs: 5_000 };
    const cluster = SimulatedCluster.ready({ partitions: 1, settings });
    cluster.put("eu-1", "k", "v", ALL);
    for (const { member } of cluster.nodes) restart(cluster, member.nodeId);
    cluster.waitUntil(
      "all is forgotten",
      () => entriesAMember(cluster) === 0 && cluster.total("actors_closed") > 0,
      120_000,
    );
    cluster.wipe(cluster.node("us-1"));
    cluster.start(cluster.node("us-1"));
    cluster.converge();
    cluster.waitUntil("it is ready", () => cluster.node("us-1").api.status().state === "READY");
    expect(cluster.held("us-1", "k")).toEqual(["v"]);
    cluster.stopAll();
  });

  it("whose dots died with a disk no longer keep rows ahead: they are announced anew, and all converges", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1 });
    const lost = cluster.node("us-1");
    cluster.runFor(3_000);
    cluster.isolate("us-1");
    cluster.runFor(5_000);
    // More than a page of rows that nobody else has; then one that a read brings to the others before those.
    const alone = { consistency: { level: "LOCAL_ONE" } } as const;
    for (let i = 0; i < 30; i++) cluster.begin("us-1", putOf(`gone${i}`, "x".repeat(200_000)), alone);
    cluster.begin("us-1", putOf("kept", "v"), alone);
    cluster.runFor(1_000);
    cluster.healAll();
    const isLinked = (): boolean =>
      cluster.world.network.isLinked(1, 3) && cluster.world.network.isLinked(2, 3);
    cluster.waitUntil("links are up", isLinked);
    const read = cluster.begin("eu-1", getOf("kept"), ALL);
    cluster.waitUntil("it was read", () => read.outcome !== undefined);
    cluster.wipe(lost);
    cluster.start(lost);
    cluster.waitUntil("it is announced", () => cluster.total("rows_announced") > 0, 60_000);
    cluster.converge();
    for (const { member } of cluster.nodes) expect(cluster.held(member.nodeId, "kept")).toEqual(["v"]);
    cluster.waitUntil(
      "past actors are closed",
      () => cluster.nodes.every((node) => rowsOf(cluster, node)[0]?.rowsAhead === 0),
      60_000,
    );
    cluster.stopAll();
  });
});
