/** What befalls members: they die, or are taken for dead, are removed from the cluster, and come back all the same. */
import type { PlannedFault } from "../plan.js";
import { cutOff, type FaultKind, type FaultStage, nodeOf } from "./fault.js";

/** An operator asks one node after the other: those that still hear the member, or reach too few, refuse. */
const ASK_EVERY_MS = 400;

/** Of these faults, those in which the member lives on, and nobody reaches it. */
const CUT_OFF_SHARE = 0.7;
/** And those in which it starts anew meanwhile. */
const RESTARTED_SHARE = 0.35;
const RESTART_MS = 200;

function removeAndReturn(stage: FaultStage, fault: PlannedFault): void {
  const gone = nodeOf(stage, fault.node);
  const { nodeId } = gone.member;
  const others = stage.nodes.filter((node) => node !== gone);
  if (!gone.isUp) return;
  const isCutOff = fault.amount < CUT_OFF_SHARE;
  // What it writes alone meanwhile, nobody else will have.
  if (isCutOff) stage.during(fault.forMs, cutOff(stage, gone, others));
  else stage.keeper.crash(gone, { loseUnsynced: false }, fault.forMs);
  if (fault.amount < RESTARTED_SHARE)
    stage.later(fault.forMs / 2, () => stage.keeper.crash(gone, { loseUnsynced: false }, RESTART_MS));
  stage.watchEnds((node, end) => {
    if (node !== gone || end instanceof Error || end.kind !== "removed") return;
    stage.destroyed(gone, "removed");
    stage.fired(fault);
  });
  const endMs = stage.time.nowMs + fault.forMs;
  const ask = (attempt: number): void =>
    stage.later(ASK_EVERY_MS, () => {
      if (gone.isRemoved || stage.time.nowMs > endMs) return;
      const asked = others[(fault.peer + attempt) % others.length];
      if (asked?.isUp !== true) return ask(attempt + 1);
      asked.api.removeMember(nodeId, ({ kind }) => {
        if (kind === "failed") ask(attempt + 1);
        // From now on others may be new to partitions, and what only it has is lost to them.
        else stage.destroyed(gone, "removed");
      });
    });
  ask(0);
}

export const MEMBER_FAULTS: readonly FaultKind[] = [
  {
    name: "member-removed",
    family: "process",
    summary: "a member dies or is cut off from all others, is removed from the cluster, and comes back",
    forMs: [5_000, 12_000],
    isDestructive: true,
    // The last one of a region cannot be removed.
    nodesPerRegionMin: 2,
    inject: removeAndReturn,
  },
];
