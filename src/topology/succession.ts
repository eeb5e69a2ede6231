/**
 * Which of two layouts counts. The higher version does. Two layouts of one version exist when two nodes made one at
 * about the same time, out of the one before: then every node takes the one with the higher hash, and the other change
 * is undone as if nobody had asked for it.
 */
import { layoutHash } from "./encode-layout.js";
import type { Layout } from "./layout.js";

/** Tells layouts apart. */
export interface LayoutName {
  readonly version: number;
  /** See `layoutHash`. */
  readonly hash: string;
}

export function nameOf(layout: Layout): LayoutName {
  return { version: layout.version, hash: layoutHash(layout) };
}

/**
 * Whether `one` takes the place of `other`. Two first layouts never do: they come out of configurations that differ, and
 * a person has to say which one is right.
 */
export function succeeds(one: LayoutName, other: LayoutName): boolean {
  if (one.version !== other.version) return one.version > other.version;
  return one.version > 1 && one.hash > other.hash;
}

/** Why a node with this number and layout cannot take another layout, that succeeds it, as its own; undefined when it can. */
export function successorFault(next: Layout, present: Layout, number: number): string | undefined {
  if (next.clusterId !== present.clusterId)
    return `it is of cluster ${next.clusterId}, and this is ${present.clusterId}`;
  if (next.partitionCount !== present.partitionCount)
    return `it has ${next.partitionCount} partitions, and this cluster ${present.partitionCount}`;
  const self = present.members.find((member) => member.number === number);
  if (!next.members.some((member) => member.number === number && member.nodeId === self?.nodeId))
    return "this node is not a member of it";
  return undefined;
}
