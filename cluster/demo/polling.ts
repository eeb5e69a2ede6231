/** Waiting for a state of the cluster: asked for again and again, never for longer than a deadline. */
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 50;

/**
 * Asks until the answer is yes; false when it is not within `timeoutMs`. Rejects when `signal` aborts, and when a probe
 * does.
 */
export async function pollUntil(
  probe: () => Promise<boolean>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const endMs = performance.now() + timeoutMs;
  while (!(await probe())) {
    if (performance.now() > endMs) return false;
    await delay(POLL_MS, undefined, { signal });
  }
  return true;
}
