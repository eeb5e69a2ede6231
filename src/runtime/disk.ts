import type { Store, StoreError } from "./store.js";

/** The folder of one node: its store, and its mark. */
export interface Disk {
  /** Opens the one store of this disk, creating it when absent. One whose files are damaged is repaired first. */
  openStore(done: StoreOpened): void;
  /** What a repair lost was made good for, durably: the next opening says no more that the store was repaired. */
  acceptRepair(): void;
  /** The small file beside the store that shows a store which went backwards. */
  readonly mark: MarkFile;
}

/**
 * @param wasRepaired files were damaged or missing, and any part of what was in the store may be gone, or be as it once
 *   was; said at every opening until the repair is accepted.
 */
export type StoreOpened = (
  error: StoreError | undefined,
  store: Store | undefined,
  wasRepaired: boolean,
) => void;

/**
 * A few dozen bytes outside the store, overwritten in place. A write survives the process at once and the machine
 * once it was synced. A torn write leaves the bytes before it.
 */
export interface MarkFile {
  /** What was written last; undefined when there is none, or when it does not pass its checksum. */
  read(): Uint8Array | undefined;
  /** Overwrites it, without waiting for the disk. Throws `StoreError`. At most 256 bytes. */
  write(bytes: Uint8Array): void;
  /** Flushes what was written. Never calls back before it returns. */
  sync(done: (error: StoreError | undefined) => void): void;
}
