/** What a slow or silent part of the cluster may cost the rest: so much memory, and no more. */
import { describe, expect, it } from "vitest";
import { getOf, putOf, SimulatedCluster } from "../../src/simulator/index.js";

const MEBIBYTE = 1024 * 1024;

describe("a receiver that takes nothing off its link", () => {
  it("bounds what is queued for it, while more is written elsewhere, and has them all later", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1 });
    cluster.runFor(2_000);
    const value = "x".repeat(25_000);
    cluster.cut("us-1", "eu-1", "a-to-b");
    let most = 0;
    // 30 MB within the failure timeout, with the link still up.
    for (let i = 0; i < 1_200; i++) {
      cluster.submit(cluster.node("us-1"), putOf(`k${i % 100}`, value), {}, (outcome) => {
        if (outcome.kind !== "written") throw new Error(JSON.stringify(outcome));
      });
      if (i % 10 !== 9) continue;
      cluster.runFor(5);
      const { peers } = cluster.node("us-1").api.status();
      most = Math.max(most, peers.find(({ nodeId }) => nodeId === "eu-1")?.queueBytes ?? 0);
    }
    expect(most).toBeGreaterThan(4 * MEBIBYTE);
    // The queue, the credit given, and a frame.
    expect(most).toBeLessThan(16 * MEBIBYTE + 4 * MEBIBYTE + 256 * 1024);
    expect(cluster.counter("us-1", "deltas_not_sent")).toBeGreaterThan(0);
    cluster.healAll();
    cluster.converge();
    expect(cluster.held("eu-1", "k99")).toEqual([value]);
    cluster.stopAll();
  });
});

describe("operations in flight", () => {
  it("are bounded: one more is refused, and taken when there is room", () => {
    const cluster = SimulatedCluster.ready({ settings: { maxOperationsInFlight: 10 }, partitions: 1 });
    cluster.isolate("eu-1");
    const options = { consistency: { level: "ALL" }, timeoutMs: 1_000 } as const;
    const waiting = Array.from({ length: 10 }, (_, i) =>
      cluster.begin("eu-1", i % 2 === 0 ? putOf(`k${i}`, "v") : getOf(`k${i}`), options),
    );
    for (const operation of [putOf("k", "v"), getOf("k")])
      expect(cluster.begin("eu-1", operation).outcome).toMatchObject({ reason: "OVERLOADED" });
    for (const pending of waiting)
      expect(cluster.waitFor(pending)).toMatchObject({ reason: "QUORUM_TIMEOUT" });
    expect(cluster.put("eu-1", "k", "v")).toMatchObject({ kind: "written" });
    cluster.stopAll();
  });

  it("that are past their deadline are not begun", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1 });
    for (const timeoutMs of [0, -5])
      for (const operation of [putOf("k", "v"), getOf("k")])
        expect(cluster.begin("eu-1", operation, { timeoutMs }).outcome).toMatchObject({
          reason: "DEADLINE_PASSED",
        });
    expect(cluster.held("eu-1", "k")).toEqual([]);
    cluster.stopAll();
  });

  it("end by an absurd deadline, too, when the node stops", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1 });
    cluster.isolate("eu-1");
    const timeoutMs = Number.MAX_SAFE_INTEGER;
    const options = { consistency: { level: "ALL" }, timeoutMs } as const;
    const pending = cluster.begin("eu-1", putOf("k", "v"), options);
    cluster.runFor(100);
    expect(pending.outcome).toBeUndefined();
    cluster.stop(cluster.node("eu-1"));
    expect(pending.outcome).toMatchObject({ reason: "MAYBE_APPLIED" });
    cluster.stopAll();
  });
});

/** The audit asks one peer after another, and is told that nothing differs. */
const QUIET = ["audit-reply", "audit-request", "heartbeat"];

describe("a quiet cluster", () => {
  it("repairs and fetches nothing, and says nothing but heartbeats and the audit's question", () => {
    const types = new Map<string, number>();
    const cluster = SimulatedCluster.ready({
      nodesPerRegion: 3,
      partitions: 4,
      onMessage: (_from, _to, message) => types.set(message.type, (types.get(message.type) ?? 0) + 1),
    });
    for (let i = 0; i < 60; i++)
      for (const type of ["register", "multi"] as const)
        cluster.submit(
          cluster.nodes[i % 9] ?? cluster.node("eu-1"),
          putOf(`${type}${i}`, "v", type),
          {},
          () => undefined,
        );
    cluster.converge();
    cluster.runFor(6_000);
    types.clear();
    for (let i = 0; i < 60; i++)
      for (const type of ["register", "multi"] as const)
        expect(
          cluster.values(`eu-${1 + (i % 3)}`, `${type}${i}`, { type, consistency: { level: "QUORUM" } }),
        ).toEqual(["v"]);
    expect(cluster.total("read_repairs")).toBe(0);
    expect([...types.keys()].sort()).toEqual([...QUIET, "read-reply", "read-request"]);
    types.clear();
    cluster.runFor(30_000);
    expect([...types.keys()].sort()).toEqual(QUIET);
    cluster.stopAll();
  });
});
