import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ClusterError } from "../../../cluster/cluster-error.js";
import { type ClusterFile, createClusterFile, readClusterFile } from "../../../cluster/cluster-file.js";
import { planCluster } from "../../../cluster/cluster-plan.js";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "atoll-test-"));
  path = join(folder, "cluster.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the cluster file", () => {
  it("reads what was written, and leaves nothing beside it", async () => {
    const cluster = await planCluster({ regions: ["a", "b"], nodesPerRegion: 2 }, true);
    createClusterFile(path, cluster);
    expect(readClusterFile(path)).toEqual(cluster);
    expect(readdirSync(folder)).toEqual(["cluster.json"]);
  });

  it("is absent where there is none", () => {
    expect(readClusterFile(path)).toBeUndefined();
    expect(readClusterFile(join(path, "below", "a", "file"))).toBeUndefined();
  });

  it("is never written over", async () => {
    const first = await planCluster({ regions: ["a"] }, false);
    createClusterFile(path, first);
    const second = await planCluster({ regions: ["b"] }, false);
    expect(() => createClusterFile(path, second)).toThrow("another command created");
    expect(readClusterFile(path)).toEqual(first);
    expect(readdirSync(folder)).toEqual(["cluster.json"]);
  });
});

describe("a damaged or hostile cluster file", () => {
  it.each([
    ["nothing at all", ""],
    ["half a file", '{"version":1,"id":"local'],
    ["another thing", "[]"],
    ["a null", "null"],
  ])("is refused: %s", (_name, text) => {
    writeFileSync(path, text);
    expect(() => readClusterFile(path)).toThrow(/cluster\.json is not a cluster .*\n?/);
  });

  it.each<[string, (cluster: ClusterFile) => unknown]>([
    ["another version", (cluster) => ({ ...cluster, version: 2 })],
    ["a node that names a folder elsewhere", (cluster) => withNode(cluster, { id: "../../etc" })],
    ["an address elsewhere", (cluster) => withNode(cluster, { admin: "10.0.0.1:80" })],
    ["a port that is none", (cluster) => withNode(cluster, { peer: "127.0.0.1:70000" })],
    ["a node of no region", (cluster) => withNode(cluster, { region: "z" })],
    ["one node twice", (cluster) => ({ ...cluster, nodes: [cluster.nodes[0], cluster.nodes[0]] })],
    ["no nodes", (cluster) => ({ ...cluster, nodes: [] })],
    ["a link to nowhere", (cluster) => ({ ...cluster, nodes: cluster.nodes.slice(1) })],
    ["a node that dials past the links", withoutLastRoute],
    ["a field that nobody knows", (cluster) => ({ ...cluster, pids: [1] })],
  ])("is refused: %s", async (_name, damage) => {
    const cluster = await planCluster({ regions: ["a"], nodesPerRegion: 2 }, false);
    writeFileSync(path, JSON.stringify(damage(cluster)));
    expect(() => readClusterFile(path)).toThrow(ClusterError);
  });

  it("never does anything but throw ClusterError, whatever it holds", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        writeFileSync(path, text);
        expect(() => readClusterFile(path)).toThrow(ClusterError);
      }),
    );
  });
});

function withoutLastRoute({ links, ...cluster }: ClusterFile): unknown {
  return { ...cluster, links: links && { ...links, routes: links.routes.slice(0, -1) } };
}

function withNode(cluster: ClusterFile, change: object): unknown {
  return { ...cluster, nodes: cluster.nodes.map((node, at) => (at === 0 ? { ...node, ...change } : node)) };
}
