/** The shrinker, on plans whose failing needs no cluster to be known. */
import { describe, expect, it } from "vitest";
import { drawPlan } from "../../../src/simulator/draw-plan.js";
import { isFault, type Plan } from "../../../src/simulator/plan.js";
import { shrinkPlan } from "../../../src/simulator/shrink.js";

const NEVER = (): boolean => false;

function largePlan(): Plan {
  for (let seed = 1; ; seed++) {
    const plan = drawPlan(seed);
    if (plan.nodesPerRegion > 2 && plan.actions.filter(isFault).length > 4 && plan.clockOffsetsMs.length > 0)
      return plan;
  }
}

describe("a shrunken plan", () => {
  it("keeps the few actions that it needs, whatever lies between them, and nothing else", () => {
    const plan = largePlan();
    const needed = [3, Math.floor(plan.actions.length / 2), plan.actions.length - 1].map((at) => {
      const { kind, atMs } = plan.actions[at] ?? { kind: "get", atMs: 0 };
      return `${kind} ${atMs}`;
    });
    const breaks = ({ actions }: Plan): boolean =>
      needed.every((wanted) => actions.some(({ kind, atMs }) => `${kind} ${atMs}` === wanted));
    const { plan: small, runs } = shrinkPlan(plan, breaks, NEVER);
    expect(small.actions.map(({ kind, atMs }) => `${kind} ${atMs}`)).toEqual(needed);
    expect(small).toMatchObject({ nodesPerRegion: 1, partitions: 1, clockOffsetsMs: [] });
    expect(small.settings).toMatchObject({ fsync: "always", maxSiblings: 100 });
    for (const action of small.actions) if (!isFault(action)) expect(action.retries).toEqual([]);
    expect(runs).toBeLessThan(600);
  });

  it("keeps the nodes, clocks and retries that it needs", () => {
    const plan = largePlan();
    const breaks = ({ nodesPerRegion, clockOffsetsMs, actions }: Plan): boolean =>
      nodesPerRegion >= 2 &&
      clockOffsetsMs.length > 0 &&
      actions.some((action) => !isFault(action) && action.retries.length > 0);
    const offsets = plan.clockOffsetsMs;
    // Fewer nodes come with right clocks, which this one would not fail with.
    const { plan: small } = shrinkPlan(plan, breaks, NEVER);
    expect(small.clockOffsetsMs).toEqual(offsets);
    expect(small.actions).toHaveLength(1);
  });

  it("is the smallest so far when time is up", () => {
    const plan = largePlan();
    let left = 5;
    const { plan: small, runs } = shrinkPlan(
      plan,
      () => true,
      () => left-- <= 0,
    );
    expect(runs).toBeLessThanOrEqual(5);
    expect(small.actions.length).toBeLessThan(plan.actions.length);
  });
});
