/**
 * In which order the replicas of a partition are asked. SDKs and forwarding nodes go to the first one of a region
 * while it lives, and to the second when it does not: so each position is spread evenly over the nodes, and stays with
 * the node that had it where it can.
 */
import { settle } from "./settle.js";
import type { Seat } from "./spread.js";
import { tieBreak } from "./tie-break.js";

/**
 * The holders of each partition, in order of preference.
 *
 * @param holders as placed, all sets of one size.
 * @param previous in the order before; empty sets for a new cluster.
 */
export function orderByPreference(
  seats: readonly Seat[],
  holders: readonly (readonly Seat[])[],
  previous: readonly (readonly Seat[])[],
): Seat[][] {
  const ordered: Seat[][] = holders.map(() => []);
  const positions = holders[0]?.length ?? 0;
  for (let position = 0; position < positions; position++) {
    const open = holders.map((set, partition) => set.filter((seat) => !ordered[partition]?.includes(seat)));
    const chosen = choosePosition(seats, open, (partition) => previous[partition]?.[position]);
    for (const [partition, set] of chosen.entries()) ordered[partition]?.push(...set);
  }
  return ordered;
}

/** One of the open nodes of each partition, each node equally often, the one before where it is open. */
function choosePosition(
  seats: readonly Seat[],
  open: readonly (readonly Seat[])[],
  before: (partition: number) => Seat | undefined,
): Seat[][] {
  const holders = open.map((candidates, partition) => {
    const kept = candidates.find((seat) => seat === before(partition));
    return kept === undefined ? lowestTie(candidates, partition) : [kept];
  });
  settle({
    seats,
    holders,
    wasHeld: (partition, seat) => before(partition) === seat,
    mayExchange: (partition, _from, to) => open[partition]?.includes(to) ?? false,
  });
  return holders;
}

function lowestTie(candidates: readonly Seat[], partition: number): Seat[] {
  return candidates
    .toSorted((a, b) => tieBreak(partition, a.number) - tieBreak(partition, b.number))
    .slice(0, 1);
}
