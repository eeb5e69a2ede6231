/**
 * The store of one simulated process: its calls take virtual time, its effects lie in the disk's contents and
 * outlive it. A batch becomes visible when the write begins or when it ends, by chance, and fails the way LevelDB
 * does: with an unknown outcome, and every later write with it.
 */
import { type Change, type Entry, type KeyRange, type Store, StoreError } from "../store.js";
import type { DiskModel } from "./disk-model.js";
import { toKey } from "./ordered-bytes.js";
import type { SimulatedTimers } from "./simulated-timers.js";
import { type Batch, type StoreContents, toBatch } from "./store-contents.js";

interface WriteInFlight {
  readonly batch: Batch;
  readonly sync: boolean;
  readonly isApplied: boolean;
}

/** Looks on from outside. */
export interface StoreWatcher {
  /** Each batch, once it is written. */
  batchWritten(batch: Batch, isSynced: boolean): void;
  /** So many records were looked for, be they there or not, or found by a scan. */
  recordsRead(count: number): void;
}

interface StoreHooks {
  readonly watcher: StoreWatcher | undefined;
  /** Called once, when it was closed or its process has crashed. */
  onClosed(): void;
}

export class SimulatedStore implements Store {
  readonly #contents: StoreContents;
  readonly #model: DiskModel;
  readonly #process: SimulatedTimers;
  readonly #hooks: StoreHooks;
  #inFlight: WriteInFlight | undefined;
  #failure: StoreError | undefined;
  #state: "open" | "closing" | "closed" = "open";
  #closers: (() => void)[] = [];

  constructor(contents: StoreContents, model: DiskModel, process: SimulatedTimers, hooks: StoreHooks) {
    this.#contents = contents;
    this.#model = model;
    this.#process = process;
    this.#hooks = hooks;
  }

  get(key: Uint8Array): Buffer | undefined {
    if (this.#state !== "open") {
      throw closed();
    }
    this.#hooks.watcher?.recordsRead(1);
    const held = this.#contents.bytes.get(toKey(key));
    return held === undefined ? undefined : Buffer.from(held);
  }

  scan(
    range: KeyRange,
    limit: number,
    done: (error: StoreError | undefined, entries: Entry[]) => void,
  ): void {
    if (this.#state !== "open") {
      this.#process.endOfTurn(() => done(closed(), []));
      return;
    }
    // Read now, answered later: LevelDB's iterator sees the store as it is when the iterator is made.
    const bytes = this.#contents.bytes;
    const entries: Entry[] = [];
    for (const key of bytes.range(toKey(range.from), toKey(range.to), limit, range.reverse === true)) {
      const value = bytes.get(key);
      if (value !== undefined) {
        entries.push([Buffer.from(key, "latin1"), Buffer.from(value)]);
      }
    }
    this.#hooks.watcher?.recordsRead(entries.length);
    this.#model.time.schedule(this.#model.durationMs("scan"), () =>
      this.#process.deliver(() => done(undefined, entries)),
    );
  }

  write(changes: readonly Change[], sync: boolean, done: (error: StoreError | undefined) => void): void {
    const refusal = this.#state === "open" ? this.#failure : closed();
    if (refusal !== undefined) {
      this.#process.endOfTurn(() => done(refusal));
      return;
    }
    if (this.#inFlight !== undefined) {
      throw new Error("a write began before the one before it had called back");
    }
    const failure = this.#model.takeWriteFailure();
    const write = { batch: toBatch(changes), sync, isApplied: this.#model.random.chance(0.5) };
    if (write.isApplied) {
      this.#contents.apply(write.batch);
    }
    this.#inFlight = write;
    this.#model.time.schedule(this.#model.durationMs(sync ? "sync" : "write"), () => {
      if (this.#inFlight === write) {
        const error = this.#complete(write, failure);
        this.#process.deliver(() => done(error));
        this.#closeWhenIdle();
      }
    });
  }

  close(done: () => void): void {
    if (this.#state === "closed") {
      this.#process.endOfTurn(done);
      return;
    }
    this.#closers.push(done);
    if (this.#state === "open") {
      this.#state = "closing";
      this.#closeWhenIdle();
    }
  }

  /** The process is gone. What it was writing is on the disk or not, by chance, and never in part. */
  crash(): void {
    if (this.#state === "closed") {
      return;
    }
    const write = this.#inFlight;
    this.#inFlight = undefined;
    this.#state = "closed";
    if (write !== undefined) {
      this.#settle(write);
    }
    this.#hooks.onClosed();
  }

  #settle(write: WriteInFlight): void {
    const random = this.#model.random;
    const hasHappened = random.chance(0.5);
    if (hasHappened && !write.isApplied) {
      this.#contents.apply(write.batch);
    }
    if (!hasHappened && write.isApplied) {
      this.#contents.undoLast();
    }
    if (hasHappened && write.sync && random.chance(0.5)) {
      this.#contents.flush();
    }
  }

  /** What the caller is told. A batch whose flush failed lies in the log, and may be gone when that is read again. */
  #complete(write: WriteInFlight, failure: StoreError | undefined): StoreError | undefined {
    this.#inFlight = undefined;
    if (failure === undefined && !write.isApplied) {
      this.#contents.apply(write.batch);
    }
    const syncFailure = write.sync && failure === undefined ? this.#model.takeSyncFailure() : undefined;
    this.#failure = failure ?? syncFailure;
    if (syncFailure !== undefined) {
      this.#contents.failFlush();
    } else if (failure === undefined) {
      if (write.sync) {
        this.#contents.flush();
      }
      this.#hooks.watcher?.batchWritten(write.batch, write.sync);
    }
    return this.#failure;
  }

  #closeWhenIdle(): void {
    if (this.#state !== "closing" || this.#inFlight !== undefined) {
      return;
    }
    this.#model.time.schedule(this.#model.durationMs("write"), () => {
      if (this.#state === "closing") {
        this.#state = "closed";
        this.#hooks.onClosed();
        for (const closer of this.#closers) {
          this.#process.deliver(closer);
        }
        this.#closers = [];
      }
    });
  }
}

function closed(): StoreError {
  return new StoreError("CLOSED", "the store is closed");
}
