/**
 * Coordinates writes as a replica of the key: refuses before writing when too few replicas live, mints the dot, sends
 * it once durable, and answers when the level is met. All replicas always get the write; the level says whom to wait
 * for.
 *
 * A retry never applies a write twice (rule 17): its request id is looked for here, then at all other replicas, and
 * only if every one of them answers that it does not know it, and will not apply it, is it minted here.
 */
import { type Actor, Context, type Hlc, hlcWallMs } from "../causality/index.js";
import {
  CodecError,
  type Delta,
  decodeToken,
  encodeRowKey,
  encodeToken,
  type RowKey,
} from "../codec/index.js";
import { compileDelete, compilePut, type Intent, type ReadToken, type Row } from "../crdt/index.js";
import { mayCoordinate, type PartitionReplica } from "../replica/index.js";
import type { Dissemination } from "./dissemination.js";
import type { Environment } from "./environment.js";
import { badRequest, failure, maybeApplied, quorumUnavailable, writeTimeout } from "./failures.js";
import type { Failure, Operation, OperationOptions, Outcome } from "./operation.js";
import { PendingWrites } from "./pending-writes.js";
import { countable, type QuorumPart, QuorumTracker, requiredCount } from "./quorum.js";
import type { RequestFences } from "./request-fences.js";
import { RequestLookup } from "./request-lookup.js";
import type { RowHealing } from "./row-healing.js";
import { StandIns } from "./stand-ins.js";

/** No node's stamps run this far ahead: a context that says so was forged, and would drag all stamps along. */
const TOKEN_AHEAD_MAX_MS = 60 * 60 * 1000;

type WriteOperation = Exclude<Operation, { kind: "get" }>;

interface Write {
  readonly operation: WriteOperation;
  readonly options: OperationOptions;
  readonly replica: PartitionReplica;
  readonly rowKey: RowKey;
  readonly parts: readonly QuorumPart[];
  /** Of the monotonic clock. */
  readonly deadlineMs: number;
  readonly done: (outcome: Outcome) => void;
}

/** All siblings of a key together: they travel in one message. */
const SIBLING_BYTES_MAX = 3 * 1024 * 1024;

interface Minted {
  readonly actor: Actor;
  readonly counter: number;
  readonly hlc: Hlc;
}

export class WriteCoordinator {
  readonly #environment: Environment;
  readonly #dissemination: Dissemination;
  readonly #fences: RequestFences;
  readonly #healing: RowHealing;
  readonly #maxSiblings: number;
  readonly #pending = new PendingWrites();

  constructor(
    environment: Environment,
    dissemination: Dissemination,
    fences: RequestFences,
    healing: RowHealing,
    maxSiblings: number,
  ) {
    this.#environment = environment;
    this.#dissemination = dissemination;
    this.#fences = fences;
    this.#healing = healing;
    this.#maxSiblings = maxSiblings;
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
    const { type, bucket, key } = operation.address;
    const deadlineMs = this.#environment.clock.monotonicMs() + options.timeoutMs;
    const rowKey = encodeRowKey(type, bucket, key);
    const write: Write = { operation, options, replica, rowKey, parts, deadlineMs, done };
    const requestId = options.requestId;
    if (requestId === undefined) return this.#mint(write);
    const known = replica.findRequest(requestId);
    if (known !== undefined || options.isRetry) return this.#lookUp(write, requestId);
    if (this.#fences.has(requestId))
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
        case "nobody-knows":
          return this.#mintUnlessOvertaken(write, requestId);
        case "cannot-tell":
          return write.done(
            maybeApplied("an earlier attempt reached a replica that cannot be asked about it now"),
          );
      }
    });
  }

  /** While we asked, another retry may have asked us, or its write may have come. */
  #mintUnlessOvertaken(write: Write, requestId: string): void {
    if (write.replica.findRequest(requestId) !== undefined) return this.#lookUp(write, requestId);
    if (this.#fences.has(requestId))
      return write.done(maybeApplied("another retry of this request is under way elsewhere"));
    this.#mint(write);
  }

  #mint(write: Write): void {
    const { liveness } = this.#environment;
    const required = requiredCount(write.parts);
    const alive = countable(write.parts, (member) => liveness.isAlive(member));
    const fallbacks = alive < required && write.options.isSloppy ? this.#standIns(write) : undefined;
    if (alive < required && fallbacks === undefined) return write.done(quorumUnavailable(required, alive));
    const row = write.replica.rows.readPending(write.rowKey);
    const intent = this.#compile(write, row);
    if (intent === undefined)
      // What left nothing to delete may be in the batch of this turn: nobody hears of it before it is durable.
      return this.#environment.commit.whenDurable(() => write.done(this.#nothingToDelete()));
    if ("kind" in intent) return write.done(intent);
    const delta = write.replica.mint(
      this.#environment.actor,
      write.rowKey,
      row,
      intent,
      write.options.requestId,
    );
    this.#environment.counters.add("writes_coordinated");
    this.#await(write, delta, fallbacks);
  }

  /** Fallbacks for the replicas that are away; undefined when too few are alive even so. */
  #standIns(write: Write): StandIns | undefined {
    const { liveness } = this.#environment;
    const standIns = new StandIns(this.#environment, write.replica.partition, write.parts);
    const isCounted = (member: number): boolean => liveness.isAlive(member) || standIns.standsInFor(member);
    return countable(write.parts, isCounted) < requiredCount(write.parts) ? undefined : standIns;
  }

  #compile(write: Write, row: Row): Intent | Failure | undefined {
    if (row.damagedAt !== undefined) {
      this.#healing.heal(write.replica, write.rowKey);
      return failure(
        "ROW_DAMAGED",
        "the record of this row is damaged here and heals from its other replicas; nothing was written, try again, or another node",
      );
    }
    const { operation } = write;
    const token = readToken(write.rowKey, operation.context);
    if (token === "malformed")
      return badRequest(
        "context",
        "is not one that a read of this key gave out; leave it empty or read again",
      );
    const { clock, hlc } = this.#environment;
    if (token !== undefined && token.hlc > hlc.last) {
      if (hlcWallMs(token.hlc) > clock.wallMs() + TOKEN_AHEAD_MAX_MS)
        return badRequest("context", "was read at a time that is still to come; read again");
      hlc.observe(token.hlc);
    }
    if (operation.kind === "delete") return compileDelete(operation.address.type, row, token);
    const intent = compilePut(operation.address.type, row, token, operation.value);
    return this.#tooManySiblings(row, intent) ?? intent;
  }

  #tooManySiblings(row: Row, intent: Intent): Failure | undefined {
    const kept = row.live.filter(
      (dot) => !intent.replaced.some(({ actor, counter }) => actor === dot.actor && counter === dot.counter),
    );
    const bytes = kept.reduce((sum, dot) => sum + dot.payload.data.length, intent.payload?.data.length ?? 0);
    if (kept.length === 0 || (kept.length < this.#maxSiblings && bytes <= SIBLING_BYTES_MAX))
      return undefined;
    return failure(
      "TOO_MANY_SIBLINGS",
      `the key has ${kept.length} siblings that this put would keep, of ${bytes} bytes with it, more than ${this.#maxSiblings} or ${SIBLING_BYTES_MAX} bytes; nothing was written: read it, and put with its context`,
    );
  }

  #await(write: Write, delta: Delta, standIns: StandIns | undefined): void {
    const { clock, commit, self, timers } = this.#environment;
    const { partition, counter } = delta;
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
      finish(this.#written(write, delta, delta.replaced, { replicas: answers, fallbacks: copies }));
    };
    this.#pending.add(partition, counter, { tracker, changed });
    commit.whenDurable(() => {
      this.#dissemination.send(delta);
      standIns?.ask(delta, (home) => {
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
    const live = write.operation.kind === "put" ? [minted] : [];
    const token = { live, context: Context.ofDots([minted, ...replaced]), hlc: minted.hlc };
    return {
      kind: "written",
      hlc: minted.hlc,
      context: encodeToken(write.rowKey, token),
      acksReceived: acks.replicas,
      fallbackAcks: acks.fallbacks,
    };
  }

  #nothingToDelete(): Outcome {
    return {
      kind: "written",
      hlc: this.#environment.hlc.last,
      context: Buffer.alloc(0),
      acksReceived: 0,
      fallbackAcks: 0,
    };
  }
}

function readToken(rowKey: RowKey, context: Buffer): ReadToken | undefined | "malformed" {
  if (context.length === 0) return undefined;
  try {
    return decodeToken(rowKey, context);
  } catch (error) {
    if (error instanceof CodecError) return "malformed";
    throw error;
  }
}
