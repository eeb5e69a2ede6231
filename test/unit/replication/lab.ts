/**
 * A replica set without heartbeats and anti-entropy, so that nothing comes but what a test lets through: every message
 * can be held back by what it is and where it goes. Disks and delays are simulated, liveness is what the test says.
 */
import { actorOf, HybridClock, VersionVector } from "../../../src/causality/index.js";
import { appendMessage, beginFrame, type Message, readFrame } from "../../../src/codec/index.js";
import {
  type Neighbourhood,
  PartitionReplica,
  PartitionSketch,
  RowItems,
} from "../../../src/replica/index.js";
import {
  Calls,
  Counters,
  type Environment,
  type Operation,
  type OperationOptions,
  type Outcome,
  PeerLinks,
  Replicator,
} from "../../../src/replication/index.js";
import type { Runtime, Store, Transport } from "../../../src/runtime/index.js";
import { type SimulatedHost, SimulatedWorld } from "../../../src/runtime/simulated/index.js";
import { GroupCommit } from "../../../src/storage/index.js";
import { createLayout, LayoutView, type Member } from "../../../src/topology/index.js";

const WAY_MS = 5;
const INCARNATION = 7;
/** The one partition of every lab. */
const PARTITION = 0;

export interface LabNode {
  readonly number: number;
  readonly host: SimulatedHost;
  readonly environment: Environment;
  readonly replica: PartitionReplica;
  readonly replicator: Replicator;
  /** What it sent, whether or not it arrived. */
  readonly sent: { readonly to: number; readonly message: Message }[];
}

type Filter = (message: Message, from: number, to: number) => boolean;

export class Lab {
  readonly world: SimulatedWorld;
  readonly view: LayoutView;
  readonly nodes: LabNode[] = [];
  /** Members that nobody believes to be alive. */
  readonly dead = new Set<number>();
  /** Which messages are lost. */
  loses: Filter = () => false;
  clockDrift: string | undefined;
  readonly defaultTtlsMs = new Map<string, number>();
  /** What nodes were told of newer incarnations. Nobody here starts anew for it. */
  readonly learned: { readonly by: number; readonly member: number; readonly incarnation: number }[] = [];
  readonly #held: (() => void)[] = [];
  /** Which messages wait for `release`. */
  holds: Filter = () => false;

  /** Members are numbered from 1, region by region; each holds the partition, or `replicas` of each region. */
  constructor(membersByRegion: Readonly<Record<string, number>>, seed = 1, replicas?: number) {
    this.world = new SimulatedWorld(seed);
    const regions = Object.entries(membersByRegion).flatMap(([region, count]) => Array(count).fill(region));
    const members = regions.map((region: string, index): Member => memberOf(index + 1, region));
    const replicasPerRegion = replicas ?? Math.max(...Object.values(membersByRegion));
    this.view = new LayoutView(
      createLayout({ clusterId: "lab", partitionCount: 1, replicasPerRegion, members }),
    );
    for (const member of members) this.#add(member);
    this.runFor(100);
  }

  node(number: number): LabNode {
    const node = this.nodes.find((candidate) => candidate.number === number);
    if (node === undefined) throw new Error(`no node ${number}`);
    return node;
  }

  runFor(ms: number): void {
    this.world.time.runFor(ms);
  }

  /** Delivers what was held back, in order, and holds nothing more. */
  release(): void {
    this.holds = () => false;
    for (const deliver of this.#held.splice(0)) deliver();
  }

  /** Begins an operation at a node; `outcome` is set once it has one. */
  begin(
    number: number,
    operation: Operation,
    options: Partial<OperationOptions> = {},
  ): { outcome?: Outcome } {
    const pending: { outcome?: Outcome } = {};
    const defaults = {
      consistency: undefined,
      timeoutMs: 1_000,
      requestId: undefined,
      isRetry: false,
      isSloppy: false,
      session: undefined,
    };
    this.node(number).replicator.coordinator.execute(operation, { ...defaults, ...options }, (outcome) => {
      if (pending.outcome !== undefined) throw new Error("an operation had two outcomes");
      pending.outcome = outcome;
    });
    return pending;
  }

  /** Runs one operation to its outcome, and not a moment longer. */
  execute(number: number, operation: Operation, options: Partial<OperationOptions> = {}): Outcome {
    const pending = this.begin(number, operation, options);
    this.world.time.runUntil(() => pending.outcome !== undefined, 5_000);
    if (pending.outcome === undefined) throw new Error("there was no outcome");
    return pending.outcome;
  }

  /** Puts two nodes' link down and up again, as both see it. */
  breakLink(a: number, b: number): void {
    for (const [node, peer] of [
      [this.node(a), b],
      [this.node(b), a],
    ] as const) {
      node.environment.links.down(peer);
      node.replicator.peerDown(peer);
      node.environment.links.up(peer);
    }
  }

  #add(member: Member): void {
    const { number } = member;
    const host = this.world.addNode(number, { region: member.region });
    let store: Store | undefined;
    host.runtime.disk.openStore((_error, opened) => {
      store = opened;
    });
    this.runFor(50);
    if (store === undefined) throw new Error("the store did not open");
    const sent: LabNode["sent"] = [];
    const runtime = { ...host.runtime, transport: this.#transport(number, sent) };
    const { environment, replica } = this.#environment(member, runtime, store);
    const replicator = new Replicator(
      environment,
      {
        maxSiblings: 100,
        defaultTtlsMs: this.defaultTtlsMs,
        requestIdWindowMs: 600_000,
        maxHintWindowMs: 3 * 3_600_000,
        hintBudgetBytes: 2 ** 30,
        fallbackBytesMax: 2 ** 26,
        catchUpBytesPerSecond: 2 ** 26,
        catchUpPageBytes: 2 ** 18,
        auditIntervalMs: 1e9,
        watchedPartitionsMax: 1_000,
      },
      [],
    );
    environment.links.listen({
      message: (from, message) => replicator.receive(from, message),
      beforeFlush: () => replicator.beforeFlush(),
    });
    for (const other of this.view.layout.members)
      if (other.number !== number) environment.links.up(other.number);
    this.nodes.push({ number, host, environment, replica, replicator, sent });
  }

  #environment(
    self: Member,
    runtime: Runtime,
    store: Store,
  ): { environment: Environment; replica: PartitionReplica } {
    const hlc = new HybridClock(() => runtime.clock.wallMs());
    let isDirty = false;
    const settings = { fsync: "always", fsyncIntervalMs: 100, cacheBytes: 0 } as const;
    const commit = new GroupCommit(store, runtime.timers, settings, {
      beforeCommit: () => {
        if (isDirty) replica.save();
        isDirty = false;
      },
      afterCommit: () => undefined,
      onFailed: (error) => {
        throw error;
      },
    });
    const counters = new Counters();
    const links = new PeerLinks(runtime, counters);
    const record = { clock: new VersionVector(), floor: new VersionVector(), doubt: undefined };
    const replica = new PartitionReplica(
      PARTITION,
      record,
      new PartitionSketch(new RowItems("lab"), "empty"),
      {
        commit,
        hlc,
        markDirty: () => {
          isDirty = true;
          commit.touch();
        },
        reportDamage: (_partition, _rowKey, news) => counters.add("rows_damaged", news === "found" ? 1 : 0),
      },
    );
    const neighbourhood = this.#neighbourhood(self);
    const environment: Environment = {
      self,
      actor: actorOf(self.number, INCARNATION),
      view: this.view,
      clock: runtime.clock,
      timers: runtime.timers,
      log: runtime.log,
      hlc,
      commit,
      links,
      calls: new Calls(links),
      liveness: {
        isAlive: (member) => !this.dead.has(member),
        roundTripMs: (member) => (member === self.number ? 0 : WAY_MS * 2 + member / 100),
        incarnationOf: () => 0,
        learn: (member, incarnation) => this.learned.push({ by: self.number, member, incarnation }),
        clockDrift: () => this.clockDrift,
        expiryMs: () => runtime.clock.wallMs(),
        pastForAllMs: () => (this.clockDrift === undefined ? runtime.clock.wallMs() - 1_000 : undefined),
      },
      counters,
      adoptLayout: () => undefined,
      failStorage: (message) => {
        throw new Error(message);
      },
      replica: (partition) => (partition === PARTITION ? replica : undefined),
      neighbourhood: () => neighbourhood,
    };
    return { environment, replica };
  }

  #neighbourhood(self: Member): Neighbourhood {
    const isOther = (member: number): boolean => member !== self.number;
    return {
      others: this.view.replicaSet(PARTITION).filter(isOther),
      local: this.view.replicasIn(PARTITION, self.region).filter(isOther),
    };
  }

  /** Hands on message by message, so that each can be lost or held back by itself. */
  #transport(from: number, sent: LabNode["sent"]): Transport {
    return {
      start: () => undefined,
      setPeers: () => undefined,
      queuedBytes: () => 0,
      reset: (peer, reason) => {
        throw new Error(`${from} closes its link with ${peer}: ${reason}`);
      },
      close: (done) => done(),
      send: (to, frame) =>
        readFrame(Buffer.from(frame), (message) => {
          sent.push({ to, message });
          if (this.loses(message, from, to)) return;
          const deliver = (): void => this.#deliver(from, to, message);
          if (this.holds(message, from, to)) this.#held.push(deliver);
          else deliver();
        }),
    };
  }

  #deliver(from: number, to: number, message: Message): void {
    this.world.time.schedule(WAY_MS, () => {
      const frame = beginFrame();
      appendMessage(frame, message);
      this.node(to).environment.links.receive(from, frame.take());
    });
  }
}

function memberOf(number: number, region: string): Member {
  const at = (base: number): string => `127.0.0.1:${base + number}`;
  const name = `${region}-${number}`;
  return {
    number,
    nodeId: name,
    region,
    zone: "a",
    host: name,
    clientAddress: at(1000),
    peerAddress: at(2000),
    adminAddress: at(3000),
  };
}
