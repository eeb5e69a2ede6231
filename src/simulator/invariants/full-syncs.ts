/**
 * (n) A log is kept for as long as it may be asked for: with hints that are never given up, and disks that lose nothing, no
 * replica has to fetch all rows.
 */
import type { NodeCounters } from "../../node/index.js";
import type { DamageBudget } from "../damage-budget.js";
import type { Plan } from "../plan.js";
import { Violation } from "../violation.js";

/** No run lasts so long, and none writes so much. */
const WINDOW_MS = 3_600_000;
const BUDGET_BYTES = 1_000_000;

export function checkFullSyncs(
  nodeId: string,
  counters: NodeCounters,
  { settings: { hintBudgetBytes, maxHintWindowMs }, swarm }: Pick<Plan, "settings" | "swarm">,
  budget: DamageBudget,
): void {
  // Whoever takes the place of a member that is removed has to begin with all rows.
  if (swarm.includes("member-removed")) return;
  const mayBeCut = maxHintWindowMs < WINDOW_MS || hintBudgetBytes < BUDGET_BYTES;
  if (mayBeCut || budget.hasDestroyed || (counters.full_syncs ?? 0) === 0) return;
  throw new Violation(
    "n",
    `${nodeId} had to fetch all rows, though no log was cut and no disk lost anything`,
  );
}
