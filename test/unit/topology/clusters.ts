/** Clusters to try placement on: members by hand, and arbitrary ones for properties. */
import fc from "fast-check";
import type { Layout, Member } from "../../../src/topology/index.js";

/** A valid member; its own host in the one zone of its region unless told otherwise. */
export function member(number: number, place: Partial<Member> = {}): Member {
  return {
    number,
    nodeId: `n${number}`,
    region: "eu",
    zone: "z1",
    host: `h${number}`,
    clientAddress: `node${number}.test:7400`,
    peerAddress: `node${number}.test:7401`,
    adminAddress: `node${number}.test:7402`,
    ...place,
  };
}

/** `count` members numbered on from `first`, each on its own host. */
export function members(count: number, place: Partial<Member> = {}, first = 1): Member[] {
  return Array.from({ length: count }, (_, at) => member(first + at, place));
}

/** Members of one region on arbitrary hosts in arbitrary zones, numbered on from `first`. */
export function regionOf(region: string, most: number, first = 1): fc.Arbitrary<Member[]> {
  const hosts = fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: most });
  const zones = fc.array(fc.nat({ max: 3 }), { minLength: 6, maxLength: 6 });
  return fc
    .tuple(hosts, zones)
    .map(([hostOf, zoneOf]) =>
      hostOf.map((host, at) =>
        member(first + at, { region, host: `${region}-h${host}`, zone: `z${zoneOf[host] ?? 0}` }),
      ),
    );
}

/** One to three regions of different sizes and shapes. */
export const anyCluster: fc.Arbitrary<Member[]> = fc
  .tuple(regionOf("us", 9), fc.option(regionOf("eu", 6, 100)), fc.option(regionOf("ap", 4, 200)))
  .map((regions) => regions.flatMap((region) => region ?? []));

/** How many partitions name each member, those that hold none included. */
export function loadsOf(layout: Layout, position?: number): Map<number, number> {
  const loads = new Map(layout.members.map(({ number }) => [number, 0]));
  for (const set of layout.replicaSets) {
    for (const number of position === undefined ? set : set.slice(position, position + 1)) {
      loads.set(number, (loads.get(number) ?? 0) + 1);
    }
  }
  return loads;
}

/** Most minus least. */
export function rangeOf(loads: ReadonlyMap<number, number>): number {
  return Math.max(...loads.values()) - Math.min(...loads.values());
}

/** The (partition, member) pairs of `after` that `before` lacks. */
export function movedSlots(before: Layout, after: Layout): { partition: number; number: number }[] {
  return after.replicaSets.flatMap((set, partition) =>
    set
      .filter((number) => !before.replicaSets[partition]?.includes(number))
      .map((number) => ({ partition, number })),
  );
}
