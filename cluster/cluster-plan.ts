/** Turns what was asked for into a cluster: who its members are, where they listen, and who dials whom. */
import { randomBytes } from "node:crypto";
import { LOOPBACK } from "./address.js";
import { ClusterError } from "./cluster-error.js";
import type { ClusterFile, ClusterNode, FsyncPolicy } from "./cluster-file.js";
import { findFreePorts } from "./free-ports.js";

/** What a cluster is asked to be. Every field that is left out takes its default, or what the folder's cluster has. */
export interface ClusterShape {
  /** Default: us-east, eu-west, ap-northeast. */
  readonly regions?: readonly string[] | undefined;
  /** 1 to 64, by default 3. */
  readonly nodesPerRegion?: number | undefined;
  /** A power of two, by default 256. */
  readonly partitions?: number | undefined;
  /** Copies in each region: no more than nodes; by default 3, or as many as there are nodes. */
  readonly replicas?: number | undefined;
  /** By default `always`. */
  readonly fsync?: FsyncPolicy | undefined;
  /** Delay, jitter and bandwidth between the regions as in `regions.ts`; by default links only forward. */
  readonly wan?: boolean | undefined;
  /** No links at all: the nodes dial each other, and partitions are impossible. For benchmarks. */
  readonly direct?: boolean | undefined;
}

const ZONES = ["a", "b", "c"] as const;

/** Rejects with `INVALID` when the shape makes no sense. Takes free ports, but does not hold them. */
export async function planCluster(shape: ClusterShape, temporary: boolean): Promise<ClusterFile> {
  const regions = [...(shape.regions ?? ["us-east", "eu-west", "ap-northeast"])];
  const nodesPerRegion = shape.nodesPerRegion ?? 3;
  const partitions = shape.partitions ?? 256;
  const replicas = shape.replicas ?? 3;
  const direct = shape.direct ?? false;
  const wan = shape.wan ?? false;
  checkRegions(regions);
  checkWhole("nodes per region", nodesPerRegion, 64);
  checkWhole("partitions", partitions, 65_536);
  checkWhole("replicas", replicas, 16);
  if (shape.replicas !== undefined && replicas > nodesPerRegion)
    throw invalid(`${replicas} replicas in each region need as many nodes there, not ${nodesPerRegion}`);
  if (!Number.isInteger(Math.log2(partitions)))
    throw invalid(`partitions has to be a power of two: ${partitions}`);
  if (direct && wan) throw invalid("--direct leaves out the links that --wan needs: choose one of them");

  const nodeCount = regions.length * nodesPerRegion;
  const routeCount = nodeCount * (nodeCount - 1);
  const ports = await findFreePorts(nodeCount * 3 + (direct ? 0 : routeCount + 1));
  const nextAddress = () => `${LOOPBACK}:${ports.shift()}`;
  const nodes = planNodes(regions, nodesPerRegion, nextAddress);
  checkDistinct(nodes, regions);
  return {
    version: 1,
    id: `local-${randomBytes(6).toString("hex")}`,
    regions,
    nodesPerRegion,
    partitions,
    replicas,
    fsync: shape.fsync ?? "always",
    wan,
    temporary,
    nodes,
    links: direct ? null : { control: nextAddress(), routes: planRoutes(nodes, nextAddress) },
  };
}

/** Throws `INVALID` when something was asked for that the cluster is not. */
export function checkSameShape(cluster: ClusterFile, shape: ClusterShape, path: string): void {
  const asked: readonly [name: string, asked: unknown, present: unknown][] = [
    ["regions", shape.regions?.join(","), cluster.regions.join(",")],
    ["nodes", shape.nodesPerRegion, cluster.nodesPerRegion],
    ["partitions", shape.partitions, cluster.partitions],
    ["replicas", shape.replicas, cluster.replicas],
    ["fsync", shape.fsync, cluster.fsync],
    ["wan", shape.wan, cluster.wan],
    ["direct", shape.direct, cluster.links === null],
  ];
  const different = asked.filter(([, wish, present]) => wish !== undefined && wish !== present);
  if (different.length === 0) return;
  const list = different.map(([name, wish, present]) => `${name} is ${present}, not ${wish}`).join("; ");
  throw invalid(
    `${path} already holds a cluster: ${list}. Leave these out to start it, or choose another folder.`,
  );
}

function planNodes(regions: readonly string[], perRegion: number, nextAddress: () => string): ClusterNode[] {
  const nodes: ClusterNode[] = [];
  for (const region of regions) {
    for (let n = 1; n <= perRegion; n += 1) {
      const id = `${region}-${n}`;
      const zone = `${region}${ZONES[(n - 1) % ZONES.length]}`;
      const addresses = { client: nextAddress(), peer: nextAddress(), admin: nextAddress() };
      nodes.push({ number: nodes.length + 1, id, region, zone, host: id, ...addresses });
    }
  }
  return nodes;
}

/** Every node dials every other: a connection that went past the links could not be delayed or cut. */
function planRoutes(nodes: readonly ClusterNode[], nextAddress: () => string) {
  return nodes.flatMap((from) =>
    nodes.filter((to) => to !== from).map((to) => ({ from: from.id, to: to.id, listen: nextAddress() })),
  );
}

/** What nodes take for a region, with room for the number of a node behind it. */
const REGION = /^[a-z0-9][a-z0-9-]{0,57}$/;

function checkRegions(regions: readonly string[]): void {
  if (regions.length < 1 || regions.length > 64) throw invalid("a cluster has 1 to 64 regions");
  for (const region of regions) {
    if (!REGION.test(region))
      throw invalid(
        `${JSON.stringify(region)} is no name for a region: use a-z, 0-9 and '-', from a letter or a digit on, at most 58`,
      );
  }
  if (new Set(regions).size < regions.length) throw invalid(`a region is named twice: ${regions.join(",")}`);
}

/** Faults take a node or a region by name, so no node may be called as a region is. */
function checkDistinct(nodes: readonly ClusterNode[], regions: readonly string[]): void {
  const clash = nodes.find((node) => regions.includes(node.id));
  if (clash !== undefined)
    throw invalid(`the region ${clash.id} would be called as node ${clash.id} of ${clash.region}`);
  if (new Set(nodes.map((node) => node.id)).size < nodes.length)
    throw invalid("two nodes would have one name");
}

function checkWhole(what: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw invalid(`${what} has to be a whole number from 1 to ${most}: ${value}`);
  }
}

function invalid(message: string): ClusterError {
  return new ClusterError("INVALID", message);
}
