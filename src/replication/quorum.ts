/**
 * Whom a consistency level waits for, as a pure state machine: results of replicas go in, "enough?" comes out. One
 * requirement a replica set: while two layouts are live, a write must satisfy both.
 */
import type { Consistency, ConsistencyLevel } from "./consistency.js";

/** A replica set, by region. */
type RegionMembers = ReadonlyMap<string, readonly number[]>;

/** So many of these members. A level is met when every part of it is. */
export interface QuorumPart {
  readonly members: readonly number[];
  readonly count: number;
}

export class ConsistencyError extends Error {
  override readonly name = "ConsistencyError";
}

export const DEFAULT_CONSISTENCY: Consistency = { level: "LOCAL_QUORUM" };

/**
 * The parts of a level over a replica set, seen from the coordinator's region. Throws `ConsistencyError` when more
 * replicas are asked for than there are.
 */
export function quorumParts(
  consistency: Consistency,
  replicaSet: RegionMembers,
  localRegion: string,
): QuorumPart[] {
  if ("replicas" in consistency)
    return [someOf(allOf(replicaSet), consistency.replicas, String(consistency.replicas))];
  return partsOfLevel(consistency.level, replicaSet.get(localRegion) ?? [], replicaSet);
}

function partsOfLevel(
  level: ConsistencyLevel,
  local: readonly number[],
  replicaSet: RegionMembers,
): QuorumPart[] {
  switch (level) {
    case "LOCAL_ONE":
      return [someOf(local, 1, level)];
    case "LOCAL_QUORUM":
      return [someOf(local, majority(local), level)];
    case "EACH_QUORUM":
      return [...replicaSet.values()].map((members) => someOf(members, majority(members), level));
    case "ONE":
      return [someOf(allOf(replicaSet), 1, level)];
    case "TWO":
      return [someOf(allOf(replicaSet), 2, level)];
    case "THREE":
      return [someOf(allOf(replicaSet), 3, level)];
    case "QUORUM": {
      const all = allOf(replicaSet);
      return [someOf(all, majority(all), level)];
    }
    case "ALL": {
      const all = allOf(replicaSet);
      return [someOf(all, all.length, level)];
    }
  }
}

function allOf(replicaSet: RegionMembers): number[] {
  return [...replicaSet.values()].flat();
}

function majority(members: readonly number[]): number {
  return Math.floor(members.length / 2) + 1;
}

function someOf(members: readonly number[], count: number, asked: string): QuorumPart {
  if (!Number.isInteger(count) || count < 1)
    throw new ConsistencyError(`consistency ${asked} is not a number of replicas from 1 on`);
  if (count > members.length)
    throw new ConsistencyError(
      `consistency ${asked} needs ${count} replicas, and the key has ${members.length} that count for it`,
    );
  return { members, count };
}

/** How many results are needed in all. */
export function requiredCount(parts: readonly QuorumPart[]): number {
  return parts.reduce((sum, part) => sum + part.count, 0);
}

/** How many of these members could count towards the level, at most as many as are needed. */
export function countable(parts: readonly QuorumPart[], isCounted: (member: number) => boolean): number {
  return parts.reduce((sum, part) => sum + Math.min(part.count, part.members.filter(isCounted).length), 0);
}

/** Collects the answers of replicas towards a level. */
export class QuorumTracker {
  readonly #parts: readonly QuorumPart[];
  readonly #succeeded = new Set<number>();
  readonly #stoodIn = new Set<number>();

  constructor(parts: readonly QuorumPart[]) {
    this.#parts = parts;
  }

  get required(): number {
    return requiredCount(this.#parts);
  }

  /** Answers that count, at most `required`. */
  get received(): number {
    return countable(this.#parts, (member) => this.#counts(member));
  }

  /** Every replica that answered, needed or not. */
  get answers(): number {
    return this.#succeeded.size;
  }

  /** Fallbacks that hold a copy. */
  get copies(): number {
    return this.#stoodIn.size;
  }

  get isSatisfied(): boolean {
    return this.#parts.every(
      (part) => part.members.filter((member) => this.#counts(member)).length >= part.count,
    );
  }

  /** A replica answered; a second answer of the same one changes nothing. */
  succeed(member: number): void {
    this.#succeeded.add(member);
  }

  /** A fallback holds a copy for this replica, which counts as if it had answered. */
  standIn(member: number): void {
    this.#stoodIn.add(member);
  }

  hasSucceeded(member: number): boolean {
    return this.#succeeded.has(member);
  }

  #counts(member: number): boolean {
    return this.#succeeded.has(member) || this.#stoodIn.has(member);
  }
}

/**
 * The members to ask first for a read: as many as the level needs of each part, in order of preference. Undefined when
 * too few can be asked.
 */
export function chooseReplicas(
  parts: readonly QuorumPart[],
  byPreference: readonly number[],
  canAsk: (member: number) => boolean,
): number[] | undefined {
  const chosen = new Set<number>();
  for (const part of parts) {
    const able = byPreference.filter((member) => part.members.includes(member) && canAsk(member));
    if (able.length < part.count) return undefined;
    for (const member of able.slice(0, part.count)) chosen.add(member);
  }
  return [...chosen];
}
