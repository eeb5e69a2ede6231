/**
 * The owner of the nodes of a run, as `atoll start` is in production: it builds a node anew that ended by itself, tries
 * again when a start fails, and starts what a fault had killed once its time is over.
 */
import type { NodeEnd } from "../node/index.js";
import type { VirtualTime } from "../runtime/simulated/index.js";
import type { ClusterProcesses, NodeOwner, RunningNode } from "./cluster-processes.js";

const REBUILD_MS = 150;
const RETRY_MS = 700;

interface Crash {
  readonly loseUnsynced: boolean;
  readonly tearLast?: boolean;
}

interface KeeperEvents {
  tell(text: string): void;
  ended(node: RunningNode, end: NodeEnd | Error): void;
  /** A power cut may take what the node has acknowledged: it flushes now and then only. */
  losesAcknowledged(node: RunningNode): void;
  /** Whether the node may lose what was acknowledged. */
  mayLose(node: RunningNode): boolean;
}

export class NodeKeeper implements NodeOwner {
  readonly #time: VirtualTime;
  readonly #cluster: ClusterProcesses;
  readonly #events: KeeperEvents;
  /** Nothing is acknowledged before it was flushed. */
  readonly isFlushedAlways: boolean;
  /** Counts the lives of each node: what was meant for an earlier one is void. */
  readonly #lives = new Map<RunningNode, number>();

  constructor(cluster: ClusterProcesses, isFlushedAlways: boolean, events: KeeperEvents) {
    this.#time = cluster.world.time;
    this.#cluster = cluster;
    this.isFlushedAlways = isFlushedAlways;
    this.#events = events;
  }

  /** Kills a node and starts it after a while. False when it was down already. */
  crash(node: RunningNode, crash: Crash, downMs: number): boolean {
    if (!node.isUp) return false;
    const canLose = this.isFlushedAlways || this.#events.mayLose(node);
    const loses = (crash.loseUnsynced || crash.tearLast === true) && !this.isFlushedAlways;
    if (loses && canLose) this.#events.losesAcknowledged(node);
    node.host.crash(canLose ? crash : { loseUnsynced: false });
    this.#isDown(node, downMs);
    return true;
  }

  /** A clean stop, and a start after a while. `stopped` is called when it went so. */
  restart(node: RunningNode, downMs: number, stopped: () => void): void {
    if (!node.isUp) return;
    const life = this.#lifeOf(node);
    node.api.stop(() => {
      if (this.#lifeOf(node) !== life) return;
      stopped();
      node.host.crash();
      this.#isDown(node, downMs);
    });
  }

  /** Faults are over: whatever is down starts now, unless it was removed from the cluster. */
  startAll(): void {
    for (const node of this.#cluster.nodes) {
      node.host.resume();
      if (!node.isUp && !node.isRemoved) this.#start(node);
    }
  }

  ended(node: RunningNode): void {
    const end = node.ends.shift();
    if (end === undefined) return;
    this.#events.tell(`${node.member.nodeId} ended: ${end.message}`);
    this.#events.ended(node, end);
    if (end.kind === "incarnation-behind") node.minimumIncarnation = end.knownIncarnation + 1;
    if (end.kind === "removed") return this.#takeOut(node);
    const life = this.#lifeOf(node);
    const { api } = node;
    // Later, because a node must not be stopped from inside its own call.
    this.#time.schedule(0, () => {
      if (this.#lifeOf(node) === life)
        api.stop(() => {
          if (this.#lifeOf(node) !== life) return;
          node.host.crash();
          this.#isDown(node, REBUILD_MS);
        });
    });
  }

  /** Keeps what only it has, and never starts it again. */
  #takeOut(node: RunningNode): void {
    const { api } = node;
    const life = this.#lifeOf(node);
    node.isRemoved = true;
    this.#time.schedule(0, () => {
      if (this.#lifeOf(node) !== life) return;
      node.quarantine.length = 0;
      const take: Parameters<typeof api.unreplicated>[0] = (writes, next) => {
        node.quarantine.push(...writes);
        next();
      };
      api.unreplicated(take, (error) => {
        if (error !== undefined) this.#events.tell(`no quarantine: ${error.message}`);
        api.stop(() => {
          if (this.#lifeOf(node) !== life) return;
          node.host.crash();
          node.isUp = false;
        });
      });
    });
  }

  startFailed(node: RunningNode, error: Error): void {
    this.#events.tell(`${node.member.nodeId} does not start: ${error.message}`);
    this.#events.ended(node, error);
    const life = this.#lifeOf(node);
    this.#time.schedule(0, () => {
      if (this.#lifeOf(node) !== life) return;
      node.host.crash();
      // What its operator does when told that nothing on the disk says whose it is.
      if (error.message.includes("start with an empty folder")) node.host.disk.wipe();
      this.#isDown(node, RETRY_MS);
    });
  }

  #isDown(node: RunningNode, forMs: number): void {
    node.isUp = false;
    const life = this.#nextLife(node);
    this.#time.schedule(forMs, () => {
      if (this.#lifeOf(node) === life && !node.isUp && !node.isRemoved) this.#start(node);
    });
  }

  #start(node: RunningNode): void {
    this.#nextLife(node);
    this.#events.tell(`start ${node.member.nodeId}`);
    this.#cluster.start(node);
  }

  #lifeOf(node: RunningNode): number {
    return this.#lives.get(node) ?? 0;
  }

  #nextLife(node: RunningNode): number {
    const life = this.#lifeOf(node) + 1;
    this.#lives.set(node, life);
    return life;
  }
}
