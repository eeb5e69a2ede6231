/** How large a run is, and where its interesting moments lie. */
import { AUDIT_INTERVAL_MS, CATCH_UP_PAGE_BYTES } from "../node/index.js";
import type { SeededRandom } from "../runtime/simulated/index.js";
import { type PlannedCompound, type PlannedKey, type PlannedSettings, REGIONS } from "./plan.js";

/**
 * A moment at which a strict key is written at a node, and read much right after. Faults aim at it without knowing the
 * workload, so that many of these writes reach only some replicas, and the reads find out what that means.
 */
export interface Focus {
  readonly atMs: number;
  readonly node: number;
  readonly key: number;
}

export interface Shape {
  readonly nodesPerRegion: number;
  readonly replicasPerRegion: number;
  readonly partitions: number;
  readonly keys: readonly PlannedKey[];
  readonly compounds: readonly PlannedCompound[];
  readonly settings: PlannedSettings;
  readonly clients: number;
  readonly operations: number;
  readonly durationMs: number;
  readonly victim: number;
  readonly focuses: readonly Focus[];
}

/** Chances of 1, 2, … nodes a region: small clusters are many runs a second, and find most bugs. */
const NODES_PER_REGION = [0.68, 0.87, 0.985, 0.994, 1];

const PLENTY_OF_BYTES = 2 ** 26;
/** With a window at least so long, some clients ask again when a node without one would have trimmed its log. */
export const LATE_RETRIES_WINDOW_MS = 15_000;

const REPLICAS_PER_REGION = 3;
/** One node more than replicas, where it is not so anyway: see `isSloppy` of an operation. */
const FALLBACK_CHANCE = 0.5;

/** The first ones are strict: a focus has to find one. */
const KEYS: readonly PlannedKey[] = [
  { type: "register", isStrict: true },
  { type: "register", isStrict: true },
  { type: "multi", isStrict: true },
  { type: "register", isStrict: false },
  { type: "multi", isStrict: false },
  { type: "register", isStrict: false },
  { type: "multi", isStrict: false },
];
/** Of sessions that travel, and nobody else's: nothing of them is deleted. */
export const JOURNEY_KEYS: readonly PlannedKey[] = [
  { type: "register", isStrict: false },
  { type: "multi", isStrict: false },
];
/** Of each type the first that is not strict is also of the sessions that travel. */
const COMPOUNDS: readonly PlannedCompound[] = [
  { type: "counter", isStrict: true, isCleared: false },
  { type: "counter", isStrict: false, isCleared: false },
  { type: "counter", isStrict: false, isCleared: true },
  { type: "flag", isStrict: false, isCleared: true },
  { type: "set", isStrict: true, isCleared: true },
  { type: "set", isStrict: false, isCleared: true },
  { type: "map", isStrict: false, isCleared: true },
];
const STRICT_KEYS = KEYS.filter(({ isStrict }) => isStrict).length;

export function nodesOf({ nodesPerRegion }: Pick<Shape, "nodesPerRegion">): number {
  return nodesPerRegion * REGIONS.length;
}

/** The focus at which a key is removed for good: see `withFarewell`. */
export function farewellOf({ focuses: [first] }: Shape): Focus {
  if (first === undefined) throw new Error("a run has a focus");
  return first;
}

/** The focus at which a register is put that one with an end is put over: see `drawKeptBack`. */
export function olderOf({ focuses: [, second] }: Shape): Focus {
  if (second === undefined) throw new Error("a run has two focuses");
  return second;
}

export function shapeOf(random: SeededRandom): Shape {
  const dice = random.fraction();
  const nodesPerRegion = 1 + NODES_PER_REGION.findIndex((chance) => dice < chance);
  const durationMs = Math.round(random.between(12_000, 45_000));
  const nodes = nodesPerRegion * REGIONS.length;
  return {
    nodesPerRegion,
    replicasPerRegion: drawReplicas(random.split("replicas"), nodesPerRegion),
    partitions: 2 ** random.below(3),
    keys: KEYS,
    compounds: COMPOUNDS,
    settings: {
      fsync: random.chance(0.85) ? "always" : "interval",
      maxSiblings: random.chance(0.7) ? 100 : 3 + random.below(4),
      rowCacheBytes: random.chance(0.7) ? 1024 * 1024 : 0,
      requestIdWindowMs: random.split("window").chance(0.6) ? 8_000 : LATE_RETRIES_WINDOW_MS,
      maxHintWindowMs: random.chance(0.6) ? Math.round(random.between(2_000, 6_000)) : 3 * 3_600_000,
      hintBudgetBytes: random.chance(0.8) ? 2 ** 30 : 300,
      catchUpPageBytes: random.split("pages").chance(0.5) ? CATCH_UP_PAGE_BYTES : 200,
      catchUpBytesPerSecond: drawCatchUpPace(random.split("pace")),
      auditIntervalMs: random.split("audits").chance(0.5) ? AUDIT_INTERVAL_MS : 1_500,
    },
    clients: 3 + random.below(3),
    operations: Math.round(random.between(42, 94)),
    durationMs,
    victim: random.below(nodes),
    focuses: Array.from({ length: 2 + random.below(4) }, () => ({
      atMs: Math.round(random.between(500, durationMs)),
      node: random.below(nodes),
      // The last one twice as often: siblings have contexts that can be wrong.
      key: Math.min(random.below(STRICT_KEYS + 1), STRICT_KEYS - 1),
    })),
  };
}

function drawCatchUpPace(random: SeededRandom): number {
  return random.chance(0.65) ? PLENTY_OF_BYTES : Math.round(random.between(600, 4_000));
}

function drawReplicas(random: SeededRandom, nodesPerRegion: number): number {
  const hasFallback = nodesPerRegion > 1 && random.chance(FALLBACK_CHANCE);
  return hasFallback ? Math.min(REPLICAS_PER_REGION, nodesPerRegion - 1) : REPLICAS_PER_REGION;
}
