/** (k) What was acknowledged is on as many disks as acknowledged it, when the client hears of it (rules 1 and 13). */
import type { Dot } from "../../causality/index.js";
import { formatDot } from "../../causality/index.js";
import type { DotLedger } from "../dot-ledger.js";
import { Violation } from "../violation.js";

export function checkDurable(ledger: DotLedger, partition: number, dot: Dot, acksReceived: number): void {
  const holders = ledger.holdersOf(partition, dot.actor, dot.counter);
  if (holders < acksReceived)
    throw new Violation(
      "k",
      `dot ${formatDot(dot)} of partition ${partition} has ${acksReceived} acknowledgements and is on ${holders} disks`,
    );
}
