/**
 * What must hold between the parts of a layout. Everything else that reads a layout may rely on it, whether the
 * layout was made here, read from a file, or sent by a node.
 */
import { MEMBER_NUMBER_MAX } from "../causality/index.js";
import { groupBy } from "./group-by.js";
import { type Layout, type Member, REMOVED_MAX, type RemovedMember } from "./layout.js";
import { LayoutError } from "./layout-error.js";
import {
  readFields,
  readId,
  readInteger,
  readList,
  readMember,
  readPartitionCount,
  readRemovedMember,
  readReplicasPerRegion,
} from "./layout-fields.js";

/** Placement compares all pairs of nodes of a region; beyond this it would take minutes. */
const MAX_NODES_PER_REGION = 256;
const MAX_REGIONS = 64;

const LAYOUT_FIELDS: readonly (keyof Layout)[] = [
  "version",
  "clusterId",
  "partitionCount",
  "replicasPerRegion",
  "numbersUsedUpTo",
  "removed",
  "members",
  "replicaSets",
];

/**
 * A layout that came from outside, field by field and as a whole, copied. Throws `LayoutError`. Where replicas stand
 * is not judged: another version may place them by other rules; that all of them are there is.
 */
export function readLayout(value: unknown): Layout {
  const fields = readFields(value, "the layout", LAYOUT_FIELDS);
  const listed = readList(fields.get("members"), "members");
  const members = readMembers(listed);
  for (const [at, member] of members.entries()) {
    if (readMember(listed[at], `members[${at}]`).number !== member.number) {
      throw new LayoutError("members must be sorted by ascending number");
    }
  }
  const highest = members.at(-1)?.number ?? 0;
  const usedUpTo = fields.get("numbersUsedUpTo");
  const removed = fields.get("removed");
  const layout: Layout = {
    version: readInteger(fields.get("version"), "version", 1, Number.MAX_SAFE_INTEGER),
    clusterId: readId(fields.get("clusterId"), "clusterId"),
    partitionCount: readPartitionCount(fields.get("partitionCount")),
    replicasPerRegion: readReplicasPerRegion(fields.get("replicasPerRegion")),
    ...(usedUpTo === undefined
      ? {}
      : { numbersUsedUpTo: readInteger(usedUpTo, "numbersUsedUpTo", highest + 1, MEMBER_NUMBER_MAX) }),
    ...(removed === undefined ? {} : { removed: readRemoved(removed, members) }),
    members,
    replicaSets: readList(fields.get("replicaSets"), "replicaSets").map(readReplicaSet),
  };
  checkReplicaSets(layout);
  return layout;
}

/** Members as a layout lists them: each valid, no two at odds, by ascending number. Throws `LayoutError`. */
export function readMembers(values: readonly unknown[]): readonly Member[] {
  if (values.length === 0) throw new LayoutError("members must list at least one node");
  const members = values.map((value, at) => readMember(value, `members[${at}]`));
  checkDistinct(members, "number", (member) => [member.number]);
  checkDistinct(members, "nodeId", (member) => [member.nodeId]);
  checkDistinct(members, "address", (member) => [
    member.clientAddress,
    member.peerAddress,
    member.adminAddress,
  ]);
  const regions = groupBy(members, (member) => member.region);
  if (regions.size > MAX_REGIONS) {
    throw new LayoutError(`members name ${regions.size} regions; at most ${MAX_REGIONS} are supported`);
  }
  for (const [region, nodes] of regions) checkRegion(region, nodes);
  return members.sort((a, b) => a.number - b.number);
}

/** No value twice, be it between two members or within one. */
function checkDistinct(
  members: readonly Member[],
  what: string,
  valuesOf: (member: Member) => readonly (string | number)[],
): void {
  const owners = new Map<string | number, Member>();
  for (const member of members) {
    for (const value of valuesOf(member)) {
      const owner = owners.get(value);
      if (owner === member) throw new LayoutError(`member ${member.nodeId} uses the ${what} ${value} twice`);
      if (owner !== undefined) {
        throw new LayoutError(`members ${owner.nodeId} and ${member.nodeId} have the same ${what}: ${value}`);
      }
      owners.set(value, member);
    }
  }
}

function checkRegion(region: string, nodes: readonly Member[]): void {
  if (nodes.length > MAX_NODES_PER_REGION) {
    throw new LayoutError(
      `region ${region} has ${nodes.length} nodes; at most ${MAX_NODES_PER_REGION} are supported`,
    );
  }
  for (const [host, [first, ...others]] of groupBy(nodes, (member) => member.host)) {
    const stray = others.find((member) => member.zone !== first?.zone);
    if (first !== undefined && stray !== undefined) {
      throw new LayoutError(
        `host ${host} of region ${region} is in zone ${first.zone} for node ${first.nodeId} and in zone ${stray.zone} ` +
          `for node ${stray.nodeId}; a host is in one zone`,
      );
    }
  }
}

function readRemoved(value: unknown, members: readonly Member[]): readonly RemovedMember[] {
  const listed = readList(value, "removed");
  if (listed.length > REMOVED_MAX)
    throw new LayoutError(`removed lists ${listed.length} nodes; at most ${REMOVED_MAX} are supported`);
  const removed = listed.map((each, at) => readRemovedMember(each, `removed[${at}]`));
  const back = removed.find(({ number }) => members.some((member) => member.number === number));
  if (back !== undefined) throw new LayoutError(`removed lists number ${back.number}, which is a member's`);
  return removed;
}

function readReplicaSet(value: unknown, partition: number): readonly number[] {
  const path = `replicaSets[${partition}]`;
  return readList(value, path).map((number) => readInteger(number, path, 1, MEMBER_NUMBER_MAX));
}

/** One set a partition; in each, region after region, as many different nodes as the region owes. */
function checkReplicaSets(layout: Layout): void {
  const { members, partitionCount, replicasPerRegion, replicaSets } = layout;
  if (replicaSets.length !== partitionCount) {
    throw new LayoutError(
      `replicaSets must list ${partitionCount} partitions; it lists ${replicaSets.length}`,
    );
  }
  const regionOf = new Map(members.map((member) => [member.number, member.region]));
  const owed = [...groupBy(members, (member) => member.region)]
    .map(([region, nodes]) => ({ region, count: Math.min(replicasPerRegion, nodes.length) }))
    .sort((a, b) => (a.region < b.region ? -1 : 1));
  const expected = owed.flatMap(({ region, count }) => new Array<string>(count).fill(region));
  const rule = `must list ${owed.map(({ region, count }) => `${count} of ${region}`).join(", then ")}`;
  for (const [partition, set] of replicaSets.entries()) {
    const path = `replicaSets[${partition}]`;
    const stranger = set.find((number) => !regionOf.has(number));
    if (stranger !== undefined)
      throw new LayoutError(`${path} names ${stranger}, which is no member's number`);
    if (new Set(set).size !== set.length) throw new LayoutError(`${path} names a member twice`);
    if (set.length !== expected.length || set.some((number, at) => regionOf.get(number) !== expected[at])) {
      throw new LayoutError(`${path} ${rule}`);
    }
  }
}
