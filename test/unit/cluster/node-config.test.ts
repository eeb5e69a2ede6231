import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ClusterFolder } from "../../../cluster/cluster-folder.js";
import { planCluster } from "../../../cluster/cluster-plan.js";
import { writeNodeConfig } from "../../../cluster/node-config.js";
import { loadConfig } from "../../../src/server/index.js";

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "atoll-test-")));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("is one that a node takes, and has it dial every other member over a link", async () => {
  const cluster = await planCluster({ regions: ["east", "west"], nodesPerRegion: 2, fsync: "never" }, false);
  const files = new ClusterFolder(folder);
  for (const node of cluster.nodes) writeNodeConfig(cluster, node, files.node(node.id));
  const config = await loadConfig({ file: files.node("east-2").config, environment: {}, flags: {} });
  expect(config.nodeId).toBe("east-2");
  const links = cluster.links?.routes.filter((route) => route.from === "east-2") ?? [];
  expect(config.peerAddresses).toEqual(Object.fromEntries(links.map((link) => [link.to, link.listen])));
  expect(Object.keys(config.peerAddresses)).toEqual(["east-1", "west-1", "west-2"]);
  expect(config).toMatchObject({
    dataFolder: join(folder, "east-2", "data"),
    fsync: "never",
    log: { level: "warn", file: join(folder, "east-2", "node.log") },
    cluster: { kind: "members", id: cluster.id, partitions: 256, replicas: 3 },
  });
  expect(config.cluster.kind === "members" && config.cluster.members.map((member) => member.nodeId)).toEqual([
    "east-1",
    "east-2",
    "west-1",
    "west-2",
  ]);
});
