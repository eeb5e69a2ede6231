import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLayout, LayoutError, LayoutView, partitionOf } from "../../../src/topology/index.js";
import { anyCluster, members } from "./clusters.js";

const layout = createLayout({
  clusterId: "test",
  partitionCount: 16,
  replicasPerRegion: 2,
  members: [
    ...members(3, { region: "us" }),
    ...members(2, { region: "eu" }, 4),
    ...members(1, { region: "ap" }, 6),
  ],
});
const view = new LayoutView(layout);

describe("LayoutView", () => {
  it("finds members by number and by id", () => {
    expect(view.memberByNumber(4)).toBe(layout.members[3]);
    expect(view.memberById("n4")).toBe(layout.members[3]);
    expect(view.memberByNumber(7)).toBeUndefined();
    expect(view.memberById("constructor")).toBeUndefined();
  });

  it("knows the regions", () => {
    expect(view.regions).toEqual(["ap", "eu", "us"]);
    expect(view.otherRegions("eu")).toEqual(["ap", "us"]);
    expect(view.otherRegions("nowhere")).toEqual([]);
    expect(view.membersIn("eu").map(({ number }) => number)).toEqual([4, 5]);
    expect(view.membersIn("nowhere")).toEqual([]);
  });

  it("names those of a region who stand in for its replicas, in one order for each partition", () => {
    const orders = new Set<string>();
    for (const partition of layout.replicaSets.keys()) {
      const fallbacks = view.fallbacksIn(partition, "us");
      expect([...fallbacks, ...view.replicasIn(partition, "us")].sort()).toEqual([1, 2, 3]);
      expect(view.fallbacksIn(partition, "us")).toEqual(fallbacks);
      orders.add(fallbacks.join());
      expect(view.fallbacksIn(partition, "ap")).toEqual([]);
    }
    expect(orders.size).toBeGreaterThan(1);
  });

  it("hashes keys as partitionOf does", () => {
    const key = Buffer.from("{u1}:cart");
    expect(view.partitionOf("b", key)).toBe(partitionOf("b", key, 16));
  });

  it("cuts each replica set by region, in order", () => {
    fc.assert(
      fc.property(anyCluster, (nodes) => {
        const any = createLayout({ clusterId: "test", partitionCount: 4, members: nodes });
        const anyView = new LayoutView(any);
        for (const [partition, set] of any.replicaSets.entries()) {
          const byRegion = anyView.replicaSetByRegion(partition);
          expect(anyView.replicaSet(partition)).toEqual(set);
          expect([...byRegion.keys()]).toEqual(anyView.regions);
          expect([...byRegion.values()].flat()).toEqual(set);
          for (const [region, numbers] of byRegion) {
            expect(anyView.replicasIn(partition, region)).toBe(numbers);
            for (const number of numbers) expect(anyView.memberByNumber(number)?.region).toBe(region);
          }
        }
      }),
    );
  });

  it("lists the partitions of a member, and says who is a replica", () => {
    for (const { number } of layout.members) {
      const held = [...layout.replicaSets.keys()].filter((at) => layout.replicaSets[at]?.includes(number));
      expect(view.partitionsOf(number)).toEqual(held);
      for (const partition of layout.replicaSets.keys()) {
        expect(view.isReplica(partition, number)).toBe(held.includes(partition));
      }
    }
    expect(view.partitionsOf(99)).toEqual([]);
    expect(view.replicasIn(0, "nowhere")).toEqual([]);
  });

  it.each([-1, 16, 0.5, Number.NaN])("refuses partition %s", (partition) => {
    expect(() => view.replicaSet(partition)).toThrow(LayoutError);
    expect(() => view.replicasIn(partition, "eu")).toThrow(
      `there is no partition ${partition}: they are 0 to 15`,
    );
  });

  it("refuses a replica set that names a stranger", () => {
    expect(() => new LayoutView({ ...layout, replicaSets: [[1, 99]] })).toThrow("names 99");
  });
});
