/**
 * (m) Where no disk lost anything there is nothing to repair: no row fails its checksum, no replica differs from the others
 * under equal clocks, and no sketch from its rows. What the audit heals in silence would be a fault that nobody sees. And
 * where one did, nothing is wrong with the rows of the others.
 *
 * Unless a copy older than a loss was put back. What was lost is there again then, and a replica that had closed its actor
 * meanwhile, for nobody had it, never takes it: it knows all of that actor. One that had not closed it yet does, and with
 * the victim it is a majority, which rightly outvotes the first: data is kept rather than lost (rule 14).
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
  for (const name of REPAIRS_OF_ROWS)
    if (name !== "rows_outvoted" || !budget.mayBringBack)
      check(name, budget.hasDestroyed ? "of its own " : "");
  if (!budget.hasDestroyed) check("stores_regressed", "");
}
