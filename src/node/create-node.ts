/** Makes a node object: see `NodeApi`. */
import {
  type Failure,
  failure,
  type Operation,
  type OperationOptions,
  type Outcome,
  type PeerHints,
  type RepairStep,
  type WatchHandle,
  type WatchListener,
  type WatchPlan,
} from "../replication/index.js";
import type { Runtime, Timer } from "../runtime/index.js";
import type { Layout } from "../topology/index.js";
import { digestOf } from "./digest.js";
import { inspect, inspectRows, type NodeInspection, type RowsInspected } from "./inspection.js";
import { StartedNode } from "./node.js";
import {
  type ConflictPage,
  type ConflictQuery,
  type DigestReport,
  type LagReport,
  NO_CATCH_UP,
  type NodeApi,
  type NodeCounters,
  type NodeEnd,
  type NodeSettings,
  type NodeStatus,
  type RemovalOutcome,
} from "./node-api.js";
import { NodeStartError } from "./node-start-error.js";
import { openNodeStore } from "./open-store.js";
import { lagOf, statusOf } from "./report.js";
import { collectUnreplicated } from "./unreplicated.js";

/** How long `stop` lets operations in flight finish. */
const DRAIN_MS_MAX = 2_000;
const DRAIN_POLL_MS = 20;

/**
 * @param end called at most once, when the node ended by itself. It no longer takes part in anything; call `stop`, then
 *   create another one.
 */
export function createNode(runtime: Runtime, settings: NodeSettings, end: (end: NodeEnd) => void): NodeApi {
  return new Node(runtime, settings, end);
}

class Node implements NodeApi {
  readonly #runtime: Runtime;
  readonly #settings: NodeSettings;
  readonly #end: (end: NodeEnd) => void;
  #started: StartedNode | undefined;
  #state: "new" | "opening" | "running" | "draining" | "stopping" | "stopped" = "new";
  #whenStopped: (() => void)[] = [];
  #drainTimer: Timer | undefined;

  constructor(runtime: Runtime, settings: NodeSettings, end: (end: NodeEnd) => void) {
    this.#runtime = runtime;
    this.#settings = settings;
    this.#end = end;
  }

  get layout(): Layout {
    return this.#started?.view.layout ?? this.#settings.layout;
  }

  start(done: (error: Error | undefined) => void): void {
    const { layout, minimumIncarnation, nodeId } = this.#settings;
    const self = layout.members.find((member) => member.nodeId === nodeId);
    if (this.#state !== "new") return done(new NodeStartError("a node object starts once"));
    if (self === undefined)
      return done(new NodeStartError(`node ${nodeId} is not a member of layout ${layout.version}`));
    this.#state = "opening";
    openNodeStore(this.#runtime, { layout, self, minimumIncarnation }, (error, opened) => {
      if (opened === undefined) {
        this.#stopped();
        return done(error ?? new NodeStartError("the store did not open"));
      }
      if (this.#state !== "opening")
        return opened.store.close(() => {
          this.#stopped();
          done(new NodeStartError("the node was stopped while it started"));
        });
      this.#started = new StartedNode(this.#runtime, this.#settings, opened, this.#end);
      this.#started.start();
      this.#runtime.transport.setPeers(peersOf(this.#settings, opened.layout, self.number));
      this.#state = "running";
      done(undefined);
    });
  }

  execute(operation: Operation, options: OperationOptions, done: (outcome: Outcome) => void): void {
    const started = this.#started;
    if (started === undefined || this.#state !== "running")
      return done(
        this.#state === "draining" || this.#state === "stopping" || this.#state === "stopped"
          ? failure("DRAINING", "this node is shutting down; nothing was done, use another node")
          : failure("NOT_READY", "this node is starting; nothing was done, try again or use another node"),
      );
    if (options.timeoutMs <= 0)
      return done(failure("DEADLINE_PASSED", "the deadline had passed before any work began"));
    if (started.operations.isFull)
      return done(
        failure(
          "OVERLOADED",
          `${started.operations.size} operations are in flight, the most that this node takes; nothing was done, try again later`,
        ),
      );
    started.execute(operation, options, done);
  }

  watch(plan: WatchPlan, listener: WatchListener): WatchHandle | Failure {
    if (this.#started === undefined || this.#state !== "running") return NOT_RUNNING;
    return this.#started.replicator.watches.begin(plan, listener);
  }

  get watchesOpen(): number {
    return this.#started?.replicator.watches.open ?? 0;
  }

  get reclaimLagMs(): number {
    return this.#started?.replicator.reclaiming.lagMs ?? 0;
  }

  drain(): void {
    if (this.#state !== "running") return;
    this.#state = "draining";
    this.#started?.replicator.watches.end(
      failure("DRAINING", "this node is shutting down; go on with the watch at another node"),
    );
  }

  stop(done: () => void): void {
    if (this.#state === "stopped") return done();
    this.#whenStopped.push(done);
    if (this.#state === "stopping") return;
    const isOpening = this.#state === "opening";
    const isNew = this.#state === "new";
    this.#state = "stopping";
    if (isNew) this.#stopped();
    if (isOpening || isNew) return;
    const giveUpAtMs = this.#runtime.clock.monotonicMs() + DRAIN_MS_MAX;
    this.#finishWhenIdle(giveUpAtMs);
  }

  status(): NodeStatus {
    const started = this.#started;
    if (started === undefined)
      return {
        state: "JOINING",
        reason: "the node is opening its store",
        incarnation: 0,
        layoutVersion: this.layout.version,
        partitionsHeld: 0,
        partitionsCatchingUp: 0,
        catchUp: NO_CATCH_UP,
        purgeBlockers: [],
        rowsToReclaim: 0,
        reclaimBlockers: [],
        peers: [],
      };
    return statusOf(started, this.#state !== "running");
  }

  lag(): LagReport {
    return this.#started === undefined ? { peers: [], regions: [] } : lagOf(this.#started);
  }

  hints(): readonly PeerHints[] {
    return this.#started?.replicator.hints() ?? [];
  }

  digest(done: (error: Error | undefined, report: DigestReport | undefined) => void): void {
    if (this.#started === undefined)
      return done(new NodeStartError("the node is opening its store"), undefined);
    digestOf([...this.#started.replicas.values()], done);
  }

  removeMember(nodeId: string, done: (outcome: RemovalOutcome) => void): void {
    if (this.#started !== undefined && this.#state === "running")
      return this.#started.layoutChange.remove(nodeId, done);
    done(NOT_RUNNING);
  }

  repair(isFull: boolean, step: (step: RepairStep) => void): () => void {
    if (this.#started !== undefined && this.#state === "running")
      return this.#started.replicator.repair(isFull, step);
    step(NOT_RUNNING);
    return () => undefined;
  }

  conflicts(query: ConflictQuery): ConflictPage | Failure {
    if (this.#started === undefined || this.#state !== "running") return NOT_RUNNING;
    return this.#started.conflicts(query);
  }

  counters(): NodeCounters {
    return this.#started?.counters.snapshot() ?? {};
  }

  inspect(): NodeInspection | undefined {
    return this.#started === undefined ? undefined : inspect(this.#started);
  }

  unreplicated(...[take, done]: Parameters<NodeApi["unreplicated"]>): void {
    if (this.#started === undefined) return done(new NodeStartError("the node is opening its store"));
    collectUnreplicated(this.#started, take, done);
  }

  inspectRows(done: RowsInspected): void {
    if (this.#started === undefined) return done(new NodeStartError("the node is opening its store"), []);
    inspectRows(this.#started, done);
  }

  #finishWhenIdle(giveUpAtMs: number): void {
    const started = this.#started;
    if (started === undefined) return this.#stopped();
    if (started.operations.size === 0 || this.#runtime.clock.monotonicMs() >= giveUpAtMs) {
      started.halt("this node was stopped before the operation was answered", "DRAINING");
      return started.close(() => this.#stopped());
    }
    this.#drainTimer = this.#runtime.timers.after(DRAIN_POLL_MS, () => this.#finishWhenIdle(giveUpAtMs));
  }

  #stopped(): void {
    this.#drainTimer?.cancel();
    this.#state = "stopped";
    const tasks = this.#whenStopped;
    this.#whenStopped = [];
    for (const task of tasks) task();
  }
}

const NOT_RUNNING = failure("NOT_READY", "this node is starting or shutting down; nothing was done");

function peersOf(
  settings: NodeSettings,
  layout: Layout,
  self: number,
): { number: number; nodeId: string; address: string }[] {
  return layout.members
    .filter((member) => member.number !== self)
    .map(({ number, nodeId, peerAddress }) => ({
      number,
      nodeId,
      address: settings.peerAddressOverrides[nodeId] ?? peerAddress,
    }));
}
