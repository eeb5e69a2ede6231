/**
 * `cluster.json`: what a local cluster is made of. Written once, when the cluster is created, and never changed; what
 * runs at the moment is in the pid files beside it, one a process, so that two commands on two nodes cannot undo each
 * other's changes. It is read by commands that send signals and remove folders, so nothing in it is trusted unchecked.
 */
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { parseAddress } from "./address.js";
import { ClusterError, messageOf, systemCodeOf } from "./cluster-error.js";

const FILE_LIMIT_BYTES = 16 * 1024 * 1024;
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;
const FSYNC_POLICIES = ["always", "interval", "never"] as const;

const name = z.string().regex(NAME, "must be a name of letters, digits, '.', '_' and '-'");
const address = z.string().refine((text) => parseAddress(text) !== undefined, "must be 127.0.0.1:port");

const nodeSchema = z.strictObject({
  number: z.int().min(1).max(10_000),
  id: name,
  region: name,
  zone: name,
  host: name,
  client: address,
  peer: address,
  admin: address,
});

const routeSchema = z.strictObject({ from: name, to: name, listen: address });

const clusterSchema = z
  .strictObject({
    version: z.literal(1, "is of another version of atoll"),
    id: name,
    regions: z.array(name).min(1).max(64),
    nodesPerRegion: z.int().min(1).max(64),
    partitions: z.int().min(1).max(65_536),
    replicas: z.int().min(1).max(16),
    fsync: z.enum(FSYNC_POLICIES),
    wan: z.boolean(),
    /** `down` removes the folder. */
    temporary: z.boolean(),
    nodes: z.array(nodeSchema).min(1).max(1000),
    /** Null when the nodes reach each other directly. */
    links: z.strictObject({ control: address, routes: z.array(routeSchema).max(500_000) }).nullable(),
  })
  .superRefine((cluster, context) => {
    const complain = (message: string) => context.addIssue({ code: "custom", path: ["nodes"], message });
    const ids = new Set(cluster.nodes.map((node) => node.id));
    const numbers = new Set(cluster.nodes.map((node) => node.number));
    if (ids.size < cluster.nodes.length || numbers.size < cluster.nodes.length)
      complain("two nodes are the same");
    if (cluster.nodes.some((node) => !cluster.regions.includes(node.region)))
      complain("a node has no region");
    if (cluster.links?.routes.some((route) => !ids.has(route.from) || !ids.has(route.to))) {
      complain("a link leads to a node that is not there");
    }
    const dials = new Set(cluster.links?.routes.map((route) => `${route.from} ${route.to}`));
    const isLinked = (from: string): boolean =>
      [...ids].every((to) => to === from || dials.has(`${from} ${to}`));
    if (cluster.links !== null && ![...ids].every(isLinked))
      complain("a node would reach another past the links");
  });

export type ClusterFile = z.infer<typeof clusterSchema>;
export type ClusterNode = z.infer<typeof nodeSchema>;
export type FsyncPolicy = ClusterFile["fsync"];

/** Undefined when there is none. Throws `FAILED` when it is damaged. */
export function readClusterFile(path: string): ClusterFile | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged(path, `not JSON: ${messageOf(error)}`);
  }
  const parsed = clusterSchema.safeParse(json);
  if (!parsed.success) throw damaged(path, z.prettifyError(parsed.error).slice(0, 1000));
  return parsed.data;
}

/** Appears whole or not at all, and only if there is none: of two that create a cluster in one folder, one fails. */
export function createClusterFile(path: string, cluster: ClusterFile): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(cluster, null, 2)}\n`, { flush: true });
  try {
    linkSync(draft, path);
  } catch (error) {
    if (systemCodeOf(error) !== "EEXIST") throw error;
    throw new ClusterError("FAILED", `another command created ${path} just now`, error);
  } finally {
    rmSync(draft, { force: true });
  }
}

function readText(path: string): string | undefined {
  try {
    if (statSync(path).size > FILE_LIMIT_BYTES) throw damaged(path, "far too long");
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (error instanceof ClusterError) throw error;
    throw new ClusterError("FAILED", `cannot read ${path}: ${messageOf(error)}`, error);
  }
}

function damaged(path: string, why: string): ClusterError {
  return new ClusterError(
    "FAILED",
    `${path} is not a cluster that this version can use: ${why}\nRemove its folder, or name another with --data.`,
  );
}
