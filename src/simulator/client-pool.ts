/**
 * The clients of a run, and the keys with values that they read and write. Each remembers the last context that it had of
 * every key, like a session.
 */
import { actorMember, Context, type Hlc, ZERO_HLC } from "../causality/index.js";
import { decodeToken, encodeRowKey } from "../codec/index.js";
import { DataType, type ReadToken } from "../crdt/index.js";
import type { SeededRandom } from "../runtime/simulated/index.js";
import { BatchClients } from "./batch-clients.js";
import { ClientCalls } from "./client-calls.js";
import { type CallSession, ClientSessions } from "./client-sessions.js";
import type { ClusterProcesses } from "./cluster-processes.js";
import { CompoundClients } from "./compound-clients.js";
import type { CopyLedger } from "./copy-ledger.js";
import type { DiskClocks } from "./disk-clocks.js";
import type { History, KeyUnderTest, Write } from "./history.js";
import { checkCopied } from "./invariants/copies.js";
import { checkDurable, checkReadDurable } from "./invariants/durability.js";
import { checkStampAboveRead } from "./invariants/stamps.js";
import { LifetimeClients } from "./lifetime-clients.js";
import { ListedClients } from "./listed-clients.js";
import { BUCKET, deleteOf, getOf, putOf } from "./operations.js";
import type { Action, PlannedCall, PlannedFault, PlannedOperation } from "./plan.js";
import { ScanClients } from "./scan-clients.js";
import type { UpdateLedger } from "./update-ledger.js";
import { WatchClients } from "./watch-clients.js";

interface Known {
  readonly context: Buffer;
  readonly values: readonly string[];
  readonly stamps: ReadonlySet<Hlc>;
}

interface Disks {
  readonly clocks: DiskClocks;
  readonly copies: CopyLedger;
  readonly updates: UpdateLedger;
}

export class ClientPool {
  readonly #cluster: ClusterProcesses;
  readonly #history: History;
  readonly #disks: Disks;
  readonly #random: SeededRandom;
  readonly #calls: ClientCalls;
  readonly #sessions = new ClientSessions();
  readonly #compounds: CompoundClients;
  readonly #lifetimes: LifetimeClients;
  readonly #listed: ListedClients;
  readonly #scans: ScanClients;
  readonly #watches: WatchClients;
  readonly #batches: BatchClients;
  readonly #known = new Map<string, Known>();
  #count = 0;

  constructor(
    cluster: ClusterProcesses,
    history: History,
    disks: Disks,
    random: SeededRandom,
    requestIdWindowMs: number,
    tell: (text: string) => void,
  ) {
    this.#cluster = cluster;
    this.#history = history;
    this.#disks = disks;
    this.#random = random;
    this.#calls = new ClientCalls(cluster, history, requestIdWindowMs, tell);
    this.#lifetimes = new LifetimeClients(this.#calls, history, () => this.#requestId());
    this.#listed = new ListedClients(this.#calls, history, () => this.#requestId());
    this.#scans = new ScanClients(cluster, this.#calls, history);
    this.#watches = new WatchClients(cluster, this.#calls, history, tell);
    this.#batches = new BatchClients(this.#calls, history, {
      partitionOf: (name) => this.#partitionOf(name),
      newRequestId: () => this.#requestId(),
    });
    this.#compounds = new CompoundClients(this.#calls, history, disks, {
      partitionOf: (name) => this.#partitionOf(name),
      sessionOf: (planned, name) => this.#sessionOf(planned, name),
      newRequestId: () => this.#requestId(),
    });
  }

  run(planned: Exclude<Action, PlannedFault>): void {
    switch (planned.kind) {
      case "lasting":
      case "glance":
        return this.#lifetimes.run(planned);
      case "update":
      case "look":
        return this.#compounds.run(planned);
      case "enter":
      case "leave":
        return this.#listed.run(planned);
      case "scan":
        return this.#scans.run(planned);
      case "watch":
        return this.#watches.run(planned);
      case "batch":
      case "peek":
        return this.#batches.run(planned);
      default:
        return this.#runOfValue(planned);
    }
  }

  #runOfValue(planned: PlannedOperation): void {
    const key = this.#history.keys[planned.key % this.#history.keys.length];
    if (key === undefined) return;
    if (planned.kind === "get") this.#read(planned, key);
    else this.#write(planned, planned.kind, key);
  }

  #read(planned: PlannedOperation, key: KeyUnderTest): void {
    const startedAtMs = this.#calls.nowMs;
    const name = `c${planned.client} get ${key.name} ${planned.level}`;
    const session = this.#sessionOf(planned, key.name);
    const call = { planned, operation: getOf(key.name, key.type), name, session };
    this.#calls.read(call, planned.node, (outcome, askedOf) => {
      if (outcome.kind !== "read" || askedOf === undefined) return;
      const token = tokenOf(key, outcome.context);
      checkReadDurable(this.#disks.clocks, this.#partitionOf(key.name), token.live);
      const texts = outcome.values.map(({ data }) => data.toString());
      const stamps = new Set(outcome.values.map(({ hlc }) => hlc));
      this.#remember(planned, key, { context: outcome.context, values: texts, stamps });
      this.#history.reads.push({
        key,
        isStrict: planned.level === "QUORUM",
        session: session?.name,
        askedOf,
        startedAtMs,
        endedAtMs: this.#calls.nowMs,
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
    const session = this.#sessionOf(planned, key.name);
    const write: Write = {
      kind,
      key,
      value: `${kind === "put" ? "v" : "d"}${this.#count++}`,
      requestId: this.#requestId(),
      session: session?.name,
      observed: used?.values,
      ...(used === undefined ? {} : { observedStamps: used.stamps }),
      startedAtMs: this.#calls.nowMs,
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
    const over = used === undefined ? "" : ` over [${used.values.join(",")}]`;
    const name = `c${planned.client} ${kind} ${key.name}=${write.value} ${planned.level}${over}`;
    const readStamp = used === undefined ? ZERO_HLC : tokenOf(key, used.context).hlc;
    this.#calls.write(
      { planned, operation, name, session, requestId: write.requestId, told: write },
      (outcome) => this.#written(planned, write, outcome, readStamp),
    );
  }

  /** @param readStamp of what the client had read, when it handed in the context of that */
  #written(
    planned: PlannedOperation,
    write: Write,
    outcome: { readonly context: Buffer; readonly hlc: Hlc; acksReceived: number; fallbackAcks: number },
    readStamp: Hlc,
  ): void {
    const token = tokenOf(write.key, outcome.context);
    const [minted] = token.live;
    write.hlc = outcome.hlc;
    write.minter = minted === undefined ? undefined : actorMember(minted.actor);
    if (minted !== undefined) {
      const { isSloppy } = planned;
      const partition = this.#partitionOf(write.key.name);
      checkDurable(this.#disks.clocks, partition, minted, outcome.acksReceived);
      checkCopied(this.#disks.copies, partition, minted, { isSloppy, fallbackAcks: outcome.fallbackAcks });
    }
    // A delete that found nothing mints nothing.
    if (outcome.context.length === 0) return;
    checkStampAboveRead(outcome.hlc, readStamp);
    const values = write.kind === "put" ? [write.value] : [];
    this.#remember(planned, write.key, { context: outcome.context, values, stamps: new Set([outcome.hlc]) });
  }

  #sessionOf({ client, isOfSession }: PlannedCall, name: string): CallSession | undefined {
    return isOfSession ? this.#sessions.of(client, this.#partitionOf(name)) : undefined;
  }

  #partitionOf(name: string): number {
    return this.#cluster.view.partitionOf(BUCKET, Buffer.from(name));
  }

  #remember(planned: PlannedOperation, key: KeyUnderTest, known: Known): void {
    this.#known.set(knownName(planned, key), known);
  }

  #requestId(): string {
    return Array.from({ length: 4 }, () => this.#random.uint32().toString(16).padStart(8, "0")).join("");
  }
}

/** What a client needs between an answer and its next question. */
const TURNAROUND_MS = 1;

const NO_TOKEN: ReadToken = { live: [], context: new Context(), hlc: ZERO_HLC };

function tokenOf(key: KeyUnderTest, context: Buffer): ReadToken {
  if (context.length === 0) return NO_TOKEN;
  return decodeToken(encodeRowKey(DataType[key.type], BUCKET, Buffer.from(key.name)), context);
}

function knownName(planned: PlannedOperation, key: KeyUnderTest): string {
  return `${planned.client} ${key.name}`;
}
