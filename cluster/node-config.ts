/** The configuration that one node of a local cluster is started with. */
import { mkdirSync, writeFileSync } from "node:fs";
import { stringify } from "yaml";
import type { ClusterFile, ClusterNode } from "./cluster-file.js";
import type { NodeFiles } from "./cluster-folder.js";

/** Writes `node.yaml`, and the folder around it. The same cluster always gives the same file. */
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
  writeFileSync(files.config, stringify(config));
}
