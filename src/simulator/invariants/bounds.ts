/** (i) Every queue, cache, buffer and list of siblings stays inside its bound, looked at all through the run. */
import type { NodeInspection, RowInspection } from "../../node/index.js";
import { Violation } from "../violation.js";

export function checkFills(nodeId: string, { fills }: NodeInspection): void {
  for (const [name, { size, max }] of Object.entries(fills))
    if (max !== undefined && size > max)
      throw new Violation("i", `${nodeId} holds ${size} in ${name}, and its bound is ${max}`);
}

/** @param coordinators nodes that each may add siblings up to the bound before they hear of the others' */
export function checkSiblings(
  nodeId: string,
  partitions: readonly RowInspection[],
  siblingsMax: number,
  coordinators: number,
): void {
  for (const { partition, siblingsMax: found } of partitions)
    if (found > siblingsMax * coordinators)
      throw new Violation("i", `${nodeId} has a row of ${found} siblings in partition ${partition}`);
}
