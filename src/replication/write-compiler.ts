/** Compiles a client's write to changes of rows, as they are at this moment. Nothing is written before all compile. */
import { type Actor, type HybridClock, hlcWallMs } from "../causality/index.js";
import { CodecError, decodeToken, encodeRowKey, type RowKey } from "../codec/index.js";
import {
  compileDelete,
  compileEdit,
  compilePut,
  DataType,
  type Intent,
  isShown,
  type ReadToken,
  type Row,
  readingOf,
} from "../crdt/index.js";
import type { PartitionReplica } from "../replica/index.js";
import type { Clock } from "../runtime/index.js";
import { BATCH_ROWS_MAX, ofItem, writesOf } from "./atomic-batch.js";
import type { Environment } from "./environment.js";
import { badRequest, failure } from "./failures.js";
import type { Change, Failure, KeyAddress, KeyWrite, Ttl, WriteOperation } from "./operation.js";
import type { ReplicationSettings } from "./replication-settings.js";
import type { RowHealing } from "./row-healing.js";
import { clearedRanges, editsOf } from "./update-edits.js";

interface RowIntent {
  readonly rowKey: RowKey;
  readonly row: Row;
  readonly intent: Intent;
}

/** No node's stamps run this far ahead: a context that says so was forged, and would drag all stamps along. */
const TOKEN_AHEAD_MAX_MS = 60 * 60 * 1000;
/** All siblings of a key together: they travel in one message. */
const SIBLING_BYTES_MAX = 3 * 1024 * 1024;
const CLEAR: readonly Change[] = [{ path: [], action: { kind: "clear" } }];

type CompilerSettings = Pick<ReplicationSettings, "defaultTtlsMs" | "maxSiblings">;

interface CompilerEnvironment {
  readonly actor: Actor;
  readonly clock: Clock;
  readonly hlc: HybridClock;
  readonly liveness: Pick<Environment["liveness"], "expiryMs">;
}

export class WriteCompiler {
  readonly #environment: CompilerEnvironment;
  readonly #healing: RowHealing;
  readonly #settings: CompilerSettings;

  constructor(environment: CompilerEnvironment, healing: RowHealing, settings: CompilerSettings) {
    this.#environment = environment;
    this.#healing = healing;
    this.#settings = settings;
  }

  /** The rows that the write clears and that only a scan can name. */
  clearedRanges(operation: WriteOperation): ReturnType<typeof clearedRanges> {
    return writesOf(operation).flatMap((write) => {
      const changes = write.kind === "update" ? write.changes : changesOf(write);
      return clearedRanges(write.address, changes ?? []);
    });
  }

  /**
   * None, when there is nothing to do.
   *
   * @param cleared what a scan found in `clearedRanges`
   */
  compile(
    operation: WriteOperation,
    replica: PartitionReplica,
    cleared: readonly RowKey[],
  ): readonly RowIntent[] | Failure {
    if (operation.kind !== "batch") return this.#compileOne(operation, replica, cleared);
    const all: RowIntent[] = [];
    for (const [index, write] of operation.writes.entries()) {
      const intents = this.#compileOne(write, replica, cleared);
      if ("kind" in intents) return ofItem(intents, index);
      all.push(...intents);
    }
    if (all.length <= BATCH_ROWS_MAX + cleared.length) return all;
    return badRequest(
      "items",
      `change ${all.length} rows, more than ${BATCH_ROWS_MAX}; nothing was written: send them in parts`,
    );
  }

  #compileOne(
    operation: KeyWrite,
    replica: PartitionReplica,
    cleared: readonly RowKey[],
  ): readonly RowIntent[] | Failure {
    if (operation.kind === "update")
      return this.#compileChanges(operation.address, operation.changes, replica, cleared);
    const changes = changesOf(operation);
    if (changes !== undefined) return this.#compileChanges(operation.address, changes, replica, cleared);
    const { type, bucket, key } = operation.address;
    const rowKey = encodeRowKey(type, bucket, key);
    const row = this.#read(replica, rowKey);
    if ("kind" in row) return row;
    const intent = this.#compileValue(operation, rowKey, row);
    if (intent === undefined) return [];
    return "kind" in intent ? intent : [{ rowKey, row, intent }];
  }

  /** What takes a row's dots away; undefined where it has none, or is damaged and heals. */
  compileRemoval(replica: PartitionReplica, rowKey: RowKey): Omit<RowIntent, "rowKey"> | undefined {
    const row = replica.rows.readPending(rowKey);
    const { actor, liveness } = this.#environment;
    const intent = compileEdit(row, { kind: "remove" }, actor, liveness.expiryMs());
    return intent === undefined || intent === "overflow" ? undefined : { row, intent };
  }

  #compileChanges(
    address: KeyAddress,
    changes: readonly Change[],
    replica: PartitionReplica,
    cleared: readonly RowKey[],
  ): readonly RowIntent[] | Failure {
    const { actor, liveness } = this.#environment;
    const nowMs = liveness.expiryMs();
    const edits = editsOf(address, changes, cleared, (ttlMs) => this.#expiresAtMs(address, ttlMs, nowMs));
    if ("kind" in edits) return edits;
    const intents: RowIntent[] = [];
    for (const [rowKey, edit] of edits) {
      const row = this.#read(replica, rowKey);
      if ("kind" in row) return row;
      const intent = compileEdit(row, edit, actor, nowMs);
      if (intent === "overflow")
        return badRequest(
          "operations",
          "a counter would pass 2^53 - 1 in what this node added or subtracted; nothing was written",
        );
      if (intent !== undefined) intents.push({ rowKey, row, intent });
    }
    return intents;
  }

  #read(replica: PartitionReplica, rowKey: RowKey): Row | Failure {
    const row = replica.rows.readPending(rowKey);
    if (row.damagedAt === undefined) return row;
    this.#healing.heal(replica, rowKey);
    return failure(
      "ROW_DAMAGED",
      "the record of this row is damaged here and heals from its other replicas; nothing was written, try again, or another node",
    );
  }

  #compileValue(
    operation: Exclude<KeyWrite, { kind: "update" }>,
    rowKey: RowKey,
    row: Row,
  ): Intent | Failure | undefined {
    const { type } = operation.address;
    if (type !== DataType.register && type !== DataType.multi)
      return badRequest("address.type", "is not one of whole values; change it with Update");
    const token = readToken(rowKey, operation.context);
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
    if (operation.kind === "delete") return compileDelete(type, row, token);
    const nowMs = this.#environment.liveness.expiryMs();
    const unmet = unmetCondition(operation, row, token, nowMs);
    if (unmet !== undefined) return unmet;
    const expiresAtMs = this.#expiresAtMs(operation.address, operation.ttlMs, nowMs);
    const intent = compilePut(type, row, token, { ...operation.value, expiresAtMs }, nowMs);
    return this.#tooManySiblings(row, intent) ?? intent;
  }

  /** The same for everybody who reads it: it is fixed here, by our clock. */
  #expiresAtMs({ bucket }: KeyAddress, asked: Ttl, nowMs: number): number {
    const ttlMs = asked ?? this.#settings.defaultTtlsMs.get(bucket) ?? "never";
    return ttlMs === "never" ? 0 : Math.min(Number.MAX_SAFE_INTEGER, nowMs + ttlMs);
  }

  #tooManySiblings(row: Row, intent: Intent): Failure | undefined {
    const kept = row.live.filter(
      (dot) => !intent.replaced.some(({ actor, counter }) => actor === dot.actor && counter === dot.counter),
    );
    const bytes = kept.reduce((sum, dot) => sum + dot.payload.data.length, intent.payload?.data.length ?? 0);
    if (kept.length === 0 || (kept.length < this.#settings.maxSiblings && bytes <= SIBLING_BYTES_MAX))
      return undefined;
    return failure(
      "TOO_MANY_SIBLINGS",
      `the key has ${kept.length} siblings that this put would keep, of ${bytes} bytes with it, more than ${this.#settings.maxSiblings} or ${SIBLING_BYTES_MAX} bytes; nothing was written: read it, and put with its context`,
    );
  }
}

/** What has expired is absent; that what was read has expired since is nothing newer. */
function unmetCondition(
  { address, condition }: Extract<KeyWrite, { kind: "put" }>,
  row: Row,
  token: ReadToken | undefined,
  nowMs: number,
): Failure | undefined {
  if (condition === undefined) return undefined;
  if (condition === "absent")
    return isShown(readingOf(address.type, row.live, nowMs)) ? unmet("the key is there") : undefined;
  if (token === undefined) return badRequest("context", "is missing: unchanged since which read?");
  const isNewer = row.live.some((dot) => {
    const { actor, counter } = dot.payload.inPlaceOf ?? dot;
    return !token.context.covers(actor, counter);
  });
  return isNewer ? unmet("something newer than what was read is there") : undefined;
}

function unmet(why: string): Failure {
  return failure("CONDITION_FAILED", `${why}; nothing was written: read it, and decide anew`);
}

/** What a delete of something that is no whole value is as changes. */
function changesOf(operation: Exclude<KeyWrite, { kind: "update" }>): readonly Change[] | undefined {
  const { type } = operation.address;
  const isValue = type === DataType.register || type === DataType.multi;
  return operation.kind === "delete" && !isValue ? CLEAR : undefined;
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
