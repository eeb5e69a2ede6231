/**
 * The source's side of a catch-up: builds one page from durable state and keeps nothing between pages. The log says
 * which rows the asker lacks; each is sent in its present state, once a page at most, however often it was overwritten.
 *
 * A row is left out at a pointer when one of its live dots comes later in the session: it will be sent there, and the
 * asker adopts the clock only at the end. Only what has an entry in the target comes: a row may also show dots that the
 * target covers because their actor is closed, and no log has a pointer for.
 */
import { type Dot, VersionVector } from "../causality/index.js";
import type { CatchUpBody, CatchUpPointer, CatchUpRequest, CatchUpRow, RowKey } from "../codec/index.js";
import type { Row } from "../crdt/index.js";
import { walkLog } from "./log-walk.js";
import type { PartitionReplica } from "./partition-replica.js";

/** A page ends after so many bytes of rows and pointers, by default, or so many pointers. */
export const CATCH_UP_PAGE_BYTES = 256 * 1024;
const PAGE_POINTERS = 2_000;
const PAGE_SCAN_ROWS = 1_000;
const POINTER_OVERHEAD_BYTES = 40;
/** A page does not end inside a write of several rows, unless it is as large as this: the asker would show a part of it. */
const WRITE_BYTES_MAX = 8 * 1024 * 1024;

/** Builds the page that a request asks for. A replica in doubt serves only those that are in doubt themselves. */
export function buildPage(
  replica: PartitionReplica,
  request: CatchUpRequest,
  done: (body: CatchUpBody) => void,
  isAskerInDoubt = false,
  pageBytes = CATCH_UP_PAGE_BYTES,
): void {
  const target = request.target ?? replica.durableClock.copy();
  if (replica.doubt !== undefined && !isAskerInDoubt) return done(refused("the source is itself in doubt"));
  if (!replica.durableClock.includes(target)) return done(refused("the source does not cover the target"));
  if (request.rows !== undefined)
    buildRowPage(replica, target, { after: request.rows.after, pageBytes }, done);
  else done(new LogPageBuilder(replica, target, request.position, pageBytes).build());
}

function refused(reason: string): CatchUpBody {
  return { kind: "refused", reason };
}

/** Thrown inside the builder: the page cannot be built, and this is the answer. */
class PageStop extends Error {
  readonly body: CatchUpBody;
  constructor(body: CatchUpBody) {
    super(body.kind);
    this.body = body;
  }
}

class LogPageBuilder {
  readonly #replica: PartitionReplica;
  readonly #target: VersionVector;
  readonly #start: VersionVector;
  readonly #pageBytes: number;
  readonly #position: VersionVector;
  readonly #pointers: CatchUpPointer[] = [];
  readonly #rows = new Map<RowKey, CatchUpRow>();
  #bytes = 0;

  constructor(replica: PartitionReplica, target: VersionVector, position: VersionVector, pageBytes: number) {
    this.#pageBytes = pageBytes;
    this.#replica = replica;
    this.#target = target;
    this.#start = position;
    this.#position = position.copy();
  }

  build(): CatchUpBody {
    if (!this.#position.includesClosed(this.#replica.floor)) return { kind: "below-floor" };
    try {
      const end = walkLog(this.#replica, this.#position, this.#target, (actor, counter, entry) => {
        if (this.#isFull()) return false;
        this.#take({ actor, counter, entry });
        return true;
      });
      // A full sync follows, after which the log goes on above what is missing, here and at the asker.
      if (end === "below-floor") return { kind: "below-floor" };
      return {
        kind: "log",
        target: this.#target,
        clock: this.#replica.durableClock.copy(),
        entries: this.#pointers,
        rows: [...this.#rows.values()],
        position: this.#position,
        isLast: end === "all-taken",
      };
    } catch (error) {
      if (error instanceof PageStop) return error.body;
      throw error;
    }
  }

  #isFull(): boolean {
    const isInsideWrite = (this.#pointers.at(-1)?.entry.following ?? 0) > 0;
    if (isInsideWrite) return this.#bytes >= WRITE_BYTES_MAX;
    return this.#bytes >= this.#pageBytes || this.#pointers.length >= PAGE_POINTERS;
  }

  #take(pointer: CatchUpPointer): void {
    const { rowKey } = pointer.entry;
    this.#pointers.push(pointer);
    this.#bytes += POINTER_OVERHEAD_BYTES + rowKey.length;
    if (this.#rows.has(rowKey)) return;
    const row = this.#replica.rows.readDurable(rowKey);
    if (row.damagedAt !== undefined) throw new PageStop(refused("a row of the source is damaged"));
    if (this.#comesLater(row, pointer)) return;
    this.#rows.set(rowKey, { rowKey, live: row.live, ahead: row.ahead });
    this.#bytes += rowBytes(row);
  }

  #comesLater(row: Row, at: Dot): boolean {
    return row.live.some(
      (dot) =>
        (dot.actor > at.actor || (dot.actor === at.actor && dot.counter > at.counter)) &&
        dot.counter > this.#start.get(dot.actor) &&
        dot.counter <= this.#target.counterOf(dot.actor),
    );
  }
}

function buildRowPage(
  replica: PartitionReplica,
  target: VersionVector,
  { after, pageBytes }: { readonly after: RowKey | undefined; readonly pageBytes: number },
  done: (body: CatchUpBody) => void,
): void {
  replica.rows.scan(after, PAGE_SCAN_ROWS, "durable", (error, rowKeys) => {
    if (error !== undefined) return done(refused(`the source cannot scan its rows: ${error.message}`));
    const rows: CatchUpRow[] = [];
    let bytes = 0;
    for (const rowKey of rowKeys) {
      if (bytes >= pageBytes) break;
      const row = replica.rows.readDurable(rowKey);
      if (row.damagedAt !== undefined) return done(refused("a row of the source is damaged"));
      rows.push({ rowKey, live: row.live, ahead: row.ahead });
      bytes += rowBytes(row) + rowKey.length;
    }
    const isLast = rows.length === rowKeys.length && rowKeys.length < PAGE_SCAN_ROWS;
    done({
      kind: "rows",
      target,
      clock: replica.durableClock.copy(),
      floor: replica.floor.copy(),
      rows,
      upTo: isLast ? undefined : rows.at(-1)?.rowKey,
    });
  });
}

/** About what a row takes in a page. */
export function rowBytes(row: Row): number {
  return row.live.reduce((sum, dot) => sum + dot.payload.data.length + 32, 32);
}

/** The position of a log phase that follows a full sync of the rows: where the source's log begins. */
export function aboveFloor(position: VersionVector, floor: VersionVector): VersionVector {
  const start = new VersionVector();
  start.join(position);
  start.join(floor);
  return start;
}
