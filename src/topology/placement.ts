/**
 * Which nodes hold which partition. Every region holds min(replicasPerRegion, its nodes) copies of each, chosen by
 * three rules in this order:
 *
 * 1. Spread: the copies stay apart, as `spread.ts` says.
 * 2. Balance: nodes of one region hold equally many partitions, as far as the spread allows (at most one apart where
 *    it allows everything).
 * 3. Movement: as few replicas as possible are where the layout before did not have them.
 *
 * The assignment is stored in the layout, not computed from it, because minimal movement needs the one before (as in
 * Garage). It depends on the members' numbers, regions, zones and hosts alone, not on their order.
 */
import { groupBy } from "./group-by.js";
import type { Layout, Member } from "./layout.js";
import { orderByPreference } from "./preference.js";
import { settle } from "./settle.js";
import { type Seat, Spread } from "./spread.js";
import { tieBreak } from "./tie-break.js";

/** What is to be placed. */
interface PlacementRequest {
  /** Valid ones (`checkMembers`), in any order. */
  readonly members: readonly Member[];
  readonly partitionCount: number;
  readonly replicasPerRegion: number;
  /** The replica sets to stay close to; undefined for a new cluster. */
  readonly previous: Layout["replicaSets"] | undefined;
  /** Who held a partition and is still there goes on holding it, though the loads be less equal for that. */
  readonly isPinned: boolean;
}

/** The replica set of each partition: by region name, then by preference. Same request, same answer, everywhere. */
export function placeReplicas(request: PlacementRequest): number[][] {
  const replicaSets = emptySets<number>(request.partitionCount);
  const byRegion = groupBy(request.members, (member) => member.region);
  for (const region of [...byRegion.keys()].sort()) {
    const placed = placeRegion(byRegion.get(region) ?? [], request);
    for (const [partition, seats] of placed.entries()) {
      replicaSets[partition]?.push(...seats.map((seat) => seat.number));
    }
  }
  return replicaSets;
}

function placeRegion(members: readonly Member[], request: PlacementRequest): readonly Seat[][] {
  const spread = new Spread(members, request.replicasPerRegion);
  const previous = previousHolders(spread.seats, request);
  const holders = emptySets<Seat>(request.partitionCount);
  keepHolders(holders, previous, spread);
  fillUp(holders, spread);
  settle({
    seats: spread.seats,
    holders,
    wasHeld: (partition, seat) => previous[partition]?.includes(seat) ?? false,
    mayExchange: (partition, from, to) =>
      !(request.isPinned && previous[partition]?.includes(from) === true) &&
      spread.mayExchange(holders[partition] ?? [], from, to),
  });
  return orderByPreference(spread.seats, holders, previous);
}

/** The holders that each partition had among the nodes that this region has now, by preference. */
function previousHolders(seats: readonly Seat[], request: PlacementRequest): readonly Seat[][] {
  const byNumber = new Map(seats.map((seat) => [seat.number, seat]));
  const previous = emptySets<Seat>(request.partitionCount);
  for (const [partition, holders] of previous.entries()) {
    for (const number of request.previous?.[partition] ?? []) {
      const seat = byNumber.get(number);
      if (seat !== undefined) holders.push(seat);
    }
  }
  return previous;
}

/** A start close to the end: from anywhere else `settle` would come back here, exchange by exchange. */
function keepHolders(holders: readonly Seat[][], previous: readonly Seat[][], spread: Spread): void {
  for (const [partition, kept] of holders.entries()) {
    for (const seat of previous[partition] ?? []) if (spread.mayAdd(kept, seat)) kept.push(seat);
  }
}

/** Completes each set with the least loaded nodes that may join it. */
function fillUp(holders: readonly Seat[][], spread: Spread): void {
  const loads = new Map(spread.seats.map((seat) => [seat, 0]));
  for (const seat of holders.flat()) loads.set(seat, (loads.get(seat) ?? 0) + 1);
  for (const [partition, set] of holders.entries()) {
    while (set.length < spread.replicas) {
      const seat = leastLoaded(
        spread.seats.filter((each) => spread.mayAdd(set, each)),
        loads,
        partition,
      );
      if (seat === undefined) throw new Error(`nothing may join the replicas of partition ${partition}`);
      set.push(seat);
      loads.set(seat, (loads.get(seat) ?? 0) + 1);
    }
  }
}

/** Equal loads are told apart by `tieBreak`, so that partitions of one node share their other replicas with many. */
function leastLoaded(
  candidates: readonly Seat[],
  loads: ReadonlyMap<Seat, number>,
  partition: number,
): Seat | undefined {
  let best: Seat | undefined;
  for (const seat of candidates) {
    const difference = best === undefined ? -1 : (loads.get(seat) ?? 0) - (loads.get(best) ?? 0);
    if (best === undefined || difference < 0) best = seat;
    else if (difference === 0 && tieBreak(partition, seat.number) < tieBreak(partition, best.number))
      best = seat;
  }
  return best;
}

function emptySets<T>(count: number): T[][] {
  return Array.from({ length: count }, () => []);
}
