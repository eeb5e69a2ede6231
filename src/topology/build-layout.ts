/** How layouts come to be: the first one of a cluster, and each later one out of the one before. */
import { MEMBER_NUMBER_MAX } from "../causality/index.js";
import { readMembers } from "./check-layout.js";
import { type Layout, type Member, REMOVED_MAX, type RemovedMember } from "./layout.js";
import { LayoutError } from "./layout-error.js";
import { readId, readPartitionCount, readReplicasPerRegion } from "./layout-fields.js";
import { placeReplicas } from "./placement.js";

const DEFAULT_PARTITION_COUNT = 256;
const DEFAULT_REPLICAS_PER_REGION = 3;

/** What a new cluster is made of. */
interface ClusterPlan {
  readonly clusterId: string;
  /** A power of two, 1 to 65536; 256 when left out. Never changes afterwards. */
  readonly partitionCount?: number;
  /** 1 to 16; 3 when left out. */
  readonly replicasPerRegion?: number;
  /** In any order, numbers given by the caller. */
  readonly members: readonly Member[];
}

/** What is to be different. */
interface LayoutChange {
  /** All members from now on, those that stay included. */
  readonly members: readonly Member[];
  /** As before when left out. */
  readonly replicasPerRegion?: number;
}

/** The first layout of a cluster, version 1. Equal plans give equal layouts. Throws `LayoutError`. */
export function createLayout(plan: ClusterPlan): Layout {
  const members = readMembers(plan.members);
  const partitionCount = readPartitionCount(plan.partitionCount ?? DEFAULT_PARTITION_COUNT);
  const replicasPerRegion = readReplicasPerRegion(plan.replicasPerRegion ?? DEFAULT_REPLICAS_PER_REGION);
  return {
    version: 1,
    clusterId: readId(plan.clusterId, "clusterId"),
    partitionCount,
    replicasPerRegion,
    members,
    replicaSets: placeReplicas({
      members,
      partitionCount,
      replicasPerRegion,
      previous: undefined,
      isPinned: false,
    }),
  };
}

/**
 * The layout after `previous`, moving as few replicas as `placeReplicas` says. A member keeps its number; a new one
 * has a number that no member ever had (`nextMemberNumber`). Throws `LayoutError`.
 */
export function changeLayout(previous: Layout, change: LayoutChange): Layout {
  const members = readMembers(change.members);
  checkNumbers(previous, members);
  const replicasPerRegion = readReplicasPerRegion(change.replicasPerRegion ?? previous.replicasPerRegion);
  return successor(previous, members, replicasPerRegion, false);
}

/**
 * The layout after `previous` without one member. Who stays keeps every replica that it has: a partition that the member
 * held gets another node of the region where there is one, and has one replica less where there is none. Throws
 * `LayoutError` when there is no such member, and for the last one of its region: where its data would be, nobody is.
 */
export function removeMember(previous: Layout, nodeId: string): Layout {
  const leaving = previous.members.find((member) => member.nodeId === nodeId);
  if (leaving === undefined)
    throw new LayoutError(
      `${nodeId} is not a member; the members are ${previous.members.map((member) => member.nodeId).join(", ")}`,
    );
  const members = previous.members.filter((member) => member !== leaving);
  if (!members.some(({ region }) => region === leaving.region))
    throw new LayoutError(
      `${nodeId} is the last member of region ${leaving.region}, which cannot be removed`,
    );
  return successor(previous, members, previous.replicasPerRegion, true);
}

function successor(
  previous: Layout,
  members: readonly Member[],
  replicasPerRegion: number,
  isPinned: boolean,
): Layout {
  const usedUpTo = nextMemberNumber(previous) - 1;
  const removed = removedBy(previous, members);
  return {
    version: previous.version + 1,
    clusterId: previous.clusterId,
    partitionCount: previous.partitionCount,
    replicasPerRegion,
    ...(usedUpTo > highestNumber(members) ? { numbersUsedUpTo: usedUpTo } : {}),
    ...(removed.length > 0 ? { removed } : {}),
    members,
    replicaSets: placeReplicas({
      members,
      partitionCount: previous.partitionCount,
      replicasPerRegion,
      previous: previous.replicaSets,
      isPinned,
    }),
  };
}

/** Who is gone after the next layout, the latest last. */
function removedBy(previous: Layout, members: readonly Member[]): readonly RemovedMember[] {
  const staying = new Set(members.map(({ number }) => number));
  const leaving = previous.members.filter(({ number }) => !staying.has(number));
  const layoutVersion = previous.version + 1;
  const going = leaving.map(({ number, nodeId }) => ({ number, nodeId, layoutVersion }));
  return [...(previous.removed ?? []), ...going].slice(-REMOVED_MAX);
}

/** The lowest number that a new member may have. Above 2^21 - 1 there is none left, and `changeLayout` refuses it. */
export function nextMemberNumber(layout: Layout): number {
  return Math.max(layout.numbersUsedUpTo ?? 0, highestNumber(layout.members)) + 1;
}

function highestNumber(members: readonly Member[]): number {
  return members.reduce((highest, member) => Math.max(highest, member.number), 0);
}

/** A number belongs to one node for good: actors are made of it, and a second node would continue their counters. */
function checkNumbers(previous: Layout, members: readonly Member[]): void {
  const numberOf = new Map(previous.members.map((member) => [member.nodeId, member.number]));
  const next = nextMemberNumber(previous);
  for (const { nodeId, number } of members) {
    const before = numberOf.get(nodeId);
    if (before !== undefined && before !== number) {
      throw new LayoutError(`member ${nodeId} has number ${before} and cannot change it to ${number}`);
    }
    if (before === undefined && number < next) {
      throw new LayoutError(
        `new member ${nodeId} cannot have number ${number}: numbers are never reused, ` +
          `so take one from ${next} to ${MEMBER_NUMBER_MAX}`,
      );
    }
  }
}
