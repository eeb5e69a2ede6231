/** A store whose files were damaged or lost, and repaired with losses that nothing tells. */
import { describe, expect, it } from "vitest";
import { putOf, type RunningNode, SimulatedCluster } from "../../src/simulator/index.js";

const ALL = { consistency: { level: "ALL" } } as const;
const ROWS = 60;

/** Stops it, with nothing left in the log of its store: an opening turns that into a table. */
function toTables(cluster: SimulatedCluster, node: RunningNode): void {
  cluster.stop(node);
  cluster.start(node);
  cluster.runFor(100);
  cluster.stop(node);
}

function loseFiles(cluster: SimulatedCluster, node: RunningNode): void {
  toTables(cluster, node);
  let lost = 0;
  for (let file = 0; file < 3; file++) lost += node.host.disk.loseTableNoticed();
  expect(lost).toBeGreaterThan(0);
}

describe("a repaired store", () => {
  it.each([1, 2, 3, 4, 5, 6])("votes in nothing before it has all back from the others (seed %i)", (seed) => {
    const cluster = SimulatedCluster.ready({ seed, regions: ["eu"], nodesPerRegion: 3, partitions: 2 });
    const node = cluster.node("eu-1");
    for (let i = 0; i < ROWS; i++) cluster.put("eu-2", `k${i}`, `v${i}`, ALL);
    for (let i = 0; i < ROWS; i += 3) cluster.delete("eu-2", `k${i}`, ALL);
    loseFiles(cluster, node);
    cluster.isolate("eu-1");
    cluster.start(node);
    cluster.runFor(5_000);
    expect(node.api.status()).toMatchObject({ state: "JOINING", partitionsCatchingUp: 2 });
    expect(cluster.values("eu-1", "k1", { consistency: { level: "LOCAL_ONE" } })).toEqual([
      expect.stringMatching(/^! /),
    ]);
    cluster.healAll();
    cluster.waitUntil("it is ready", () => node.api.status().state === "READY");
    cluster.converge();
    for (let i = 0; i < ROWS; i++)
      expect(cluster.held("eu-1", `k${i}`)).toEqual(i % 3 === 0 ? [] : [`v${i}`]);
    cluster.stopAll();
  });

  it("gives the others what only it had, though its clock was damaged", () => {
    const cluster = SimulatedCluster.ready({ regions: ["eu"], nodesPerRegion: 3, partitions: 1 });
    const node = cluster.node("eu-1");
    cluster.put("eu-1", "shared", "v", ALL);
    cluster.isolate("eu-1");
    cluster.runFor(5_000);
    cluster.put("eu-1", "mine", "v", { consistency: { level: "LOCAL_ONE" } });
    cluster.stop(node);
    expect(node.host.disk.flipBit((key) => key.toString("latin1").startsWith("p"))).toBeDefined();
    cluster.healAll();
    cluster.start(node);
    cluster.converge();
    cluster.waitUntil("all have it", () =>
      cluster.nodes.every(({ member }) => cluster.held(member.nodeId, "mine").includes("v")),
    );
    for (const { member } of cluster.nodes) expect(cluster.held(member.nodeId, "shared")).toEqual(["v"]);
    cluster.stopAll();
  });

  it("gives the others what only it had and did not lose", () => {
    const cluster = SimulatedCluster.ready({ regions: ["eu"], nodesPerRegion: 3, partitions: 1 });
    const node = cluster.node("eu-1");
    cluster.put("eu-1", "shared", "v", ALL);
    cluster.isolate("eu-1");
    cluster.runFor(5_000);
    cluster.put("eu-1", "mine", "v", { consistency: { level: "LOCAL_ONE" } });
    toTables(cluster, node);
    expect(node.host.disk.loseTableNoticed((key) => key.includes("shared"))).toBeGreaterThan(0);
    cluster.healAll();
    cluster.start(node);
    cluster.converge();
    cluster.waitUntil("all have it", () =>
      cluster.nodes.every(({ member }) => cluster.held(member.nodeId, "mine").includes("v")),
    );
    for (const { member } of cluster.nodes) expect(cluster.held(member.nodeId, "shared")).toEqual(["v"]);
    cluster.stopAll();
  });

  it("is taken over again when the node dies while it does so", () => {
    const cluster = SimulatedCluster.ready({ regions: ["eu"], nodesPerRegion: 3, partitions: 2 });
    const node = cluster.node("eu-1");
    for (let i = 0; i < ROWS; i++) cluster.submit(node, putOf(`k${i}`, `v${i}`), ALL, () => undefined);
    cluster.runFor(1_000);
    loseFiles(cluster, node);
    for (let ms = 1; ms < 30; ms += 3) {
      cluster.start(node);
      cluster.runFor(ms);
      cluster.kill(node);
    }
    cluster.start(node);
    cluster.waitUntil("it is ready", () => node.api.status().state === "READY");
    cluster.converge();
    for (let i = 0; i < ROWS; i++) expect(cluster.held("eu-1", `k${i}`)).toEqual([`v${i}`]);
    cluster.stopAll();
  });
});
