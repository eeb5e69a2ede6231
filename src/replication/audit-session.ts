/**
 * One audit with one peer, from the asker's side. The first message sums up all partitions that both hold; the answer
 * names those that differ, with the first cells of their sum. That decodes, or more cells are asked for; partitions whose
 * sum does not decode are taken one by one, and one that does not decode is walked in key order by both. Then the rows
 * are exchanged, and each side makes its own good. One row that differs takes two round trips.
 *
 * Nothing here relies on the sketches being exact: rows are compared before anything is done to them.
 */
import { type AuditReply, type AuditReplyMessage, CELL_WORDS, type CodedCells } from "../codec/index.js";
import {
  decodeDifference,
  emptyCells,
  keyHashOf,
  type PartitionReplica,
  SKETCH_CELLS,
} from "../replica/index.js";
import type { AuditAsk } from "./audit-ask.js";
import { AuditExchange } from "./audit-exchange.js";
import { type AuditRows, shortClock } from "./audit-rows.js";
import { cellsOf, FIRST_CELLS } from "./audit-service.js";
import { AuditWalk } from "./audit-walk.js";
import type { Environment } from "./environment.js";

/** What the next answer brings, as a multiple of what is there. */
const CELLS_GROWTH = 1.5;

export interface SessionResult {
  /** The peer answered to the end. */
  readonly isComplete: boolean;
  /** Partitions that were not compared, because they were being written. */
  readonly busy: readonly number[];
  /** Partitions that differed. */
  readonly unequal: readonly number[];
  /** Rows of ours that were made good. */
  readonly repaired: number;
}

interface SessionParts {
  readonly environment: Environment;
  readonly rows: AuditRows;
  readonly ask: AuditAsk;
  readonly peer: number;
  /** Compared if their clocks are equal; ascending. */
  readonly settled: readonly PartitionReplica[];
  /** Compared all the same. */
  readonly forced: readonly PartitionReplica[];
  /** A sketch and its rows contradict each other. */
  scrub(replica: PartitionReplica): void;
  done(result: SessionResult): void;
}

/** Partitions that are decoded together. */
export interface AuditGroup {
  readonly replicas: readonly PartitionReplica[];
  /** Both sides had equal clocks when they compared. */
  readonly isSettled: boolean;
  /** The peer's first cells, where they came with its answer. */
  readonly cells: CodedCells;
  /** How many to ask for first, where none came. */
  readonly firstCells: number;
}

const NO_CELLS = emptyCells(0);

export class AuditSession {
  readonly #parts: SessionParts;
  #groups: AuditGroup[] = [];
  #busy: readonly number[] = [];
  #unequal: readonly number[] = [];
  #repaired = 0;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  begin(): void {
    const { ask, forced, settled } = this.#parts;
    const entries = [
      ...settled.map((replica) => ({ replica, clock: shortClock(replica.durableClock) })),
      ...forced.map((replica) => ({ replica, clock: undefined })),
    ]
      .map(({ replica, clock }) => ({ partition: replica.partition, clock, check: replica.sketch.check }))
      .sort((a, b) => a.partition - b.partition);
    ask.ask(
      "audit-reply",
      (id) => ({ type: "audit-request", id, entries }),
      (reply) => this.#answered(reply, (answer) => this.#compared(answer)),
    );
  }

  #compared(reply: AuditReply): void {
    const { environment, forced, settled } = this.#parts;
    this.#busy = reply.busy;
    this.#unequal = reply.unequal;
    environment.counters.add("audit_mismatches", reply.unequal.length);
    const unequal = new Set(reply.unequal);
    const isUnequal = ({ partition }: PartitionReplica): boolean => unequal.has(partition);
    const together = settled.filter(isUnequal);
    if (together.length > 0)
      this.#groups.push({ replicas: together, isSettled: true, cells: reply.cells, firstCells: FIRST_CELLS });
    for (const replica of forced.filter(isUnequal))
      this.#groups.push({ replicas: [replica], isSettled: false, cells: NO_CELLS, firstCells: FIRST_CELLS });
    this.#next();
  }

  #next(): void {
    const group = this.#groups.shift();
    if (group === undefined) return this.#end(true);
    if (group.cells.counts.length === 0) this.#askForMore(group);
    else this.#decode(group);
  }

  #decode(group: AuditGroup): void {
    const { replicas, cells, isSettled } = group;
    const [first] = replicas;
    const count = cells.counts.length;
    if (first === undefined || count > SKETCH_CELLS) return this.#end(false);
    const key = first.sketch.items.sketchKey;
    const difference = decodeDifference(key, cellsOf(replicas, 0, count), cells);
    if (difference.isComplete)
      return this.#exchange(
        group,
        new Set(difference.ours.map(keyHashOf)),
        new Set(difference.theirs.map(keyHashOf)),
      );
    if (count < SKETCH_CELLS) return this.#askForMore(group);
    if (replicas.length === 1) return this.#walk(group);
    // Together they differ by more than all cells can tell, so each may well need them all.
    for (const replica of replicas)
      this.#groups.push({ replicas: [replica], isSettled, cells: NO_CELLS, firstCells: SKETCH_CELLS });
    this.#next();
  }

  #askForMore(group: AuditGroup): void {
    const from = group.cells.counts.length;
    const to = from === 0 ? group.firstCells : Math.min(SKETCH_CELLS, Math.ceil(from * CELLS_GROWTH));
    const partitions = group.replicas.map(({ partition }) => partition);
    this.#parts.ask.ask(
      "audit-cells-reply",
      (id) => ({ type: "audit-cells-request", id, partitions, from, to }),
      (reply) =>
        this.#answered(reply, ({ check, cells }) => {
          if (cells.counts.length !== to - from) return this.#end(false);
          // Written since, so the cells are not of one set: all of them at once, then.
          if (from > 0 && check !== checkOf(group.cells))
            return this.#askForMore({ ...group, cells: NO_CELLS, firstCells: to });
          this.#decode({ ...group, cells: joined(group.cells, cells) });
        }),
    );
  }

  /** The rows with these hashes: of ours in the first set, of theirs in the second, of both where versions differ. */
  #exchange(group: AuditGroup, ours: ReadonlySet<bigint>, theirs: ReadonlySet<bigint>): void {
    const { rows, scrub } = this.#parts;
    rows.find(group.replicas, new Set([...ours, ...theirs]), (found) => {
      const seen = new Set(found.map(({ replica, rowKey }) => replica.sketch.items.keyHash(rowKey)));
      const wanted = new Set([...theirs].filter((hash) => !seen.has(hash)));
      const isPhantom = [...ours].some((hash) => !seen.has(hash));
      this.#exchangeRows(group, found, wanted, (isContradicted) => {
        // What the sketch says of our rows is not so.
        if (isPhantom || (isContradicted && seen.size > 0))
          for (const replica of group.replicas) scrub(replica);
        this.#next();
      });
    });
  }

  #walk(group: AuditGroup): void {
    const [replica] = group.replicas;
    if (replica === undefined) return this.#next();
    new AuditWalk(replica, this.#parts.rows, this.#parts.ask, {
      differing: (found, done) => this.#exchangeRows(group, found, new Set(), () => done()),
      done: (isComplete) => (isComplete ? this.#next() : this.#end(false)),
    }).begin();
  }

  #exchangeRows(
    group: AuditGroup,
    found: ConstructorParameters<typeof AuditExchange>[2],
    wanted: ReadonlySet<bigint>,
    done: (isContradicted: boolean) => void,
  ): void {
    const { environment, peer, rows, ask } = this.#parts;
    new AuditExchange({ environment, peer, rows, ask }, group, found, wanted, (result) => {
      this.#repaired += result.repaired;
      if (result.isComplete) done(result.isSettled && result.differing === 0);
      else this.#end(false);
    }).begin();
  }

  #answered<T extends AuditReplyMessage>(reply: T | undefined, take: (reply: T) => void): void {
    if (reply === undefined) this.#end(false);
    else take(reply);
  }

  #end(isComplete: boolean): void {
    this.#groups = [];
    this.#parts.done({
      isComplete,
      busy: this.#busy,
      unequal: this.#unequal,
      repaired: this.#repaired,
    });
  }
}

/** The checksum of all items, from the first cell. */
function checkOf({ words }: CodedCells): bigint {
  return (BigInt((words[5] ?? 0) >>> 0) << 32n) | BigInt((words[4] ?? 0) >>> 0);
}

function joined(first: CodedCells, more: CodedCells): CodedCells {
  const cells = emptyCells(first.counts.length + more.counts.length);
  cells.words.set(first.words);
  cells.words.set(more.words, first.counts.length * CELL_WORDS);
  cells.counts.set(first.counts);
  cells.counts.set(more.counts, first.counts.length);
  return cells;
}
