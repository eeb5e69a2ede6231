/**
 * (n) A log is kept for as long as it may be asked for: with hints that are never given up, it is trimmed of what all
 * replicas have had, and where no disk loses anything, no replica has to fetch all rows.
 */
import type { NodeCounters } from "../../node/index.js";
import type { DamageBudget } from "../damage-budget.js";
import type { DiskClocks } from "../disk-clocks.js";
import type { Plan } from "../plan.js";
import { Violation } from "../violation.js";

/** No run lasts so long, and none writes so much. */
const WINDOW_MS = 3_600_000;
const BUDGET_BYTES = 1_000_000;

type Kept = Pick<Plan, "settings" | "swarm">;

export function checkFullSyncs(
  nodeId: string,
  counters: NodeCounters,
  plan: Kept,
  budget: DamageBudget,
): void {
  if (mayBeCut(plan) || budget.hasDestroyed || (counters.full_syncs ?? 0) === 0) return;
  throw new Violation(
    "n",
    `${nodeId} had to fetch all rows, though no log was cut and no disk lost anything`,
  );
}

export function checkLogsKept({ trimmed: [first] }: Pick<DiskClocks, "trimmed">, plan: Kept): void {
  if (first !== undefined && !mayBeCut(plan)) throw new Violation("n", first);
}

/** Also where a member may be removed: whoever takes its place has to begin with all rows. */
function mayBeCut({ settings: { hintBudgetBytes, maxHintWindowMs }, swarm }: Kept): boolean {
  return maxHintWindowMs < WINDOW_MS || hintBudgetBytes < BUDGET_BYTES || swarm.includes("member-removed");
}
