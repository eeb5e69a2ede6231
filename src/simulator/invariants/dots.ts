/**
 * (g) Dots are unique and contiguous: no two disks hold different entries under one dot, and a replica's log has an
 * entry for every dot that its clock claims above its floor. And nobody applies a live delta of an incarnation that it knows
 * to be over (rule 8).
 */
import type { RowInspection } from "../../node/index.js";
import type { DiskClocks } from "../disk-clocks.js";
import type { DotLedger } from "../dot-ledger.js";
import { Violation } from "../violation.js";

export function checkUniqueDots(ledger: DotLedger): void {
  const [clash] = ledger.clashes;
  if (clash !== undefined) throw new Violation("g", clash);
}

export function checkNothingOfThePast(clocks: DiskClocks): void {
  const [late] = clocks.late;
  if (late !== undefined) throw new Violation("g", late);
}

export function checkContiguousLog(nodeId: string, partitions: readonly RowInspection[]): void {
  for (const { partition, logEntries, logEntriesDue } of partitions)
    if (logEntries < logEntriesDue)
      throw new Violation(
        "g",
        `${nodeId} has ${logEntries} of ${logEntriesDue} log entries that its clock of partition ${partition} claims`,
      );
}
