/**
 * A replica in doubt may lack what it once acknowledged: it is new, was wiped, or its store went backwards. It applies
 * and acknowledges what arrives, but it is no source for others, coordinates no write before it caught up from a
 * member that is in no doubt (rule 2), and votes in no read before it has heard enough members out that every
 * acknowledged write must have been among them (rule 13).
 */
import type { Doubt } from "../codec/index.js";

/** The replica set as one of its members sees it. */
export interface Neighbourhood {
  /** All other members of the replica set. */
  readonly others: readonly number[];
  /** Those of them in this member's region. */
  readonly local: readonly number[];
}

type DoubtCause = Doubt["cause"];

export function newDoubt(cause: DoubtCause): Doubt {
  return { cause, settled: [], hasCaughtUp: false };
}

/** The doubt after `member` was heard out: by a finished catch-up from it, or because it holds nothing itself. */
export function settledWith(doubt: Doubt, member: number, how: "caught-up" | "holds-nothing"): Doubt {
  const settled = doubt.settled.includes(member) ? doubt.settled : [...doubt.settled, member];
  return { cause: doubt.cause, settled, hasCaughtUp: doubt.hasCaughtUp || how === "caught-up" };
}

/**
 * A write may be minted once a member in no doubt was heard out; or all were, and none holds anything: the cluster is
 * new. A store that went backwards waits, too: it told others of a clock and of stamps that it has forgotten, and they may
 * have purged tombstones on the strength of that.
 */
export function mayCoordinate(doubt: Doubt | undefined, neighbourhood: Neighbourhood): boolean {
  if (doubt === undefined || doubt.hasCaughtUp) return true;
  return neighbourhood.others.every((member) => doubt.settled.includes(member));
}

/**
 * n - w + 1 others, for the quorums of the region and of the whole set: among them is one that acknowledged each write
 * that this replica may have forgotten. Or all others, though some are in doubt themselves: nobody knows more by then.
 */
export function isSettled(
  doubt: Doubt,
  neighbourhood: Neighbourhood,
  heardInDoubt: ReadonlySet<number> = NOBODY,
): boolean {
  const isHeard = (member: number): boolean => doubt.settled.includes(member) || heardInDoubt.has(member);
  const mayBeLast = doubt.cause === "regressed" || mayCoordinate(doubt, neighbourhood);
  if (mayBeLast && neighbourhood.others.every(isHeard)) return true;
  const needed = (others: readonly number[]): number => {
    const n = others.length + 1;
    const quorum = Math.floor(n / 2) + 1;
    return Math.min(others.length, n - quorum + 1);
  };
  const heard = (others: readonly number[]): number =>
    others.filter((member) => doubt.settled.includes(member)).length;
  return (
    mayCoordinate(doubt, neighbourhood) &&
    heard(neighbourhood.others) >= needed(neighbourhood.others) &&
    heard(neighbourhood.local) >= needed(neighbourhood.local)
  );
}

const NOBODY: ReadonlySet<number> = new Set();
