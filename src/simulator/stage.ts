/** What the faults of one run act on, and what they wait for. */
import type { NodeEnd } from "../node/index.js";
import type { SimulatedNetwork, VirtualTime } from "../runtime/simulated/index.js";
import type { ClusterProcesses, RunningNode } from "./cluster-processes.js";
import type { Damage } from "./damage-budget.js";
import type { FaultStage, FrameWatch, StillBroken } from "./faults/fault.js";
import type { MessageFaults } from "./message-faults.js";
import type { NodeKeeper } from "./node-keeper.js";
import type { PlannedFault } from "./plan.js";

type EndWatch = (node: RunningNode, end: NodeEnd | Error) => void;
type MintWatch = (node: number) => void;

export class Stage implements FaultStage {
  readonly time: VirtualTime;
  readonly network: SimulatedNetwork;
  readonly messageFaults: MessageFaults;
  readonly keeper: NodeKeeper;
  readonly nodes: readonly RunningNode[];
  readonly regions: readonly string[];
  readonly #destroyed: FaultStage["destroyed"];
  readonly #undos = new Set<() => void>();
  readonly #frameWatches = new Set<FrameWatch>();
  readonly #mintWatches = new Set<MintWatch>();
  readonly #endWatches = new Set<EndWatch>();
  readonly #fired = new Set<string>();
  readonly #batches = new Map<number, number>();
  readonly #atRest: (() => StillBroken | undefined)[] = [];
  #isCalm = false;

  constructor(cluster: ClusterProcesses, keeper: NodeKeeper, destroyed: FaultStage["destroyed"]) {
    this.time = cluster.world.time;
    this.network = cluster.world.network;
    this.messageFaults = cluster.messageFaults;
    this.keeper = keeper;
    this.nodes = cluster.nodes;
    this.regions = [...new Set(cluster.nodes.map(({ member }) => member.region))];
    this.#destroyed = destroyed;
  }

  get firedFaults(): readonly string[] {
    return [...this.#fired].sort();
  }

  fired(fault: PlannedFault): void {
    this.#fired.add(fault.fault);
  }

  during(forMs: number, undo: () => void): void {
    const once = (): void => {
      if (this.#undos.delete(once)) undo();
    };
    this.#undos.add(once);
    this.time.schedule(forMs, once);
  }

  later(delayMs: number, task: () => void): void {
    this.time.schedule(delayMs, () => {
      if (!this.#isCalm) task();
    });
  }

  watchFrames(watch: FrameWatch): () => void {
    return added(this.#frameWatches, watch);
  }

  watchMints(watch: MintWatch): () => void {
    return added(this.#mintWatches, watch);
  }

  watchEnds(watch: EndWatch): () => void {
    return added(this.#endWatches, watch);
  }

  atRest(task: () => StillBroken | undefined): void {
    this.#atRest.push(task);
  }

  /** All has come to rest: what was kept for now happens. Each of what it returns says whether it is made good. */
  disturbRest(): StillBroken[] {
    return this.#atRest.splice(0).flatMap((task) => task() ?? []);
  }

  batchesOf(node: RunningNode): number {
    return this.#batches.get(node.member.number) ?? 0;
  }

  destroyed(node: RunningNode, damage: Damage, copiedAtMs?: number): void {
    this.#destroyed(node, damage, copiedAtMs);
  }

  /** Faults stop: whatever lasts is taken back, and clocks are set. */
  calm(): void {
    this.#isCalm = true;
    for (const undo of [...this.#undos]) undo();
    this.network.healAll();
    for (const { host } of this.nodes) {
      host.disk.failNothing();
      host.clock.setDriftPpm(0);
      host.clock.step(-Math.round(host.clock.errorMs));
    }
  }

  noteFrame(from: number, to: number, frame: Buffer): void {
    for (const watch of this.#frameWatches) watch(from, to, frame);
  }

  noteMint(node: number): void {
    for (const watch of this.#mintWatches) watch(node);
  }

  noteEnd(node: RunningNode, end: NodeEnd | Error): void {
    for (const watch of this.#endWatches) watch(node, end);
  }

  noteBatch(node: number): void {
    this.#batches.set(node, (this.#batches.get(node) ?? 0) + 1);
  }
}

function added<T>(watches: Set<T>, watch: T): () => void {
  watches.add(watch);
  return () => watches.delete(watch);
}
