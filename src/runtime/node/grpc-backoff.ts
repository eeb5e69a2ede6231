/** How long to wait before a peer is dialled again: exponential, with jitter so that nodes do not dial in step. */
export const BACKOFF_MIN_MS = 100;
export const BACKOFF_MAX_MS = 2_000;

/**
 * The next delay, after one of `previousMs` (`BACKOFF_MIN_MS` at first).
 * @param fraction random, in [0, 1)
 */
export function nextBackoffMs(previousMs: number, fraction: number): number {
  return Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS + fraction * (previousMs * 3 - BACKOFF_MIN_MS));
}
