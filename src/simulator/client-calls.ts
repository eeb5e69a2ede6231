/**
 * How clients ask, whatever it is: when an answer is late or doubtful, again, here or elsewhere, under the same request
 * id, as the SDK does.
 */
import type { Operation, Outcome } from "../replication/index.js";
import type { CallSession } from "./client-sessions.js";
import type { ClusterProcesses, RunningNode } from "./cluster-processes.js";
import { type History, mayHaveApplied, type Write } from "./history.js";
import type { PlannedCall } from "./plan.js";

/** An operation with all its attempts. */
interface Call {
  readonly planned: PlannedCall;
  readonly operation: Operation;
  /** Undefined for reads. */
  readonly requestId: string | undefined;
  readonly name: string;
  /** What became of it; undefined for reads. */
  readonly told: Pick<Write, "fate" | "endedAtMs"> | undefined;
  readonly session: CallSession | undefined;
  /** A retry that a process takes later than this is nobody's any more: request ids are kept for a while only. */
  readonly lateFromMs: number;
  attempts: number;
  /** Attempts without an answer. */
  open: number;
  mayHaveApplied: boolean;
  isDone: boolean;
}

/** With the member that was asked, if one was. */
type Answered = (outcome: Outcome, askedOf: number | undefined) => void;

export class ClientCalls {
  readonly #cluster: ClusterProcesses;
  readonly #history: History;
  readonly #retriesWithinMs: number;
  readonly #tell: (text: string) => void;

  constructor(
    cluster: ClusterProcesses,
    history: History,
    requestIdWindowMs: number,
    tell: (text: string) => void,
  ) {
    this.#cluster = cluster;
    this.#history = history;
    this.#retriesWithinMs = RETRIES_SHARE_OF_WINDOW * requestIdWindowMs;
    this.#tell = tell;
  }

  get nowMs(): number {
    return this.#cluster.world.time.nowMs;
  }

  read(
    call: Pick<Call, "planned" | "operation" | "name" | "session">,
    nodeIndex: number,
    answered: Answered,
  ): void {
    this.#attempt(newCall({ ...call, ...OF_A_READ }), nodeIndex, answered);
  }

  /** Calls back with each answer, until one says that it is written. */
  write(
    call: Pick<Call, "planned" | "operation" | "name" | "session"> & {
      readonly requestId: string;
      readonly told: Pick<Write, "fate" | "endedAtMs" | "acksReceived" | "fallbackAcks">;
    },
    written: (outcome: Outcome & { kind: "written" }) => void = () => undefined,
  ): void {
    const { told } = call;
    const made = newCall({ ...call, lateFromMs: this.nowMs + this.#retriesWithinMs });
    this.#attempt(made, call.planned.node, (outcome) => {
      if (told.fate === "acknowledged") return;
      told.endedAtMs = this.nowMs;
      if (outcome.kind === "written") {
        told.fate = "acknowledged";
        told.acksReceived = outcome.acksReceived;
        told.fallbackAcks = outcome.fallbackAcks;
        written(outcome);
      }
      // Only when no attempt is open: one of those may still be applied.
      else told.fate = made.mayHaveApplied || made.open > 0 ? "unknown" : "refused";
    });
  }

  #attempt(call: Call, nodeIndex: number, answered: Answered): void {
    const node = this.#nodeFor(nodeIndex);
    if (node === undefined) return this.#waitForNode(call, answered);
    const isRetry = call.attempts > 0;
    const { planned } = call;
    const retry = planned.retries[call.attempts];
    call.attempts++;
    call.open++;
    if (call.told !== undefined) call.told.fate = "unknown";
    this.#tell(`${call.name} at ${node.member.nodeId}${isRetry ? " again" : ""}`);
    let isAnswered = false;
    const session = call.session?.begin();
    const options = {
      consistency: { level: planned.level },
      timeoutMs: planned.timeoutMs,
      requestId: call.requestId,
      isRetry,
      isSloppy: planned.isSloppy,
      session: session?.seen,
    };
    const { api } = node;
    const execute = (): void =>
      api.execute(call.operation, options, (outcome) => {
        if (isAnswered) throw new Error(`an operation had two outcomes: ${call.name}`);
        isAnswered = true;
        call.open--;
        if (mayHaveApplied(outcome)) call.mayHaveApplied = true;
        if (outcome.kind !== "failed") call.isDone = true;
        session?.saw(outcome);
        this.#history.count(outcome);
        this.#tell(`  ${call.name}: ${inWords(outcome)}`);
        answered(outcome, node.member.number);
      });
    // As a call that comes in over the network: a paused process takes it later, a dead one never.
    const arrive = (): void =>
      node.host.runtime.timers.endOfTurn(() => {
        if (!isRetry || this.nowMs <= call.lateFromMs) execute();
        else this.#tell(`  ${call.name} comes too late to ${node.member.nodeId}`);
      });
    if (isRetry || planned.lingersMs === 0) arrive();
    else
      this.#cluster.world.time.schedule(planned.lingersMs, () => {
        // Its connection ends with the process.
        if (node.isUp && node.api === api) arrive();
      });
    this.#planRetry(call, retry, answered);
  }

  #planRetry(call: Call, retry: PlannedCall["retries"][number] | undefined, answered: Answered): void {
    if (retry === undefined) return;
    this.#cluster.world.time.schedule(retry.afterMs, () => {
      if (!call.isDone) this.#attempt(call, retry.node, answered);
    });
  }

  /** Nothing was sent. A client that tries more than once does so until somebody is there. */
  #waitForNode(call: Call, answered: Answered): void {
    this.#tell(`${call.name}: no node is up`);
    const next = call.planned.retries[call.attempts] ?? call.planned.retries.at(-1);
    if (next === undefined || this.nowMs + next.afterMs > call.lateFromMs)
      return answered(UNREACHABLE, undefined);
    this.#planRetry(call, next, answered);
  }

  /** The planned one, or the next that is up: what the SDK finds out by being refused. */
  #nodeFor(index: number): RunningNode | undefined {
    const { nodes } = this.#cluster;
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[(index + i) % nodes.length];
      if (node?.isUp === true) return node;
    }
    return undefined;
  }
}

const UNREACHABLE: Outcome = { kind: "failed", reason: "NOT_READY", message: "no node is up", metadata: {} };

const OF_A_READ = {
  requestId: undefined,
  told: undefined,
  lateFromMs: Number.POSITIVE_INFINITY,
} as const;

/** The rest is for what still waits on its way inside the cluster, and for clocks that run fast. */
const RETRIES_SHARE_OF_WINDOW = 0.6;

function newCall(call: Omit<Call, "attempts" | "open" | "mayHaveApplied" | "isDone">): Call {
  return { ...call, attempts: 0, open: 0, mayHaveApplied: false, isDone: false };
}

function inWords(outcome: Outcome): string {
  switch (outcome.kind) {
    case "read":
      return `[${outcome.values.map(({ data, hlc }) => `${data.toString()}@${hlc}`).join(", ")}]`;
    case "written":
      return `written @${outcome.hlc}, ${outcome.acksReceived} acks, ${outcome.fallbackAcks} copies`;
    case "counter":
      return `${outcome.value}`;
    case "flag":
      return outcome.isEnabled ? "on" : "off";
    case "page":
      return `${outcome.rows.length} rows`;
    case "failed":
      return `${outcome.reason} (${outcome.message})`;
  }
}
