/** How often and where clients ask again. */
import type { SeededRandom } from "../runtime/simulated/index.js";
import type { PlannedRetry } from "./plan.js";
import { LATE_RETRIES_WINDOW_MS, nodesOf, type Shape } from "./shape.js";

/** A retry that does not wait for the attempt before, as an SDK that hedges: both are under way at once. */
const IMPATIENT_CHANCE = 0.35;
const IMPATIENT_MS = 120;
/** So long after the operation began the last retry comes, if it is a late one: logs are trimmed every five seconds. */
const LATE_RETRY_MS = [5_200, 7_000] as const;
const LATE_RETRY_CHANCE = 0.4;

export function drawRetries(random: SeededRandom, shape: Shape, atMs: number): PlannedRetry[] {
  const node = (): number => random.below(nodesOf(shape));
  const retries = Array.from({ length: 1 + random.below(3) }, () => {
    const mostMs = random.chance(IMPATIENT_CHANCE) ? IMPATIENT_MS : 1_500;
    return { afterMs: Math.round(random.between(5, mostMs)), node: node() };
  });
  const [earliestMs, latestMs] = LATE_RETRY_MS;
  const isLate = random.chance(LATE_RETRY_CHANCE) && atMs + latestMs < shape.durationMs;
  if (!isLate || shape.settings.requestIdWindowMs < LATE_RETRIES_WINDOW_MS) return retries;
  const lastMs = retries.reduce((sum, { afterMs }) => sum + afterMs, 0);
  return [...retries, { afterMs: Math.round(random.between(earliestMs, latestMs) - lastMs), node: node() }];
}
