import { expect, it } from "vitest";
import { drawPlan } from "../../../src/simulator/draw-plan.js";
import { runPlan } from "../../../src/simulator/run-plan.js";

it("tells a defect by files of the project, and not of the machine that it ran on", () => {
  const plan = drawPlan(1);
  const nonsense = {
    kind: "fault",
    fault: "nonsense",
    atMs: 1,
    node: 0,
    peer: 0,
    forMs: 1,
    amount: 0,
  } as const;
  const { violation } = runPlan({ ...plan, actions: [nonsense] });
  expect(violation?.invariant).toBe("defect");
  expect(violation?.message).toMatch(/\bsrc\/simulator\/[\w-]+\.ts:\d+/);
  expect(violation?.message).not.toContain(process.cwd());
});
