/** Stopping a node: whatever it is doing, it answers for it, and nothing of it is left. */
import { describe, expect, it } from "vitest";
import { getOf, putOf, type RunningNode, SimulatedCluster } from "../../src/simulator/index.js";

const REQUEST_ID = "0123456789abcdef0123456789abcdef";

/** Stops the node and lets time pass: nothing may be armed, and nothing may happen any more. */
function expectSilentStop(cluster: SimulatedCluster, node: RunningNode): void {
  let stops = 0;
  node.api.stop(() => stops++);
  node.api.stop(() => stops++);
  cluster.waitUntil("it stopped", () => stops === 2, 3_000);
  node.isUp = false;
  node.api.stop(() => stops++);
  expect(stops).toBe(3);
  expect(node.host.armedTimers).toBe(0);
  const lines = (): number => cluster.log.filter((line) => line.includes(` n${node.member.number} `)).length;
  const before = lines();
  cluster.runFor(30_000);
  expect(node.host.armedTimers).toBe(0);
  expect(lines()).toBe(before);
}

describe("stop", () => {
  it("leaves no timer behind on an idle node", () => {
    const cluster = SimulatedCluster.ready();
    cluster.put("eu-1", "k", "v", { consistency: { level: "ALL" } });
    expectSilentStop(cluster, cluster.node("eu-1"));
    cluster.stopAll();
  });

  it("answers what is in flight, and leaves nothing of it behind", () => {
    const cluster = SimulatedCluster.ready({ nodesPerRegion: 3, replicas: 2, partitions: 1 });
    cluster.runFor(1_000);
    const holder = cluster.replicasOf("k").find((nodeId) => nodeId.startsWith("eu")) ?? "";
    const outside =
      ["eu-1", "eu-2", "eu-3"].find((nodeId) => !cluster.replicasOf("k").includes(nodeId)) ?? "";
    for (const stopped of [holder, outside]) {
      cluster.healAll();
      cluster.runFor(4_000);
      cluster.isolate(stopped);
      const options = { consistency: { level: "ALL" }, timeoutMs: 60_000 } as const;
      const retry = { ...options, requestId: REQUEST_ID, isRetry: true };
      const writes = [putOf("k", "v"), putOf("l", "v")].map((put) => cluster.begin(stopped, put, options));
      writes.push(cluster.begin(stopped, putOf("m", "v"), retry));
      const read = cluster.begin(stopped, getOf("k"), options);
      cluster.runFor(100);
      expect([...writes, read].map(({ outcome }) => outcome)).toEqual(Array(4).fill(undefined));
      expectSilentStop(cluster, cluster.node(stopped));
      for (const { outcome } of writes) expect(outcome).toMatchObject({ reason: "MAYBE_APPLIED" });
      expect(read.outcome).toMatchObject({ reason: "DRAINING" });
    }
    cluster.healAll();
    for (const nodeId of [holder, outside]) {
      cluster.kill(cluster.node(nodeId));
      cluster.start(cluster.node(nodeId));
    }
    cluster.converge();
    cluster.stopAll();
  });

  it("waits for what ends in time", () => {
    const cluster = SimulatedCluster.ready();
    const write = cluster.begin("eu-1", putOf("k", "v"), { consistency: { level: "ALL" } });
    cluster.stop(cluster.node("eu-1"));
    expect(write.outcome).toMatchObject({ kind: "written", acksReceived: 3 });
    expect(cluster.held("us-1", "k")).toEqual(["v"]);
    cluster.stopAll();
  });

  it("ends a catch-up in the middle, which a restart takes up again", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1 });
    const node = cluster.node("eu-1");
    cluster.kill(node);
    const value = "x".repeat(2_000);
    for (let i = 0; i < 1_000; i++) cluster.begin("us-1", putOf(`k${i}`, value));
    cluster.runFor(1_000);
    cluster.start(node);
    cluster.waitUntil("pages come", () => cluster.counter("eu-1", "catch_up_rows") > 0);
    expect(cluster.counter("eu-1", "catch_up_rows")).toBeLessThan(1_000);
    expectSilentStop(cluster, node);
    cluster.kill(node);
    cluster.start(node);
    cluster.converge();
    cluster.stopAll();
  });

  it("works before and while the node starts, and its start then fails", () => {
    const cluster = new SimulatedCluster();
    const [before, during] = cluster.nodes;
    if (before === undefined || during === undefined) throw new Error("two nodes are needed");
    expectSilentStop(cluster, before);
    let result: Error | undefined | "nothing" = "nothing";
    during.api.start((error) => {
      result = error;
    });
    expectSilentStop(cluster, during);
    expect(result).toBeInstanceOf(Error);
    during.api.execute(
      getOf("k"),
      {
        consistency: undefined,
        timeoutMs: 100,
        requestId: undefined,
        isRetry: false,
        isSloppy: false,
        session: undefined,
      },
      (outcome) => expect(outcome).toMatchObject({ reason: "DRAINING" }),
    );
  });

  it("refuses new operations from the moment it drains", () => {
    const cluster = SimulatedCluster.ready();
    cluster.node("eu-1").api.drain();
    expect(cluster.put("eu-1", "k", "v")).toMatchObject({ reason: "DRAINING" });
    expect(cluster.node("eu-1").api.status().state).toBe("DRAINING");
    expectSilentStop(cluster, cluster.node("eu-1"));
    cluster.stopAll();
  });
});

describe("a node stopped cleanly", () => {
  it("starts again on its folder with all it had, under a new incarnation, and in no doubt", () => {
    for (const fsync of ["always", "interval", "never"] as const) {
      const cluster = SimulatedCluster.ready({ regions: ["eu"], settings: { fsync } });
      const node = cluster.node("eu-1");
      cluster.put("eu-1", "k", "v");
      const before = node.api.status().incarnation;
      cluster.stop(node);
      node.host.crash({ loseUnsynced: true });
      cluster.start(node);
      cluster.runFor(100);
      expect(node.api.status()).toMatchObject({ state: "READY" });
      expect(node.api.status().incarnation).toBeGreaterThan(before);
      expect(cluster.values("eu-1", "k")).toEqual(["v"]);
      cluster.stopAll();
    }
  });
});
