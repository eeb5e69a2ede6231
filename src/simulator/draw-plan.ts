/**
 * Draws a plan from a seed. Shape, workload and faults come from streams of their own, and within the faults each kind
 * from its own: a kind that is added, or a workload that is changed, leaves the luck of all others alone.
 *
 * Swarm style (Groce et al., "Swarm Testing", 2012): each run turns a random subset of the kinds on, because faults
 * that are always all there hide each other.
 */
import { SeededRandom } from "../runtime/simulated/index.js";
import { drawBatches } from "./draw-batches.js";
import { drawCompounds } from "./draw-compounds.js";
import { drawLifetimes } from "./draw-lifetimes.js";
import { drawListed } from "./draw-listed.js";
import { FAULTS } from "./faults/catalogue.js";
import type { FaultKind } from "./faults/fault.js";
import type { Action, Plan, PlannedFault } from "./plan.js";
import { type Focus, farewellOf, JOURNEY_KEYS, nodesOf, olderOf, type Shape, shapeOf } from "./shape.js";
import { drawWorkload } from "./workload.js";

/** How many of the kinds a run turns on, on average: quiet runs, busy runs, storms. */
const SWARM_SHARES = [0.06, 0.15, 0.3];
/** A fault aims at a focus this often: see `Focus`. */
const AIM_CHANCE = 0.5;
const AIM_BEFORE_MS = 250;
const AIM_AFTER_MS = 60;
/** Offsets of wall clocks at the start, either way. */
const OFFSET_MAX_MS = 450;

/** @param kinds the menu, all of it unless given */
export function drawPlan(seed: number, kinds: readonly FaultKind[] = FAULTS): Plan {
  const random = new SeededRandom(seed).split("plan");
  const shape = shapeOf(random.split("shape"));
  const faults = random.split("faults");
  const share = pick(faults.split("share"), SWARM_SHARES);
  const isOn = ({ name, nodesPerRegionMin = 1 }: FaultKind): boolean =>
    shape.nodesPerRegion >= nodesPerRegionMin && faults.split(`on/${name}`).chance(share);
  const swarm = kinds.filter(isOn);
  const isOffset = swarm.some(({ name }) => name === "clock-offset");
  const actions: Action[] = [
    ...drawWorkload(random.split("workload"), shape),
    ...drawCompounds(random.split("compounds"), shape),
    ...drawLifetimes(random.split("lifetimes"), shape),
    ...drawListed(random.split("listed"), shape),
    ...drawBatches(random.split("batches"), shape),
    ...drawFaults(faults, shape, swarm),
  ];
  return {
    seed,
    nodesPerRegion: shape.nodesPerRegion,
    replicasPerRegion: shape.replicasPerRegion,
    partitions: shape.partitions,
    keys: [...shape.keys, ...JOURNEY_KEYS],
    compounds: shape.compounds,
    settings: shape.settings,
    clockOffsetsMs: isOffset ? drawOffsets(faults.split("offsets"), nodesOf(shape)) : [],
    victim: shape.victim,
    swarm: swarm.map(({ name }) => name),
    actions: actions.sort((a, b) => a.atMs - b.atMs),
  };
}

function drawFaults(random: SeededRandom, shape: Shape, swarm: readonly FaultKind[]): PlannedFault[] {
  const faults: PlannedFault[] = [];
  for (const kind of swarm) {
    const own = random.split(`kind/${kind.name}`);
    const count = 1 + (own.chance(0.4) ? 1 : 0);
    for (let i = 0; i < count; i++) faults.push(drawFault(own, shape, kind));
  }
  return faults;
}

function drawFault(random: SeededRandom, shape: Shape, kind: FaultKind): PlannedFault {
  const focus = random.chance(AIM_CHANCE) ? pick(random, focusesOf(shape, kind)) : undefined;
  const atMs = focus === undefined ? random.between(0, shape.durationMs) : aimedAtMs(random, focus);
  const [low, high] = kind.forMs;
  const anyNode = random.below(nodesOf(shape));
  return {
    kind: "fault",
    fault: kind.name,
    atMs: Math.round(atMs),
    node: kind.isDestructive === true ? shape.victim : (focus?.node ?? anyNode),
    peer: random.below(nodesOf(shape)),
    forMs: Math.round(random.between(low, high)),
    amount: Math.round(random.fraction() * 1_000) / 1_000,
  };
}

function focusesOf(shape: Shape, { aimsAt }: FaultKind): readonly Focus[] {
  if (aimsAt === undefined) return shape.focuses;
  return [aimsAt === "farewell" ? farewellOf(shape) : olderOf(shape)];
}

function aimedAtMs(random: SeededRandom, focus: Focus): number {
  return Math.max(0, focus.atMs + random.between(-AIM_BEFORE_MS, AIM_AFTER_MS));
}

function drawOffsets(random: SeededRandom, nodes: number): number[] {
  return Array.from({ length: nodes }, () =>
    random.chance(0.6) ? Math.round(random.between(-OFFSET_MAX_MS, OFFSET_MAX_MS)) : 0,
  );
}

function pick<T>(random: SeededRandom, from: readonly [T, ...T[]] | readonly T[]): T {
  const picked = from[random.below(from.length)];
  if (picked === undefined) throw new Error("nothing to pick from");
  return picked;
}
