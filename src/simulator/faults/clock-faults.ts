/** What befalls clocks. A node whose clock is beyond its bound coordinates no writes; no clock may cost a write. */

import type { PlannedFault } from "../plan.js";
import { cutOff, type FaultKind, type FaultStage, nodeOf } from "./fault.js";

const STEP_MS_MAX = 4_000;
const DRIFT_PPM_MAX = 60_000;
/** Of a machine, until its processes run again. */
const BOOT_MS = 150;

function step(stage: FaultStage, fault: PlannedFault, sign: 1 | -1): void {
  const node = nodeOf(stage, fault.node);
  node.host.clock.step(sign * Math.round(20 + fault.amount * STEP_MS_MAX));
  if (node.isUp) stage.fired(fault);
}

/** Until the network is there, and with it the right time, nobody tells it of later stamps than its own. */
function bootBehind(stage: FaultStage, fault: PlannedFault): void {
  const node = nodeOf(stage, fault.node);
  if (!stage.keeper.crash(node, { loseUnsynced: false }, BOOT_MS)) return;
  stage.fired(fault);
  const heal = cutOff(
    stage,
    node,
    stage.nodes.filter((other) => other !== node),
  );
  const stepMs = Math.round(500 + fault.amount * STEP_MS_MAX);
  node.host.clock.step(-stepMs);
  stage.during(fault.forMs, () => {
    node.host.clock.step(stepMs);
    heal();
  });
}

export const CLOCK_FAULTS: readonly FaultKind[] = [
  {
    name: "clock-offset",
    family: "clock",
    summary: "wall clocks are up to 450 ms wrong from the start",
    forMs: [1, 1],
    // The offsets are in the plan, for they hold before the first node starts.
    inject: (stage, fault) => {
      if (stage.nodes.some(({ host }) => Math.abs(host.clock.errorMs) > 1)) stage.fired(fault);
    },
  },
  {
    name: "clock-drift",
    family: "clock",
    summary: "both clocks of a node run up to 6% fast or slow",
    forMs: [3_000, 15_000],
    inject: (stage, fault) => {
      const node = nodeOf(stage, fault.node);
      node.host.clock.setDriftPpm((2 * fault.amount - 1) * DRIFT_PPM_MAX);
      if (node.isUp) stage.fired(fault);
      stage.during(fault.forMs, () => node.host.clock.setDriftPpm(0));
    },
  },
  {
    name: "clock-step-forward",
    family: "clock",
    summary: "a wall clock jumps up to 4 s ahead",
    forMs: [1, 1],
    inject: (stage, fault) => step(stage, fault, 1),
  },
  {
    name: "clock-step-back",
    family: "clock",
    summary: "a wall clock jumps up to 4 s back",
    forMs: [1, 1],
    inject: (stage, fault) => step(stage, fault, -1),
  },
  {
    name: "boot-behind",
    family: "clock",
    summary:
      "a machine boots with its clock up to 4.5 s behind, and its network comes later, and the right time with it",
    forMs: [1_000, 5_000],
    inject: bootBehind,
  },
];
