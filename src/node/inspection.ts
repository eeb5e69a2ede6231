/**
 * What a node can be asked about its inside, for the simulator's invariants and for operators: how far each partition
 * is, how full everything bounded is, and what lies on the disk. Only a diagnostic: it changes nothing, except that a
 * damaged row which a scan comes across begins to heal, as by any other read.
 */
import type { Actor, Dot } from "../causality/index.js";
import { type Doubt, type RowKey, rowKeyType } from "../codec/index.js";
import { DataType } from "../crdt/index.js";
import { endOfRow, type PartitionReplica } from "../replica/index.js";
import type { Fill } from "../replication/index.js";
import type { StartedNode } from "./node.js";

const PAGE_ROWS = 500;
const PAGE_DOTS = 2_000;

/** A version vector as data: by actor, ascending. */
type ClockEntries = readonly (readonly [actor: Actor, counter: number])[];

interface PartitionInspection {
  readonly partition: number;
  readonly clock: ClockEntries;
  readonly durableClock: ClockEntries;
  readonly floor: ClockEntries;
  /** Up to which incarnation each member's actors are closed in the durable clock: their entries may be gone. */
  readonly closed: readonly (readonly [member: number, incarnation: number])[];
  readonly doubt: Doubt | undefined;
}

export interface NodeInspection {
  readonly incarnation: number;
  readonly partitions: readonly PartitionInspection[];
  /** By name; a name that ends in `_bytes`, before any slash, counts bytes, others count entries. */
  readonly fills: Readonly<Record<string, Fill>>;
}

/** What lies on the disk for one partition. */
export interface RowInspection {
  readonly partition: number;
  /** Rows with a record, whatever is in it. */
  rows: number;
  /** Of them, registers whose winner is a delete. */
  tombstones: number;
  /** Rows whose `ahead` is not empty after the durable clock was taken out of it. */
  rowsAhead: number;
  rowsDamaged: number;
  /** Rows that show nothing from some day on. */
  rowsExpiring: number;
  /** Entries of the index of them. */
  expirations: number;
  siblingsMax: number;
  /** Log entries above the floor, of dots that the durable clock has an entry for. */
  logEntries: number;
  /** How many there must be: one for each dot above the floor. */
  logEntriesDue: number;
}

export type RowsInspected = (error: Error | undefined, partitions: readonly RowInspection[]) => void;

export function inspect(node: StartedNode): NodeInspection {
  return {
    incarnation: node.incarnation,
    partitions: byPartition(node).map((replica) => ({
      partition: replica.partition,
      clock: replica.clock.sorted(),
      durableClock: replica.durableClock.sorted(),
      floor: replica.floor.sorted(),
      closed: replica.durableClock.closed(),
      doubt: replica.doubt,
    })),
    fills: node.fills(),
  };
}

/** Page by page, so what it tells is of one moment only while nothing is written. */
export function inspectRows(node: StartedNode, done: RowsInspected): void {
  const queue = byPartition(node);
  const inspected: RowInspection[] = [];
  const next = (error?: Error): void => {
    const replica = error === undefined ? queue.shift() : undefined;
    if (replica === undefined) return done(error, error === undefined ? inspected : []);
    const found = emptyInspection(replica.partition);
    inspected.push(found);
    new ReplicaInspection(replica, found, next).start();
  };
  next();
}

class ReplicaInspection {
  readonly #replica: PartitionReplica;
  readonly #found: RowInspection;
  readonly #done: (error?: Error) => void;

  constructor(replica: PartitionReplica, found: RowInspection, done: (error?: Error) => void) {
    this.#replica = replica;
    this.#found = found;
    this.#done = done;
  }

  start(): void {
    this.#readRows(undefined);
  }

  #readRows(after: RowKey | undefined): void {
    this.#replica.rows.scan(after, PAGE_ROWS, "durable", (error, rowKeys) => {
      if (error !== undefined) return this.#done(error);
      for (const rowKey of rowKeys) this.#addRow(rowKey);
      if (rowKeys.length < PAGE_ROWS) this.#countExpirations();
      else this.#readRows(rowKeys.at(-1));
    });
  }

  #addRow(rowKey: RowKey): void {
    const found = this.#found;
    const row = this.#replica.rows.readDurable(rowKey);
    found.rows++;
    if (row.damagedAt !== undefined) found.rowsDamaged++;
    if (!row.ahead.isEmpty) found.rowsAhead++;
    if (endOfRow(rowKey, row.live) > 0) found.rowsExpiring++;
    if (row.live.some(({ payload }) => payload.isTombstone)) found.tombstones++;
    if (rowKeyType(rowKey) === DataType.multi)
      found.siblingsMax = Math.max(found.siblingsMax, row.live.length);
  }

  /** Up to a page of them: none is what is waited for. */
  #countExpirations(): void {
    this.#replica.rows.expirations.count(undefined, PAGE_ROWS, (error, count) => {
      if (error !== undefined) return this.#done(error);
      this.#found.expirations = count;
      this.#readLog(undefined);
    });
  }

  #readLog(after: Dot | undefined): void {
    const { durableClock, floor } = this.#replica;
    this.#replica.log.scan(after, PAGE_DOTS, (error, dots) => {
      if (error !== undefined) return this.#done(error);
      for (const { actor, counter } of dots)
        if (!floor.covers(actor, counter) && counter <= durableClock.counterOf(actor))
          this.#found.logEntries++;
      if (dots.length === PAGE_DOTS) return this.#readLog(dots.at(-1));
      for (const [actor, counter] of durableClock.entries())
        this.#found.logEntriesDue += Math.max(0, counter - floor.get(actor));
      this.#done();
    });
  }
}

function emptyInspection(partition: number): RowInspection {
  return {
    partition,
    rows: 0,
    tombstones: 0,
    rowsAhead: 0,
    rowsDamaged: 0,
    rowsExpiring: 0,
    expirations: 0,
    siblingsMax: 0,
    logEntries: 0,
    logEntriesDue: 0,
  };
}

function byPartition(node: StartedNode): PartitionReplica[] {
  return [...node.replicas.values()].sort((a, b) => a.partition - b.partition);
}
