import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changeLayout, createLayout, type Layout, type Member } from "../../../src/topology/index.js";
import { bestPlacement } from "./best-placement.js";
import { anyCluster, loadsOf, member, members, movedSlots, rangeOf, regionOf } from "./clusters.js";

function layoutOf(nodes: readonly Member[], replicasPerRegion = 3, partitionCount = 64): Layout {
  return createLayout({ clusterId: "test", partitionCount, replicasPerRegion, members: nodes });
}

function squares(layout: Layout): number {
  return [...loadsOf(layout).values()].reduce((total, load) => total + load * load, 0);
}

const anyReplicas = fc.integer({ min: 1, max: 4 });

describe("changing a layout", () => {
  it("moves nothing when nothing changed", () => {
    fc.assert(
      fc.property(anyCluster, anyReplicas, (nodes, replicas) => {
        const before = layoutOf(nodes, replicas);
        expect(changeLayout(before, { members: nodes }).replicaSets).toEqual(before.replicaSets);
      }),
    );
  });

  it("moves to a new node its equal share, rounded down, and nothing between the others", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), anyReplicas, (size, replicas) => {
        const before = layoutOf(members(size), replicas, 256);
        const after = changeLayout(before, { members: members(size + 1) });
        const moved = movedSlots(before, after);
        expect(new Set(moved.map(({ number }) => number))).toEqual(new Set([size + 1]));
        expect(moved).toHaveLength(Math.floor((256 * Math.min(replicas, size + 1)) / (size + 1)));
        expect(rangeOf(loadsOf(after))).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });

  it("moves only what a leaving node held", () => {
    const leaving = fc
      .integer({ min: 2, max: 20 })
      .chain((size) => fc.record({ size: fc.constant(size), number: fc.integer({ min: 1, max: size }) }));
    fc.assert(
      fc.property(leaving, anyReplicas, ({ size, number }, replicas) => {
        const before = layoutOf(members(size), replicas, 256);
        const after = changeLayout(before, {
          members: members(size).filter((node) => node.number !== number),
        });
        const lost = size > replicas ? (loadsOf(before).get(number) ?? 0) : 0;
        expect(movedSlots(before, after)).toHaveLength(lost);
        expect(rangeOf(loadsOf(after))).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });

  it("balances as well as possible, then moves as little as possible, whatever came before", () => {
    const nodes = regionOf("eu", 6);
    const replicas = fc.integer({ min: 1, max: 4 });
    const sets = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { maxLength: 4 }), {
      minLength: 4,
      maxLength: 4,
    });
    fc.assert(
      fc.property(nodes, replicas, sets, (staying, replicasPerRegion, replicaSets) => {
        const before = { ...layoutOf(members(8), replicasPerRegion, 4), replicaSets };
        const moving = staying.map((node) => ({ ...node, nodeId: `n${node.number}` }));
        const after = changeLayout(before, { members: moving });
        const best = bestPlacement(moving, replicasPerRegion, replicaSets);
        expect({ squares: squares(after), moved: movedSlots(before, after).length }).toEqual(best);
      }),
      { numRuns: 400 },
    );
  });

  it("leaves the other regions alone, order of preference included", () => {
    fc.assert(
      fc.property(regionOf("eu", 6), regionOf("us", 6, 100), anyReplicas, (eu, us, replicas) => {
        const before = layoutOf([...eu, ...us], replicas);
        const after = changeLayout(before, { members: [...eu, ...us, member(900, { region: "us" })] });
        const inEurope = (layout: Layout) =>
          layout.replicaSets.map((set) => set.filter((number) => number < 100));
        expect(inEurope(after)).toEqual(inEurope(before));
      }),
    );
  });

  it("drops and adds copies in place when the number of replicas changes", () => {
    const three = layoutOf(members(9), 3, 256);
    const two = changeLayout(three, { members: members(9), replicasPerRegion: 2 });
    expect(movedSlots(three, two)).toEqual([]);
    expect(rangeOf(loadsOf(two))).toBeLessThanOrEqual(1);
    const four = changeLayout(three, { members: members(9), replicasPerRegion: 4 });
    expect(movedSlots(three, four)).toHaveLength(256);
    expect(rangeOf(loadsOf(four))).toBeLessThanOrEqual(1);
  });

  it("keeps its balance through a long life of coming and going", () => {
    const steps = fc.array(fc.nat({ max: 11 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(steps, (toggles) => {
        const spare = 1000;
        let layout = layoutOf([...members(12), ...members(1, {}, spare)], 3, 64);
        let nodes = [...layout.members];
        for (const at of toggles) {
          const next = Math.max(...nodes.map(({ number }) => number), layout.numbersUsedUpTo ?? 0) + 1;
          const present = nodes.some(({ host }) => host === `h${at + 1}`);
          nodes = present
            ? nodes.filter(({ host }) => host !== `h${at + 1}`)
            : [...nodes, ...members(1, { host: `h${at + 1}` }, next)];
          layout = changeLayout(layout, { members: nodes });
          expect(rangeOf(loadsOf(layout))).toBeLessThanOrEqual(1);
          expect(rangeOf(loadsOf(layout, 0))).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 40 },
    );
  });
});
