/** How much log is kept for nobody but peers that are away: an estimate, from counters and the usual size of an entry. */
import type { PartitionReplica } from "../replica/index.js";
import type { PeerClocks } from "./acks.js";
import type { Environment } from "./environment.js";

/** @param isCutOff members that no log is kept for */
export function bytesKept(
  environment: Environment,
  peerClocks: PeerClocks,
  isCutOff: (member: number) => boolean,
): number {
  const { self, view } = environment;
  let bytes = 0;
  for (const partition of view.partitionsOf(self.number)) {
    const replica = environment.replica(partition);
    if (replica !== undefined)
      bytes += entriesKept(environment, peerClocks, replica, isCutOff) * replica.log.entryBytes;
  }
  return bytes;
}

/** What all replicas that are there hold, and one that is away, and not cut off, does not. */
function entriesKept(
  { liveness, neighbourhood }: Environment,
  peerClocks: PeerClocks,
  { partition, durableClock, floor }: PartitionReplica,
  isCutOff: (member: number) => boolean,
): number {
  let entries = 0;
  for (const [actor, counter] of durableClock.entries()) {
    let [byThose, byAll] = [counter, counter];
    for (const member of neighbourhood(partition).others) {
      if (isCutOff(member)) continue;
      const held = peerClocks.get(partition, member).get(actor);
      byAll = Math.min(byAll, held);
      if (liveness.isAlive(member)) byThose = Math.min(byThose, held);
    }
    entries += Math.max(0, byThose - Math.max(byAll, floor.get(actor)));
  }
  return entries;
}
