/** Brings a node back that was killed. */
import { until } from "./polling.js";
import type { TestCluster } from "./test-cluster.js";

/** The next kill leaves two, and a majority needs both: they have to be linked, and to hold the same. */
export async function backAgain(cluster: TestCluster, nodeId: string): Promise<void> {
  await cluster.local.start(nodeId);
  for (const { id } of cluster.local.nodes)
    await until(`${id} is linked with all`, async () => {
      const { peers } = await cluster.status(id);
      return peers.every(({ isConnected, isAlive }) => isConnected && isAlive) ? undefined : "not yet";
    });
  await cluster.converge();
}
