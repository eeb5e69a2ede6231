/** (j) A retried request is applied once: one request id makes one dot. */
import { actorMember, formatDot } from "../../causality/index.js";
import type { DamageBudget } from "../damage-budget.js";
import type { DotLedger } from "../dot-ledger.js";
import { Violation } from "../violation.js";

export function checkAppliedOnce(ledger: DotLedger, budget: DamageBudget): void {
  for (const { requestId, dots } of ledger.appliedTwice()) {
    // What only the victim knew, it forgot with its disk: then nobody could tell the retry that it came again.
    if (budget.hasDestroyed && dots.some(({ actor }) => actorMember(actor) === budget.victim)) continue;
    throw new Violation("j", `request ${requestId} was applied as ${dots.map(formatDot).join(" and as ")}`);
  }
}
