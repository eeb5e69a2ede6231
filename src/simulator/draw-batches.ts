/** Atomic batches, at moments at which their coordinator may die or be cut off, and peeks at what single replicas have of them. */
import type { SeededRandom } from "../runtime/simulated/index.js";
import { drawRetries } from "./draw-retries.js";
import type { Level, PlannedBatch, PlannedCall, PlannedPeek } from "./plan.js";
import { nodesOf, type Shape } from "./shape.js";

const STORY_CHANCE = 0.6;
const BATCHES_MAX = 3;
const AIM_CHANCE = 0.7;
const AIM_JITTER_MS = 30;
const RETRY_CHANCE = 0.6;
const LEVELS: readonly Level[] = ["ONE", "LOCAL_QUORUM", "QUORUM", "QUORUM"];
/** Larger than a frame, so that the rows of a batch come one after the other; too large for a catch-up that is slowed down. */
const PADDING_BYTES = 70_000;
const LARGE_CHANCE = 0.3;
/** After the batch; the later ones where somebody catches up. */
const PEEKS_MS = [
  [1, 25],
  [25, 60],
  [60, 130],
  [130, 350],
  [350, 700],
  [700, 1_500],
  [1_500, 7_000],
  [3_000, 9_000],
] as const;

export function drawBatches(random: SeededRandom, shape: Shape): (PlannedBatch | PlannedPeek)[] {
  if (!random.chance(STORY_CHANCE)) return [];
  return Array.from({ length: 1 + random.below(BATCHES_MAX) }, (_, batch) =>
    drawBatch(random.split(`batch/${batch}`), shape, batch),
  ).flat();
}

function drawBatch(random: SeededRandom, shape: Shape, batch: number): (PlannedBatch | PlannedPeek)[] {
  const focus = random.chance(AIM_CHANCE) ? shape.focuses[random.below(shape.focuses.length)] : undefined;
  const aimedAtMs = focus === undefined ? random.between(0, shape.durationMs) : focus.atMs;
  const atMs = Math.max(0, Math.round(aimedAtMs + random.between(-AIM_JITTER_MS, AIM_JITTER_MS)));
  const call = (delayMs: number, level: Level): PlannedCall => ({
    atMs: Math.round(atMs + delayMs),
    client: random.below(shape.clients),
    key: batch,
    node: random.below(nodesOf(shape)),
    level,
    timeoutMs: 800,
    isSloppy: false,
    retries: [],
    lingersMs: 0,
    isOfSession: false,
  });
  const planned = call(0, LEVELS[random.below(LEVELS.length)] ?? "QUORUM");
  const isFast = shape.settings.catchUpBytesPerSecond > 100 * PADDING_BYTES;
  const write: PlannedBatch = {
    ...planned,
    kind: "batch",
    node: focus?.node ?? planned.node,
    retries: random.chance(RETRY_CHANCE) ? drawRetries(random, shape, atMs) : [],
    paddingBytes: random.chance(LARGE_CHANCE) && isFast ? PADDING_BYTES : 0,
  };
  const peeks = PEEKS_MS.map(
    ([least, most]): PlannedPeek => ({ ...call(random.between(least, most), "ONE"), kind: "peek" }),
  );
  return [write, ...peeks];
}
