/**
 * (m) Where no disk lost anything there is nothing to repair: no row fails its checksum, no replica differs from the others
 * under equal clocks, and no sketch from its rows. What the audit heals in silence would be a fault that nobody sees.
 */
import type { NodeCounters } from "../../node/index.js";
import type { DamageBudget } from "../damage-budget.js";
import { Violation } from "../violation.js";

const REPAIRS = [
  "rows_damaged",
  "rows_lost",
  "rows_outvoted",
  "sketches_corrected",
  "stores_regressed",
] as const;

export function checkNothingRepaired(nodeId: string, counters: NodeCounters, budget: DamageBudget): void {
  if (budget.hasDestroyed) return;
  for (const name of REPAIRS)
    if ((counters[name] ?? 0) > 0)
      throw new Violation("m", `no disk lost anything, and ${nodeId} counts ${counters[name]} ${name}`);
}
