/**
 * Which faults a run has, and when: drawn before it begins, from its seed alone. The same seed draws the same faults;
 * what the processes make of them is theirs.
 *
 * Faults of nodes (killed, paused, disk full) mostly leave a majority of each region alone: a node is drawn only while
 * no other of its region suffers. One fault in ten is severe and takes several nodes of a region, or all of them.
 */
import type { SeededRandom } from "../../../src/runtime/simulated/index.js";

/** A node's troubles; each takes one or more nodes of one region. */
const NODE_FAULTS = ["kill", "pause", "full-disk"] as const;
export type NodeFaultKind = (typeof NODE_FAULTS)[number];

export interface NodeFault {
  readonly kind: NodeFaultKind;
  readonly nodes: readonly string[];
}

/** `out`: nothing that `from` says arrives; `in`: it hears nothing. Between it and `to`, or everybody. */
export interface CutFault {
  readonly kind: "cut";
  readonly from: string;
  readonly to: string | undefined;
  readonly direction: "both" | "out" | "in";
}

export type Fault = (NodeFault | CutFault) & {
  /** Since the beginning. */
  readonly atMs: number;
  readonly forMs: number;
};

interface Region {
  readonly name: string;
  readonly nodes: readonly string[];
}

interface Frame {
  readonly regions: readonly Region[];
  /** All faults have ended by then. */
  readonly untilMs: number;
  readonly hasFullDisks: boolean;
}

const CALM_AT_FIRST_MS = 1_500;
const SEVERE_PROBABILITY = 0.1;
const GAP_MS = { min: 200, max: 3_000 };
const LASTS_MS = { min: 500, max: 8_000 };
/** A node that suffered has so long to itself before it suffers again. */
const REST_MS = 1_000;

export function drawSchedule(random: SeededRandom, frame: Frame): Fault[] {
  const faults: Fault[] = [];
  for (let atMs = CALM_AT_FIRST_MS; ; atMs += random.between(GAP_MS.min, GAP_MS.max)) {
    const time = { atMs: Math.round(atMs), forMs: Math.round(random.between(LASTS_MS.min, LASTS_MS.max)) };
    if (time.atMs + LASTS_MS.min > frame.untilMs) return faults;
    const forMs = Math.min(time.forMs, frame.untilMs - time.atMs);
    const isCut = random.chance(0.4);
    const fault = isCut ? drawCut(random, frame.regions) : drawNodeFault(random, frame, faults, time.atMs);
    if (fault !== undefined) faults.push({ ...fault, atMs: time.atMs, forMs });
  }
}

/** Undefined when every region has enough troubles already. */
function drawNodeFault(
  random: SeededRandom,
  { regions, hasFullDisks }: Frame,
  earlier: readonly Fault[],
  atMs: number,
): NodeFault | undefined {
  const kind = pick(random, hasFullDisks ? NODE_FAULTS : NODE_FAULTS.filter((name) => name !== "full-disk"));
  const isSevere = random.chance(SEVERE_PROBABILITY);
  const suffering = new Set(
    earlier.flatMap((fault) =>
      fault.kind !== "cut" && fault.atMs + fault.forMs + REST_MS > atMs ? fault.nodes : [],
    ),
  );
  const region = pick(random, regions);
  const healthy = region.nodes.filter((node) => !suffering.has(node));
  if (isSevere) {
    const count = Math.min(healthy.length, 2 + random.below(region.nodes.length - 1));
    return count === 0 ? undefined : { kind, nodes: healthy.slice(0, count) };
  }
  const mayFail = Math.floor((region.nodes.length - 1) / 2);
  if (region.nodes.length - healthy.length >= mayFail) return undefined;
  return { kind, nodes: [pick(random, healthy)] };
}

function drawCut(random: SeededRandom, regions: readonly Region[]): CutFault {
  const direction = pick(random, ["both", "out", "in"] as const);
  const region = pick(random, regions);
  const other = pick(
    random,
    regions.filter((candidate) => candidate !== region),
  );
  const node = pick(random, region.nodes);
  const neighbour = pick(
    random,
    [...region.nodes, ...other.nodes].filter((candidate) => candidate !== node),
  );
  const [from, to] = pick(random, [
    [node, undefined],
    [node, neighbour],
    [node, other.name],
    [region.name, other.name],
    [region.name, undefined],
  ] as const);
  return { kind: "cut", from, to, direction };
}

function pick<Item>(random: SeededRandom, items: readonly Item[]): Item {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new Error("there is nothing to choose from");
  return item;
}

/** In few words: `kill us-east-1`, `cut us-east --> everybody`. */
export function describeFault(fault: NodeFault | CutFault): string {
  if (fault.kind !== "cut") return `${fault.kind} ${fault.nodes.join(" ")}`;
  const arrow = { both: "<->", out: "-->", in: "<--" }[fault.direction];
  return `cut ${fault.from} ${arrow} ${fault.to ?? "everybody"}`;
}
