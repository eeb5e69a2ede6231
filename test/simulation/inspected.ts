/** What tests ask of a whole cluster, beside what its clients see: rows, tombstones, copies. */
import type { RowInspection } from "../../src/node/index.js";
import type { RunningNode, SimulatedCluster } from "../../src/simulator/index.js";

export function rowsOf(cluster: SimulatedCluster, node: RunningNode): readonly RowInspection[] {
  let found: readonly RowInspection[] | undefined;
  node.api.inspectRows((error, rows) => {
    if (error !== undefined) throw error;
    found = rows;
  });
  cluster.waitUntil("an inspection", () => found !== undefined);
  return found ?? [];
}

/** Those of all nodes that are up, together. */
export function tombstones(cluster: SimulatedCluster): number {
  const up = cluster.nodes.filter(({ isUp }) => isUp);
  return up.reduce((sum, node) => sum + rowsOf(cluster, node).reduce((n, row) => n + row.tombstones, 0), 0);
}

/** Copies for replicas that are away, on the disks of all nodes. */
export function copiesHeld(cluster: SimulatedCluster): number {
  return cluster.nodes.reduce(
    (sum, { host }) => sum + host.disk.snapshot().bytes.range("h", "i", 1e9, false).length,
    0,
  );
}
