/**
 * The rows of one partition that are ahead of its clock. Most of them are overtaken in a moment. One whose `ahead` holds
 * a dot of a past actor may never be: if the dots before it died with a disk, no clock reaches it, and the row is
 * announced as a whole under a new dot (rule 8). A row's mark remembers which of their dots were: another replica may have
 * announced what it has of the row, and none of what is here.
 */
import { type Actor, Context, VersionVector } from "../causality/index.js";
import {
  type Announcement,
  openRecord,
  RecordDamagedError,
  type RowKey,
  readContext,
  sealRecord,
  writeContext,
} from "../codec/index.js";
import { aheadKey, aheadRange, type GroupCommit, rowKeyOf } from "../storage/index.js";
import type { RowStore } from "./row-store.js";

const PAGE_ROWS = 256;
/** Rows to be announced that one sweep lists: the next one lists the others. */
const ORPHANED_MAX = 1_000;

export interface AheadReport {
  /** By past actor, its highest dot in rows that hold such that were not announced. */
  readonly orphans: VersionVector;
  /** The same of rows that were. */
  readonly announced: VersionVector;
  readonly orphaned: readonly RowKey[];
}

interface Sweep {
  readonly orphans: VersionVector;
  readonly announced: VersionVector;
  readonly orphaned: RowKey[];
  found: number;
}

export class AheadRows {
  readonly #partition: number;
  readonly #commit: GroupCommit;
  readonly #rows: RowStore;

  constructor(partition: number, commit: GroupCommit, rows: RowStore) {
    this.#partition = partition;
    this.#commit = commit;
    this.#rows = rows;
  }

  /** Strips all of them, page by page, drops those of which nothing is left, and reports what past actors left behind. */
  sweep(isPast: (actor: Actor) => boolean, done: (report: AheadReport | undefined) => void): void {
    const sweep = { orphans: new VersionVector(), announced: new VersionVector(), orphaned: [], found: 0 };
    this.#rows.mayBeAhead = false;
    this.#sweepOn(sweep, isPast, undefined, (isComplete) => {
      this.#rows.mayBeAhead ||= !isComplete || sweep.found > 0;
      done(isComplete ? sweep : undefined);
    });
  }

  /** The past actors of which a row's `ahead` holds a dot that was not announced. */
  unannounced(rowKey: RowKey, ahead: Context, isPast: (actor: Actor) => boolean): Actor[] {
    const known = this.#announcedOf(rowKey);
    return actorsOf(ahead).filter((actor) => isPast(actor) && !known.includes(ahead.of([actor])));
  }

  /** In the batch of this turn, after the row was written. */
  markAnnounced(rowKey: RowKey, { actors, state }: Announcement): void {
    if (this.#rows.readPending(rowKey).ahead.isEmpty) return;
    const all = this.#announcedOf(rowKey).joined(state.context.of(actors));
    const key = aheadKey(this.#partition, rowKey);
    const record = sealRecord(Buffer.from(key, "latin1"), (writer) => writeContext(writer, all));
    this.#commit.write(key, record);
  }

  #sweepOn(
    sweep: Sweep,
    isPast: (actor: Actor) => boolean,
    afterRow: RowKey | undefined,
    done: (isComplete: boolean) => void,
  ): void {
    this.#commit.scanKeys(aheadRange(this.#partition, afterRow), PAGE_ROWS, "pending", (error, keys) => {
      if (error !== undefined) return done(false);
      const rowKeys = keys.map(rowKeyOf);
      for (const rowKey of rowKeys) this.#look(sweep, isPast, rowKey);
      const last = rowKeys.at(-1);
      if (keys.length < PAGE_ROWS || last === undefined) done(true);
      else this.#sweepOn(sweep, isPast, last, done);
    });
  }

  #look(sweep: Sweep, isPast: (actor: Actor) => boolean, rowKey: RowKey): void {
    const { ahead, damagedAt } = this.#rows.restrip(rowKey);
    if (ahead.isEmpty) return;
    sweep.found++;
    if (damagedAt !== undefined) return;
    const left = new Set(this.unannounced(rowKey, ahead, isPast));
    if (left.size > 0 && sweep.orphaned.length < ORPHANED_MAX) sweep.orphaned.push(rowKey);
    for (const { actor, counter } of tops(ahead))
      if (left.has(actor)) sweep.orphans.raise(actor, counter);
      else if (isPast(actor)) sweep.announced.raise(actor, counter);
  }

  #announcedOf(rowKey: RowKey): Context {
    const key = aheadKey(this.#partition, rowKey);
    const record = this.#commit.readPending(key);
    if (record === undefined || record.length === 0) return NOTHING;
    try {
      return openRecord(Buffer.from(key, "latin1"), record, readContext);
    } catch (error) {
      // Announced once more, then.
      if (error instanceof RecordDamagedError) return NOTHING;
      throw error;
    }
  }
}

const NOTHING = new Context();

function tops(ahead: Context): { actor: Actor; counter: number }[] {
  return [...ahead.vector.sorted().map(([actor, counter]) => ({ actor, counter })), ...ahead.dots()];
}

function actorsOf(ahead: Context): Actor[] {
  return [...new Set(tops(ahead).map(({ actor }) => actor))];
}
