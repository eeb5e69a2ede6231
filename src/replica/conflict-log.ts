/**
 * The conflict log of a node: which writes last-write-wins discarded here, in the buckets that ask for it. It is for people
 * and decides nothing: each node keeps its own, of what its own replicas came upon, and no digest, sketch or peer sees it.
 * A record goes into the batch of the row, so that a conflict is noted when it is decided, and once: a dot that was joined
 * is covered by the row's context ever after.
 *
 * Records are numbered in the order in which they came. One small record, the head, says which numbers there are and how
 * many bytes they take; so nothing is loaded at a start, nothing kept in memory, and the oldest is found at once. Should
 * the head be lost, the log begins anew, over what is left of it.
 */
import type { VersionVector } from "../causality/index.js";
import {
  type ConflictRecord,
  type ConflictSide,
  type Delta,
  decodeRowKey,
  leafOf,
  openRecord,
  RecordDamagedError,
  type RowKey,
  readConflict,
  rowKeyType,
  sealRecord,
  writeConflict,
} from "../codec/index.js";
import {
  type Conflict,
  changeState,
  conflictsOf,
  DataType,
  type LiveDot,
  type Row,
  type RowState,
} from "../crdt/index.js";
import type { Clock } from "../runtime/index.js";
import { conflictKey, type GroupCommit, metaKey, type StoreKey } from "../storage/index.js";

/** What is beyond is cut off a value; its size is told. */
export const CONFLICT_VALUE_BYTES_MAX = 16 * 1024;
/** So many go for one that comes, after the bounds were lowered: no turn takes long. */
const DROPS_PER_NOTE = 64;

const HEAD_KEY = metaKey("conflicts");

export interface ConflictLogSettings {
  /** The buckets that have one. */
  readonly buckets: ReadonlySet<string>;
  readonly recordsMax: number;
  /** Of records as they are stored. */
  readonly bytesMax: number;
}

interface ConflictCounters {
  add(name: "conflicts_noted" | "conflicts_dropped"): void;
}

/** The numbers of the records, `[first, next)`. */
interface Head {
  readonly first: number;
  readonly next: number;
  readonly bytes: number;
}

const EMPTY_HEAD: Head = { first: 0, next: 0, bytes: 0 };

export class ConflictLog {
  readonly #commit: GroupCommit;
  readonly #settings: ConflictLogSettings;
  readonly #clock: Pick<Clock, "wallMs">;
  readonly #counters: ConflictCounters;

  constructor(
    commit: GroupCommit,
    settings: ConflictLogSettings,
    clock: Pick<Clock, "wallMs">,
    counters: ConflictCounters,
  ) {
    this.#commit = commit;
    this.#settings = settings;
    this.#clock = clock;
    this.#counters = counters;
  }

  /** Some bucket has one. */
  get isKept(): boolean {
    return this.#settings.buckets.size > 0;
  }

  /**
   * Adds what the join of a row with what is said of it will discard to the batch of this turn; nothing for rows that have
   * no log. Throws `StoreError`.
   */
  noteJoin(rowKey: RowKey, row: Row, clock: VersionVector, theirs: RowState): void {
    const conflicts = conflictsOf(rowKeyType(rowKey), row, clock, theirs);
    if (conflicts.length === 0 || !this.#isLogged(rowKey)) return;
    for (const conflict of conflicts) this.#note(rowKey, conflict);
  }

  /** As `noteJoin`, of what a delta says of its row. */
  noteDelta(row: Row, clock: VersionVector, delta: Delta): void {
    this.noteJoin(delta.rowKey, row, clock, delta.announced?.state ?? changeState(delta));
  }

  /** The numbers of the durable records below one, or of all of them: from `first` to `last`, which is below it for none. */
  numbersBelow(below: number | undefined): { readonly first: number; readonly last: number } {
    const { first, next } = openHead(this.#commit.readDurable(HEAD_KEY));
    return { first, last: Math.min(below ?? next, next) - 1 };
  }

  /** A durable record; undefined: there is none, or it cannot be read. Throws `StoreError`. */
  read(number: number): ConflictRecord | undefined {
    const key = conflictKey(number);
    const record = this.#commit.readDurable(key);
    return record && unlessDamaged(() => openRecord(bytesOf(key), record, readConflict));
  }

  #note(rowKey: RowKey, { kept, discarded }: Conflict): void {
    const head = openHead(this.#commit.readPending(HEAD_KEY));
    const key = conflictKey(head.next);
    const record = sealRecord(bytesOf(key), (writer) =>
      writeConflict(writer, {
        rowKey,
        notedAtMs: this.#clock.wallMs(),
        kept: sideOf(kept),
        discarded: sideOf(discarded),
      }),
    );
    this.#commit.write(key, record);
    this.#counters.add("conflicts_noted");
    const bytes = head.bytes + key.length + record.length;
    this.#saveHead(this.#trimmed({ first: head.first, next: head.next + 1, bytes }));
  }

  /** A register, or one inside a map, in a bucket that has a log. */
  #isLogged(rowKey: RowKey): boolean {
    const { type, bucket, element } = decodeRowKey(rowKey);
    if (!this.#settings.buckets.has(bucket)) return false;
    return type === DataType.register || leafOf(element).type === DataType.register;
  }

  /** The oldest go, but never the newest. */
  #trimmed({ first, next, bytes }: Head): Head {
    const { recordsMax, bytesMax } = this.#settings;
    let [oldest, left] = [first, bytes];
    for (let dropped = 0; dropped < DROPS_PER_NOTE && oldest < next - 1; dropped++) {
      if (next - oldest <= recordsMax && left <= bytesMax) break;
      const key = conflictKey(oldest);
      left -= key.length + (this.#commit.readPending(key)?.length ?? 0);
      this.#commit.write(key, undefined);
      this.#counters.add("conflicts_dropped");
      oldest++;
    }
    return { first: oldest, next, bytes: Math.max(0, left) };
  }

  #saveHead(head: Head): void {
    const record = sealRecord(bytesOf(HEAD_KEY), (writer) => {
      writer.varint(head.first);
      writer.varint(head.next);
      writer.varint(head.bytes);
    });
    this.#commit.write(HEAD_KEY, record);
  }
}

function sideOf({ actor, counter, payload }: LiveDot): ConflictSide {
  const { hlc, isTombstone, encoding, data } = payload;
  return {
    dot: { actor, counter },
    hlc,
    isDelete: isTombstone,
    encoding,
    sizeBytes: data.length,
    data: data.subarray(0, CONFLICT_VALUE_BYTES_MAX),
  };
}

function openHead(record: Buffer | undefined): Head {
  if (record === undefined) return EMPTY_HEAD;
  return (
    unlessDamaged(() =>
      openRecord(bytesOf(HEAD_KEY), record, (reader) => ({
        first: reader.varint(),
        next: reader.varint(),
        bytes: reader.varint(),
      })),
    ) ?? EMPTY_HEAD
  );
}

function unlessDamaged<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RecordDamagedError) return undefined;
    throw error;
  }
}

function bytesOf(key: StoreKey): Buffer {
  return Buffer.from(key, "latin1");
}
