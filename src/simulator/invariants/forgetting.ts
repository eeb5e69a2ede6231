/**
 * (h) Once every replica has seen everything, tombstones are purged, no row is ahead of its clock, and clocks keep one entry
 * a node however often nodes were restarted. And nothing goes before, nor before its node has seen all that it was above.
 */
import type { NodeInspection, RowInspection } from "../../node/index.js";
import type { DiskClocks } from "../disk-clocks.js";
import { Violation } from "../violation.js";

/** Why something is still kept that may be forgotten; undefined when nothing is. */
export function keptTooLong(
  nodeId: string,
  rows: readonly RowInspection[],
  { partitions }: NodeInspection,
  nodes: number,
): string | undefined {
  for (const { partition, rowsAhead, tombstones } of rows)
    if (rowsAhead > 0)
      return `${nodeId} keeps ${rowsAhead} rows ahead of its clock of partition ${partition}`;
    else if (tombstones > 0) return `${nodeId} keeps ${tombstones} tombstones in partition ${partition}`;
  for (const { partition, durableClock } of partitions)
    if (durableClock.length > nodes)
      return `${nodeId} has a clock of ${durableClock.length} entries in partition ${partition}, of ${nodes} nodes`;
  return undefined;
}

/** What all replicas have to have seen, all of them had seen. */
export function checkNotForgottenEarly(clocks: DiskClocks): void {
  const [early] = clocks.early;
  if (early !== undefined) throw new Violation("h", early);
}

export function forgetsTooLate(withinMs: number, kept: string): Violation {
  return new Violation("h", `${withinMs} ms after all was quiet ${kept}`);
}
