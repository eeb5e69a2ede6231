import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLayout, type Layout, layoutHash, type Member } from "../../../src/topology/index.js";
import { anyCluster, loadsOf, member, members, rangeOf, regionOf } from "./clusters.js";

function layoutOf(nodes: readonly Member[], replicasPerRegion = 3, partitionCount = 64): Layout {
  return createLayout({ clusterId: "test", partitionCount, replicasPerRegion, members: nodes });
}

const anyReplicas = fc.integer({ min: 1, max: 5 });

/** Hall's bound: some group of nodes must lead all partitions that only the group holds. */
function leastPossibleFirsts({ members: nodes, replicaSets }: Layout): number {
  const groups = subsets(nodes.map(({ number }) => number));
  return Math.max(
    ...groups.map((group) => {
      const owned = replicaSets.filter((set) => set.every((number) => group.includes(number)));
      return Math.ceil(owned.length / group.length);
    }),
  );
}

/** All subsets that are not empty. */
function subsets(numbers: readonly number[]): number[][] {
  const [first, ...others] = numbers;
  if (first === undefined) return [];
  const without = subsets(others);
  return [[first], ...without, ...without.map((group) => [first, ...group])];
}

describe("placement", () => {
  it("gives every partition min(replicas, nodes) different nodes of each region, regions by name", () => {
    fc.assert(
      fc.property(anyCluster, anyReplicas, (nodes, replicas) => {
        const regionOfNumber = new Map(nodes.map(({ number, region }) => [number, region]));
        const regions = [...new Set(nodes.map(({ region }) => region))].sort();
        const expected = regions.flatMap((region) => {
          const size = nodes.filter((node) => node.region === region).length;
          return new Array<string>(Math.min(replicas, size)).fill(region);
        });
        const { replicaSets } = layoutOf(nodes, replicas, 16);
        expect(replicaSets).toHaveLength(16);
        for (const set of replicaSets) {
          expect(set.map((number) => regionOfNumber.get(number))).toEqual(expected);
          expect(new Set(set).size).toBe(set.length);
        }
      }),
    );
  });

  it("uses as many hosts, then as many zones, as there are, up to the replicas", () => {
    fc.assert(
      fc.property(regionOf("eu", 9), anyReplicas, (nodes, replicas) => {
        const byNumber = new Map(nodes.map((node) => [node.number, node]));
        const hosts = new Set(nodes.map(({ host }) => host)).size;
        const zones = new Set(nodes.map(({ zone }) => zone)).size;
        const copies = Math.min(replicas, nodes.length);
        for (const set of layoutOf(nodes, replicas, 16).replicaSets) {
          const held = set.map((number) => byNumber.get(number));
          expect(new Set(held.map((node) => node?.host)).size).toBe(Math.min(copies, hosts));
          expect(new Set(held.map((node) => node?.zone)).size).toBe(Math.min(copies, zones));
        }
      }),
    );
  });

  it("loads nine equal nodes within one partition of each other", () => {
    const layout = layoutOf(members(9), 3, 256);
    const loads = loadsOf(layout);
    expect(Math.max(...loads.values())).toBe(86);
    expect(Math.min(...loads.values())).toBe(85);
    expect([0, 1, 2].map((position) => rangeOf(loadsOf(layout, position)))).toEqual([1, 1, 2]);
  });

  it("balances loads and first replicas to within one, second ones to within two, where nothing forbids it", () => {
    const sizes = fc.integer({ min: 1, max: 24 });
    const powers = fc.integer({ min: 0, max: 9 });
    fc.assert(
      fc.property(sizes, anyReplicas, powers, (size, replicas, power) => {
        const layout = layoutOf(members(size), replicas, 2 ** power);
        expect(rangeOf(loadsOf(layout))).toBeLessThanOrEqual(1);
        expect(rangeOf(loadsOf(layout, 0))).toBeLessThanOrEqual(1);
        if (Math.min(size, replicas) > 1) expect(rangeOf(loadsOf(layout, 1))).toBeLessThanOrEqual(2);
      }),
      { numRuns: 60 },
    );
  });

  it("makes no node the first replica more often than the sets force it to be", () => {
    fc.assert(
      fc.property(regionOf("eu", 7), anyReplicas, (nodes, replicas) => {
        const layout = layoutOf(nodes, replicas, 32);
        expect(Math.max(...loadsOf(layout, 0).values())).toBe(leastPossibleFirsts(layout));
      }),
    );
  });

  it("balances within hosts and zones: five nodes on two hosts", () => {
    const nodes = members(5).map((node) => ({ ...node, host: node.number <= 3 ? "left" : "right" }));
    const layout = layoutOf(nodes, 3, 256);
    expect(rangeOf(loadsOf(layout))).toBeLessThanOrEqual(1);
  });

  it("lets spread go before balance: a zone of one node holds everything", () => {
    const nodes = [member(1, { zone: "z1" }), member(2, { zone: "z2" }), ...members(4, { zone: "z3" }, 3)];
    const loads = loadsOf(layoutOf(nodes, 3, 256));
    expect([...loads.values()]).toEqual([256, 256, 64, 64, 64, 64]);
  });

  it("keeps a replica in a small zone when more replicas than zones leave room elsewhere", () => {
    const nodes = [member(1), ...members(3, { zone: "z2" }, 2), ...members(3, { zone: "z3" }, 5)];
    const layout = layoutOf(nodes, 4, 256);
    expect(loadsOf(layout).get(1)).toBe(256);
    expect(rangeOf(new Map([...loadsOf(layout)].slice(1)))).toBe(0);
  });

  it.each([
    ["one node", members(1), [[1]]],
    ["two nodes on one host", members(2, { host: "h" }), [[1, 2]]],
    ["a node in each of two regions", [member(1, { region: "us" }), member(2, { region: "eu" })], [[2, 1]]],
  ])("works for %s", (_name, nodes, expected) => {
    const sets = layoutOf(nodes, 3, 4).replicaSets.map((set) => set.toSorted((a, b) => a - b));
    expect(sets).toEqual(new Array(4).fill(expected[0]?.toSorted((a, b) => a - b)));
  });

  it("shares each node's partitions with all other nodes, so that all help when it fails", () => {
    const { replicaSets } = layoutOf(members(9), 3, 256);
    for (let number = 1; number <= 9; number++) {
      const partners = new Set(replicaSets.filter((set) => set.includes(number)).flat());
      expect(partners.size).toBe(9);
    }
  });

  it("does not depend on the order in which members are listed", () => {
    const shuffled = anyCluster.chain((nodes) =>
      fc.tuple(
        fc.constant(nodes),
        fc.shuffledSubarray(nodes, { minLength: nodes.length, maxLength: nodes.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, anyReplicas, ([nodes, others], replicas) => {
        expect(layoutOf(others, replicas)).toEqual(layoutOf(nodes, replicas));
      }),
    );
  });

  it("stays as it is: nodes of different builds may compute the first layout each for itself", () => {
    const nodes = ["eu", "us", "ap"].flatMap((region, at) => members(3, { region }, 1 + 3 * at));
    expect(layoutHash(layoutOf([...nodes, ...members(2, { region: "us", zone: "z2" }, 10)], 3, 256))).toBe(
      "6ae0c7a1eb43e3f9",
    );
  });
});
