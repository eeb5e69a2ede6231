/**
 * A layout made ready for lookups on the path of every request: nothing here searches or allocates. Whoever asks who
 * holds a partition asks a view, never `Layout.replicaSets`, so that two live layouts can later answer together.
 */
import { nextMemberNumber } from "./build-layout.js";
import { groupBy } from "./group-by.js";
import type { Layout, Member, RemovedMember } from "./layout.js";
import { LayoutError } from "./layout-error.js";
import { partitionOf } from "./partition.js";
import { tieBreak } from "./tie-break.js";

const NO_NUMBERS: readonly number[] = [];
const NO_MEMBERS: readonly Member[] = [];
const NO_REGIONS: readonly string[] = [];

export class LayoutView {
  readonly layout: Layout;
  /** By name, in the order of the replica sets. */
  readonly regions: readonly string[];
  readonly #membersByNumber: ReadonlyMap<number, Member>;
  readonly #membersById: ReadonlyMap<string, Member>;
  readonly #membersByRegion: ReadonlyMap<string, readonly Member[]>;
  readonly #otherRegions: ReadonlyMap<string, readonly string[]>;
  /** By partition. */
  readonly #replicasByRegion: readonly ReadonlyMap<string, readonly number[]>[];
  readonly #partitionsByMember: ReadonlyMap<number, readonly number[]>;

  /** @param layout one that was made or read here: valid, and never changed afterwards. */
  constructor(layout: Layout) {
    const { members, replicaSets } = layout;
    this.layout = layout;
    this.#membersByNumber = new Map(members.map((member) => [member.number, member]));
    this.#membersById = new Map(members.map((member) => [member.nodeId, member]));
    this.#membersByRegion = groupBy(members, (member) => member.region);
    this.regions = [...this.#membersByRegion.keys()].sort();
    this.#otherRegions = new Map(
      this.regions.map((region) => [region, this.regions.filter((other) => other !== region)]),
    );
    this.#replicasByRegion = replicaSets.map((set) => groupBy(set, (number) => this.#regionOf(number)));
    const slots = replicaSets.flatMap((set, partition) => set.map((number) => ({ number, partition })));
    this.#partitionsByMember = new Map(
      [...groupBy(slots, (slot) => slot.number)].map(([number, held]) => [
        number,
        held.map((slot) => slot.partition),
      ]),
    );
  }

  /** The partition of a key under this layout's partition count; see `partitionOf` on tags. */
  partitionOf(bucket: string, key: Uint8Array): number {
    return partitionOf(bucket, key, this.layout.partitionCount);
  }

  memberByNumber(number: number): Member | undefined {
    return this.#membersByNumber.get(number);
  }

  memberById(nodeId: string): Member | undefined {
    return this.#membersById.get(nodeId);
  }

  /** A member had this number and was removed: nobody ever has it again. */
  wasRemoved(number: number): boolean {
    // The first layout of a cluster follows no other: what it leaves out was never there.
    return (
      this.layout.version > 1 &&
      number < nextMemberNumber(this.layout) &&
      this.memberByNumber(number) === undefined
    );
  }

  /** What is known of the end of the node with this number, or of the latest with this id. */
  removalOf(node: number | string): RemovedMember | undefined {
    return this.layout.removed?.findLast(({ number, nodeId }) => number === node || nodeId === node);
  }

  /** By ascending number; none when the layout has no such region. */
  membersIn(region: string): readonly Member[] {
    return this.#membersByRegion.get(region) ?? NO_MEMBERS;
  }

  /** All regions but this one; none when the layout has no such region. */
  otherRegions(region: string): readonly string[] {
    return this.#otherRegions.get(region) ?? NO_REGIONS;
  }

  /** Member numbers, by region, then by preference. Throws `LayoutError` on a partition that does not exist. */
  replicaSet(partition: number): readonly number[] {
    return this.layout.replicaSets[partition] ?? this.#refuse(partition);
  }

  /** By region, in the order of `regions`. Throws `LayoutError` on a partition that does not exist. */
  replicaSetByRegion(partition: number): ReadonlyMap<string, readonly number[]> {
    return this.#replicasByRegion[partition] ?? this.#refuse(partition);
  }

  /** By preference; none when the layout has no such region. Throws `LayoutError` as `replicaSet` does. */
  replicasIn(partition: number, region: string): readonly number[] {
    return this.replicaSetByRegion(partition).get(region) ?? NO_NUMBERS;
  }

  /** Those of a region that do not hold the partition, in the order in which they stand in for those that do. */
  fallbacksIn(partition: number, region: string): number[] {
    const replicas = this.replicasIn(partition, region);
    return this.membersIn(region)
      .map(({ number }) => number)
      .filter((number) => !replicas.includes(number))
      .sort((a, b) => tieBreak(partition, a) - tieBreak(partition, b));
  }

  /** Whether this member holds the partition. */
  isReplica(partition: number, memberNumber: number): boolean {
    return this.replicaSet(partition).includes(memberNumber);
  }

  /** Ascending; none for a member that holds nothing or does not exist. */
  partitionsOf(memberNumber: number): readonly number[] {
    return this.#partitionsByMember.get(memberNumber) ?? NO_NUMBERS;
  }

  #regionOf(number: number): string {
    const member = this.#membersByNumber.get(number);
    if (member === undefined)
      throw new LayoutError(`a replica set names ${number}, which is no member's number`);
    return member.region;
  }

  #refuse(partition: number): never {
    throw new LayoutError(
      `there is no partition ${partition}: they are 0 to ${this.layout.partitionCount - 1}`,
    );
  }
}
