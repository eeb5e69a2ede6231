/** A whole cluster on virtual time: the same node code as in production. */
import type { Message } from "../codec/index.js";
import {
  createNode,
  type DigestReport,
  type NodeApi,
  type NodeEnd,
  type NodeSettings,
} from "../node/index.js";
import type { Consistency, Operation, OperationOptions, Outcome } from "../replication/index.js";
import { type SimulatedHost, SimulatedWorld } from "../runtime/simulated/index.js";
import { createLayout, type Layout, LayoutView, type Member } from "../topology/index.js";
import { difference, isQuiet } from "./convergence.js";
import { deleteOf, getOf, putOf, type Typed } from "./operations.js";
import { tapped } from "./wire-tap.js";

export interface ClusterOptions {
  readonly seed?: number;
  readonly regions?: readonly string[];
  readonly nodesPerRegion?: number;
  readonly partitions?: number;
  readonly replicas?: number;
  readonly settings?: Partial<NodeSettings>;
  readonly clockOffsetsMs?: Readonly<Record<string, number>>;
  /** Sees every message that one node hands to its link with another. */
  readonly onMessage?: (from: string, to: string, message: Message) => void;
}

export interface RunningNode {
  readonly member: Member;
  readonly host: SimulatedHost;
  api: NodeApi;
  isUp: boolean;
  readonly ends: NodeEnd[];
  minimumIncarnation: number;
}

/** An operation under way. */
export interface Pending {
  outcome: Outcome | undefined;
  /** Of virtual time. */
  endedAtMs: number;
}

export class SimulatedCluster {
  readonly world: SimulatedWorld;
  readonly layout: Layout;
  readonly view: LayoutView;
  readonly nodes: RunningNode[] = [];
  readonly log: string[] = [];
  readonly #settings: Partial<NodeSettings>;
  readonly #onMessage: ClusterOptions["onMessage"];

  constructor(options: ClusterOptions = {}) {
    const regions = options.regions ?? ["ap", "eu", "us"];
    const perRegion = options.nodesPerRegion ?? 1;
    this.#settings = options.settings ?? {};
    this.#onMessage = options.onMessage;
    this.world = new SimulatedWorld(options.seed ?? 1, {
      onLog: (line) =>
        this.log.push(
          `${line.atMs.toFixed(1)} n${line.node} ${line.level} ${line.message} ${JSON.stringify(line.fields)}`,
        ),
    });
    const members = regions.flatMap((region, r) =>
      Array.from({ length: perRegion }, (_, n): Member => {
        const number = r * perRegion + n + 1;
        const at = (base: number): string => `127.0.0.1:${base + number}`;
        return {
          number,
          nodeId: `${region}-${n + 1}`,
          region,
          zone: "a",
          host: `${region}-${n + 1}`,
          clientAddress: at(1000),
          peerAddress: at(2000),
          adminAddress: at(3000),
        };
      }),
    );
    this.layout = createLayout({
      clusterId: "simulated",
      partitionCount: options.partitions ?? 4,
      replicasPerRegion: options.replicas ?? 3,
      members,
    });
    this.view = new LayoutView(this.layout);
    for (const member of this.layout.members) {
      const offset = options.clockOffsetsMs?.[member.nodeId] ?? 0;
      const host = this.world.addNode(member.number, { region: member.region, clockOffsetMs: offset });
      const api = this.#create(member, host, [], 0);
      this.nodes.push({ member, host, api, isUp: false, ends: [], minimumIncarnation: 0 });
    }
  }

  /** Starts every node and waits until all are ready. */
  static ready(options: ClusterOptions = {}): SimulatedCluster {
    const cluster = new SimulatedCluster(options);
    for (const node of cluster.nodes) cluster.start(node);
    cluster.waitUntil("all nodes are ready", () =>
      cluster.nodes.every((node) => node.api.status().state === "READY"),
    );
    return cluster;
  }

  node(nodeId: string): RunningNode {
    const node = this.nodes.find((candidate) => candidate.member.nodeId === nodeId);
    if (node === undefined) throw new Error(`no node ${nodeId}`);
    return node;
  }

  inRegion(region: string): RunningNode[] {
    return this.nodes.filter((node) => node.member.region === region);
  }

  start(node: RunningNode): void {
    if (!node.host.isAlive) node.host.restart();
    node.api = this.#create(node.member, node.host, node.ends, node.minimumIncarnation);
    node.isUp = true;
    node.api.start((error) => {
      if (error !== undefined) this.log.push(`start of ${node.member.nodeId} failed: ${error.message}`);
    });
  }

  /** kill -9; with `losesUnsynced` a power cut. */
  kill(node: RunningNode, losesUnsynced = false): void {
    node.host.crash({ loseUnsynced: losesUnsynced });
    node.isUp = false;
  }

  /** Kills it and puts a new, empty disk in its place. */
  wipe(node: RunningNode): void {
    this.kill(node, true);
    node.host.disk.wipe();
  }

  /** What a node's owner does when the node ended by itself: stops it, and builds another one on the same folder. */
  replace(node: RunningNode): void {
    const end = node.ends.shift();
    if (end === undefined) throw new Error(`${node.member.nodeId} has not ended`);
    if (end.kind === "incarnation-behind") node.minimumIncarnation = end.knownIncarnation + 1;
    this.stop(node);
    this.start(node);
  }

  /** A clean stop. Its process ends, too: the next start is a new one. */
  stop(node: RunningNode): void {
    let isStopped = false;
    node.api.stop(() => {
      isStopped = true;
    });
    this.waitUntil(`${node.member.nodeId} stopped`, () => isStopped);
    node.host.crash();
    node.isUp = false;
  }

  /** Stops what one node sends to another, or both to each other. */
  cut(a: string, b: string, direction: "both" | "a-to-b" = "both"): void {
    this.world.network.cut(this.node(a).member.number, this.node(b).member.number, direction);
  }

  /** Takes a node's cables out. */
  isolate(nodeId: string): void {
    for (const { member } of this.nodes) if (member.nodeId !== nodeId) this.cut(nodeId, member.nodeId);
  }

  cutRegions(a: string, b: string, direction: "both" | "a-to-b" = "both"): void {
    for (const from of this.inRegion(a))
      for (const to of this.inRegion(b))
        this.world.network.cut(from.member.number, to.member.number, direction);
  }

  healAll(): void {
    this.world.network.healAll();
  }

  runFor(ms: number): void {
    this.world.time.run({ untilMs: this.world.time.nowMs + ms });
  }

  waitUntil(what: string, holds: () => boolean, withinMs = 60_000): void {
    const deadline = this.world.time.nowMs + withinMs;
    while (!holds()) {
      if (this.world.time.nowMs >= deadline)
        throw new Error(`${what}: not within ${withinMs} ms\n${this.log.slice(-25).join("\n")}`);
      this.runFor(10);
    }
  }

  /** Runs one operation to its outcome. */
  execute(node: RunningNode, operation: Operation, options: Partial<OperationOptions> = {}): Outcome {
    const pending = this.begin(node.member.nodeId, operation, options);
    return this.waitFor(pending, (options.timeoutMs ?? 5_000) + 2_000);
  }

  /** Begins an operation; time has to pass before it has an outcome. */
  begin(nodeId: string, operation: Operation, options: Partial<OperationOptions> = {}): Pending {
    const pending: Pending = { outcome: undefined, endedAtMs: 0 };
    this.submit(this.node(nodeId), operation, options, (outcome) => {
      if (pending.outcome !== undefined) throw new Error("an operation had two outcomes");
      pending.outcome = outcome;
      pending.endedAtMs = this.world.time.nowMs;
    });
    return pending;
  }

  waitFor(pending: Pending, withinMs = 10_000): Outcome {
    this.waitUntil("an outcome", () => pending.outcome !== undefined, withinMs);
    if (pending.outcome === undefined) throw new Error("unreachable");
    return pending.outcome;
  }

  submit(
    node: RunningNode,
    operation: Operation,
    options: Partial<OperationOptions>,
    done: (outcome: Outcome) => void,
  ): void {
    const defaults = { consistency: undefined, timeoutMs: 5_000, requestId: undefined, isRetry: false };
    node.api.execute(operation, { ...defaults, ...options }, done);
  }

  put(
    nodeId: string,
    key: string,
    value: string,
    options: { type?: Typed; consistency?: Consistency; context?: Buffer } & Partial<OperationOptions> = {},
  ): Outcome {
    return this.execute(this.node(nodeId), putOf(key, value, options.type, options.context), options);
  }

  delete(
    nodeId: string,
    key: string,
    options: { type?: Typed; context?: Buffer } & Partial<OperationOptions> = {},
  ): Outcome {
    return this.execute(this.node(nodeId), deleteOf(key, options.type, options.context), options);
  }

  get(nodeId: string, key: string, options: { type?: Typed } & Partial<OperationOptions> = {}): Outcome {
    return this.execute(this.node(nodeId), getOf(key, options.type), options);
  }

  /** The values of a read, or the reason why there is none. */
  values(nodeId: string, key: string, options: { type?: Typed } & Partial<OperationOptions> = {}): string[] {
    const outcome = this.get(nodeId, key, options);
    if (outcome.kind === "failed") return [`! ${outcome.reason}`];
    return outcome.kind === "read" ? outcome.values.map((value) => value.data.toString()).sort() : ["?"];
  }

  /** What one replica alone holds of a key. */
  held(nodeId: string, key: string, type: Typed = "register"): string[] {
    return this.values(nodeId, key, { type, consistency: { level: "LOCAL_ONE" } });
  }

  counter(nodeId: string, name: string): number {
    return this.node(nodeId).api.counters()[name] ?? 0;
  }

  /** Of all nodes together. */
  total(name: string): number {
    return this.nodes.reduce((sum, { member }) => sum + this.counter(member.nodeId, name), 0);
  }

  partitionOf(key: string): number {
    return this.view.partitionOf("b", Buffer.from(key));
  }

  /** The ids of a key's replicas, by region, then by preference. */
  replicasOf(key: string): string[] {
    return this.view.replicaSet(this.partitionOf(key)).map((number) => this.#nodeId(number));
  }

  /** Of the running nodes: equal where they hold the same partitions and the same data. */
  digests(): string[] {
    return this.#reports().map((report) => report.all);
  }

  /** Faults are over: all replicas of each partition must come to hold the same. */
  converge(withinMs = 60_000): void {
    const deadlineMs = this.world.time.nowMs + withinMs;
    for (;;) {
      const leftMs = Math.max(0, deadlineMs - this.world.time.nowMs);
      this.waitUntil("no dots missing", () => this.nodes.every((node) => isQuiet(node.api)), leftMs);
      const found = difference(this.#reports());
      if (found === undefined) return;
      // What nobody knows to be missing yet, the next round tells.
      if (leftMs === 0) throw new Error(found);
      this.runFor(Math.min(leftMs, 1_000));
    }
  }

  #reports(): DigestReport[] {
    return this.nodes
      .filter(({ isUp }) => isUp)
      .map((node) => {
        let report: DigestReport | undefined;
        node.api.digest((error, made) => {
          if (error !== undefined) throw error;
          report = made;
        });
        this.waitUntil("a digest", () => report !== undefined);
        if (report === undefined) throw new Error("unreachable");
        return report;
      });
  }

  stopAll(): void {
    let stopping = 0;
    for (const node of this.nodes.filter(({ isUp }) => isUp)) {
      stopping++;
      node.api.stop(() => stopping--);
    }
    this.waitUntil("all nodes stopped", () => stopping === 0);
  }

  #nodeId(number: number): string {
    return this.view.memberByNumber(number)?.nodeId ?? `no member ${number}`;
  }

  #create(member: Member, host: SimulatedHost, ends: NodeEnd[], minimumIncarnation: number): NodeApi {
    const settings: NodeSettings = {
      nodeId: member.nodeId,
      layout: this.layout,
      minimumIncarnation,
      fsync: "always",
      fsyncIntervalMs: 100,
      maxClockDriftMs: 500,
      rowCacheBytes: 1024 * 1024,
      maxSiblings: 100,
      maxOperationsInFlight: 1_000,
      peerAddressOverrides: {},
      ...this.#settings,
    };
    const onMessage = this.#onMessage;
    const runtime =
      onMessage === undefined
        ? host.runtime
        : tapped(host.runtime, (to, message) => onMessage(member.nodeId, this.#nodeId(to), message));
    return createNode(runtime, settings, (end) => ends.push(end));
  }
}
