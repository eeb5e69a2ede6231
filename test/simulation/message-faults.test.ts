/** Messages that are lost, doubled or late while their link is up: the cluster takes them, and comes to agree. */
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/codec/index.js";
import { putOf, SimulatedCluster } from "../../src/simulator/index.js";

const MINUTE_MS = 60_000;

function disturbAll(
  cluster: SimulatedCluster,
  disturbance: Parameters<SimulatedCluster["messageFaults"]["disturb"]>[2],
): void {
  for (const { member: from } of cluster.nodes)
    for (const { member: to } of cluster.nodes)
      if (from !== to) cluster.messageFaults.disturb(from.number, to.number, disturbance, MINUTE_MS);
}

/** Some keys, over and over, at all nodes; what was acknowledged. */
function writeForAMinute(cluster: SimulatedCluster): string[] {
  const acknowledged: string[] = [];
  for (let i = 0; i < 600; i++) {
    const node = cluster.nodes[i % cluster.nodes.length];
    if (node === undefined) throw new Error("no nodes");
    cluster.submit(node, putOf(`k${i % 50}`, `${i}`, "multi"), {}, (outcome) => {
      if (outcome.kind === "written") acknowledged.push(`${i}`);
    });
    cluster.runFor(100);
  }
  return acknowledged;
}

function allValues(cluster: SimulatedCluster): Set<string> {
  const values = Array.from({ length: 50 }, (_, i) => cluster.values("eu-1", `k${i}`, { type: "multi" }));
  return new Set(values.flat());
}

describe("a disturbed path", () => {
  it.each([
    ["drops", { drop: 0.2 }, "dropped"],
    ["doubles", { duplicate: 0.4 }, "duplicated"],
    ["delays", { delay: 0.4 }, "delayed"],
    ["does all of it to", { drop: 0.1, duplicate: 0.2, delay: 0.2 }, "dropped"],
  ] as const)("%s messages, and nothing acknowledged is lost", (_what, disturbance, fate) => {
    const cluster = SimulatedCluster.ready({ nodesPerRegion: 2, partitions: 4 });
    disturbAll(cluster, disturbance);
    const acknowledged = writeForAMinute(cluster);
    expect(cluster.messageFaults.counts[fate]).toBeGreaterThan(200);
    expect(acknowledged.length).toBeGreaterThan(300);
    cluster.converge();
    const values = allValues(cluster);
    expect(acknowledged.filter((value) => !values.has(value))).toEqual([]);
    if ("duplicate" in disturbance) expect(cluster.total("deltas_duplicate")).toBeGreaterThan(100);
    cluster.stopAll();
  });

  it("gives the credit of what was dropped back, so that the link goes on", () => {
    const cluster = SimulatedCluster.ready({ regions: ["eu", "us"], partitions: 1 });
    const [from, to] = [cluster.node("eu-1"), cluster.node("us-1")];
    cluster.messageFaults.disturb(from.member.number, to.member.number, { drop: 1 }, 30_000);
    const value = "x".repeat(500_000);
    for (let i = 0; i < 30; i++) cluster.put("eu-1", `k${i}`, value, { consistency: { level: "LOCAL_ONE" } });
    cluster.runFor(1_000);
    expect(cluster.messageFaults.counts.dropped).toBeGreaterThanOrEqual(30);
    expect(from.api.inspect()?.fills["peer_queue_bytes/us-1"]?.size).toBe(0);
    expect(cluster.held("us-1", "k0")).toEqual([]);
    cluster.runFor(30_000);
    cluster.converge();
    expect(cluster.held("us-1", "k0")).toEqual([value]);
    cluster.stopAll();
  });

  it("is left alone once it is over, in the other direction, and in what links themselves need", () => {
    const sent = new Map<Message["type"], number>();
    const cluster = SimulatedCluster.ready({
      regions: ["eu", "us"],
      partitions: 1,
      onMessage: (_from, _to, { type }) => sent.set(type, (sent.get(type) ?? 0) + 1),
    });
    const [eu, us] = [cluster.node("eu-1").member.number, cluster.node("us-1").member.number];
    cluster.messageFaults.disturb(eu, us, { drop: 1 }, 20_000);
    cluster.runFor(20_000);
    expect(cluster.world.network.isLinked(eu, us)).toBe(true);
    expect(cluster.node("us-1").api.status().peers).toMatchObject([{ isAlive: true }]);
    const { dropped } = cluster.messageFaults.counts;
    expect(cluster.put("eu-1", "k", "v", { consistency: { level: "ALL" } })).toMatchObject({
      kind: "written",
    });
    cluster.messageFaults.disturb(eu, us, { drop: 1 }, 20_000);
    cluster.put("us-1", "k2", "v");
    cluster.runFor(500);
    expect(cluster.held("eu-1", "k2")).toEqual(["v"]);
    expect(cluster.messageFaults.counts).toEqual({ dropped: dropped + 1, duplicated: 0, delayed: 0 });
    cluster.stopAll();
  });
});
