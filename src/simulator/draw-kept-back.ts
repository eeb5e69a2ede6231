/**
 * A story that only a tombstone ends well. A register is put at a node that is then cut off from the writes of all others,
 * and they from its own, though not from its clock; meanwhile it is put elsewhere, with an end, which comes, and is reclaimed.
 * When the first one gets to the others, nothing but the tombstone tells them that it has lost.
 */
import type { SeededRandom } from "../runtime/simulated/index.js";
import { lifetimeKey } from "./lifetimes.js";
import type { PlannedCall, PlannedGlance, PlannedLasting } from "./plan.js";
import { nodesOf, olderOf, type Shape } from "./shape.js";

const CHANCE = 0.5;
/** Longer than two clocks may be apart, so that the older has the lower stamp. */
const OLDER_MS = 1_300;
/** Over and reclaimed before the fault that aims at this is. */
const TTL_MS = [1_500, 3_000] as const;
/** From the older one: before the end of the newer one, and long after it. */
const READS_AT_MS = [1_500, 4_600, 7_000, 10_000] as const;

/** @param story which no other one of the run has */
export function drawKeptBack(
  random: SeededRandom,
  shape: Shape,
  story: number,
): (PlannedLasting | PlannedGlance)[] {
  if (!random.chance(CHANCE)) return [];
  const { atMs, node } = olderOf(shape);
  const call = (afterMs: number): PlannedCall => ({
    atMs: atMs + afterMs,
    client: random.below(shape.clients),
    key: lifetimeKey(story, "register"),
    node: (node + 1 + random.below(nodesOf(shape) - 1)) % nodesOf(shape),
    level: "QUORUM",
    timeoutMs: 800,
    isSloppy: false,
    retries: [],
    lingersMs: 0,
    isOfSession: false,
  });
  return [
    { ...call(0), kind: "lasting", ttlMs: 0, node, level: "ONE" },
    { ...call(OLDER_MS), kind: "lasting", ttlMs: Math.round(random.between(...TTL_MS)) },
    ...READS_AT_MS.map((afterMs): PlannedGlance => ({ ...call(afterMs), kind: "glance" })),
  ];
}
