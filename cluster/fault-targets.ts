/** What the names in a fault mean: nodes, and the directions between them. */
import { ClusterError } from "./cluster-error.js";
import type { ClusterFile, ClusterNode } from "./cluster-file.js";
import type { Direction } from "./links/index.js";

/** The node of that name, or the nodes of the region of that name. Throws `NOT_FOUND`. */
export function nodesNamed(cluster: ClusterFile, name: string): ClusterNode[] {
  const nodes = cluster.nodes.filter((node) => node.id === name || node.region === name);
  if (nodes.length > 0) return nodes;
  const known = `regions ${cluster.regions.join(", ")}; nodes ${cluster.nodes.map((node) => node.id).join(", ")}`;
  throw new ClusterError("NOT_FOUND", `there is no node or region ${JSON.stringify(name)} (${known})`);
}

/**
 * Every direction from the nodes of one name to those of the other, and back unless `oneWay`. Without a second name:
 * to everybody else. Throws `INVALID` when that is nobody.
 */
export function directionsBetween(
  cluster: ClusterFile,
  from: string,
  to: string | undefined,
  oneWay: boolean,
): Direction[] {
  const sources = nodesNamed(cluster, from);
  const isSource = (node: ClusterNode) => sources.some((source) => source.id === node.id);
  const targets =
    to === undefined ? cluster.nodes.filter((node) => !isSource(node)) : nodesNamed(cluster, to);
  const found = new Map<string, Direction>();
  const add = (a: ClusterNode, b: ClusterNode) => {
    if (a.id !== b.id) found.set(`${a.id} ${b.id}`, { from: a.id, to: b.id });
  };
  for (const source of sources) {
    for (const target of targets) {
      add(source, target);
      if (!oneWay) add(target, source);
    }
  }
  if (found.size > 0) return [...found.values()];
  throw new ClusterError(
    "INVALID",
    `there is no link between ${from} and ${to ?? "the rest: it is all there is"}`,
  );
}

/** The same directions with whole regions named once: for people. */
export function summariseCuts(cluster: ClusterFile, cuts: readonly Direction[]): string[] {
  const isCut = new Set(cuts.map((cut) => `${cut.from} ${cut.to}`));
  const arrows = new Map<string, string>();
  const draw = (from: string, to: string) => {
    const back = `${to} ${from}`;
    if (arrows.has(back)) arrows.set(back, `${to} <-> ${from}`);
    else arrows.set(`${from} ${to}`, `${from} --> ${to}`);
  };
  for (const from of cluster.regions) {
    for (const to of cluster.regions) {
      const between = directionsOfRegions(cluster, from, to);
      const cut = between.filter((direction) => isCut.has(`${direction.from} ${direction.to}`));
      if (from !== to && cut.length === between.length) draw(from, to);
      else for (const direction of cut) draw(direction.from, direction.to);
    }
  }
  return [...arrows.values()];
}

function directionsOfRegions(cluster: ClusterFile, from: string, to: string): Direction[] {
  const sources = cluster.nodes.filter((node) => node.region === from);
  const targets = cluster.nodes.filter((node) => node.region === to);
  return sources.flatMap((source) => targets.map((target) => ({ from: source.id, to: target.id })));
}
