/**
 * The rows of one partition, in both views of the group commit. A record that fails its checksum reads as damaged, never
 * as absent, and is stored as such, so that a restart does not forget it (rule 12).
 */
import type { Actor, VersionVector } from "../causality/index.js";
import {
  openRecord,
  RecordDamagedError,
  type RowKey,
  type RowKeyRange,
  readRow,
  sealRecord,
  writeRow,
} from "../codec/index.js";
import {
  ABSENT_ROW,
  damagedRow,
  isAbsent,
  isTombstone,
  type Row,
  type RowState,
  stripped,
} from "../crdt/index.js";
import {
  aheadKey,
  type GroupCommit,
  rowKeyOf,
  rowRange,
  rowStoreKey,
  rowsWithin,
  type StoreKey,
  tombstoneKey,
} from "../storage/index.js";
import { Expirations, endOfRow } from "./expirations.js";
import type { PartitionSketch } from "./partition-sketch.js";

const EMPTY = Buffer.alloc(0);

/** The clocks of the replica whose rows these are. */
interface ReplicaClocks {
  readonly clock: VersionVector;
  readonly durableClock: VersionVector;
}

/** Of a row whose record failed its checksum: it was not known before; somebody came across it; it is damaged no more. */
export type DamageNews = "found" | "met" | "whole";

export class RowStore {
  readonly #partition: number;
  readonly #commit: GroupCommit;
  readonly #clocks: ReplicaClocks;
  readonly #sketch: PartitionSketch;
  /** The last batch that changed a row. */
  #lastBatch = 0;
  readonly expirations: Expirations;
  readonly #reportDamage: (rowKey: RowKey, news: DamageNews) => void;
  /** Some row may be ahead of the clock, or be a tombstone: whoever looked through all of them, and found none, says no. */
  mayBeAhead = true;
  mayHaveTombstones = true;
  /** What a full sync under way brings, each row as it is at its source by then; undefined while none is. */
  awaited: VersionVector | undefined;

  constructor(
    partition: number,
    commit: GroupCommit,
    clocks: ReplicaClocks,
    sketch: PartitionSketch,
    reportDamage: (rowKey: RowKey, news: DamageNews) => void,
  ) {
    this.#partition = partition;
    this.#commit = commit;
    this.#clocks = clocks;
    this.#sketch = sketch;
    this.#reportDamage = reportDamage;
    this.expirations = new Expirations(partition, commit);
  }

  /** The row as the next write must see it. */
  readPending(rowKey: RowKey): Row {
    const key = rowStoreKey(this.#partition, rowKey);
    return stripped(this.#open(rowKey, key, this.#commit.readPending(key)), this.#clocks.clock);
  }

  /** The row as it may leave this node; its context is the durable clock. */
  readDurable(rowKey: RowKey): Row {
    const key = rowStoreKey(this.#partition, rowKey);
    const row = this.#open(rowKey, key, this.#commit.readDurable(key));
    if (row.damagedAt !== undefined) this.#reportDamage(rowKey, "met");
    return stripped(row, this.#clocks.durableClock);
  }

  /**
   * The row as the next write must see it, past the cache: as it is on the disk, unless a write is under way. From now on
   * every read agrees with it.
   */
  readStored(rowKey: RowKey): Row {
    const key = rowStoreKey(this.#partition, rowKey);
    return stripped(this.#open(rowKey, key, this.#commit.readStored(key)), this.#clocks.clock);
  }

  /**
   * Whether a full sync under way brings something of this state. Then the state must not come between: behind the
   * stretch that was synced already nothing would take back what the source knew to be gone.
   */
  awaits({ live }: Pick<RowState, "live">): boolean {
    return live.some(({ actor, counter }) => this.awaited?.covers(actor, counter) === true);
  }

  /** Every row is durable as it is read pending. */
  get isDurable(): boolean {
    return this.#commit.isDurable(this.#lastBatch);
  }

  /** Replaces a row that was read in the pending view; without dots and without anything ahead it needs no record. */
  write(rowKey: RowKey, before: Row, after: Row): void {
    const key = rowStoreKey(this.#partition, rowKey);
    if (before.damagedAt !== undefined && after.damagedAt === undefined) this.#reportDamage(rowKey, "whole");
    const record = isAbsent(after)
      ? undefined
      : sealRecord(Buffer.from(key, "latin1"), (writer) => writeRow(writer, after));
    this.#commit.write(key, record);
    this.#lastBatch = this.#commit.fillingBatch;
    this.#sketch.replace(rowKey, before.live, after.live);
    this.expirations.replace(rowKey, endOfRow(rowKey, before.live), endOfRow(rowKey, after.live));
    this.#mark(aheadKey(this.#partition, rowKey), !before.ahead.isEmpty, !after.ahead.isEmpty);
    this.mayBeAhead ||= !after.ahead.isEmpty;
    this.#mark(tombstoneKey(this.#partition, rowKey), isTombstone(before), isTombstone(after));
    this.mayHaveTombstones ||= isTombstone(after);
  }

  /**
   * With each record that it is due for: the batch with the first of them may be the one that a damaged log has lost. What
   * it says stays as long as it is due. Else an announcement for one actor would undo those for others, and replicas would
   * announce a row in turn for ever.
   */
  #mark(key: StoreKey, wasDue: boolean, isDue: boolean): void {
    if (isDue) this.#commit.write(key, (wasDue ? this.#commit.readPending(key) : undefined) ?? EMPTY);
    else if (wasDue) this.#commit.write(key, undefined);
  }

  /** Strips what the clock covers by now. Correctness does not wait for it, because reads strip too. */
  restrip(rowKey: RowKey): Row {
    const key = rowStoreKey(this.#partition, rowKey);
    const row = this.#open(rowKey, key, this.#commit.readPending(key));
    const after = stripped(row, this.#clocks.clock);
    const isSame = after.ahead.dotCount === row.ahead.dotCount && after.ahead.vector.equals(row.ahead.vector);
    if (!isSame) this.write(rowKey, row, after);
    // Whoever wrote the row since the clock caught up read it stripped, and left the mark.
    else if (after.ahead.isEmpty) this.#commit.write(aheadKey(this.#partition, rowKey), undefined);
    return after;
  }

  /** The actors of whose dots a damaged row may still lack some; undefined when it is not damaged. */
  missingOf(rowKey: RowKey): Actor[] | undefined {
    const { ahead, damagedAt } = this.readPending(rowKey);
    return damagedAt === undefined ? undefined : ahead.actorsMissing(damagedAt);
  }

  /** What a damaged row still lacks exists nowhere any more: it is whole with what it has. */
  giveUpMissing(rowKey: RowKey): void {
    const row = this.readPending(rowKey);
    this.write(rowKey, row, { ...row, ahead: row.ahead.beyond(this.#clocks.clock), damagedAt: undefined });
  }

  /** At most `limit` row keys after one, in order, of the rows that have a record in the view. */
  scan(
    afterRow: RowKey | undefined,
    limit: number,
    view: "pending" | "durable",
    done: (error: Error | undefined, rowKeys: RowKey[]) => void,
  ): void {
    this.#commit.scanKeys(rowRange(this.#partition, afterRow), limit, view, (error, keys) =>
      done(error, keys.map(rowKeyOf)),
    );
  }

  /** At most `limit` row keys in `[from, to)`, in order, of the rows that have a record in the view. */
  scanWithin(
    range: RowKeyRange,
    limit: number,
    view: "pending" | "durable",
    done: (error: Error | undefined, rowKeys: RowKey[]) => void,
  ): void {
    this.#commit.scanKeys(rowsWithin(this.#partition, range), limit, view, (error, keys) =>
      done(error, keys.map(rowKeyOf)),
    );
  }

  #open(rowKey: RowKey, key: StoreKey, record: Buffer | undefined): Row {
    if (record === undefined) return ABSENT_ROW;
    try {
      return openRecord(Buffer.from(key, "latin1"), record, readRow);
    } catch (error) {
      if (!(error instanceof RecordDamagedError)) throw error;
      return this.#markDamaged(rowKey, key, record);
    }
  }

  /** Unless what is pending already replaces the damaged record. */
  #markDamaged(rowKey: RowKey, key: StoreKey, record: Buffer): Row {
    const damaged = damagedRow(this.#clocks.clock);
    if (this.#commit.readPending(key)?.equals(record) === true) {
      this.#reportDamage(rowKey, "found");
      this.write(rowKey, ABSENT_ROW, damaged);
      this.#sketch.lose(rowKey);
    }
    return damaged;
  }
}
