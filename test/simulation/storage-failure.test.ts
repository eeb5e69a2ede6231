/** A disk that fails or is full ends the node; another one over the same folder goes on. */
import { describe, expect, it } from "vitest";
import { deleteOf, getOf, putOf, SimulatedCluster } from "../../src/simulator/index.js";

describe("a write that the disk refuses", () => {
  it("ends the node once; what is in flight may have been applied; a new node goes on", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1 });
    const node = cluster.node("eu-1");
    for (let i = 0; i < 20; i++) cluster.put("eu-1", `k${i}`, "v");
    node.host.disk.failNextWrite("IO");
    const write = cluster.begin("eu-1", putOf("k0", "w"));
    const waiting = cluster.begin("eu-1", getOf("k1"), { consistency: { level: "ALL" } });
    cluster.runFor(50);
    expect(write.outcome).toMatchObject({ reason: "MAYBE_APPLIED" });
    expect(waiting.outcome).toMatchObject({ reason: "STORAGE_FAILED" });
    expect(node.ends).toMatchObject([{ kind: "storage-failed", isDiskFull: false }]);
    // Until its owner has replaced it, it takes nothing.
    for (const operation of [putOf("k2", "w"), getOf("k2"), deleteOf("k2")])
      expect(cluster.execute(node, operation)).toMatchObject({ reason: "NOT_READY" });
    cluster.runFor(10_000);
    expect(node.ends).toHaveLength(1);
    cluster.replace(node);
    cluster.converge();
    for (let i = 1; i < 20; i++) expect(cluster.values("eu-1", `k${i}`)).toEqual(["v"]);
    expect([["v"], ["w"]]).toContainEqual(cluster.values("us-1", "k0"));
    cluster.stopAll();
  });

  it("loses nothing that was acknowledged when the disk is full, and goes on when it has room", () => {
    const cluster = SimulatedCluster.ready({ partitions: 2 });
    const node = cluster.node("eu-1");
    const acknowledged: string[] = [];
    let count = 0;
    const write = (): void => {
      const key = `k${count++}`;
      cluster.submit(node, putOf(key, key), {}, (outcome) => {
        if (outcome.kind === "written") acknowledged.push(key);
      });
    };
    for (let i = 0; i < 100; i++) {
      write();
      cluster.runFor(2);
      if (i === 60) node.host.disk.full = true;
    }
    cluster.runFor(100);
    expect(node.ends).toMatchObject([{ kind: "storage-failed", isDiskFull: true }]);
    expect(acknowledged.length).toBeGreaterThan(40);
    node.host.disk.full = false;
    cluster.replace(node);
    cluster.converge();
    for (const key of acknowledged) expect(cluster.held("eu-1", key)).toEqual([key]);
    expect(cluster.put("eu-1", "after", "v")).toMatchObject({ kind: "written" });
    cluster.stopAll();
  });

  it("does not keep a node from stopping, nor from starting anew", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1 });
    const node = cluster.node("eu-1");
    const write = cluster.begin("eu-1", putOf("k", "v"));
    node.host.disk.failNextWrite("IO");
    cluster.stop(node);
    expect(write.outcome).toMatchObject({ reason: "MAYBE_APPLIED" });
    expect(node.host.armedTimers).toBe(0);
    cluster.start(node);
    cluster.converge();
    cluster.stopAll();
  });

  it("does not take back a delete that found nothing: it waits for what removed the value", () => {
    const cluster = SimulatedCluster.ready({ regions: ["eu"], partitions: 1 });
    const node = cluster.node("eu-1");
    cluster.put("eu-1", "k", "v", { type: "multi" });
    const first = cluster.begin("eu-1", deleteOf("k", "multi"));
    const second = cluster.begin("eu-1", deleteOf("k", "multi"));
    expect([first.outcome, second.outcome]).toEqual([undefined, undefined]);
    node.host.disk.failNextWrite("IO");
    cluster.runFor(50);
    expect([first.outcome, second.outcome]).toMatchObject([
      { reason: "MAYBE_APPLIED" },
      { reason: "MAYBE_APPLIED" },
    ]);
    cluster.replace(node);
    cluster.stopAll();
  });
});
