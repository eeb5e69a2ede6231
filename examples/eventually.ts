/** What the examples share: waiting for what the regions agree on in the end. */
import { setTimeout as pause } from "node:timers/promises";

const TIMEOUT_MS = 20_000;
const POLL_MS = 50;

/**
 * Asks until the assertion holds.
 * @param check throws while it does not
 * @throws what it threw last, after twenty seconds
 */
export async function eventually(check: () => Promise<void> | void): Promise<void> {
  const endMs = performance.now() + TIMEOUT_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > endMs) throw error;
    }
    await pause(POLL_MS);
  }
}

/** Names that no earlier run used, so that an example finds nothing of it. */
export function fresh(name: string): string {
  return `${name}-${Date.now().toString(36)}`;
}

/** The first two regions of a cluster. */
export function twoRegions(regions: readonly string[]): readonly [home: string, away: string] {
  const [home, away] = regions;
  if (home === undefined || away === undefined) throw new Error("this needs a cluster of two regions");
  return [home, away];
}
