/** A session reads what it has seen also where its own replica is slow or damaged, or hears that it cannot. */
import { expect, it } from "vitest";
import { VersionVector } from "../../src/causality/index.js";
import { DataType } from "../../src/crdt/index.js";
import { SimulatedCluster } from "../../src/simulator/index.js";

const address = { type: DataType.set, bucket: "b", key: Buffer.from("k") };
const member = Buffer.from("m");
const get = { kind: "get", address, element: [member] } as const;
const list = { kind: "list", address, path: [], after: undefined, limit: 10 } as const;

it.each([
  ["a page of a slow disk", list, "slow"],
  ["a page of a damaged row", list, "damaged"],
  ["a damaged row", get, "damaged"],
] as const)("reads its own write: %s", (_what, operation, state) => {
  const cluster = SimulatedCluster.ready({
    nodesPerRegion: 2,
    partitions: 1,
    replicas: 2,
    settings: { rowCacheBytes: 0 },
  });
  const node = cluster.node("eu-1");
  for (const { member: other } of cluster.nodes)
    if (other !== node.member)
      cluster.messageFaults.disturb(node.member.number, other.number, { dropDelta: 1 }, 60_000);
  const options = { consistency: { level: "ONE" } as const, session: new VersionVector() };
  const changes = [{ path: [], action: { kind: "add-members", members: [member] } as const }];
  const written = cluster.execute(node, { kind: "update", address, changes }, options);
  if (written.kind === "failed" || written.seen === undefined) throw new Error("not written");
  if (state === "slow") node.host.disk.slowFactor = 150;
  else node.host.disk.flipBit((key) => key[0] === "r".charCodeAt(0));
  const read = cluster.execute(node, operation, { ...options, session: written.seen });
  // Or a failure, but not the past.
  if (read.kind === "page") expect(read.rows).toHaveLength(1);
  if (read.kind === "flag") expect(read.isEnabled).toBe(true);
  cluster.stopAll();
});
