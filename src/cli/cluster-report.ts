/** What `atoll cluster` prints about a cluster: a document for programs, a table for people. */
import type { ClusterStatus, LocalCluster, NodeStatus } from "../../cluster/index.js";
import { type Column, tableLines } from "./table.js";

const COLUMNS: readonly Column[] = [
  { title: "REGION" },
  { title: "NODE" },
  { title: "CLIENT" },
  { title: "ADMIN" },
  { title: "PID", align: "right" },
  { title: "STATE" },
];

/** The document of `up`, `status` and every fault. */
export function clusterDocument(cluster: LocalCluster, status: ClusterStatus): object {
  return {
    id: cluster.id,
    data: cluster.dataDir,
    regions: cluster.regions.map((name) => ({
      name,
      nodes: status.nodes.filter((node) => node.region === name).map(nodeDocument),
    })),
    links: status.links,
    cut: status.cut,
  };
}

/** A table of all nodes, and what is cut between them. */
export function clusterTable(cluster: LocalCluster, status: ClusterStatus): string {
  const rows = status.nodes.map((node) => [
    node.region,
    node.id,
    node.client,
    node.admin,
    node.pid === undefined ? "-" : String(node.pid),
    node.state,
  ]);
  const table = tableLines(COLUMNS, rows);
  const cuts = cluster.describeCuts(status.cut).map((cut) => `cut: ${cut}`);
  const broken =
    status.links === "stopped"
      ? ["the links process does not run: no node reaches another until `cluster start NODE` brings it back"]
      : [];
  return [...table, ...cuts, ...broken].join("\n");
}

function nodeDocument(node: NodeStatus): object {
  return {
    id: node.id,
    endpoint: node.client,
    admin: node.admin,
    pid: node.pid ?? null,
    state: node.state,
  };
}
