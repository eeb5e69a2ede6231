/**
 * Shows rows that differ to the peer and makes ours good by what it shows, in messages of bounded size.
 *
 * Where both sides had equal clocks, they need not be sent: one digest proves that they still are, both sides have the
 * contexts of each other's rows, and both act. Else the rows are asked for with our clock, and only we act, on those that
 * no write under way has touched.
 */
import type { Context, VersionVector } from "../causality/index.js";
import type { AuditPart, AuditRowsReply, CatchUpRow } from "../codec/index.js";
import { ABSENT_ROW } from "../crdt/index.js";
import type { PartitionReplica } from "../replica/index.js";
import type { AuditAsk } from "./audit-ask.js";
import type { AuditRows, FoundRow } from "./audit-rows.js";
import { ROWS_BYTES_MAX, rowBytes } from "./audit-service.js";
import type { AuditGroup } from "./audit-session.js";
import type { Environment } from "./environment.js";

const ROWS_MAX = 1_000;
const NOTHING_AHEAD: Context = ABSENT_ROW.ahead;

interface ExchangeParts {
  readonly environment: Environment;
  readonly peer: number;
  readonly rows: AuditRows;
  readonly ask: AuditAsk;
}

interface ExchangeResult {
  readonly isComplete: boolean;
  /** Nothing was being written meanwhile, so what did not differ is equal. */
  readonly isSettled: boolean;
  /** Rows that did differ. */
  readonly differing: number;
  /** Rows of ours that were made good. */
  readonly repaired: number;
}

export class AuditExchange {
  readonly #parts: ExchangeParts;
  readonly #group: AuditGroup;
  readonly #done: (result: ExchangeResult) => void;
  readonly #queue: FoundRow[];
  #wanted: Set<bigint>;
  #isSettled: boolean;
  #differing = 0;
  #repaired = 0;

  /** @param wanted hashes of the keys of rows that only the peer has */
  constructor(
    parts: ExchangeParts,
    group: AuditGroup,
    found: readonly FoundRow[],
    wanted: ReadonlySet<bigint>,
    done: (result: ExchangeResult) => void,
  ) {
    this.#parts = parts;
    this.#group = group;
    this.#queue = [...found];
    this.#wanted = new Set(wanted);
    this.#isSettled = group.isSettled;
    this.#done = done;
  }

  begin(): void {
    this.#next();
  }

  #next(): void {
    if (this.#queue.length === 0 && this.#wanted.size === 0) return this.#end(true);
    const { ask, environment, rows } = this.#parts;
    const taken = this.#take();
    const among = this.#wanted.size === 0 ? [] : this.#group.replicas.map(({ partition }) => partition);
    const parts = this.#partsOf(taken);
    const named = [...parts.map(({ partition }) => partition), ...among];
    const clocks = this.#isSettled ? rows.clocks(named) : undefined;
    const clocksSent = new Map(
      this.#group.replicas.map(({ partition, durableClock }) => [partition, durableClock.copy()]),
    );
    const wanted = [...this.#wanted];
    ask.ask(
      "audit-rows-reply",
      (id) => ({ type: "audit-rows-request", id, hlc: environment.hlc.last, clocks, parts, wanted, among }),
      (reply) => {
        if (reply === undefined) return this.#end(false);
        environment.hlc.observe(reply.hlc);
        if (!reply.isMoved) return this.#makeGood(reply, clocksSent);
        if (!this.#isSettled) return this.#end(false);
        this.#isSettled = false;
        this.#queue.unshift(...taken);
        this.#next();
      },
    );
  }

  #take(): FoundRow[] {
    const taken: FoundRow[] = [];
    let bytes = 0;
    while (taken.length < ROWS_MAX && bytes < ROWS_BYTES_MAX) {
      const next = this.#queue.shift();
      if (next === undefined) break;
      taken.push(next);
      if (this.#isSettled) bytes += rowBytes({ ...next, ...next.replica.rows.readDurable(next.rowKey) });
    }
    return taken;
  }

  /** Settled: our rows. Else which rows we ask for, and our clocks, for it is only we who act. */
  #partsOf(taken: readonly FoundRow[]): AuditPart[] {
    const byReplica = new Map<PartitionReplica, CatchUpRow[]>();
    if (!this.#isSettled) for (const replica of this.#group.replicas) byReplica.set(replica, []);
    for (const found of taken) {
      const row = this.#isSettled
        ? this.#parts.rows.show(found)
        : { rowKey: found.rowKey, live: [], ahead: NOTHING_AHEAD };
      const rows = byReplica.get(found.replica) ?? [];
      byReplica.set(found.replica, rows);
      if (row !== undefined) rows.push(row);
    }
    return [...byReplica].map(([{ partition, durableClock }, rows]) => ({
      partition,
      clock: this.#isSettled ? undefined : durableClock.copy(),
      rows,
    }));
  }

  #makeGood(reply: AuditRowsReply, clocksSent: ReadonlyMap<number, VersionVector>): void {
    const { peer, rows } = this.#parts;
    const wantedBefore = this.#wanted.size;
    let left = 1;
    const oneDone = (isRepaired: boolean): void => {
      if (isRepaired) this.#repaired++;
      if (--left === 0) this.#next();
    };
    for (const part of reply.parts) {
      const replica = this.#group.replicas.find(({ partition }) => partition === part.partition);
      const clock = part.clock ?? clocksSent.get(part.partition);
      if (replica === undefined || clock === undefined) continue;
      const { items } = replica.sketch;
      for (const row of part.rows) {
        this.#wanted.delete(items.keyHash(row.rowKey));
        if (items.versionOf(row.live) !== items.versionOf(replica.rows.readPending(row.rowKey).live))
          this.#differing++;
        left++;
        rows.makeGood(replica, { peer, clock, row }, oneDone);
      }
    }
    // The rest was too much for one message, or is not there any more.
    if (this.#wanted.size === wantedBefore) this.#wanted.clear();
    oneDone(false);
  }

  #end(isComplete: boolean): void {
    this.#done({
      isComplete,
      isSettled: this.#isSettled,
      differing: this.#differing,
      repaired: this.#repaired,
    });
  }
}
