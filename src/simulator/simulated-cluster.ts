/** A whole cluster on virtual time, and how tests talk to it: operations, what replicas hold, convergence. */
import type { DigestReport } from "../node/index.js";
import type { Consistency, Operation, OperationOptions, Outcome } from "../replication/index.js";
import { type ClusterOptions, ClusterProcesses, type RunningNode } from "./cluster-processes.js";
import { difference, isQuiet } from "./convergence.js";
import { deleteOf, getOf, putOf, type Typed } from "./operations.js";

/** An operation under way. */
interface Pending {
  outcome: Outcome | undefined;
  /** Of virtual time. */
  endedAtMs: number;
}

export class SimulatedCluster extends ClusterProcesses {
  /** Starts every node and waits until all are ready. */
  static ready(options: ClusterOptions = {}): SimulatedCluster {
    const cluster = new SimulatedCluster(options);
    for (const node of cluster.nodes) cluster.start(node);
    cluster.waitUntil("all nodes are ready", () =>
      cluster.nodes.every((node) => node.api.status().state === "READY"),
    );
    return cluster;
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
    const defaults = {
      consistency: undefined,
      timeoutMs: 5_000,
      requestId: undefined,
      isRetry: false,
      isSloppy: false,
      session: undefined,
    };
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
    return this.view.replicaSet(this.partitionOf(key)).map((number) => this.nodeIdOf(number));
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
}
