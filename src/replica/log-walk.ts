/** The walk over a replica's log that catch-ups and watches have in common: every dot that a position lacks, in order. */
import type { Actor, VersionVector } from "../causality/index.js";
import type { LogEntry } from "../codec/index.js";
import type { PartitionReplica } from "./partition-replica.js";

/** `below-floor`: the log does not reach down to where the walk begins, of one actor at least. */
type WalkEnd = "all-taken" | "stopped" | "below-floor";

/**
 * Actor by actor, each from the position on up to the target, once the log reaches down to the position of all of them:
 * the answer does not depend on where the walk would stop. `position` rises with each dot taken, so wherever the walk
 * ends it covers what was taken and nothing more; `take` ends it with false, and its dot is not taken then. What was
 * forgotten is not in the log: who walks it looks at that before.
 *
 * A dot of the log that does not resolve is never silence: the floor rises above it, so that whoever needs it is told.
 */
export function walkLog(
  replica: PartitionReplica,
  position: VersionVector,
  target: VersionVector,
  take: (actor: Actor, counter: number, entry: LogEntry) => boolean,
): WalkEnd {
  const lacking = target.sorted().filter(([actor, end]) => position.get(actor) < end);
  if (lacking.some(([actor]) => position.get(actor) < replica.floor.get(actor))) return "below-floor";
  for (const [actor, end] of lacking) {
    for (let counter = position.get(actor) + 1; counter <= end; counter++) {
      const entry = replica.log.read(actor, counter);
      if (entry === undefined) {
        replica.raiseFloor(actor, counter);
        return "below-floor";
      }
      if (!take(actor, counter, entry)) return "stopped";
      position.raise(actor, counter);
    }
  }
  return "all-taken";
}
