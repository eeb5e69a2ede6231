/**
 * The processes of a simulated cluster: the same node code as in production, on virtual time, and the faults that befall
 * nodes and the ways between them.
 */
import type { Message } from "../codec/index.js";
import {
  AUDIT_INTERVAL_MS,
  CATCH_UP_PAGE_BYTES,
  createNode,
  type NodeApi,
  type NodeEnd,
  type NodeSettings,
  type UnreplicatedWrite,
} from "../node/index.js";
import { type SimulatedHost, SimulatedWorld, type WorldObserver } from "../runtime/simulated/index.js";
import { createLayout, type Layout, LayoutView, type Member } from "../topology/index.js";
import { MessageFaults } from "./message-faults.js";
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
  readonly observer?: WorldObserver;
  readonly owner?: NodeOwner;
  /** Gets each line that a node logs, as text once it is wanted; without it they are kept in `log`. */
  readonly onLog?: (line: () => string) => void;
}

/** What happens to a node that its owner would see to. */
export interface NodeOwner {
  /** It ended by itself, and says why in `node.ends`. */
  ended(node: RunningNode): void;
  startFailed(node: RunningNode, error: Error): void;
}

export interface RunningNode {
  readonly member: Member;
  readonly host: SimulatedHost;
  api: NodeApi;
  isUp: boolean;
  /** The others have removed it from the cluster, and it knows. */
  isRemoved: boolean;
  /** What only it had then. */
  readonly quarantine: UnreplicatedWrite[];
  readonly ends: NodeEnd[];
  minimumIncarnation: number;
}

/** Lines of the log that an error message shows. */
const LOG_LINES_SHOWN = 25;

export class ClusterProcesses {
  readonly world: SimulatedWorld;
  readonly layout: Layout;
  readonly view: LayoutView;
  readonly nodes: RunningNode[] = [];
  readonly log: string[] = [];
  readonly messageFaults: MessageFaults;
  readonly #options: ClusterOptions;

  constructor(options: ClusterOptions = {}) {
    this.#options = options;
    const { observer } = options;
    const onLog = options.onLog ?? ((line: () => string) => this.log.push(line()));
    this.world = new SimulatedWorld(options.seed ?? 1, {
      onLog: (line) =>
        onLog(
          () =>
            `${line.atMs.toFixed(1)} n${line.node} ${line.level} ${line.message} ${JSON.stringify(line.fields)}`,
        ),
      ...(observer === undefined ? {} : { observer }),
    });
    this.messageFaults = new MessageFaults(this.world);
    this.layout = createLayout({
      clusterId: "simulated",
      partitionCount: options.partitions ?? 4,
      replicasPerRegion: options.replicas ?? 3,
      members: membersOf(options.regions ?? ["ap", "eu", "us"], options.nodesPerRegion ?? 1),
    });
    this.view = new LayoutView(this.layout);
    for (const member of this.layout.members) {
      const offset = options.clockOffsetsMs?.[member.nodeId] ?? 0;
      const host = this.world.addNode(member.number, { region: member.region, clockOffsetMs: offset });
      const settings = settingsOf(member, this.layout, 0, options.settings);
      const api = createNode(host.runtime, settings, () => undefined);
      this.nodes.push({
        member,
        host,
        api,
        isUp: false,
        isRemoved: false,
        quarantine: [],
        ends: [],
        minimumIncarnation: 0,
      });
    }
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
    node.api = this.#create(node);
    node.isUp = true;
    node.api.start((error) => {
      if (error === undefined) return;
      this.log.push(`start of ${node.member.nodeId} failed: ${error.message}`);
      this.#options.owner?.startFailed(node, error);
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
        throw new Error(`${what}: not within ${withinMs} ms\n${this.log.slice(-LOG_LINES_SHOWN).join("\n")}`);
      this.runFor(10);
    }
  }

  stopAll(): void {
    let stopping = 0;
    for (const node of this.nodes.filter(({ isUp }) => isUp)) {
      stopping++;
      node.api.stop(() => stopping--);
    }
    this.waitUntil("all nodes stopped", () => stopping === 0);
  }

  protected nodeIdOf(number: number): string {
    return this.view.memberByNumber(number)?.nodeId ?? `no member ${number}`;
  }

  #create(node: RunningNode): NodeApi {
    const { member, host } = node;
    const { onMessage, owner } = this.#options;
    const disturbed = this.messageFaults.attachedTo(host.runtime, member.number);
    const runtime =
      onMessage === undefined
        ? disturbed
        : tapped(disturbed, (to, message) => onMessage(member.nodeId, this.nodeIdOf(to), message));
    const settings = settingsOf(member, this.layout, node.minimumIncarnation, this.#options.settings);
    return createNode(runtime, settings, (end) => {
      node.ends.push(end);
      owner?.ended(node);
    });
  }
}

function membersOf(regions: readonly string[], perRegion: number): Member[] {
  return regions.flatMap((region, r) =>
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
}

function settingsOf(
  member: Member,
  layout: Layout,
  minimumIncarnation: number,
  changed: Partial<NodeSettings> | undefined,
): NodeSettings {
  return {
    nodeId: member.nodeId,
    layout,
    minimumIncarnation,
    fsync: "always",
    fsyncIntervalMs: 100,
    maxClockDriftMs: 500,
    rowCacheBytes: 1024 * 1024,
    conflictLog: { buckets: new Set(), recordsMax: 1_000, bytesMax: 2 ** 20 },
    maxSiblings: 100,
    defaultTtlsMs: new Map(),
    auditIntervalMs: AUDIT_INTERVAL_MS,
    requestIdWindowMs: 600_000,
    maxHintWindowMs: 3 * 3_600_000,
    hintBudgetBytes: 2 ** 30,
    fallbackBytesMax: 2 ** 26,
    catchUpBytesPerSecond: 2 ** 26,
    catchUpPageBytes: CATCH_UP_PAGE_BYTES,
    maxOperationsInFlight: 1_000,
    watchedPartitionsMax: 1_000,
    peerAddressOverrides: {},
    ...changed,
  };
}
