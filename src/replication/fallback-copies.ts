/**
 * Copies of deltas that this node holds for replicas that are away (rule 15): the records in the store, and in memory
 * where each is and what they take together. Bounded in bytes.
 */
import {
  type Delta,
  openRecord,
  RecordDamagedError,
  readDelta,
  sealRecord,
  writeDelta,
} from "../codec/index.js";
import {
  type CopyAddress,
  copyAddressOf,
  copyKey,
  type GroupCommit,
  type StoreKey,
} from "../storage/index.js";
import type { Fill } from "./bounds.js";

/** What a copy takes beside its record: its key on disk, and its place in memory. */
const COPY_OVERHEAD_BYTES = 256;

/** A record that was found in the store. */
export interface StoredCopy {
  readonly key: StoreKey;
  readonly bytes: number;
}

export class FallbackCopies {
  readonly #commit: GroupCommit;
  readonly #bytesMax: number;
  /** By home: key to bytes, in the order in which they came. */
  readonly #byHome = new Map<number, Map<StoreKey, number>>();
  readonly #countByPartition = new Map<number, number>();
  #bytes = 0;

  /** @param stored in the order of their keys */
  constructor(commit: GroupCommit, bytesMax: number, stored: readonly StoredCopy[]) {
    this.#commit = commit;
    this.#bytesMax = bytesMax;
    for (const { key, bytes } of stored) this.#enter(key, bytes + COPY_OVERHEAD_BYTES);
  }

  get fill(): Fill {
    return { size: this.#bytes, max: this.#bytesMax };
  }

  get homes(): number[] {
    return [...this.#byHome.keys()];
  }

  /** Partitions of which there are copies. */
  get partitions(): Set<number> {
    return new Set(this.#countByPartition.keys());
  }

  countFor(home: number): number {
    return this.#byHome.get(home)?.size ?? 0;
  }

  /** Oldest first. */
  keysFor(home: number): Iterable<StoreKey> {
    return this.#byHome.get(home)?.keys() ?? [];
  }

  /** Puts a copy into the batch of this turn; one that is there already changes nothing. False: there is no room. */
  hold(home: number, delta: Delta): boolean {
    const address = { home, partition: delta.partition, actor: delta.actor, counter: delta.counter };
    const key = copyKey(address);
    if (this.#byHome.get(home)?.has(key) === true) return true;
    const record = sealRecord(Buffer.from(key, "latin1"), (writer) => writeDelta(writer, delta));
    const bytes = record.length + COPY_OVERHEAD_BYTES;
    if (this.#bytes + bytes > this.#bytesMax) return false;
    this.#commit.put(key, record);
    this.#enter(key, bytes);
    return true;
  }

  /** A copy that is held. Throws `StoreError`. */
  read(key: StoreKey): Delta | "damaged" {
    const record = this.#commit.readPending(key);
    if (record === undefined) return "damaged";
    try {
      return openRecord(Buffer.from(key, "latin1"), record, readDelta);
    } catch (error) {
      if (error instanceof RecordDamagedError) return "damaged";
      throw error;
    }
  }

  remove(key: StoreKey): void {
    const { home, partition } = copyAddressOf(key);
    const copies = this.#byHome.get(home);
    const bytes = copies?.get(key);
    if (copies === undefined || bytes === undefined) return;
    this.#commit.put(key, undefined);
    copies.delete(key);
    if (copies.size === 0) this.#byHome.delete(home);
    this.#bytes -= bytes;
    const left = (this.#countByPartition.get(partition) ?? 0) - 1;
    if (left > 0) this.#countByPartition.set(partition, left);
    else this.#countByPartition.delete(partition);
  }

  #enter(key: StoreKey, bytes: number): void {
    const { home, partition }: CopyAddress = copyAddressOf(key);
    const copies = this.#byHome.get(home) ?? new Map<StoreKey, number>();
    this.#byHome.set(home, copies);
    copies.set(key, bytes);
    this.#bytes += bytes;
    this.#countByPartition.set(partition, (this.#countByPartition.get(partition) ?? 0) + 1);
  }
}
