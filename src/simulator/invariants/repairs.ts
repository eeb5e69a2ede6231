/**
 * (m) Where no disk lost anything there is nothing to repair: no row fails its checksum, no replica differs from the others
 * under equal clocks, and no sketch from its rows. What the audit heals in silence would be a fault that nobody sees. And
 * where one did, nothing is wrong with the rows of the others.
 */
import type { NodeCounters } from "../../node/index.js";
import type { DamageBudget } from "../damage-budget.js";
import { Violation } from "../violation.js";

const REPAIRS_OF_ROWS = ["rows_damaged", "rows_lost", "rows_outvoted", "sketches_corrected"] as const;

export function checkNothingRepaired(
  { nodeId, number }: { readonly nodeId: string; readonly number: number },
  counters: NodeCounters,
  budget: DamageBudget,
): void {
  const check = (name: string, where: string): void => {
    if ((counters[name] ?? 0) > 0)
      throw new Violation(
        "m",
        `no disk ${where}lost anything, and ${nodeId} counts ${counters[name]} ${name}`,
      );
  };
  if (budget.hasRemoved || (budget.hasDestroyed && number === budget.victim)) return;
  for (const name of REPAIRS_OF_ROWS) check(name, budget.hasDestroyed ? "of its own " : "");
  if (!budget.hasDestroyed) check("stores_regressed", "");
}
