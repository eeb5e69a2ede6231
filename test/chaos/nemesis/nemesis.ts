/** Lets the faults of a schedule happen to a cluster, and undoes them. What it does is written into the history. */
import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { LocalCluster } from "../../../cluster/index.js";
import { until } from "../../e2e/support/polling.js";
import type { LineSink } from "../history/history-file.js";
import type { FullDisk } from "./full-disk.js";
import { type CutFault, describeFault, type Fault, type NodeFault } from "./schedule.js";

/** Each listens for the end of the run; a schedule has a handful at a time. */
const FAULTS_AT_ONCE_MAX = 100;
/** What `LocalCluster.start` says of a process that ended without a signal. */
const GAVE_UP = /ended with exit code/;
const SPAWNED_WITHIN_MS = 15_000;

interface NemesisParts {
  readonly cluster: LocalCluster;
  readonly sink: LineSink;
  /** Undefined: no schedule has a full disk in it. */
  readonly disk: FullDisk | undefined;
}

export class Nemesis {
  readonly #parts: NemesisParts;
  readonly #cuts = new Set<CutFault>();
  /** Starts whose node is not ready yet. They are not waited for: the next fault may hit it before it is. */
  readonly #starts = new Set<Promise<void>>();
  readonly #starting = new Set<string>();
  /** Their disk was full while they started: a node ends then, and says so. */
  readonly #mayGiveUp = new Set<string>();
  /** The end of the last fault of each node. */
  readonly #ends = new Map<string, Promise<void>>();
  /** Nodes that ended though nobody had killed them, or did not start. */
  readonly strays: string[] = [];
  /** Faults that happened, by kind. */
  readonly injected: Record<string, number> = {};

  constructor(parts: NemesisParts) {
    this.#parts = parts;
  }

  /** Resolves when the last fault has ended, or soon after `signal` has aborted. Nothing is healed then: see `heal`. */
  async run(schedule: readonly Fault[], signal: AbortSignal): Promise<void> {
    setMaxListeners(FAULTS_AT_ONCE_MAX, signal);
    const startedAtMs = performance.now();
    const underWay = new Set<Promise<void>>();
    for (const fault of schedule) {
      if (!(await pause(Math.max(0, startedAtMs + fault.atMs - performance.now()), signal))) break;
      const end: Promise<void> = this.#inTurn(fault, signal).finally(() => underWay.delete(end));
      underWay.add(end);
    }
    await Promise.all(underWay);
  }

  /** Undoes whatever is still wrong. Every node runs afterwards, and may not be ready yet. */
  async heal(): Promise<void> {
    const { cluster, disk } = this.#parts;
    this.#cuts.clear();
    await cluster.heal();
    for (const { id } of cluster.nodes) {
      await disk?.free(id);
      await this.#resume(id);
      if ((await cluster.pid(id)) === undefined) await this.#start(id);
    }
    await Promise.all(this.#starts);
  }

  /** A schedule has one fault of a node at a time; on a slow machine the one before may end late. */
  #inTurn(fault: Fault, signal: AbortSignal): Promise<void> {
    const nodes = fault.kind === "cut" ? [] : fault.nodes;
    const before = Promise.all(nodes.map((node) => this.#ends.get(node)));
    const end = before.then(() => (signal.aborted ? undefined : this.#suffer(fault, signal)));
    for (const node of nodes) this.#ends.set(node, end);
    return end;
  }

  async #suffer(fault: Fault, signal: AbortSignal): Promise<void> {
    this.injected[fault.kind] = (this.injected[fault.kind] ?? 0) + 1;
    await this.#note("start", fault, () => this.#begin(fault));
    await pause(fault.forMs, signal);
    await this.#note("stop", fault, () => this.#end(fault));
  }

  /** What goes wrong with a fault is a part of the history, not the end of the run. */
  async #note(phase: "start" | "stop", fault: Fault, act: () => Promise<void>): Promise<void> {
    const line = {
      type: "info",
      process: "nemesis",
      f: `${phase}-${fault.kind}`,
      value: describeFault(fault),
    } as const;
    try {
      await act();
      this.#parts.sink.append(line);
    } catch (error) {
      this.#parts.sink.append({ ...line, error: String(error) });
    }
  }

  async #begin(fault: Fault): Promise<void> {
    if (fault.kind === "cut") {
      this.#cuts.add(fault);
      await this.#cut(fault);
      return;
    }
    await Promise.all(fault.nodes.map((node) => this.#harm(fault.kind, node)));
  }

  async #harm(kind: NodeFault["kind"], node: string): Promise<void> {
    const { cluster, disk } = this.#parts;
    if ((await cluster.pid(node)) === undefined) {
      this.strays.push(`${node} had ended by itself before ${kind}`);
      return;
    }
    if (kind === "kill") return await cluster.kill(node);
    if (kind === "pause") return await cluster.pause(node);
    if (this.#starting.has(node)) this.#mayGiveUp.add(node);
    await disk?.fill(node);
  }

  async #end(fault: Fault): Promise<void> {
    if (fault.kind === "cut") {
      this.#cuts.delete(fault);
      await this.#parts.cluster.heal(fault.from, fault.to);
      // What another cut still holds apart was healed with it.
      for (const cut of this.#cuts) await this.#cut(cut);
      return;
    }
    for (const node of fault.nodes) {
      if (fault.kind === "pause") await this.#resume(node);
      else if (fault.kind === "full-disk") await this.#parts.disk?.free(node);
      if ((await this.#parts.cluster.pid(node)) === undefined) {
        if (fault.kind !== "kill" && !this.#mayGiveUp.has(node))
          this.strays.push(`${node} ended by itself during ${fault.kind}`);
        await this.#start(node);
      }
    }
  }

  async #cut({ from, to, direction }: CutFault): Promise<void> {
    const { cluster } = this.#parts;
    if (direction !== "in") {
      await cluster.partition(from, to, { oneWay: direction === "out" });
      return;
    }
    const isOfFrom = (node: { id: string; region: string }) => node.id === from || node.region === from;
    const others =
      to === undefined ? cluster.nodes.filter((node) => !isOfFrom(node)).map(({ id }) => id) : [to];
    for (const other of others) await cluster.partition(other, from, { oneWay: true });
  }

  async #resume(node: string): Promise<void> {
    if ((await this.#parts.cluster.pid(node)) !== undefined) await this.#parts.cluster.resume(node);
  }

  /** Killed before it was ready, or cut off from those it waits for, it is not to blame: `heal` sees that it runs. */
  #startFailed(node: string, error: unknown): void {
    const text = String(error);
    if (GAVE_UP.test(text) && !this.#mayGiveUp.has(node)) this.strays.push(`${node} did not start: ${text}`);
  }

  /** Resolves when its process is there. */
  async #start(node: string): Promise<void> {
    const { cluster } = this.#parts;
    this.#mayGiveUp.delete(node);
    this.#starting.add(node);
    const start: Promise<void> = cluster
      .start(node)
      .catch((error: unknown) => this.#startFailed(node, error))
      .finally(() => {
        this.#starts.delete(start);
        this.#starting.delete(node);
      });
    this.#starts.add(start);
    await until(
      `a process for ${node}`,
      async () => ((await cluster.pid(node)) === undefined ? "there is none" : undefined),
      SPAWNED_WITHIN_MS,
    );
  }
}

/** False when the signal came first. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
