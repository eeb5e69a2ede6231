import { describe, expect, it } from "vitest";
import { SimulatedCluster } from "../../src/simulator/index.js";

describe("a cluster of three regions", () => {
  it("answers a write from the region and shows it everywhere soon after", () => {
    const cluster = SimulatedCluster.ready();
    const written = cluster.put("eu-1", "k", "v");
    expect(written).toMatchObject({ kind: "written", acksReceived: 1 });
    expect(cluster.values("eu-1", "k")).toEqual(["v"]);
    cluster.converge();
    expect(cluster.values("us-1", "k")).toEqual(["v"]);
    expect(cluster.values("ap-1", "k")).toEqual(["v"]);
    cluster.stopAll();
  });

  it("works with three nodes a region, for every consistency level", () => {
    const cluster = SimulatedCluster.ready({ nodesPerRegion: 3, partitions: 8 });
    for (const level of [
      "ONE",
      "TWO",
      "THREE",
      "LOCAL_ONE",
      "LOCAL_QUORUM",
      "QUORUM",
      "EACH_QUORUM",
      "ALL",
    ] as const) {
      expect(cluster.put("eu-1", `k-${level}`, level, { consistency: { level } })).toMatchObject({
        kind: "written",
      });
      expect(cluster.values("eu-2", `k-${level}`, { consistency: { level } })).toEqual([level]);
    }
    expect(cluster.put("us-3", "nine", "x", { consistency: { replicas: 9 } })).toMatchObject({
      kind: "written",
      acksReceived: 9,
    });
    expect(cluster.put("us-3", "ten", "x", { consistency: { replicas: 10 } })).toMatchObject({
      kind: "failed",
      reason: "BAD_REQUEST",
    });
    cluster.converge();
    cluster.stopAll();
  });

  it("forwards to a replica when the node asked holds none", () => {
    const cluster = SimulatedCluster.ready({ nodesPerRegion: 3, replicas: 1, partitions: 16 });
    for (let i = 0; i < 20; i++)
      expect(cluster.put("eu-1", `k${i}`, `v${i}`)).toMatchObject({ kind: "written" });
    for (let i = 0; i < 20; i++) expect(cluster.values("eu-3", `k${i}`)).toEqual([`v${i}`]);
    cluster.stopAll();
  });

  it("takes writes on both sides of a partition and converges: last write wins, siblings stay", () => {
    const cluster = SimulatedCluster.ready({ nodesPerRegion: 3 });
    cluster.put("eu-1", "r", "before");
    cluster.converge();
    cluster.cutRegions("eu", "us");
    cluster.cutRegions("eu", "ap");
    cluster.runFor(5_000);
    expect(cluster.put("eu-1", "r", "from eu")).toMatchObject({ kind: "written" });
    expect(cluster.put("us-1", "r", "from us")).toMatchObject({ kind: "written" });
    expect(cluster.put("eu-1", "m", "from eu", { type: "multi" })).toMatchObject({ kind: "written" });
    expect(cluster.put("us-1", "m", "from us", { type: "multi" })).toMatchObject({ kind: "written" });
    expect(cluster.values("eu-2", "r")).toEqual(["from eu"]);
    expect(cluster.values("us-2", "r")).toEqual(["from us"]);
    cluster.healAll();
    cluster.converge();
    for (const node of ["eu-1", "us-2", "ap-3"]) {
      expect(cluster.values(node, "r")).toEqual(["from us"]);
      expect(cluster.values(node, "m", { type: "multi" })).toEqual(["from eu", "from us"]);
    }
    cluster.stopAll();
  });

  it("catches up on every partition at once, however many sessions it allows at a time", () => {
    const cluster = SimulatedCluster.ready({ partitions: 256 });
    cluster.cutRegions("eu", "us");
    cluster.cutRegions("eu", "ap");
    cluster.runFor(5_000);
    for (let i = 0; i < 400; i++) {
      cluster.put("eu-1", `k${i}`, "from eu");
      cluster.put("us-1", `k${i}`, "from us");
    }
    cluster.healAll();
    cluster.waitUntil("the links are back", () =>
      cluster.nodes.every(({ api }) => api.status().peers.every((peer) => peer.isAlive)),
    );
    // A round of anti-entropy takes two seconds: no partition waits for one.
    cluster.waitUntil("the digests are equal", () => new Set(cluster.digests()).size === 1, 1_500);
    cluster.stopAll();
  });

  it("lets a put with context replace the siblings that it read", () => {
    const cluster = SimulatedCluster.ready();
    cluster.put("eu-1", "m", "a", { type: "multi" });
    cluster.put("us-1", "m", "b", { type: "multi" });
    cluster.converge();
    const read = cluster.get("ap-1", "m", { type: "multi" });
    if (read.kind !== "read") throw new Error(read.kind);
    expect(read.values).toHaveLength(2);
    cluster.put("eu-1", "m", "merged", { type: "multi", context: read.context });
    cluster.converge();
    for (const node of ["eu-1", "us-1", "ap-1"])
      expect(cluster.values(node, "m", { type: "multi" })).toEqual(["merged"]);
    cluster.stopAll();
  });
});
