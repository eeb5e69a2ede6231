/**
 * One atomic batch a turn over a `Store`, and two views of it.
 *
 * Everything that one turn of the event loop writes shares one batch and one flush; while a batch is on its way to the
 * disk the next one fills. The *pending* view sees all of it: a read-modify-write must see earlier writes of the same
 * group commit. The *durable* view sees only what is on disk: replies, digests and state for peers show nothing else
 * (rule 1). A batch in flight becomes visible in the store at an unknown moment, so each keeps the values from before
 * it, and durable reads of its keys come from those.
 *
 * After a write failed the outcome on disk is unknown: this object refuses everything, says so once through `onFailed`,
 * and its owner opens the store anew under a new incarnation (rule 2).
 */
import { type Change, type Store, StoreError, type Timer, type Timers } from "../runtime/index.js";
import { RowCache } from "./row-cache.js";
import type { StoreKey, StoreKeyRange } from "./store-keys.js";

export type FsyncPolicy = "always" | "interval" | "never";

export interface GroupCommitSettings {
  readonly fsync: FsyncPolicy;
  readonly fsyncIntervalMs: number;
  readonly cacheBytes: number;
}

/** Called in order: first the state of what became durable, then what waited for it. */
export interface CommitHooks {
  /** Adds what every batch carries to the one about to be written. */
  beforeCommit(): void;
  /** The batch is durable; what waited for it runs next. */
  afterCommit(): void;
  /** Exactly once. Nothing that waited will run. */
  onFailed(error: StoreError): void;
}

interface Write {
  readonly before: Buffer | undefined;
  after: Buffer | undefined;
}

class Batch {
  readonly writes = new Map<StoreKey, Write>();
  readonly waiting: (() => void)[] = [];
}

export class GroupCommit {
  readonly #store: Store;
  readonly #timers: Timers;
  readonly #settings: GroupCommitSettings;
  readonly #hooks: CommitHooks;
  readonly #cache: RowCache;
  #filling = new Batch();
  #inFlight: Batch | undefined;
  #isScheduled = false;
  #isTouched = false;
  #isUnsynced = false;
  #state: "open" | "failed" | "closing" | "closed" = "open";
  readonly #flushTimer: Timer | undefined;
  #whenIdle: (() => void)[] = [];

  constructor(store: Store, timers: Timers, settings: GroupCommitSettings, hooks: CommitHooks) {
    this.#store = store;
    this.#timers = timers;
    this.#settings = settings;
    this.#hooks = hooks;
    this.#cache = new RowCache(settings.cacheBytes);
    if (settings.fsync === "interval")
      this.#flushTimer = timers.every(settings.fsyncIntervalMs, () => this.#flush());
  }

  /** The value as the last write of this node left it, durable or not. Throws `StoreError`. */
  readPending(key: StoreKey): Buffer | undefined {
    const write = this.#filling.writes.get(key) ?? this.#inFlight?.writes.get(key);
    return write === undefined ? this.#readStore(key) : write.after;
  }

  /** The value as it is on disk. Throws `StoreError`. */
  readDurable(key: StoreKey): Buffer | undefined {
    const write = this.#inFlight?.writes.get(key) ?? this.#filling.writes.get(key);
    return write === undefined ? this.#readStore(key) : write.before;
  }

  /** Adds a put, or with undefined a removal, to the batch of this turn. Throws `StoreError`. */
  write(key: StoreKey, value: Buffer | undefined): void {
    const write = this.#filling.writes.get(key);
    if (write !== undefined) write.after = value;
    else this.#filling.writes.set(key, { before: this.readPending(key), after: value });
    this.#schedule();
  }

  /** A put of a key that nobody reads while it is in flight: log entries, clocks. Saves reading what was there. */
  put(key: StoreKey, value: Buffer): void {
    this.#filling.writes.set(key, { before: undefined, after: value });
    this.#schedule();
  }

  /** Makes sure that a batch is written soon, though nothing is in it yet: `beforeCommit` will add to it. */
  touch(): void {
    this.#isTouched = true;
    this.#schedule();
  }

  /** Runs `task` once all that was written so far is durable; never if the disk fails first. */
  whenDurable(task: () => void): void {
    if (this.#filling.writes.size > 0 || this.#isTouched) this.#filling.waiting.push(task);
    else if (this.#inFlight !== undefined) this.#inFlight.waiting.push(task);
    else this.#timers.endOfTurn(task);
  }

  /**
   * At most `limit` keys of a range that have a value, in order, to `done`; with `view` pending or durable. Values are
   * read key by key afterwards, in the same view, in the same turn. Fewer than `limit`: the range is done.
   */
  scanKeys(
    range: StoreKeyRange,
    limit: number,
    view: "pending" | "durable",
    done: (error: StoreError | undefined, keys: StoreKey[]) => void,
  ): void {
    const bytes = { from: Buffer.from(range.from, "latin1"), to: Buffer.from(range.to, "latin1") };
    this.#store.scan(bytes, limit, (error, entries) => {
      if (error !== undefined || this.#state === "closed") return done(error, []);
      const keys = entries.map(([key]) => key.toString("latin1") as StoreKey);
      // A full page says nothing about what lies beyond its last key.
      const last = entries.length === limit ? keys.at(-1) : undefined;
      this.#guarded(() => done(undefined, this.#overlaid(keys, range, last, view).slice(0, limit)));
    });
  }

  /** Writes what is pending and flushes it, then closes the store. After a failure only closes. */
  close(done: () => void): void {
    const finish = (): void => {
      this.#state = "closed";
      this.#store.close(done);
    };
    this.#flushTimer?.cancel();
    if (this.#state !== "open") return finish();
    this.#state = "closing";
    this.#whenIdle.push(finish);
    this.#schedule();
  }

  #overlaid(
    keys: StoreKey[],
    range: StoreKeyRange,
    last: StoreKey | undefined,
    view: "pending" | "durable",
  ): StoreKey[] {
    const found = new Set(keys);
    for (const batch of [this.#inFlight, this.#filling]) {
      for (const key of batch?.writes.keys() ?? [])
        if (key >= range.from && key < range.to && (last === undefined || key <= last)) found.add(key);
    }
    const read = (key: StoreKey): Buffer | undefined =>
      view === "pending" ? this.readPending(key) : this.readDurable(key);
    const overlaid = found.size > keys.length ? [...found].sort() : keys;
    return overlaid.filter((key) => !this.#isOverlaid(key) || read(key) !== undefined);
  }

  #isOverlaid(key: StoreKey): boolean {
    return this.#filling.writes.has(key) || this.#inFlight?.writes.has(key) === true;
  }

  #readStore(key: StoreKey): Buffer | undefined {
    const cached = this.#cache.get(key);
    if (cached !== "unknown") return cached;
    const value = this.#store.get(Buffer.from(key, "latin1"));
    this.#cache.set(key, value);
    return value;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#inFlight !== undefined) return;
    if (this.#state === "failed" || this.#state === "closed") return;
    this.#isScheduled = true;
    this.#timers.endOfTurn(() => {
      this.#isScheduled = false;
      this.#commit();
    });
  }

  #flush(): void {
    if (!this.#isUnsynced || this.#inFlight !== undefined || this.#state !== "open") return;
    this.#commit(true);
  }

  #commit(isFlush = false): void {
    if (this.#inFlight !== undefined || this.#state === "failed" || this.#state === "closed") return;
    const isFinalFlush = this.#state === "closing" && this.#isUnsynced;
    if (this.#filling.writes.size === 0 && !this.#isTouched && !isFlush && !isFinalFlush)
      return this.#becomeIdle();
    this.#isTouched = false;
    this.#hooks.beforeCommit();
    const batch = this.#filling;
    this.#filling = new Batch();
    this.#inFlight = batch;
    const sync = this.#settings.fsync === "always" || isFlush || isFinalFlush;
    this.#isUnsynced = !sync;
    this.#store.write(changesOf(batch), sync, (error) => this.#committed(batch, error));
  }

  #committed(batch: Batch, error: StoreError | undefined): void {
    if (this.#state === "closed") return;
    if (error !== undefined) return this.#fail(error);
    for (const [key, write] of batch.writes) {
      if (isRow(key)) this.#cache.set(key, write.after);
      else this.#cache.delete(key);
    }
    this.#inFlight = undefined;
    this.#hooks.afterCommit();
    for (const task of batch.waiting) this.#guarded(task);
    if (this.#filling.writes.size > 0 || this.#isTouched) this.#schedule();
    else this.#becomeIdle();
  }

  /** Callbacks read, and a read may find the disk broken. */
  #guarded(task: () => void): void {
    try {
      task();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#fail(error);
    }
  }

  #fail(error: StoreError): void {
    if (this.#state === "failed" || this.#state === "closed") return;
    this.#state = "failed";
    this.#hooks.onFailed(error);
  }

  #becomeIdle(): void {
    const tasks = this.#whenIdle;
    this.#whenIdle = [];
    for (const task of tasks) task();
  }
}

/** Rows are read again; log entries and request ids hardly ever, and would only push rows out. */
function isRow(key: StoreKey): boolean {
  return key.charCodeAt(0) === ROW_KIND;
}

const ROW_KIND = "r".charCodeAt(0);

function changesOf(batch: Batch): Change[] {
  const changes: Change[] = [];
  for (const [key, write] of batch.writes)
    changes.push({ key: Buffer.from(key, "latin1"), value: write.after });
  return changes;
}
