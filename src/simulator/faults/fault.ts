/** What a kind of fault is, and what it may do to a run. */
import type { NodeEnd } from "../../node/index.js";
import type { SimulatedNetwork, VirtualTime } from "../../runtime/simulated/index.js";
import type { RunningNode } from "../cluster-processes.js";
import type { Damage } from "../damage-budget.js";
import type { MessageFaults } from "../message-faults.js";
import type { NodeKeeper } from "../node-keeper.js";
import type { PlannedFault } from "../plan.js";

export interface FaultKind {
  readonly name: string;
  readonly family: "network" | "disk" | "clock" | "process";
  /** One line for people. */
  readonly summary: string;
  /** Drawn evenly between the two. */
  readonly forMs: readonly [number, number];
  /** It may destroy what was acknowledged, so it befalls the victim alone: see `DamageBudget`. */
  readonly isDestructive?: boolean;
  /** When it aims, then at this focus: where a key is removed for good, or put before one with an end is. */
  readonly aimsAt?: "farewell" | "older";
  /** Smaller clusters never have it on. */
  readonly nodesPerRegionMin?: number;
  inject(stage: FaultStage, fault: PlannedFault): void;
}

/** Sees a frame as a process takes it. */
export type FrameWatch = (from: number, to: number, frame: Buffer) => void;

/** A fault at rest that has to be made good. */
export interface StillBroken {
  /** What of it is not made good yet; undefined when nothing is. */
  readonly why: () => string | undefined;
  readonly isReadMeanwhile: boolean;
}

/** What faults act on. */
export interface FaultStage {
  readonly time: VirtualTime;
  readonly network: SimulatedNetwork;
  readonly messageFaults: MessageFaults;
  readonly keeper: NodeKeeper;
  readonly nodes: readonly RunningNode[];
  readonly regions: readonly string[];
  /** The fault had an effect: once a run is enough for its coverage. */
  fired(fault: PlannedFault): void;
  /** Takes the fault back after `forMs`, or when faults stop, whichever is first. */
  during(forMs: number, undo: () => void): void;
  /** Runs `task` after `delayMs`, unless faults have stopped by then. */
  later(delayMs: number, task: () => void): void;
  /** Watches frames until the returned function is called. */
  watchFrames(watch: FrameWatch): () => void;
  /** Watches nodes mint dots, which is when their batch is durable and nothing has been sent. */
  watchMints(watch: (node: number) => void): () => void;
  /** Watches nodes end by themselves, and fail to start. */
  watchEnds(watch: (node: RunningNode, end: NodeEnd | Error) => void): () => void;
  /** How many batches a node has written so far. */
  batchesOf(node: RunningNode): number;
  /** Runs `task` when all has come to rest after faults have stopped. What it does must be made good before the verdict. */
  atRest(task: () => StillBroken | undefined): void;
  /** The node's disk loses some of what it holds. `copiedAtMs`: it is as it was then. */
  destroyed(node: RunningNode, damage: Damage, copiedAtMs?: number): void;
}

export function nodeOf(stage: FaultStage, index: number): RunningNode {
  const node = stage.nodes[index % stage.nodes.length];
  if (node === undefined) throw new Error("a run has nodes");
  return node;
}

/** Cuts a node off from these. What is returned heals it. */
export function cutOff(
  { network }: FaultStage,
  node: RunningNode,
  others: readonly RunningNode[],
): () => void {
  for (const other of others) network.cut(node.member.number, other.member.number);
  return () => {
    for (const other of others) network.heal(node.member.number, other.member.number);
  };
}

/** Two nodes, never the same. */
export function pairOf(stage: FaultStage, { node, peer }: PlannedFault): [RunningNode, RunningNode] {
  const { length } = stage.nodes;
  const isSame = node % length === peer % length;
  return [nodeOf(stage, node), nodeOf(stage, isSame ? peer + 1 : peer)];
}

/** Every pair of nodes between the regions of two planned nodes, never the same region. */
export function regionPairsOf(stage: FaultStage, { node, peer }: PlannedFault): [RunningNode, RunningNode][] {
  const from = nodeOf(stage, node).member.region;
  const others = stage.regions.filter((region) => region !== from);
  const to = others[peer % others.length];
  const inRegion = (region: string | undefined): RunningNode[] =>
    stage.nodes.filter(({ member }) => member.region === region);
  return inRegion(from).flatMap((a) => inRegion(to).map((b): [RunningNode, RunningNode] => [a, b]));
}
