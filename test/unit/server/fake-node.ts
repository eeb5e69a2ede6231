/**
 * A node without a cluster behind it: one map in memory, and levers for everything that the server must cope with. It
 * keeps the contract of NodeApi: one outcome for each call, DRAINING once it drains, nothing after it stopped.
 */
import { actorOf, hlcAt, type VersionVector } from "../../../src/causality/index.js";
import type { ShownValue } from "../../../src/crdt/index.js";
import {
  type ConflictPage,
  type ConflictQuery,
  type DigestReport,
  type LagReport,
  NO_CATCH_UP,
  type NodeApi,
  type NodeEnd,
  type NodeState,
  type NodeStatus,
  type NotedConflict,
  type RemovalOutcome,
} from "../../../src/node/index.js";
import type {
  Failure,
  Operation,
  OperationOptions,
  Outcome,
  PeerHints,
  RepairStep,
  WatchHandle,
  WatchListener,
  WatchPlan,
} from "../../../src/replication/index.js";
import type { NodeBuilder, NodePlan } from "../../../src/server/node-builder.js";
import { createLayout, type Layout } from "../../../src/topology/index.js";

export interface Asked {
  readonly operation: Operation;
  readonly options: OperationOptions;
}

export class FakeNode implements NodeApi {
  layout: Layout;
  readonly minimumIncarnation: number;
  readonly asked: Asked[] = [];
  /** Every operation from now on fails like this. */
  failure: Failure | undefined;
  /** Its conflict log, oldest first. */
  readonly noted: NotedConflict[] = [];
  /** Operations wait until `release`. */
  isHolding = false;
  /** What a session sees with each answer. */
  seen: VersionVector | undefined;
  /** Operations throw: a defect of the node. */
  defect: Error | undefined;
  state: NodeState = "READY";
  startError: Error | undefined;
  isStopped = false;
  stopCalls = 0;
  counts: Record<string, number> = { writes_coordinated: 0 };
  readonly #onEnd: (end: NodeEnd) => void;
  readonly #rows = new Map<string, ShownValue[]>();
  #held: (() => void)[] = [];
  #wallMs = 1_700_000_000_000;

  constructor(layout: Layout, minimumIncarnation: number, onEnd: (end: NodeEnd) => void) {
    this.layout = layout;
    this.minimumIncarnation = minimumIncarnation;
    this.#onEnd = onEnd;
  }

  start(done: (error: Error | undefined) => void): void {
    queueMicrotask(() => done(this.startError));
  }

  execute(operation: Operation, options: OperationOptions, done: (outcome: Outcome) => void): void {
    this.asked.push({ operation, options });
    if (this.defect !== undefined) throw this.defect;
    if (this.state === "DRAINING") {
      done({ kind: "failed", reason: "DRAINING", message: "this node is shutting down", metadata: {} });
    } else if (this.isHolding) this.#held.push(() => done(this.#apply(operation)));
    else done(this.failure ?? this.#apply(operation));
  }

  release(): void {
    const held = this.#held;
    this.#held = [];
    for (const answer of held) answer();
  }

  get heldCount(): number {
    return this.#held.length;
  }

  end(end: NodeEnd): void {
    this.#onEnd(end);
  }

  /** Begins, and shows nothing. */
  watch(_plan: WatchPlan, listener: WatchListener): WatchHandle {
    setImmediate(() => listener.began());
    const [pull, close] = [() => {}, () => {}];
    return { pull, close, moves: 0, token: () => Buffer.from("a token"), seen: () => this.watchSeen };
  }

  readonly watchesOpen = 0;
  readonly reclaimLagMs = 0;
  /** What comes before a watch. */
  watchSeen = new Map<number, VersionVector>();

  drain(): void {
    this.state = "DRAINING";
  }

  stop(done: () => void): void {
    this.isStopped = true;
    this.stopCalls += 1;
    queueMicrotask(done);
  }

  status(): NodeStatus {
    return {
      state: this.state,
      reason: this.state === "READY" ? "" : `the fake node is ${this.state}`,
      incarnation: this.minimumIncarnation + 1,
      layoutVersion: this.layout.version,
      partitionsHeld: this.layout.partitionCount,
      partitionsCatchingUp: 0,
      catchUp: NO_CATCH_UP,
      purgeBlockers: [],
      rowsToReclaim: 12,
      reclaimBlockers: [{ nodeId: "us-east-1", blockingMs: 20_000.4, partitions: 3 }],
      peers: [
        {
          nodeId: "us-east-1",
          region: "us-east",
          isConnected: true,
          isAlive: true,
          incarnation: 4,
          roundTripMs: 71.5,
          lastHeardMs: 12.25,
          queueBytes: 2_048,
          clockOffsetMs: -1.5,
        },
      ],
    };
  }

  lag(): LagReport {
    return {
      peers: [{ nodeId: "us-east-1", region: "us-east", dotsBehind: 3, dotsMissing: 1, partitionsBehind: 2 }],
      regions: [{ region: "us-east", count: 10, p50Ms: 40, p99Ms: 90.5, maxMs: 100 }],
    };
  }

  conflicts(query: ConflictQuery): ConflictPage | Failure {
    const { bucket, limit, prefix } = query;
    const found = this.noted
      .map((conflict, number) => ({ conflict, number }))
      .filter(
        ({ conflict, number }) =>
          number < (query.below ?? this.noted.length) && conflict.key.indexOf(prefix) === 0,
      )
      .filter(({ conflict }) => bucket === undefined || conflict.bucket === bucket)
      .toReversed();
    const page = found.slice(0, limit);
    const below = found.length > limit ? page.at(-1)?.number : undefined;
    return this.failure ?? { kind: "conflicts", conflicts: page.map(({ conflict }) => conflict), below };
  }

  hints(): PeerHints[] {
    const counts = { created: 12, delivered: 7, expired: 0, dropped: 1, pending: 4, copiesHeld: 3 };
    const rest = { oldestAgeMs: 90_000, ratePerSecond: 2, estimatedMs: 2_000, isFullSyncDue: true };
    return [{ nodeId: "us-east-1", ...counts, ...rest }];
  }

  digest(done: (error: Error | undefined, report: DigestReport | undefined) => void): void {
    const partitions = new Map([[7, "00000000000000ff"]]);
    done(undefined, { partitions, all: "0123456789abcdef", rows: this.#rows.size });
  }

  removeMember(nodeId: string, done: (outcome: RemovalOutcome) => void): void {
    done(this.failure ?? { kind: "removed", layoutVersion: nodeId.length });
  }

  /** Two steps, and its end; or its failure. */
  repair(isFull: boolean, step: (step: RepairStep) => void): () => void {
    if (this.failure !== undefined) step(this.failure);
    else
      for (const done of [1, 2])
        step({
          kind: done === 2 ? "done" : "progress",
          progress: {
            partitionsDone: done,
            partitionsTotal: 2,
            rowsRepaired: isFull ? 9 : 0,
            rowsHealed: 0,
            partitionsDiffering: 1,
            nodesMissed: ["us-east-1"],
          },
        });
    return () => undefined;
  }

  counters(): Readonly<Record<string, number>> {
    return this.counts;
  }

  inspect(): undefined {
    return undefined;
  }

  /** One delete. */
  unreplicated(...[take, done]: Parameters<NodeApi["unreplicated"]>): void {
    const dot = { actor: actorOf(1, 7), counter: 3 };
    const at = { partition: 0, type: 1, bucket: "b", key: Buffer.from("k"), hlc: 1n } as const;
    take([{ ...at, dot, state: { kind: "deleted" } }], () => done(undefined));
  }

  inspectRows(done: (error: undefined, partitions: []) => void): void {
    done(undefined, []);
  }

  #apply(operation: Operation): Outcome {
    const outcome = this.#outcomeOf(operation);
    return this.seen === undefined || outcome.kind === "failed" ? outcome : { ...outcome, seen: this.seen };
  }

  #outcomeOf(operation: Operation): Outcome {
    if (operation.kind === "range") return { kind: "page", rows: [], upTo: undefined };
    if (operation.kind === "batch") {
      const [first] = operation.writes.map((write) => this.#apply(write));
      return first ?? { kind: "failed", reason: "INTERNAL", message: "an empty batch", metadata: {} };
    }
    const { type, bucket, key } = operation.address;
    const row = `${type}/${bucket}/${key.toString("hex")}`;
    if (operation.kind === "get") {
      return { kind: "read", values: this.#rows.get(row) ?? [], context: Buffer.from(row) };
    }
    this.#wallMs += 1;
    const hlc = hlcAt(this.#wallMs) + 5n;
    this.#rows.delete(row);
    if (operation.kind === "put") this.#rows.set(row, [{ ...operation.value, hlc, expiresAtMs: 0 }]);
    const writes = this.counts.writes_coordinated ?? 0;
    this.counts = { ...this.counts, writes_coordinated: writes + 1 };
    return { kind: "written", hlc, context: Buffer.from(`${row}@${hlc}`), acksReceived: 2, fallbackAcks: 0 };
  }
}

/** A layout of one node, for tests that start no server. */
export function fakeLayout(): Layout {
  const member = { number: 1, nodeId: "eu-west-1", region: "eu-west", zone: "a", host: "h1" };
  const addresses = {
    clientAddress: "127.0.0.1:1",
    peerAddress: "127.0.0.1:2",
    adminAddress: "127.0.0.1:3",
  };
  return createLayout({ clusterId: "test", partitionCount: 8, members: [{ ...member, ...addresses }] });
}

/** Builds fake nodes for a server, and keeps them in order. */
export class FakeNodes {
  readonly built: FakeNode[] = [];
  readonly plans: NodePlan[] = [];
  /** Applied to each node that is built from now on. */
  prepare: (node: FakeNode) => void = () => {};
  released = 0;

  readonly build: NodeBuilder = async (plan) => {
    this.plans.push(plan);
    const node = new FakeNode(plan.layoutAt(7_999), plan.minimumIncarnation, plan.onEnd);
    this.prepare(node);
    this.built.push(node);
    const release = async (): Promise<void> => {
      this.released += 1;
    };
    return { node, peerPort: 7_999, release };
  };

  get last(): FakeNode {
    const node = this.built.at(-1);
    if (node === undefined) throw new Error("no node was built");
    return node;
  }
}
