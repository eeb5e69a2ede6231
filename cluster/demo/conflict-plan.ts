/**
 * Who writes what while one region is cut off. Every key gets exactly one write on each side of the cut, so that what
 * must come of it is known beforehand: two concurrent values a key.
 */
import type { PlaceEntry } from "./places.js";

/** One key that both sides write. */
export interface Conflict {
  readonly entry: PlaceEntry;
  /** The region that writes it on the side of the others. */
  readonly others: string;
}

export interface ConflictPlan {
  /** The region that is cut off. */
  readonly cutOff: string;
  /** The regions that still reach each other. */
  readonly others: readonly string[];
  readonly registers: readonly Conflict[];
  readonly multis: readonly Conflict[];
}

const REGISTERS_MAX = 300;
const MULTIS_MAX = 60;
/** Of ten places, how many get a conflict. */
const REGISTERS_IN_TEN = 5;
const MULTIS_IN_TEN = 1;

/** Takes the largest places; the regions that still reach each other take turns. `regions` are three or more. */
export function planConflicts(
  places: readonly PlaceEntry[],
  regions: readonly string[],
  cutOff: string,
): ConflictPlan {
  const others = regions.filter((region) => region !== cutOff);
  const share = (inTen: number, max: number) => Math.min(max, Math.floor((places.length * inTen) / 10));
  const conflicts = places.flatMap((entry, at): Conflict[] => {
    const writer = others[at % others.length];
    return writer === undefined ? [] : [{ entry, others: writer }];
  });
  return {
    cutOff,
    others,
    registers: conflicts.slice(0, share(REGISTERS_IN_TEN, REGISTERS_MAX)),
    multis: conflicts.slice(0, share(MULTIS_IN_TEN, MULTIS_MAX)),
  };
}

/** The keys that a region writes, in its order: those cut off go backwards, so that each side is last at half of them. */
export function keysWrittenIn(
  plan: ConflictPlan,
  region: string,
  conflicts: readonly Conflict[],
): Conflict[] {
  if (region === plan.cutOff) return conflicts.toReversed();
  return conflicts.filter(({ others }) => others === region);
}

/** The regions on the same side of the cut, the named one included. */
export function sideOf(plan: ConflictPlan, region: string): readonly string[] {
  return region === plan.cutOff ? [plan.cutOff] : plan.others;
}
