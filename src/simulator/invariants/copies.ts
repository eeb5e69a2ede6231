/**
 * (f) The copies of a sloppy write (rule 15): each that was acknowledged is on the disk of a node of its own; none is given
 * up before the replica that it is for has the delta, and in the end none is left. A write that is not sloppy counts none.
 */
import { type Dot, formatDot } from "../../causality/index.js";
import type { CopyLedger } from "../copy-ledger.js";
import { Violation } from "../violation.js";

/** What a client was told of a write. */
interface Told {
  readonly isSloppy: boolean;
  readonly fallbackAcks: number;
}

export function checkCopied(
  copies: CopyLedger,
  partition: number,
  dot: Dot,
  { isSloppy, fallbackAcks }: Told,
): void {
  const name = `dot ${formatDot(dot)} of partition ${partition}`;
  if (!isSloppy && fallbackAcks > 0)
    throw new Violation("f", `${name} counts ${fallbackAcks} copies, and its client asked for none`);
  const holders = copies.holdersOf(partition, dot);
  if (holders < fallbackAcks)
    throw new Violation("f", `${name} counts ${fallbackAcks} copies, and ${holders} disks had one`);
}

export function checkBroughtHome(copies: CopyLedger): void {
  const [early] = copies.early;
  if (early !== undefined) throw new Violation("f", early);
}

/** @param onDisk copies on the disk of a node that is at rest */
export function checkNoCopies(nodeId: string, onDisk: number): void {
  if (onDisk > 0) throw new Violation("f", `${nodeId} keeps ${onDisk} copies, and hands none of them home`);
}
