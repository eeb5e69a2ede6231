/**
 * Coordinates writes as a replica of the key: refuses before writing when too few replicas live, mints the dot, sends
 * it once durable, and answers when the level is met. All replicas always get the write; the level says whom to wait
 * for.
 *
 * A retry never applies a write twice (rule 17): its request id is looked for here, then at all other replicas, and
 * only if every one of them answers that it does not know it, and will not apply it, is it minted here.
 */
import { type Actor, Context, type Hlc, VersionVector } from "../causality/index.js";
import { type Delta, encodeRowKey, encodeToken, type RowKey } from "../codec/index.js";
import { DataType } from "../crdt/index.js";
import { mayCoordinate, type PartitionReplica } from "../replica/index.js";
import { writesOf } from "./atomic-batch.js";
import type { Dissemination } from "./dissemination.js";
import type { Environment } from "./environment.js";
import { badRequest, failure, maybeApplied, quorumUnavailable, writeTimeout } from "./failures.js";
import type { Failure, KeyWrite, OperationOptions, Outcome, WriteOperation } from "./operation.js";
import { PendingWrites } from "./pending-writes.js";
import { countable, type QuorumPart, QuorumTracker, requiredCount } from "./quorum.js";
import type { ReadCoordinator } from "./read-coordinator.js";
import type { ReplicationSettings } from "./replication-settings.js";
import type { RequestFences } from "./request-fences.js";
import { RequestLookup } from "./request-lookup.js";
import { gatherRows } from "./row-gathering.js";
import type { RowHealing } from "./row-healing.js";
import { StandIns } from "./stand-ins.js";
import { WriteCompiler } from "./write-compiler.js";

interface Write {
  readonly operation: WriteOperation;
  readonly options: OperationOptions;
  readonly replica: PartitionReplica;
  readonly parts: readonly QuorumPart[];
  /** Of the monotonic clock. */
  readonly deadlineMs: number;
  readonly done: (outcome: Outcome) => void;
}

const NO_REQUEST = { requestId: undefined, following: 0 } as const;

interface Minted {
  readonly actor: Actor;
  readonly counter: number;
  readonly hlc: Hlc;
}

export class WriteCoordinator {
  readonly #environment: Environment;
  readonly #dissemination: Dissemination;
  readonly #reads: ReadCoordinator;
  readonly #fences: RequestFences;
  readonly #compiler: WriteCompiler;
  readonly #pending = new PendingWrites();

  constructor(
    environment: Environment,
    dissemination: Dissemination,
    reads: ReadCoordinator,
    fences: RequestFences,
    healing: RowHealing,
    settings: Pick<ReplicationSettings, "defaultTtlsMs" | "maxSiblings">,
  ) {
    this.#environment = environment;
    this.#dissemination = dissemination;
    this.#reads = reads;
    this.#fences = fences;
    this.#compiler = new WriteCompiler(environment, healing, settings);
  }

  get inFlight(): number {
    return this.#pending.size;
  }

  /** Whether this node may mint dots for the partition now; otherwise why not. */
  refusal(replica: PartitionReplica): Failure | undefined {
    if (!mayCoordinate(replica.doubt, this.#environment.neighbourhood(replica.partition)))
      return failure(
        "NOT_READY",
        "this replica is new or was wiped and has not caught up yet; nothing was written, try another node",
      );
    const drift = this.#environment.liveness.clockDrift();
    return drift === undefined ? undefined : failure("CLOCK_DRIFT", drift);
  }

  write(
    operation: WriteOperation,
    options: OperationOptions,
    replica: PartitionReplica,
    parts: readonly QuorumPart[],
    done: (outcome: Outcome) => void,
  ): void {
    const deadlineMs = this.#environment.clock.monotonicMs() + options.timeoutMs;
    const write: Write = { operation, options, replica, parts, deadlineMs, done };
    const requestId = options.requestId;
    if (requestId === undefined) return this.#mint(write);
    if (this.#fences.of(requestId) === "done") return done(this.#nothingToDo());
    const known = replica.findRequest(requestId);
    if (known !== undefined || options.isRetry) return this.#lookUp(write, requestId);
    if (this.#fences.of(requestId) !== undefined)
      return done(maybeApplied("a retry of this request came before it and was answered elsewhere"));
    this.#mint(write);
  }

  /** A peer acknowledged dots that this incarnation minted. */
  acknowledge(member: number, partition: number, actor: Actor, counter: number): void {
    if (actor === this.#environment.actor) this.#pending.acknowledge(partition, member, counter);
  }

  #lookUp(write: Write, requestId: string): void {
    const lookup = new RequestLookup(this.#environment, write.replica, requestId, {
      parts: write.parts,
      deadlineMs: write.deadlineMs,
    });
    lookup.run((result) => {
      switch (result.kind) {
        case "found":
          return write.done(
            this.#written(write, result.minted, [], { replicas: result.acksReceived, fallbacks: 0 }),
          );
        case "found-short":
          return write.done(writeTimeout(requiredCount(write.parts), result.acksReceived));
        case "nothing-to-do":
          return write.done(this.#nothingToDo());
        case "nobody-knows":
          return this.#unlessOvertaken(write, () => this.#mint(write));
        case "cannot-tell":
          return write.done(
            maybeApplied("an earlier attempt reached a replica that cannot be asked about it now"),
          );
      }
    });
  }

  /**
   * While we asked others, or looked for something, a retry may have been answered here or elsewhere; and we may have
   * heard that our store has forgotten something.
   */
  #unlessOvertaken(write: Write, go: () => void): void {
    const refusal = this.refusal(write.replica);
    if (refusal !== undefined) return write.done(refusal);
    const { requestId } = write.options;
    if (requestId === undefined) return go();
    if (write.replica.findRequest(requestId) !== undefined) return this.#lookUp(write, requestId);
    const fence = this.#fences.of(requestId);
    if (fence === "done") return write.done(this.#nothingToDo());
    if (fence !== undefined)
      return write.done(maybeApplied("another retry of this request is under way elsewhere"));
    go();
  }

  #mint(write: Write): void {
    const { liveness } = this.#environment;
    const required = requiredCount(write.parts);
    const alive = countable(write.parts, (member) => liveness.isAlive(member));
    const fallbacks = alive < required && write.options.isSloppy ? this.#standIns(write) : undefined;
    if (alive < required && fallbacks === undefined) return write.done(quorumUnavailable(required, alive));
    const conditional = writesOf(write.operation).filter(
      (part) => part.kind === "put" && part.condition !== undefined,
    );
    this.#readFirst(write, conditional, () => this.#gatherCleared(write, fallbacks));
  }

  /** What a clear removes has to be named. */
  #gatherCleared(write: Write, fallbacks: StandIns | undefined): void {
    const cleared = this.#compiler.clearedRanges(write.operation);
    if (cleared.length === 0) return this.#mintTogether(write, [], fallbacks);
    gatherRows(
      write.replica,
      cleared,
      (rowKeys, next) => this.#clearInSteps(write, rowKeys, next),
      (error, rest) => {
        if (error !== undefined) return write.done(failure("STORAGE_FAILED", error.message));
        this.#unlessOvertaken(write, () => this.#mintTogether(write, rest, fallbacks));
      },
    );
  }

  /** What the replicas of the level hold is here, or is joined here, before the conditions are looked at. */
  #readFirst(write: Write, conditional: readonly KeyWrite[], go: () => void): void {
    const [first, ...rest] = conditional;
    if (first === undefined) return go();
    const { options, parts, replica } = write;
    const timeoutMs = Math.max(1, write.deadlineMs - this.#environment.clock.monotonicMs());
    const get = { kind: "get", address: first.address, element: [] } as const;
    this.#reads.read(get, { ...options, timeoutMs }, replica, parts, (outcome) => {
      if (outcome.kind === "failed") write.done(outcome);
      else this.#readFirst(write, rest, () => this.#unlessOvertaken(write, go));
    });
  }

  /** A clear of more rows than one batch takes: the first of them, under no request id; a retry clears what is left. */
  #clearInSteps(write: Write, rowKeys: readonly RowKey[], next: () => void): void {
    const { actor, clock, commit } = this.#environment;
    if (write.operation.kind === "batch")
      return write.done(
        badRequest(
          "items",
          `clear ${rowKeys.length} rows or more, which takes several steps; nothing was written: clear what is so large by itself`,
        ),
      );
    if (clock.monotonicMs() >= write.deadlineMs)
      return write.done(writeTimeout(requiredCount(write.parts), 0));
    for (const rowKey of rowKeys) {
      const removal = this.#compiler.compileRemoval(write.replica, rowKey);
      if (removal === undefined) continue;
      const delta = write.replica.mint(actor, rowKey, removal.row, removal.intent, NO_REQUEST);
      commit.whenDurable(() => this.#dissemination.send(delta));
    }
    commit.whenDurable(next);
  }

  /** All that is left of the write, in the batch of this turn. */
  #mintTogether(write: Write, cleared: readonly RowKey[], fallbacks: StandIns | undefined): void {
    const { actor, commit, counters } = this.#environment;
    const { requestId } = write.options;
    const intents = this.#compiler.compile(write.operation, write.replica, cleared);
    if ("kind" in intents) return write.done(intents);
    // What left nothing to do may be in the batch of this turn: nobody hears of it before it is durable.
    if (intents.length === 0) {
      if (requestId !== undefined) this.#fences.done(requestId);
      return commit.whenDurable(() => write.done(this.#nothingToDo()));
    }
    const deltas = intents.map(({ rowKey, row, intent }, index) =>
      write.replica.mint(actor, rowKey, row, intent, { requestId, following: intents.length - 1 - index }),
    );
    counters.add("writes_coordinated");
    this.#await(write, deltas, fallbacks);
  }

  /** Fallbacks for the replicas that are away; undefined when too few are alive even so. */
  #standIns(write: Write): StandIns | undefined {
    const { liveness } = this.#environment;
    const standIns = new StandIns(this.#environment, write.replica.partition, write.parts);
    const isCounted = (member: number): boolean => liveness.isAlive(member) || standIns.standsInFor(member);
    return countable(write.parts, isCounted) < requiredCount(write.parts) ? undefined : standIns;
  }

  /** The last dot stands for all: acknowledgements are cumulative. */
  #await(write: Write, deltas: readonly Delta[], standIns: StandIns | undefined): void {
    const { clock, commit, self, timers } = this.#environment;
    const last = deltas.at(-1);
    if (last === undefined) return;
    const { partition, counter } = last;
    const tracker = new QuorumTracker(write.parts);
    const finish = (outcome: Outcome): void => {
      timer.cancel();
      standIns?.cancel();
      this.#pending.remove(partition, counter);
      write.done(outcome);
    };
    const timer = timers.after(Math.max(0, write.deadlineMs - clock.monotonicMs()), () => {
      finish(writeTimeout(tracker.required, tracker.received));
    });
    const changed = (): void => {
      if (!tracker.isSatisfied || !tracker.hasSucceeded(self.number)) return;
      const { answers, copies } = tracker;
      finish(this.#written(write, last, last.replaced, { replicas: answers, fallbacks: copies }));
    };
    this.#pending.add(partition, counter, { tracker, changed });
    commit.whenDurable(() => {
      for (const delta of deltas) this.#dissemination.send(delta);
      standIns?.ask(deltas, (home) => {
        tracker.standIn(home);
        changed();
      });
      this.#pending.acknowledge(partition, self.number, counter);
    });
  }

  #written(
    write: Write,
    minted: Minted,
    replaced: Delta["replaced"],
    acks: { readonly replicas: number; readonly fallbacks: number },
  ): Outcome {
    return {
      kind: "written",
      hlc: minted.hlc,
      context: contextOf(write.operation, minted, replaced),
      acksReceived: acks.replicas,
      fallbackAcks: acks.fallbacks,
      ...seenBy(write, minted),
    };
  }

  #nothingToDo(): Outcome {
    return {
      kind: "written",
      hlc: this.#environment.hlc.last,
      context: Buffer.alloc(0),
      acksReceived: 0,
      fallbackAcks: 0,
    };
  }
}

/** Of a session: its write. All that was seen before, our clock covered when the write was minted. */
function seenBy({ options }: Write, { actor, counter }: Minted): { seen?: VersionVector } {
  return options.session === undefined ? {} : { seen: VersionVector.from([[actor, counter]]) };
}

/** What a client may hand to its next put: of values only, which it may replace. */
function contextOf(operation: WriteOperation, minted: Minted, replaced: Delta["replaced"]): Buffer {
  if (operation.kind === "batch") return Buffer.alloc(0);
  const { type, bucket, key } = operation.address;
  if (type !== DataType.register && type !== DataType.multi) return Buffer.alloc(0);
  const live = operation.kind === "put" ? [minted] : [];
  const token = { live, context: Context.ofDots([minted, ...replaced]), hlc: minted.hlc };
  return encodeToken(encodeRowKey(type, bucket, key), token);
}
