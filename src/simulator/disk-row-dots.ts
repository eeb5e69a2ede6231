/** Every dot of each row that was ever in a log, with its stamp, as of the batches that nodes write. */
import type { Dot, Hlc } from "../causality/index.js";
import { readLogEntry } from "../codec/index.js";
import { dotOfLogKey, rowStoreKey, type StoreKey } from "../storage/index.js";
import { opened } from "./disk-record.js";

export interface StampedDot extends Dot {
  readonly hlc: Hlc;
}

export class DiskRowDots {
  readonly #known = new Set<string>();
  /** By the store key of the row. */
  readonly #byRow = new Map<string, StampedDot[]>();

  /** The store key of the row. */
  logWritten(partition: number, key: StoreKey, value: Buffer): StoreKey | undefined {
    const entry = opened(key, value, readLogEntry);
    if (entry?.rowKey === undefined) return undefined;
    const row = rowStoreKey(partition, entry.rowKey);
    if (!this.#known.has(key)) this.#add(key, row, entry.hlc);
    return row;
  }

  #add(key: StoreKey, row: StoreKey, hlc: Hlc): void {
    this.#known.add(key);
    const { actor, counter } = dotOfLogKey(key);
    const dots = this.#byRow.get(row) ?? [];
    this.#byRow.set(row, dots);
    dots.push({ actor, counter, hlc });
  }

  of(row: string): readonly StampedDot[] {
    return this.#byRow.get(row) ?? [];
  }
}
