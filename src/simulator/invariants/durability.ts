/**
 * (k) What a client hears of is durable: a write that was acknowledged is on as many disks as acknowledged it, and what a
 * read shows is on one (rules 1 and 13).
 */
import { type Dot, formatDot } from "../../causality/index.js";
import type { DiskClocks } from "../disk-clocks.js";
import { Violation } from "../violation.js";

export function checkDurable(clocks: DiskClocks, partition: number, dot: Dot, acksReceived: number): void {
  const holders = clocks.holdersOf(partition, dot);
  if (holders < acksReceived)
    throw new Violation(
      "k",
      `dot ${formatDot(dot)} of partition ${partition} has ${acksReceived} acknowledgements and is on ${holders} disks`,
    );
}

export function checkReadDurable(clocks: DiskClocks, partition: number, dots: readonly Dot[]): void {
  for (const dot of dots)
    if (clocks.holdersOf(partition, dot) === 0)
      throw new Violation(
        "k",
        `a read shows dot ${formatDot(dot)} of partition ${partition}, which is on no disk`,
      );
}
