/**
 * Expiry: what a dot put into a row shows until its time has come. The time is part of the payload, so that it is the same
 * on every replica, whenever it arrives; what a row shows is decided by whoever reads it, by the clock.
 *
 * A register whose winner has expired shows nothing: what it won over does not come back. The parts of a counter go
 * together, when the latest of them does: a sum of those that are left would be a number that nobody ever counted to. All
 * else goes dot by dot.
 */
import { DataType } from "./data-type.js";
import { type LiveDot, wins } from "./row.js";

/** The dots of a row that a reader sees at this time; of a register at most one. */
export function shownDots(type: DataType, live: readonly LiveDot[], nowMs: number): readonly LiveDot[] {
  switch (type) {
    case DataType.register:
      return winnerOf(live).filter((dot) => isThere(dot, nowMs));
    case DataType.counter:
      return isOver(live, nowMs) ? [] : live;
    default:
      return live.filter((dot) => isThere(dot, nowMs));
  }
}

/** When the last of the dots expires; 0: never, or there is none. */
export function lastExpiryMs(live: readonly LiveDot[]): number {
  let lastMs = 0;
  for (const { payload } of live) {
    if (payload.expiresAtMs === 0) return 0;
    if (payload.expiresAtMs > lastMs) lastMs = payload.expiresAtMs;
  }
  return lastMs;
}

/**
 * From when on a row shows nothing, whoever reads it, until something else is written; 0: never, or it is empty. A register
 * inside a map ends with its winner: it hides what it won over from then on, too.
 *
 * @param type by which the row is read
 */
export function rowEndMs(type: DataType, live: readonly LiveDot[]): number {
  return lastExpiryMs(type === DataType.register ? winnerOf(live) : live);
}

/** The later of two ends; 0: never. */
export function laterEndMs(aMs: number, bMs: number): number {
  return aMs === 0 || bMs === 0 ? 0 : Math.max(aMs, bMs);
}

/** All dots of a row have expired. */
export function isOver(live: readonly LiveDot[], nowMs: number): boolean {
  const lastMs = lastExpiryMs(live);
  return lastMs > 0 && lastMs <= nowMs;
}

export function hasExpired({ payload: { expiresAtMs } }: LiveDot, nowMs: number): boolean {
  return expiresAtMs > 0 && expiresAtMs <= nowMs;
}

function isThere(dot: LiveDot, nowMs: number): boolean {
  return !dot.payload.isTombstone && !hasExpired(dot, nowMs);
}

/** A register inside a map keeps all that were put at once, so that one removed leaves the others; the winner shows. */
function winnerOf(live: readonly LiveDot[]): readonly LiveDot[] {
  if (live.length < 2) return live;
  return [live.reduce((best, dot) => (wins(dot, best) ? dot : best))];
}
