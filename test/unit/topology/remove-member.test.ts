/** Taking a member out of a layout: who stays keeps what it has. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createLayout,
  decodeLayout,
  encodeLayout,
  type Layout,
  LayoutError,
  LayoutView,
  type Member,
  nameOf,
  nextMemberNumber,
  removeMember,
  succeeds,
  successorFault,
} from "../../../src/topology/index.js";
import { anyCluster, members } from "./clusters.js";

function layoutOf(nodes: readonly Member[], replicasPerRegion = 3, partitionCount = 32): Layout {
  return createLayout({ clusterId: "test", partitionCount, replicasPerRegion, members: nodes });
}

/** Different values among the holders of a partition in one region. */
function countOf(layout: Layout, set: readonly number[], region: string, of: "host" | "zone"): number {
  const inRegion = layout.members.filter((node) => node.region === region && set.includes(node.number));
  return new Set(inRegion.map((node) => node[of])).size;
}

describe("removing a member", () => {
  const removals = fc.record({
    nodes: anyCluster,
    replicas: fc.integer({ min: 1, max: 4 }),
    picks: fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 4 }),
  });

  it("takes no replica from who stays, and keeps replicas on different hosts and zones while they suffice", () => {
    fc.assert(
      fc.property(removals, ({ nodes, replicas, picks }) => {
        let before = layoutOf(nodes, replicas);
        for (const pick of picks) {
          const leaving = before.members[pick % before.members.length];
          if (leaving === undefined) return;
          const { region } = leaving;
          const left = before.members.filter((node) => node.region === region && node !== leaving);
          if (left.length === 0) return;
          const after = removeMember(before, leaving.nodeId);
          expect(after.version).toBe(before.version + 1);
          expect(after.members).toEqual(before.members.filter((node) => node !== leaving));
          const hosts = Math.min(replicas, new Set(left.map((node) => node.host)).size);
          const zones = Math.min(replicas, new Set(left.map((node) => node.zone)).size);
          for (const [partition, set] of after.replicaSets.entries()) {
            const stay = (before.replicaSets[partition] ?? []).filter((number) => number !== leaving.number);
            expect(set).toEqual(expect.arrayContaining(stay));
            expect(set.length - stay.length).toBeLessThanOrEqual(1);
            expect(countOf(after, set, region, "host")).toBe(hosts);
            expect(countOf(after, set, region, "zone")).toBe(zones);
          }
          before = after;
        }
      }),
      { numRuns: 100 },
    );
  });

  it("spreads what the member held evenly", () => {
    const before = layoutOf(members(6), 3, 256);
    const after = removeMember(before, "n2");
    const gained = [1, 3, 4, 5, 6].map(
      (number) =>
        after.replicaSets.filter(
          (set, at) => set.includes(number) && !before.replicaSets[at]?.includes(number),
        ).length,
    );
    expect(Math.max(...gained) - Math.min(...gained)).toBeLessThanOrEqual(1);
  });

  it("never gives its number to another node", () => {
    const layout = removeMember(layoutOf(members(4)), "n4");
    expect(layout.numbersUsedUpTo).toBe(4);
    expect(nextMemberNumber(layout)).toBe(5);
    const view = new LayoutView(layout);
    expect([1, 4, 5].map((number) => view.wasRemoved(number))).toEqual([false, true, false]);
    expect(new LayoutView(layoutOf(members(4))).wasRemoved(4)).toBe(false);
  });

  it("is known by its id and number afterwards", () => {
    const layout = removeMember(removeMember(layoutOf(members(5)), "n4"), "n2");
    expect(layout.removed).toEqual([
      { number: 4, nodeId: "n4", layoutVersion: 2 },
      { number: 2, nodeId: "n2", layoutVersion: 3 },
    ]);
    expect(decodeLayout(encodeLayout(layout))).toEqual(layout);
    const view = new LayoutView(layout);
    expect([view.removalOf("n2")?.layoutVersion, view.removalOf(4)?.layoutVersion]).toEqual([3, 2]);
    expect([view.removalOf("n1"), view.removalOf(6)]).toEqual([undefined, undefined]);
  });

  it("refuses one that is none, and the last of a region", () => {
    const layout = layoutOf([...members(2), ...members(1, { region: "us", host: "u1" }, 9)]);
    expect(() => removeMember(layout, "n5")).toThrow("n5 is not a member; the members are n1, n2, n9");
    expect(() => removeMember(layout, "n9")).toThrow(LayoutError);
    expect(() => removeMember(layout, "n9")).toThrow("n9 is the last member of region us");
  });
});

describe("which of two layouts counts", () => {
  const first = layoutOf(members(5));

  it("is the later one, or of two of one version the same for everybody", () => {
    const [one, other] = [nameOf(removeMember(first, "n1")), nameOf(removeMember(first, "n2"))];
    expect(succeeds(one, nameOf(first))).toBe(true);
    expect(succeeds(nameOf(first), one)).toBe(false);
    expect(succeeds(one, other)).toBe(!succeeds(other, one));
    expect(succeeds(one, one)).toBe(false);
    expect(encodeLayout(removeMember(first, "n1"))).toEqual(encodeLayout(removeMember(first, "n1")));
  });

  it("is nobody's business when both are first layouts", () => {
    const [one, other] = [nameOf(first), nameOf(layoutOf(members(4)))];
    expect([succeeds(one, other), succeeds(other, one)]).toEqual([false, false]);
  });

  it("is not one that leaves this node out, or is another cluster's", () => {
    const next = removeMember(first, "n1");
    expect(successorFault(next, first, 2)).toBeUndefined();
    expect(successorFault(next, first, 1)).toBe("this node is not a member of it");
    expect(successorFault({ ...next, clusterId: "other" }, first, 2)).toContain("cluster other");
    expect(successorFault({ ...next, partitionCount: 8 }, first, 2)).toContain("8 partitions");
  });
});
