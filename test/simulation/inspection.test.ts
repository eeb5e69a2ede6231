/** What a node tells of its inside, against what was done to it. */
import { describe, expect, it } from "vitest";
import type { NodeInspection } from "../../src/node/index.js";
import { putOf, SimulatedCluster } from "../../src/simulator/index.js";
import { rowsOf } from "./inspected.js";

function fillOf(inspection: NodeInspection | undefined, name: string) {
  return inspection?.fills[name];
}

describe("an inspection", () => {
  it("tells clocks, and how full is what must stay bounded", () => {
    const cluster = SimulatedCluster.ready({ partitions: 2 });
    for (let i = 0; i < 20; i++) cluster.put("eu-1", `k${i}`, "v", { consistency: { level: "ALL" } });
    const inspection = cluster.node("us-1").api.inspect();
    expect(inspection?.partitions.map(({ partition }) => partition)).toEqual([0, 1]);
    const held = inspection?.partitions.flatMap(({ durableClock }) => durableClock.map(([, n]) => n));
    expect(held?.reduce((sum, n) => sum + n, 0)).toBe(20);
    for (const { clock, durableClock, floor, doubt } of inspection?.partitions ?? [])
      expect({ clock, floor, doubt }).toEqual({ clock: durableClock, floor: [], doubt: undefined });
    const { fills } = inspection ?? {};
    expect(Object.keys(fills ?? {}).sort()).toEqual([
      "audit_votes",
      "calls_in_flight",
      "catch_up_sessions",
      "changes_questions",
      "early_delta_bytes",
      "fallback_bytes",
      "operations_in_flight",
      "peer_queue_bytes/ap-1",
      "peer_queue_bytes/eu-1",
      "pending_writes",
      "request_fences",
      "row_cache_bytes",
      "rows_healing",
      "watched_partitions",
    ]);
    expect(fillOf(inspection, "row_cache_bytes")?.size).toBeGreaterThan(20 * 100);
    for (const { size, max } of Object.values(fills ?? {})) expect(size).toBeLessThanOrEqual(max ?? size);
    cluster.stopAll();
  });

  it("sees a coordinator's operation, its write and its call while they wait", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1 });
    cluster.isolate("eu-1");
    const options = { consistency: { level: "ALL" }, timeoutMs: 1_000 } as const;
    const pending = cluster.begin("eu-1", putOf("k", "v"), options);
    cluster.runFor(50);
    const inspection = cluster.node("eu-1").api.inspect();
    expect(fillOf(inspection, "operations_in_flight")).toEqual({ size: 1, max: 1_000 });
    expect(fillOf(inspection, "pending_writes")?.size).toBe(1);
    cluster.waitFor(pending);
    expect(fillOf(cluster.node("eu-1").api.inspect(), "operations_in_flight")?.size).toBe(0);
    cluster.stopAll();
  });

  it("counts rows, tombstones, siblings and log entries on the disk, over several pages", () => {
    const cluster = SimulatedCluster.ready({ regions: ["eu"], partitions: 1 });
    const rows = 1_100;
    for (let i = 0; i < rows; i++) cluster.put("eu-1", `k${i}`, "v");
    for (let i = 0; i < 7; i++) cluster.delete("eu-1", `k${i}`);
    for (const value of ["a", "b", "c"]) cluster.put("eu-1", "m", value, { type: "multi" });
    expect(rowsOf(cluster, cluster.node("eu-1"))).toEqual([
      {
        partition: 0,
        rows: rows + 1,
        tombstones: 7,
        rowsAhead: 0,
        rowsDamaged: 0,
        rowsExpiring: 0,
        expirations: 0,
        siblingsMax: 3,
        logEntries: rows + 10,
        logEntriesDue: rows + 10,
      },
    ]);
    cluster.stopAll();
  });

  it("finds as many log entries as are due, also of actors that were closed", () => {
    const cluster = SimulatedCluster.ready({ regions: ["eu"], nodesPerRegion: 3, partitions: 1 });
    for (let start = 0; start < 3; start++)
      for (const node of cluster.nodes) {
        for (let i = 0; i < 5; i++) cluster.put(node.member.nodeId, `k${start}-${i}`, "v");
        cluster.stop(node);
        cluster.start(node);
        cluster.converge();
      }
    const closed = (): number =>
      cluster
        .node("eu-1")
        .api.inspect()
        ?.partitions.flatMap((partition) => partition.closed).length ?? 0;
    cluster.waitUntil("actors are closed", () => closed() > 0, 600_000);
    for (const node of cluster.nodes)
      for (const { logEntries, logEntriesDue } of rowsOf(cluster, node))
        expect(logEntries).toBe(logEntriesDue);
    cluster.stopAll();
  });
});
