/**
 * The clients of a run. Each remembers the last context that it had of every key, like a session, and does what the SDK
 * does when an answer is late or doubtful: it asks again, here or elsewhere, under the same request id.
 */
import { actorMember, Context, type Hlc, ZERO_HLC } from "../causality/index.js";
import { decodeToken, encodeRowKey } from "../codec/index.js";
import { DataType, type ReadToken } from "../crdt/index.js";
import type { Operation, Outcome } from "../replication/index.js";
import type { SeededRandom } from "../runtime/simulated/index.js";
import type { ClusterProcesses, RunningNode } from "./cluster-processes.js";
import type { CopyLedger } from "./copy-ledger.js";
import type { DiskClocks } from "./disk-clocks.js";
import { type History, type KeyUnderTest, mayHaveApplied, type Write } from "./history.js";
import { checkCopied } from "./invariants/copies.js";
import { checkDurable, checkReadDurable } from "./invariants/durability.js";
import { checkStampAboveRead } from "./invariants/stamps.js";
import { BUCKET, deleteOf, getOf, putOf } from "./operations.js";
import type { PlannedOperation } from "./plan.js";

interface Known {
  readonly context: Buffer;
  readonly values: readonly string[];
}

/** An operation with all its attempts. */
interface Call {
  readonly planned: PlannedOperation;
  readonly operation: Operation;
  readonly requestId: string | undefined;
  readonly name: string;
  readonly write: Write | undefined;
  /** Of what the client had read, when it handed in the context of that. */
  readonly readStamp: Hlc;
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

export class ClientPool {
  readonly #cluster: ClusterProcesses;
  readonly #history: History;
  readonly #clocks: DiskClocks;
  readonly #copies: CopyLedger;
  readonly #random: SeededRandom;
  readonly #retriesWithinMs: number;
  readonly #tell: (text: string) => void;
  readonly #known = new Map<string, Known>();
  #count = 0;

  constructor(
    cluster: ClusterProcesses,
    history: History,
    disks: { readonly clocks: DiskClocks; readonly copies: CopyLedger },
    random: SeededRandom,
    requestIdWindowMs: number,
    tell: (text: string) => void,
  ) {
    this.#cluster = cluster;
    this.#history = history;
    this.#clocks = disks.clocks;
    this.#copies = disks.copies;
    this.#random = random;
    this.#retriesWithinMs = RETRIES_SHARE_OF_WINDOW * requestIdWindowMs;
    this.#tell = tell;
  }

  run(planned: PlannedOperation): void {
    const key = this.#history.keys[planned.key % this.#history.keys.length];
    if (key === undefined) return;
    if (planned.kind === "get") this.#read(planned, key);
    else this.#write(planned, planned.kind, key);
  }

  #read(planned: PlannedOperation, key: KeyUnderTest): void {
    const startedAtMs = this.#nowMs();
    const name = `c${planned.client} get ${key.name} ${planned.level}`;
    const call: Call = {
      planned,
      operation: getOf(key.name, key.type),
      requestId: undefined,
      name,
      write: undefined,
      readStamp: ZERO_HLC,
      lateFromMs: Number.POSITIVE_INFINITY,
      attempts: 0,
      open: 0,
      mayHaveApplied: false,
      isDone: false,
    };
    this.#attempt(call, planned.node, (outcome, askedOf) => {
      if (outcome.kind !== "read" || askedOf === undefined) return;
      const token = tokenOf(key, outcome.context);
      checkReadDurable(this.#clocks, this.#partitionOf(key), token.live);
      const texts = outcome.values.map(({ data }) => data.toString());
      this.#remember(planned, key, { context: outcome.context, values: texts });
      this.#history.reads.push({
        key,
        isStrict: planned.level === "QUORUM",
        askedOf,
        startedAtMs,
        endedAtMs: this.#nowMs(),
        values: outcome.values,
        texts,
        stamp: token.hlc,
        token,
      });
      const [node, ...readsAgainAt] = planned.readsAgainAt;
      if (node !== undefined)
        this.#cluster.world.time.schedule(TURNAROUND_MS, () =>
          this.#read({ ...planned, node, readsAgainAt }, key),
        );
    });
  }

  #write(planned: PlannedOperation, kind: "put" | "delete", key: KeyUnderTest): void {
    const known = planned.usesContext ? this.#known.get(knownName(planned, key)) : undefined;
    if (kind === "delete" && key.type === "multi" && known === undefined) return;
    // A delete by context says nothing of what is newer, so a strict key has none: its reads are checked by stamp.
    const used = kind === "delete" && key.type === "register" && key.isStrict ? undefined : known;
    const write: Write = {
      kind,
      key,
      value: `${kind === "put" ? "v" : "d"}${this.#count++}`,
      requestId: this.#requestId(),
      observed: used?.values,
      startedAtMs: this.#nowMs(),
      endedAtMs: Number.POSITIVE_INFINITY,
      fate: "unknown",
      hlc: 0n,
      acksReceived: 0,
      fallbackAcks: 0,
      minter: undefined,
    };
    this.#history.writes.push(write);
    const operation =
      kind === "put"
        ? putOf(key.name, write.value, key.type, used?.context)
        : deleteOf(key.name, key.type, used?.context);
    const call: Call = {
      planned,
      operation,
      requestId: write.requestId,
      name: `c${planned.client} ${kind} ${key.name}=${write.value} ${planned.level}${used === undefined ? "" : ` over [${used.values.join(",")}]`}`,
      write,
      readStamp: used === undefined ? ZERO_HLC : tokenOf(key, used.context).hlc,
      lateFromMs: write.startedAtMs + this.#retriesWithinMs,
      attempts: 0,
      open: 0,
      mayHaveApplied: false,
      isDone: false,
    };
    this.#attempt(call, planned.node, (outcome) => this.#writeAnswered(call, write, outcome));
  }

  #writeAnswered(call: Call, write: Write, outcome: Outcome): void {
    if (write.fate === "acknowledged") return;
    write.endedAtMs = this.#nowMs();
    if (outcome.kind !== "written") {
      // Only when no attempt is open: one of those may still be applied.
      write.fate = call.mayHaveApplied || call.open > 0 ? "unknown" : "refused";
      return;
    }
    const token = tokenOf(write.key, outcome.context);
    const [minted] = token.live;
    write.fate = "acknowledged";
    write.hlc = outcome.hlc;
    write.acksReceived = outcome.acksReceived;
    write.fallbackAcks = outcome.fallbackAcks;
    write.minter = minted === undefined ? undefined : actorMember(minted.actor);
    if (minted !== undefined) {
      const { isSloppy } = call.planned;
      const partition = this.#partitionOf(write.key);
      checkDurable(this.#clocks, partition, minted, outcome.acksReceived);
      checkCopied(this.#copies, partition, minted, { isSloppy, fallbackAcks: outcome.fallbackAcks });
    }
    // A delete that found nothing mints nothing.
    if (outcome.context.length > 0) checkStampAboveRead(outcome.hlc, call.readStamp);
    const values = write.kind === "put" ? [write.value] : [];
    if (outcome.context.length > 0)
      this.#remember(call.planned, write.key, { context: outcome.context, values });
  }

  #attempt(call: Call, nodeIndex: number, answered: Answered): void {
    const node = this.#nodeFor(nodeIndex);
    if (node === undefined) return this.#waitForNode(call, answered);
    const isRetry = call.attempts > 0;
    const { planned } = call;
    const retry = planned.retries[call.attempts];
    call.attempts++;
    call.open++;
    if (call.write !== undefined) call.write.fate = "unknown";
    this.#tell(`${call.name} at ${node.member.nodeId}${isRetry ? " again" : ""}`);
    let isAnswered = false;
    const options = {
      consistency: { level: planned.level },
      timeoutMs: planned.timeoutMs,
      requestId: call.requestId,
      isRetry,
      isSloppy: planned.isSloppy,
      session: undefined,
    };
    const { api } = node;
    const execute = (): void =>
      api.execute(call.operation, options, (outcome) => {
        if (isAnswered) throw new Error(`an operation had two outcomes: ${call.name}`);
        isAnswered = true;
        call.open--;
        if (mayHaveApplied(outcome)) call.mayHaveApplied = true;
        if (outcome.kind !== "failed") call.isDone = true;
        this.#history.count(outcome);
        this.#tell(`  ${call.name}: ${inWords(outcome)}`);
        answered(outcome, node.member.number);
      });
    // As a call that comes in over the network: a paused process takes it later, a dead one never.
    const arrive = (): void =>
      node.host.runtime.timers.endOfTurn(() => {
        if (!isRetry || this.#nowMs() <= call.lateFromMs) execute();
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

  #planRetry(call: Call, retry: PlannedOperation["retries"][number] | undefined, answered: Answered): void {
    if (retry === undefined) return;
    this.#cluster.world.time.schedule(retry.afterMs, () => {
      if (!call.isDone) this.#attempt(call, retry.node, answered);
    });
  }

  /** Nothing was sent. A client that tries more than once does so until somebody is there. */
  #waitForNode(call: Call, answered: Answered): void {
    this.#tell(`${call.name}: no node is up`);
    const next = call.planned.retries[call.attempts] ?? call.planned.retries.at(-1);
    if (next === undefined || this.#nowMs() + next.afterMs > call.lateFromMs)
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

  #partitionOf(key: KeyUnderTest): number {
    return this.#cluster.view.partitionOf(BUCKET, Buffer.from(key.name));
  }

  #remember(planned: PlannedOperation, key: KeyUnderTest, known: Known): void {
    this.#known.set(knownName(planned, key), known);
  }

  #requestId(): string {
    return Array.from({ length: 4 }, () => this.#random.uint32().toString(16).padStart(8, "0")).join("");
  }

  #nowMs(): number {
    return this.#cluster.world.time.nowMs;
  }
}

const UNREACHABLE: Outcome = { kind: "failed", reason: "NOT_READY", message: "no node is up", metadata: {} };

/** What a client needs between an answer and its next question. */
const TURNAROUND_MS = 1;
/** The rest is for what still waits on its way inside the cluster, and for clocks that run fast. */
const RETRIES_SHARE_OF_WINDOW = 0.6;

const NO_TOKEN: ReadToken = { live: [], context: new Context(), hlc: ZERO_HLC };

function tokenOf(key: KeyUnderTest, context: Buffer): ReadToken {
  if (context.length === 0) return NO_TOKEN;
  return decodeToken(encodeRowKey(DataType[key.type], BUCKET, Buffer.from(key.name)), context);
}

function knownName(planned: PlannedOperation, key: KeyUnderTest): string {
  return `${planned.client} ${key.name}`;
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
