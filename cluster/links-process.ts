/**
 * The process that emulates the links of one cluster. It ends with the cluster: soon after the last node is gone. And
 * when it was given an owner, the cluster ends with that, even if the owner had no chance to stop it.
 */

import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { endpointOf } from "./address.js";
import { ClusterError, messageOf } from "./cluster-error.js";
import { type ClusterFile, readClusterFile } from "./cluster-file.js";
import { LinkNetwork, serveControl } from "./links/index.js";
import { LocalCluster } from "./local-cluster.js";
import { UNSHAPED, wanPath } from "./regions.js";

const WATCH_MS = 1000;
/** Long enough for a test that kills every node to start them again. */
const WITHOUT_NODES_MS = 30_000;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { cluster: { type: "string" }, owner: { type: "string" } } });
  const file = readClusterFile(values.cluster ?? "");
  if (values.cluster === undefined || file === undefined) {
    throw new ClusterError("NOT_FOUND", `there is no cluster file ${values.cluster ?? "(--cluster FILE)"}`);
  }
  if (file.links === null) throw new ClusterError("INVALID", "this cluster has no links");
  process.once("SIGTERM", () => process.exit(0));
  await serveLinks(file, file.links);
  await watch(LocalCluster.open(dirname(values.cluster)), values.owner);
  process.exit(0);
}

async function serveLinks(file: ClusterFile, links: NonNullable<ClusterFile["links"]>): Promise<void> {
  const nodes = file.nodes.map(({ id, region, peer }) => ({ id, region, peer: endpointOf(peer) }));
  const network = new LinkNetwork(nodes, file.wan ? wanPath : () => UNSHAPED);
  await network.listen(links.routes.map((route) => ({ ...route, listen: endpointOf(route.listen) })));
  await serveControl(network, endpointOf(links.control));
}

/** Resolves when the cluster is gone. */
async function watch(cluster: LocalCluster, owner: string | undefined): Promise<void> {
  let lastSeenMs = performance.now();
  while (performance.now() - lastSeenMs < WITHOUT_NODES_MS) {
    await new Promise((done) => setTimeout(done, WATCH_MS));
    if (owner !== undefined && !isAlive(Number(owner))) return cluster.down();
    const pids = await Promise.all(cluster.nodes.map((node) => cluster.pid(node.id)));
    if (pids.some((pid) => pid !== undefined)) lastSeenMs = performance.now();
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`atoll links: ${messageOf(error)}\n`);
  process.exit(1);
});
