/** A seed decides a plan, and each part of it on its own: a change in one leaves the luck of the others alone. */
import { describe, expect, it } from "vitest";
import { drawPlan } from "../../../src/simulator/draw-plan.js";
import { FAULTS } from "../../../src/simulator/faults/catalogue.js";
import { type Action, isFault, type Plan } from "../../../src/simulator/plan.js";

const SEEDS = Array.from({ length: 200 }, (_, i) => i + 1);

function faultsBut(plan: Plan, name: string): Action[] {
  return plan.actions.filter((action) => isFault(action) && action.fault !== name);
}

describe("a plan", () => {
  it("is the same for the same seed, another for another, and survives a file", () => {
    expect(drawPlan(7)).toEqual(drawPlan(7));
    expect(drawPlan(7)).not.toEqual(drawPlan(8));
    for (const seed of SEEDS.slice(0, 20)) {
      const plan = drawPlan(seed);
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    }
  });

  it("has the same clients and the same cluster whatever faults there are", () => {
    for (const seed of SEEDS) {
      const { actions, swarm: _on, clockOffsetsMs: _clocks, ...rest } = drawPlan(seed);
      const quiet = drawPlan(seed, []);
      expect(quiet).toMatchObject(rest);
      expect(quiet.actions).toEqual(actions.filter((action) => !isFault(action)));
    }
  });

  it("has the same faults of the other kinds when a kind is added", () => {
    const added = "crash";
    const without = FAULTS.filter(({ name }) => name !== added);
    for (const seed of SEEDS)
      expect(faultsBut(drawPlan(seed, without), added)).toEqual(faultsBut(drawPlan(seed), added));
  });

  it("turns a random subset of the kinds on: none, few, and many", () => {
    const swarms = SEEDS.map((seed) => drawPlan(seed).swarm);
    const sizes = swarms.map(({ length }) => length);
    expect(Math.min(...sizes)).toBeLessThan(2);
    expect(Math.max(...sizes)).toBeGreaterThan(10);
    expect(Math.max(...sizes)).toBeLessThan(FAULTS.length / 2 + 6);
    for (const { name } of FAULTS)
      expect(swarms.filter((swarm) => swarm.includes(name)).length, name).toBeGreaterThan(10);
  });

  it("lets no disk but the victim's lose anything", () => {
    const destructive = new Set(FAULTS.filter((kind) => kind.isDestructive === true).map(({ name }) => name));
    expect(destructive.size).toBeGreaterThan(5);
    for (const seed of SEEDS) {
      const { actions, victim } = drawPlan(seed);
      for (const action of actions)
        if (isFault(action) && destructive.has(action.fault)) expect(action.node).toBe(victim);
    }
  });

  it("knows at least 20 kinds, each by one name", () => {
    expect(FAULTS.length).toBeGreaterThanOrEqual(20);
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
  });
});
