/**
 * The peer's side of the audit: answers from its sketches and rows, and keeps nothing between requests. Every answer is
 * bounded, whatever is asked.
 */
import {
  type AuditCellsRequest,
  type AuditListEntry,
  type AuditListRequest,
  type AuditPart,
  type AuditReplyMessage,
  type AuditRequest,
  type AuditRequestMessage,
  type AuditRowsRequest,
  type CatchUpRow,
  type CodedCells,
  messageBytes,
} from "../codec/index.js";
import {
  addCells,
  emptyCells,
  mayHaveTouched,
  type PartitionReplica,
  SKETCH_CELLS,
} from "../replica/index.js";
import { type AuditRows, type FoundRow, shortClock } from "./audit-rows.js";
import type { Environment } from "./environment.js";

/** Cells that the first answer brings: enough for one row, mostly for ten. */
export const FIRST_CELLS = 16;
/** Bytes of rows in one message, but for one row that is larger by itself. */
export const ROWS_BYTES_MAX = 256 * 1024;
const LIST_ROWS = 1_000;
/** Scans for rows by hash at a time, for all peers together. */
const LOOKUPS_MAX = 4;

/** Who asks, and over which of the links to him. */
interface Asker {
  readonly member: number;
  readonly generation: number;
}

export class AuditService {
  readonly #environment: Environment;
  readonly #rows: AuditRows;
  #lookups = 0;

  constructor(environment: Environment, rows: AuditRows) {
    this.#environment = environment;
    this.#rows = rows;
  }

  serve(from: number, request: AuditRequestMessage): void {
    const asker: Asker = { member: from, generation: this.#environment.links.generationOf(from) };
    switch (request.type) {
      case "audit-request":
        return this.#compare(asker, request);
      case "audit-cells-request":
        return this.#sendCells(asker, request);
      case "audit-rows-request":
        return this.#takeRows(asker, request);
      case "audit-list-request":
        return this.#list(asker, request);
    }
  }

  #compare(asker: Asker, { id, entries }: AuditRequest): void {
    const unequal: number[] = [];
    const busy: number[] = [];
    const together: PartitionReplica[] = [];
    for (const { partition, clock, check } of entries) {
      const replica = this.#replica(asker, partition);
      const isComparable = replica !== undefined && isAuditable(replica);
      if (!isComparable) busy.push(partition);
      else if (clock !== undefined && !(isSettled(replica) && shortClock(replica.durableClock) === clock))
        busy.push(partition);
      else if (replica.sketch.check !== check) {
        unequal.push(partition);
        if (clock !== undefined) together.push(replica);
      }
    }
    const cells = cellsOf(together, 0, together.length === 0 ? 0 : FIRST_CELLS);
    this.#send(asker, { type: "audit-reply", id, unequal, busy, cells });
  }

  #sendCells(asker: Asker, { id, partitions, from: first, to }: AuditCellsRequest): void {
    const replicas = partitions.flatMap((partition) => this.#replica(asker, partition) ?? []);
    const end = Math.min(to, SKETCH_CELLS);
    const check = replicas.reduce((sum, { sketch }) => sum ^ sketch.check, 0n);
    const cells = cellsOf(replicas, Math.min(first, end), end);
    this.#send(asker, { type: "audit-cells-reply", id, check, cells });
  }

  #takeRows(asker: Asker, request: AuditRowsRequest): void {
    this.#environment.hlc.observe(request.hlc);
    const among = request.among.flatMap((partition) => this.#replica(asker, partition) ?? []);
    if (request.wanted.length === 0 || this.#lookups >= LOOKUPS_MAX)
      return this.#exchange(asker, request, []);
    this.#lookups++;
    this.#rows.find(among, new Set(request.wanted), (found) => {
      this.#lookups--;
      this.#exchange(asker, request, found);
    });
  }

  /** Shows our rows as they were, and makes them good by the asker's if the clocks are equal. */
  #exchange(asker: Asker, request: AuditRowsRequest, found: readonly FoundRow[]): void {
    const { hlc } = this.#environment;
    const { id, clocks, parts } = request;
    const named = [...parts.map(({ partition }) => partition), ...request.among];
    const isMoved = clocks !== undefined && clocks !== this.#rows.clocks(named);
    const askerClocks = new Map(parts.map(({ partition, clock }) => [partition, clock]));
    const answer = new RowsAnswer();
    const asked = parts.flatMap((part) => {
      const replica = this.#replica(asker, part.partition);
      return replica === undefined ? [] : part.rows.map((row) => ({ replica, rowKey: row.rowKey, row }));
    });
    for (const each of isMoved ? [] : [...asked, ...found]) {
      const askerClock = askerClocks.get(each.replica.partition);
      // A write is under way to the asker.
      if (askerClock !== undefined && mayHaveTouched(each.replica, each.rowKey, askerClock)) continue;
      if (!answer.isFull) answer.add(each.replica, this.#rows.show(each), clocks === undefined);
    }
    this.#send(asker, { type: "audit-rows-reply", id, hlc: hlc.last, isMoved, parts: answer.parts });
    if (isMoved || clocks === undefined) return;
    for (const { replica, row } of asked)
      this.#rows.makeGood(replica, { peer: asker.member, clock: replica.durableClock, row }, () => undefined);
  }

  #list(asker: Asker, { id, partition, after }: AuditListRequest): void {
    const replica = this.#replica(asker, partition);
    if (replica === undefined) return;
    replica.rows.scan(after, LIST_ROWS, "durable", (error, rowKeys) => {
      if (error !== undefined) return;
      const entries: AuditListEntry[] = rowKeys.flatMap((rowKey) => {
        const version = replica.sketch.items.versionOf(this.#rows.show({ replica, rowKey })?.live ?? []);
        return version === 0n ? [] : [{ rowKey, version }];
      });
      const upTo = rowKeys.length < LIST_ROWS ? undefined : rowKeys.at(-1);
      this.#send(asker, { type: "audit-list-reply", id, entries, upTo });
    });
  }

  #replica({ member }: Asker, partition: number): PartitionReplica | undefined {
    const replica = this.#environment.replica(partition);
    return replica !== undefined && this.#environment.view.isReplica(partition, member) ? replica : undefined;
  }

  #send({ member, generation }: Asker, reply: AuditReplyMessage): void {
    this.#environment.counters.add("audit_bytes", messageBytes(reply));
    this.#environment.links.answer(member, generation, reply);
  }
}

/** Rows of an answer, by partition, until it is full. */
class RowsAnswer {
  readonly #parts = new Map<
    PartitionReplica,
    { partition: number; clock: AuditPart["clock"]; rows: CatchUpRow[] }
  >();
  #bytes = 0;

  get isFull(): boolean {
    return this.#bytes >= ROWS_BYTES_MAX;
  }

  get parts(): AuditPart[] {
    return [...this.#parts.values()];
  }

  add(replica: PartitionReplica, row: CatchUpRow | undefined, withClock: boolean): void {
    if (row === undefined) return;
    let part = this.#parts.get(replica);
    if (part === undefined) {
      const clock = withClock ? replica.durableClock.copy() : undefined;
      part = { partition: replica.partition, clock, rows: [] };
      this.#parts.set(replica, part);
    }
    part.rows.push(row);
    this.#bytes += rowBytes(row);
  }
}

export function rowBytes({ rowKey, live }: CatchUpRow): number {
  return live.reduce((sum, dot) => sum + dot.payload.data.length + 32, rowKey.length + 8);
}

/** Its sketch can be compared. In doubt it catches up first. */
export function isAuditable(replica: PartitionReplica): boolean {
  return replica.doubt === undefined && replica.sketch.isReady;
}

/** What the sketch stands for is durable. */
export function isSettled(replica: PartitionReplica): boolean {
  return replica.rows.isDurable && replica.clock.equals(replica.durableClock);
}

/** The sum of some sketches' cells `[from, to)`. */
export function cellsOf(replicas: readonly PartitionReplica[], from: number, to: number): CodedCells {
  const sum = emptyCells(Math.max(0, to - from));
  for (const { sketch } of replicas) addCells(sum, sketch.cells(from, to));
  return sum;
}
