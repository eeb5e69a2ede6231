/**
 * (l) A node stamps what it writes above everything of the partition that its disk held before, and above what its client
 * had read (rule 9).
 */
import type { Hlc } from "../../causality/index.js";
import type { DotLedger } from "../dot-ledger.js";
import { Violation } from "../violation.js";

export function checkStamps(ledger: DotLedger): void {
  const [late] = ledger.lateStamps;
  if (late !== undefined) throw new Violation("l", late);
}

export function checkStampAboveRead(written: Hlc, read: Hlc): void {
  if (written <= read)
    throw new Violation("l", `a write has stamp ${written}, and its client had read ${read} before`);
}
