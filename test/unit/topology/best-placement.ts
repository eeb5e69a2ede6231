/**
 * The best placement of one small region, found by looking at all of them: an oracle that shares no idea with the
 * code under test.
 */
import type { Member } from "../../../src/topology/index.js";

interface Best {
  /** Sum of the squared loads. */
  readonly squares: number;
  /** Replicas where the sets before had none. */
  readonly moved: number;
}

/** The least squares over all spread-out placements, and the least movement among those. */
export function bestPlacement(
  members: readonly Member[],
  replicasPerRegion: number,
  previous: readonly (readonly number[])[],
): Best {
  const sets = mostSpread(subsets(members, Math.min(replicasPerRegion, members.length)));
  /** Least movement for each reachable vector of loads. */
  let reached = new Map([[members.map(() => 0).join(), 0]]);
  for (const before of previous) {
    const next = new Map<string, number>();
    for (const [loads, movedSoFar] of reached) {
      for (const set of sets) {
        const key = addLoads(loads, members, set);
        const moved = movedSoFar + set.filter(({ number }) => !before.includes(number)).length;
        next.set(key, Math.min(next.get(key) ?? Number.POSITIVE_INFINITY, moved));
      }
    }
    reached = next;
  }
  return [...reached]
    .map(([loads, moved]) => ({ squares: sumOfSquares(loads), moved }))
    .reduce((a, b) => ((a.squares - b.squares || a.moved - b.moved) <= 0 ? a : b));
}

function subsets(members: readonly Member[], size: number): Member[][] {
  if (size === 0) return [[]];
  return members.flatMap((first, at) =>
    subsets(members.slice(at + 1), size - 1).map((others) => [first, ...others]),
  );
}

/** Those whose fullest host is emptiest, then the next fullest, and so on; among them the same by zone. */
function mostSpread(sets: readonly Member[][]): Member[][] {
  const crowding = (set: readonly Member[]) => [
    ...crowds(set.map(({ host }) => host)),
    ...crowds(set.map(({ zone }) => zone)),
  ];
  const least = sets.map(crowding).reduce((a, b) => (isLess(b, a) ? b : a));
  return sets.filter((set) => !isLess(least, crowding(set)));
}

/** How often each name occurs, most often first, padded to one length. */
function crowds(names: readonly string[]): number[] {
  const counts = [...new Set(names)].map((name) => names.filter((each) => each === name).length);
  return names.map((_, at) => counts.toSorted((a, b) => b - a)[at] ?? 0);
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}

function addLoads(loads: string, members: readonly Member[], set: readonly Member[]): string {
  const numbers = loads.split(",").map(Number);
  return members.map((each, at) => (numbers[at] ?? 0) + (set.includes(each) ? 1 : 0)).join();
}

function sumOfSquares(loads: string): number {
  return loads
    .split(",")
    .map(Number)
    .reduce((total, load) => total + load * load, 0);
}
