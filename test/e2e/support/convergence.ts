/** When all nodes of a cluster hold equal data. */
import type { LocalCluster } from "../../../cluster/index.js";
import { connectAdmin, type NodeDigest } from "../../../src/client/index.js";
import { until } from "./polling.js";

export async function nodeDigest(cluster: LocalCluster, nodeId: string): Promise<NodeDigest> {
  await using admin = connectAdmin(cluster.node(nodeId).client);
  return await admin.digest();
}

/** Resolves when they do, with how long it took, milliseconds; rejects with who holds what after `timeoutMs`. */
export async function convergence(cluster: LocalCluster, timeoutMs: number): Promise<number> {
  const startMs = performance.now();
  await until(
    "equal digests on all nodes",
    async () => {
      const digests = await Promise.all(cluster.nodes.map((node) => nodeDigest(cluster, node.id)));
      if (new Set(digests.map(({ all }) => all)).size === 1) return undefined;
      return digests.map(({ nodeId, all, rows }) => `${nodeId} has ${all} of ${rows} rows`).join(", ");
    },
    timeoutMs,
  );
  return Math.round(performance.now() - startMs);
}
