/** The configuration that one node of a local cluster is started with. */
import { mkdirSync, writeFileSync } from "node:fs";
import type { ClusterFile, ClusterNode } from "./cluster-file.js";
import type { NodeFiles } from "./cluster-folder.js";

/**
 * Writes `node.json`, and the folder around it. The same cluster always gives the same file. Not YAML, which a node
 * would have to load before it can start.
 */
export function writeNodeConfig(cluster: ClusterFile, node: ClusterNode, files: NodeFiles): void {
  mkdirSync(files.folder, { recursive: true, mode: 0o700 });
  const routes = cluster.links?.routes.filter((route) => route.from === node.id) ?? [];
  const config = {
    node: node.id,
    data: files.data,
    listen: { client: node.client, peer: node.peer, admin: node.admin },
    cluster: {
      id: cluster.id,
      partitions: cluster.partitions,
      replicas: cluster.replicas,
      members: cluster.nodes,
    },
    peer_addresses: Object.fromEntries(routes.map((route) => [route.to, route.listen])),
    fsync: cluster.fsync,
    log: { level: "warn", file: files.log },
  };
  writeFileSync(files.config, `${JSON.stringify(config, null, 2)}\n`);
}
