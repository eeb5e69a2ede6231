/** One cluster of real processes on this machine: what it is made of, how it fares, and the faults to try on it. */
import { endpointOf } from "./address.js";
import { ClusterError } from "./cluster-error.js";
import { type ClusterFile, type ClusterNode, readClusterFile } from "./cluster-file.js";
import { ClusterFolder } from "./cluster-folder.js";
import { directionsBetween, nodesNamed, summariseCuts } from "./fault-targets.js";
import { type Direction, LinksControl } from "./links/index.js";
import { endProcess, findProcess, type RunningProcess, signalProcess, waitForProcess } from "./processes.js";
import { builtPrograms, type Programs } from "./programs.js";
import { probeNode } from "./readiness.js";
import { roundTripMs } from "./regions.js";
import { startFailure } from "./start-account.js";
import { bringUp } from "./start-processes.js";

const GRACE_MS = 10_000;
const SIGNAL_TIMEOUT_MS = 5000;

type NodeState =
  /** It takes requests. */
  | "ready"
  /** It runs, and says that it is not ready, or says nothing. */
  | "not-ready"
  /** Stopped in the middle by `pause`. */
  | "paused"
  | "stopped";

export interface NodeStatus extends ClusterNode {
  readonly state: NodeState;
  /** Of the running process. */
  readonly pid: number | undefined;
}

export interface ClusterStatus {
  readonly nodes: readonly NodeStatus[];
  /** `direct`: there are none. */
  readonly links: "running" | "stopped" | "direct";
  /** Directions between nodes that are cut. */
  readonly cut: readonly Direction[];
}

/**
 * The methods that inject faults take the id of a node or the name of a region, which means all its nodes. They reject
 * with `ClusterError`: `NOT_FOUND` for an unknown name, `UNAVAILABLE` when nothing of that name runs.
 */
export class LocalCluster {
  readonly id: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly regions: readonly string[];
  readonly nodes: readonly ClusterNode[];
  readonly #cluster: ClusterFile;
  readonly #folder: ClusterFolder;
  readonly #programs: Programs | undefined;

  private constructor(folder: ClusterFolder, cluster: ClusterFile, programs: Programs | undefined) {
    this.#folder = folder;
    this.#cluster = cluster;
    this.#programs = programs;
    this.id = cluster.id;
    this.dataDir = folder.path;
    this.regions = cluster.regions;
    this.nodes = cluster.nodes;
  }

  /** The cluster in a folder, whether it runs or not. Throws `NOT_FOUND` when there is none. */
  static open(dataDir: string, programs?: Programs): LocalCluster {
    const folder = new ClusterFolder(dataDir);
    const cluster = readClusterFile(folder.clusterFile);
    if (cluster === undefined) throw new ClusterError("NOT_FOUND", `there is no cluster in ${folder.path}`);
    return new LocalCluster(folder, cluster, programs);
  }

  /** `host:port` for clients, of one region or of all. */
  endpoints(region?: string): string[] {
    const nodes = region === undefined ? this.nodes : nodesNamed(this.#cluster, region);
    return nodes.map((node) => node.client);
  }

  /** Milliseconds that a message takes from one region to another, one way, over the emulated network. */
  linkDelayMs(from: string, to: string): number {
    return this.#cluster.wan ? roundTripMs(from, to) / 2 : 0;
  }

  /** Throws `NOT_FOUND`. */
  node(id: string): ClusterNode {
    const node = this.nodes.find((candidate) => candidate.id === id);
    if (node === undefined) throw new ClusterError("NOT_FOUND", `there is no node ${JSON.stringify(id)}`);
    return node;
  }

  /** Of the running process of a node; undefined when it does not run. */
  async pid(id: string): Promise<number | undefined> {
    return (await this.#process(this.node(id)))?.pid;
  }

  async status(): Promise<ClusterStatus> {
    const nodes = Promise.all(this.nodes.map((node) => this.#nodeStatus(node)));
    const isDirect = this.#cluster.links === null;
    const links = isDirect ? "direct" : (await this.#lacksLinks()) ? "stopped" : "running";
    const cut = links === "running" ? await this.#control().cuts() : [];
    return { nodes: await nodes, links, cut };
  }

  /** The cuts of a status in few words: `eu-west <-> us-east`, `eu-west-1 --> us-east`. */
  describeCuts(cut: readonly Direction[]): string[] {
    return summariseCuts(this.#cluster, cut);
  }

  /** Whether any process of it runs. */
  async isRunning(): Promise<boolean> {
    const all = [this.#folder.links(), ...this.nodes.map((node) => this.#folder.node(node.id))];
    return (await Promise.all(all.map(findProcess))).some((running) => running !== undefined);
  }

  /** SIGKILL, as a power cut would. Resolves when it is gone. */
  async kill(name: string): Promise<void> {
    await this.#signal(name, "SIGKILL", (running) => running === undefined);
  }

  /** SIGTERM: drains first. Resolves when it is gone; after ten seconds it is killed. */
  async stop(name: string): Promise<void> {
    const running = await this.#running(name);
    await Promise.all(running.map((node) => endProcess(this.#folder.node(node.id), GRACE_MS)));
  }

  /**
   * Starts what does not run, the links process included. Resolves when it is ready; rejects with `FAILED` and the end of
   * its log otherwise, and for a node that was removed from the cluster. What else was started then runs.
   */
  async start(name: string): Promise<void> {
    const nodes = nodesNamed(this.#cluster, name);
    const processes = await Promise.all(nodes.map((node) => this.#process(node)));
    const stopped = nodes.filter((_node, at) => processes[at] === undefined);
    if (stopped.length === 0 && !(await this.#lacksLinks()))
      throw new ClusterError("INVALID", `${name} is already running`);
    const broughtUp = await bringUp(this.#folder, this.#cluster, {
      nodes: stopped,
      programs: this.#programs ?? builtPrograms(),
    });
    const failure = startFailure(broughtUp, this.#folder, this.#cluster);
    if (failure !== undefined) throw failure;
  }

  /** SIGSTOP: it keeps its connections and answers nothing. */
  async pause(name: string): Promise<void> {
    await this.#signal(name, "SIGSTOP", (running) => running === undefined || running.isPaused);
  }

  /** SIGCONT. */
  async resume(name: string): Promise<void> {
    await this.#signal(name, "SIGCONT", (running) => running === undefined || !running.isPaused);
  }

  /**
   * Cuts the links between two nodes or regions: both ways, or with `oneWay` only from the first to the second.
   * Without a second, from everybody else. Clients still reach every node.
   */
  async partition(from: string, to?: string, options: { readonly oneWay?: boolean } = {}): Promise<void> {
    const directions = directionsBetween(this.#cluster, from, to, options.oneWay ?? false);
    await this.#control().cut(directions);
  }

  /** Heals what lies between two names, or between one and everybody else, or everything. */
  async heal(from?: string, to?: string): Promise<void> {
    const directions = from === undefined ? undefined : directionsBetween(this.#cluster, from, to, false);
    await this.#control().heal(directions);
  }

  /** Stops everything: nodes that do not drain within `graceMs` are killed. Removes a temporary cluster's folder. */
  async down(options: { readonly graceMs?: number } = {}): Promise<void> {
    const graceMs = options.graceMs ?? GRACE_MS;
    await Promise.all(this.nodes.map((node) => endProcess(this.#folder.node(node.id), graceMs)));
    const links = this.#folder.links();
    const running = await findProcess(links);
    // The links process itself brings a cluster down when its owner is gone.
    if (running?.pid !== process.pid) await endProcess(links, graceMs);
    if (this.#cluster.temporary) this.#folder.remove(this.#cluster);
  }

  /** There should be links, and their process is gone: no node reaches another. */
  async #lacksLinks(): Promise<boolean> {
    return this.#cluster.links !== null && (await findProcess(this.#folder.links())) === undefined;
  }

  #process(node: ClusterNode): Promise<RunningProcess | undefined> {
    return findProcess(this.#folder.node(node.id));
  }

  async #nodeStatus(node: ClusterNode): Promise<NodeStatus> {
    const running = await this.#process(node);
    if (running === undefined) return { ...node, state: "stopped", pid: undefined };
    if (running.isPaused) return { ...node, state: "paused", pid: running.pid };
    const isReady = (await probeNode(node.admin)) === undefined;
    return { ...node, state: isReady ? "ready" : "not-ready", pid: running.pid };
  }

  /** The nodes of that name that run. */
  async #running(name: string): Promise<ClusterNode[]> {
    const nodes = nodesNamed(this.#cluster, name);
    const processes = await Promise.all(nodes.map((node) => this.#process(node)));
    const running = nodes.filter((_node, at) => processes[at] !== undefined);
    if (running.length === 0) throw new ClusterError("UNAVAILABLE", `${name} is not running`);
    return running;
  }

  async #signal(
    name: string,
    signal: NodeJS.Signals,
    took: (running: RunningProcess | undefined) => boolean,
  ): Promise<void> {
    const nodes = await this.#running(name);
    const files = nodes.map((node) => this.#folder.node(node.id));
    await Promise.all(files.map((one) => signalProcess(one, signal)));
    const done = await Promise.all(files.map((one) => waitForProcess(one, took, SIGNAL_TIMEOUT_MS)));
    if (done.includes(false)) throw new ClusterError("FAILED", `${signal} to ${name} had no effect`);
  }

  #control(): LinksControl {
    const links = this.#cluster.links;
    if (links !== null) return new LinksControl(endpointOf(links.control));
    throw new ClusterError(
      "INVALID",
      "this cluster was started with --direct: it has no links that could be cut. Start one without --direct.",
    );
  }
}
