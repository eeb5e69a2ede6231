/**
 * Keeps a node alive. A node object ends by itself when its disk fails or when a peer knows a newer incarnation; the
 * host then closes it and builds another one over a reopened store, with a pause that grows while that keeps failing.
 * Towards the services it is always there: between two nodes it answers for the missing one.
 *
 *     starting ──▶ serving ──▶ recovering ──▶ serving … ──▶ stopped
 *                     │             ▲ └─ next attempt after a pause
 *                     └─ identity refused, or removed from the cluster: reported, never built again
 */
import {
  type ConflictPage,
  type ConflictQuery,
  type DigestReport,
  type LagReport,
  NO_CATCH_UP,
  type NodeApi,
  type NodeCounters,
  type NodeEnd,
  type NodeStatus,
  type RemovalOutcome,
} from "../node/index.js";
import {
  type Failure,
  type FailureReason,
  failure,
  type Operation,
  type OperationOptions,
  type Outcome,
  type WatchHandle,
  type WatchListener,
  type WatchPlan,
} from "../replication/index.js";
import type { Log } from "../runtime/index.js";
import type { Layout } from "../topology/index.js";
import { type BuildNode, NodeLife } from "./node-life.js";
import { endsWithin, Signal } from "./signal.js";

interface NodeHostParts {
  readonly build: BuildNode;
  readonly log: Log;
  /**
   * The node was removed from the cluster: takes out what only it has, before it is closed. Resolves with what to tell its
   * operator; never rejects.
   */
  readonly rescue: (node: NodeApi) => Promise<string>;
  /** No node follows. Called once. */
  readonly onOver: (end: FinalEnd) => void;
}

/**
 * Another process has this node's identity, or the peers are another cluster's; or the peers have removed this node from
 * the cluster.
 */
export type FinalEnd = Extract<NodeEnd, { readonly kind: "identity-refused" | "removed" }>;

/** What the services see of a node; always there, whatever becomes of the node behind it. */
export type HostedNode = Pick<
  NodeApi,
  | "execute"
  | "layout"
  | "status"
  | "lag"
  | "hints"
  | "digest"
  | "removeMember"
  | "repair"
  | "conflicts"
  | "counters"
  | "watch"
  | "watchesOpen"
  | "reclaimLagMs"
>;

/** Pauses before a node is built again, milliseconds. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
/** A node that lived this long was well: the next pause is short again. */
const WELL_AFTER_MS = 10_000;

/** Before the first node. */
const NO_LAYOUT: Layout = {
  version: 0,
  clusterId: "",
  partitionCount: 1,
  replicasPerRegion: 1,
  members: [],
  replicaSets: [],
};

/** Why there is no node. */
interface Absence {
  readonly reason: FailureReason;
  readonly message: string;
}

export class NodeHost implements HostedNode {
  readonly #parts: NodeHostParts;
  readonly #stopping = new Signal<undefined>();
  #node: NodeApi | undefined;
  #absence: Absence = { reason: "NOT_READY", message: "this node is starting" };
  #isDraining = false;
  #minimumIncarnation = 0;
  #lastIncarnation = 0;
  #lastLayout = NO_LAYOUT;
  /** What ended nodes counted: counts never go back while this process lives. */
  #pastCounters: NodeCounters = {};
  #keeping: Promise<void> = Promise.resolve();

  constructor(parts: NodeHostParts) {
    this.#parts = parts;
  }

  /** Starts the first node. Rejects with its error when it cannot start; then nothing is left open. */
  async start(): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = longer(pauseMs)) {
      const opening = await NodeLife.open(this.#parts.build, this.#minimumIncarnation);
      if (opening.kind === "open") {
        this.#adopt(opening.life);
        this.#keeping = this.#keepAlive(opening.life);
        return;
      }
      if (opening.kind === "failed") throw opening.error;
      if (opening.end.kind !== "incarnation-behind" && opening.end.kind !== "layout-changed")
        throw new Error(opening.end.message);
      this.#explain(opening.end);
      await this.#pause(pauseMs);
    }
  }

  /** New operations are refused from now on, those in flight go on. */
  drain(): void {
    this.#isDraining = true;
    this.#node?.drain();
  }

  /** Stops the node, whatever it is doing. Idempotent, never rejects. */
  async stop(): Promise<void> {
    this.drain();
    this.#stopping.fire(undefined);
    await this.#keeping;
  }

  /** The layout as this node knows it; version 0 before the first node has started. */
  get layout(): Layout {
    return this.#node?.layout ?? this.#lastLayout;
  }

  execute(operation: Operation, options: OperationOptions, done: (outcome: Outcome) => void): void {
    if (this.#node !== undefined) {
      this.#node.execute(operation, options, done);
      return;
    }
    const { reason, message } = this.#whyAbsent();
    done(failure(reason, `${message}; nothing was done`));
  }

  status(): NodeStatus {
    const status = this.#node?.status();
    const { reason, message } = this.#whyAbsent();
    if (status !== undefined)
      return this.#isDraining ? { ...status, state: "DRAINING", reason: message } : status;
    return {
      state: reason === "DRAINING" ? "DRAINING" : "RECOVERING",
      reason: message,
      incarnation: this.#lastIncarnation,
      layoutVersion: this.#lastLayout.version,
      partitionsHeld: 0,
      partitionsCatchingUp: 0,
      catchUp: NO_CATCH_UP,
      purgeBlockers: [],
      rowsToReclaim: 0,
      reclaimBlockers: [],
      peers: [],
    };
  }

  hints(): ReturnType<NodeApi["hints"]> {
    return this.#node?.hints() ?? [];
  }

  lag(): LagReport {
    return this.#node?.lag() ?? { peers: [], regions: [] };
  }

  digest(done: (error: Error | undefined, report: DigestReport | undefined) => void): void {
    if (this.#node === undefined) done(new Error(this.#whyAbsent().message), undefined);
    else this.#node.digest(done);
  }

  removeMember(nodeId: string, done: (outcome: RemovalOutcome) => void): void {
    if (this.#node !== undefined) return this.#node.removeMember(nodeId, done);
    const { reason, message } = this.#whyAbsent();
    done(failure(reason, `${message}; nothing was done`));
  }

  repair(isFull: boolean, step: Parameters<NodeApi["repair"]>[1]): () => void {
    if (this.#node !== undefined) return this.#node.repair(isFull, step);
    const { reason, message } = this.#whyAbsent();
    step(failure(reason, `${message}; nothing was done`));
    return () => undefined;
  }

  conflicts(query: ConflictQuery): ConflictPage | Failure {
    if (this.#node !== undefined) return this.#node.conflicts(query);
    const { reason, message } = this.#whyAbsent();
    return failure(reason, `${message}; nothing was done`);
  }

  watch(plan: WatchPlan, listener: WatchListener): WatchHandle | Failure {
    if (this.#node !== undefined) return this.#node.watch(plan, listener);
    const { reason, message } = this.#whyAbsent();
    return failure(reason, `${message}; nothing was done`);
  }

  get watchesOpen(): number {
    return this.#node?.watchesOpen ?? 0;
  }

  get reclaimLagMs(): number {
    return this.#node?.reclaimLagMs ?? 0;
  }

  counters(): NodeCounters {
    return sumOf(this.#pastCounters, this.#node?.counters() ?? {});
  }

  #whyAbsent(): Absence {
    return this.#isDraining ? { reason: "DRAINING", message: "this node is shutting down" } : this.#absence;
  }

  /** Serves from this node until it ends; then it is gone at once, not when the loop gets round to it. */
  #adopt(life: NodeLife): void {
    this.#node = life.node;
    if (this.#isDraining) life.node.drain();
    void life.ended.fired.then((end) => this.#forget(life, end));
  }

  #forget(life: NodeLife, end: NodeEnd): void {
    if (this.#node !== life.node) return;
    this.#detach(life);
    this.#explain(end);
  }

  #detach(life: NodeLife): void {
    this.#lastIncarnation = life.node.status().incarnation;
    this.#lastLayout = life.node.layout;
    this.#pastCounters = sumOf(this.#pastCounters, life.node.counters());
    this.#node = undefined;
  }

  #explain(end: NodeEnd): void {
    if (end.kind === "incarnation-behind") {
      this.#minimumIncarnation = Math.max(this.#minimumIncarnation, end.knownIncarnation + 1);
    }
    const reason = end.kind === "storage-failed" ? "STORAGE_FAILED" : "NOT_READY";
    this.#absence = { reason, message: end.message };
  }

  /** From one node to the next, until the host is stopped or the identity refused. Never rejects. */
  async #keepAlive(first: NodeLife): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    for (let life: NodeLife | undefined = first; life !== undefined; ) {
      const ended: NodeEnd | undefined = await Promise.race([life.ended.fired, this.#stopping.fired]);
      const end: NodeEnd | undefined = ended?.kind === "removed" ? await this.#rescued(life, ended) : ended;
      if (!(await life.close())) this.#parts.log.error({}, "the node did not stop in time and was abandoned");
      if (end === undefined) {
        this.#detach(life);
        return;
      }
      if (life.ageMs >= WELL_AFTER_MS) pauseMs = FIRST_PAUSE_MS;
      this.#parts.log.warn({ end: end.kind }, `the node ended: ${end.message}`);
      const isMove: boolean = end.kind === "layout-changed";
      life = this.#isFinal(end) ? undefined : await this.#reopen(isMove ? 0 : pauseMs);
      if (!isMove) pauseMs = longer(pauseMs);
    }
  }

  async #rescued(life: NodeLife, end: NodeEnd): Promise<NodeEnd> {
    const advice = await this.#parts.rescue(life.node);
    return { ...end, message: `${end.message}; ${advice}` };
  }

  /** Tries until a node is open; undefined when the host was stopped meanwhile, or the identity refused. */
  async #reopen(firstPauseMs: number): Promise<NodeLife | undefined> {
    for (let pauseMs = firstPauseMs; ; pauseMs = longer(Math.max(pauseMs, FIRST_PAUSE_MS))) {
      await this.#pause(pauseMs);
      if (this.#stopping.isFired) return undefined;
      const opening = await NodeLife.open(this.#parts.build, this.#minimumIncarnation);
      if (opening.kind === "open") {
        this.#adopt(opening.life);
        this.#parts.log.warn({}, "the node runs again, under a new incarnation");
        return opening.life;
      }
      if (opening.kind === "ended") this.#explain(opening.end);
      else this.#absence = { reason: "STORAGE_FAILED", message: opening.error.message };
      this.#parts.log.warn({}, `the node could not start: ${this.#absence.message}`);
      if (opening.kind === "ended" && this.#isFinal(opening.end)) return undefined;
    }
  }

  #isFinal(end: NodeEnd): boolean {
    if (end.kind !== "identity-refused" && end.kind !== "removed") return false;
    this.#parts.onOver(end);
    return true;
  }

  /** Ends early when the host is stopped. */
  async #pause(pauseMs: number): Promise<void> {
    await endsWithin(pauseMs, this.#stopping.fired);
  }
}

function longer(pauseMs: number): number {
  return Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
}

function sumOf(left: NodeCounters, right: NodeCounters): NodeCounters {
  const sum: Record<string, number> = { ...left };
  for (const [name, count] of Object.entries(right)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
