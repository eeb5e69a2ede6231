/**
 * An ordered map of bytes to bytes on one disk: what the core asks of LevelDB, and all that it asks.
 *
 * Reads of single keys are synchronous, because a promise costs several times the read. Writes are atomic batches.
 * A batch is visible to reads at some point between the call of `write` and its callback; the layer above
 * (`storage/`) hides it until then.
 */
export interface Store {
  /** The value of `key` as last written, or undefined. Throws `StoreError` when the disk fails. */
  get(key: Uint8Array): Buffer | undefined;
  /** At most `limit` entries of `range`, in order, to `done`. Never calls back before it returns. */
  scan(range: KeyRange, limit: number, done: (error: StoreError | undefined, entries: Entry[]) => void): void;
  /**
   * Applies all of `changes` or none. With `sync`, on disk and flushed before the callback. Never calls back before
   * it returns. After an error the outcome of the batch is unknown and the store must be closed and opened anew
   * (LevelDB refuses further writes once one failed). One write at a time: callers wait for the callback.
   */
  write(changes: readonly Change[], sync: boolean, done: (error: StoreError | undefined) => void): void;
  /** Closes it; calls back when nothing more will touch the disk. Idempotent. */
  close(done: () => void): void;
}

/** `[from, to)`; backwards when `reverse`. */
export interface KeyRange {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly reverse?: boolean;
}

export type Entry = readonly [key: Buffer, value: Buffer];

/** A put, or with `value` undefined a removal. */
export interface Change {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

export type StoreErrorCode =
  /** Another process has the folder open. */
  | "LOCKED"
  /** No space is left on the device. */
  | "DISK_FULL"
  /** The store's own files are damaged. */
  | "CORRUPT"
  /** Closed, or closing. */
  | "CLOSED"
  /** Any other failure of the disk. */
  | "IO";

/** A failure of the disk under a store. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
