/** (l) A node stamps what it writes above everything of the partition that its disk held before (rule 9). */
import type { DotLedger } from "../dot-ledger.js";
import { Violation } from "../violation.js";

export function checkStamps(ledger: DotLedger): void {
  const [late] = ledger.lateStamps;
  if (late !== undefined) throw new Violation("l", late);
}
