/** The faults that a seed draws. */
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../../src/runtime/simulated/index.js";
import { describeFault, drawSchedule, type Fault } from "../../chaos/nemesis/schedule.js";

const REGIONS = ["eu", "us", "ap"].map((name) => ({
  name,
  nodes: [1, 2, 3].map((number) => `${name}-${number}`),
}));
const UNTIL_MS = 600_000;

const draw = (seed: number, hasFullDisks = true): Fault[] =>
  drawSchedule(new SeededRandom(seed), { regions: REGIONS, untilMs: UNTIL_MS, hasFullDisks });

describe("a schedule", () => {
  it("is the same for the same seed, and another for another", () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it("has every kind of fault, and has ended all of them in time", () => {
    const faults = draw(3);
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(["kill", "pause", "full-disk", "cut"]));
    for (const { atMs, forMs } of faults) expect(atMs + forMs).toBeLessThanOrEqual(UNTIL_MS);
    const cuts = new Set(faults.map((fault) => (fault.kind === "cut" ? fault.direction : "")));
    expect(cuts).toEqual(new Set(["", "both", "out", "in"]));
  });

  it("has no full disk where there can be none", () => {
    expect(draw(3, false).some(({ kind }) => kind === "full-disk")).toBe(false);
  });

  it("never lets a node suffer twice at a time, and leaves most regions their majority", () => {
    let severe = 0;
    const faults = draw(4).filter((fault) => fault.kind !== "cut");
    for (const [at, fault] of faults.entries()) {
      const beside = faults.slice(0, at).filter((other) => other.atMs + other.forMs > fault.atMs);
      for (const node of fault.nodes) expect(beside.flatMap(({ nodes }) => nodes)).not.toContain(node);
      if (fault.nodes.length > 1) severe += 1;
    }
    expect(severe).toBeGreaterThan(0);
    expect(severe).toBeLessThan(faults.length / 4);
  });

  it("says what it does", () => {
    expect(describeFault({ kind: "cut", from: "eu", to: undefined, direction: "out" })).toBe(
      "cut eu --> everybody",
    );
    expect(describeFault({ kind: "kill", nodes: ["eu-1", "eu-2"] })).toBe("kill eu-1 eu-2");
  });
});
