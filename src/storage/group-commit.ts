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
import { KeyScan } from "./key-scan.js";
import { RowCache } from "./row-cache.js";
import type { StoreKey, StoreKeyRange } from "./store-keys.js";

export type FsyncPolicy = "always" | "interval" | "never";

interface GroupCommitSettings {
  readonly fsync: FsyncPolicy;
  readonly fsyncIntervalMs: number;
  readonly cacheBytes: number;
}

/** Called in order: first the state of what became durable, then what waited for it. */
interface CommitHooks {
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
  #durableBatches = 0;
  #isScheduled = false;
  #isTouched = false;
  /** The last batch was not flushed. */
  #isUnsynced = false;
  #isFlushDue = false;
  #state: "open" | "failed" | "closing" | "closed" = "open";
  readonly #flushTimer: Timer | undefined;
  readonly #closers: (() => void)[] = [];
  readonly #scans = new Set<KeyScan>();

  constructor(store: Store, timers: Timers, settings: GroupCommitSettings, hooks: CommitHooks) {
    this.#store = store;
    this.#timers = timers;
    this.#settings = settings;
    this.#hooks = hooks;
    this.#cache = new RowCache(settings.cacheBytes);
    if (settings.fsync === "interval")
      this.#flushTimer = timers.every(settings.fsyncIntervalMs, () => this.#flush());
  }

  /** Rows kept in memory, and the most that may be. */
  get cacheBytes(): { readonly size: number; readonly max: number } {
    return { size: this.#cache.bytes, max: this.#cache.bytesMax };
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

  /** As `readPending`, from the disk: past the cache, which forgets what the disk no longer has. Throws `StoreError`. */
  readStored(key: StoreKey): Buffer | undefined {
    const write = this.#filling.writes.get(key) ?? this.#inFlight?.writes.get(key);
    if (write !== undefined) return write.after;
    const value = this.#store.get(Buffer.from(key, "latin1"));
    this.#cache.refresh(key, value);
    return value;
  }

  /** The number of the batch that writes go to now. */
  get fillingBatch(): number {
    return this.#durableBatches + (this.#inFlight === undefined ? 1 : 2);
  }

  isDurable(batch: number): boolean {
    return batch <= this.#durableBatches;
  }

  /** Adds a put, or with undefined a removal, to the batch of this turn. Throws `StoreError`. */
  write(key: StoreKey, value: Buffer | undefined): void {
    const write = this.#filling.writes.get(key);
    if (write !== undefined) write.after = value;
    else this.#filling.writes.set(key, { before: this.readPending(key), after: value });
    this.#schedule();
  }

  /**
   * A put, or with undefined a removal, of a key that nobody reads while it is in flight: log entries, clocks. Saves
   * reading what was there.
   */
  put(key: StoreKey, value: Buffer | undefined): void {
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
    const scan = new KeyScan(range);
    this.#scans.add(scan);
    this.#scanOn(scan, limit, view, (error, keys) => {
      this.#scans.delete(scan);
      done(error, keys);
    });
  }

  /** Writes what is pending and flushes it, then closes the store. After a failure only closes. */
  close(done: () => void): void {
    if (this.#state === "closed") return this.#store.close(done);
    this.#closers.push(done);
    if (this.#state === "closing") return;
    this.#flushTimer?.cancel();
    if (this.#state === "failed") return this.#closeStore();
    this.#state = "closing";
    this.#schedule();
  }

  /** Asks the store until `limit` keys are there: a short answer says that the range is done. */
  #scanOn(
    scan: KeyScan,
    limit: number,
    view: "pending" | "durable",
    done: (error: StoreError | undefined, keys: StoreKey[]) => void,
  ): void {
    this.#store.scan(scan.rest, limit, (error, entries) => {
      if (error !== undefined) return done(error, []);
      if (this.#state === "closed") return done(new StoreError("CLOSED", "the store was closed"), []);
      this.#guarded(() => {
        scan.take(
          entries.map(([key]) => key.toString("latin1") as StoreKey),
          entries.length === limit,
        );
        const keys = this.#present(scan, view);
        if (keys.length >= limit || scan.isComplete) done(undefined, keys.slice(0, limit));
        else this.#scanOn(scan, limit, view, done);
      });
    });
  }

  #present(scan: KeyScan, view: "pending" | "durable"): StoreKey[] {
    for (const batch of [this.#inFlight, this.#filling])
      for (const key of batch?.writes.keys() ?? []) scan.change(key);
    return scan.present(
      (key) => (view === "pending" ? this.readPending(key) : this.readDurable(key)) !== undefined,
    );
  }

  #readStore(key: StoreKey): Buffer | undefined {
    const cached = this.#cache.get(key);
    if (cached !== "unknown") return cached;
    const value = this.#store.get(Buffer.from(key, "latin1"));
    if (isRow(key)) this.#cache.set(key, value);
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

  /** Not at once while a batch is in flight: the next one then is flushed, and the file with it. */
  #flush(): void {
    if (!this.#isUnsynced) return;
    this.#isFlushDue = true;
    this.#schedule();
  }

  #commit(): void {
    if (this.#inFlight !== undefined || this.#state === "failed" || this.#state === "closed") return;
    const isFlush = this.#isFlushDue || (this.#state === "closing" && this.#isUnsynced);
    if (this.#filling.writes.size === 0 && !this.#isTouched && !isFlush) {
      if (this.#state === "closing") this.#closeStore();
      return;
    }
    this.#isTouched = false;
    this.#isFlushDue = false;
    this.#hooks.beforeCommit();
    const batch = this.#filling;
    this.#filling = new Batch();
    this.#inFlight = batch;
    const sync = this.#settings.fsync === "always" || isFlush;
    this.#isUnsynced = !sync;
    this.#store.write(changesOf(batch), sync, (error) => this.#committed(batch, error));
  }

  #committed(batch: Batch, error: StoreError | undefined): void {
    if (this.#state === "closed") return;
    if (error !== undefined) return this.#fail(error);
    for (const [key, write] of batch.writes) {
      if (isRow(key)) this.#cache.set(key, write.after);
      else this.#cache.delete(key);
      for (const scan of this.#scans) scan.change(key);
    }
    this.#inFlight = undefined;
    this.#durableBatches++;
    this.#hooks.afterCommit();
    for (const task of batch.waiting) this.#guarded(task);
    const hasMore = this.#filling.writes.size > 0 || this.#isTouched || this.#isFlushDue;
    if (hasMore || this.#state === "closing") this.#schedule();
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
    const isClosing = this.#state === "closing";
    this.#state = "failed";
    this.#hooks.onFailed(error);
    if (isClosing) this.#closeStore();
  }

  #closeStore(): void {
    this.#state = "closed";
    this.#store.close(() => {
      for (const done of this.#closers.splice(0)) done();
    });
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
