/**
 * What lies on a simulated disk, and how it is lost. As in LevelDB, a batch goes to the end of a log, and from time to
 * time what the log holds becomes a table, which is flushed as a whole. Batches are applied at once; those of the log
 * are remembered with what they replaced. So a power cut undoes what was not flushed, from the last backwards, and a
 * damaged log loses everything from the damage on, flushed or not: LevelDB as the node opens it drops such a tail and
 * says nothing.
 */
import type { Change } from "../store.js";
import { fromKey, OrderedBytes, toKey } from "./ordered-bytes.js";

/** When a log becomes a table. LevelDB waits for 4 MiB; with less, short runs see it happen, too. */
const LOG_BYTES_MAX = 256 * 1024;

/** A batch of our own: the caller may reuse its buffers. */
export type Batch = readonly { readonly key: string; readonly value: Buffer | undefined }[];

/** An integer in [0, bound), by chance. */
type Choose = (bound: number) => number;

export function toBatch(changes: readonly Change[]): Batch {
  return changes.map(({ key, value }) => ({
    key: toKey(key),
    value: value === undefined ? undefined : Buffer.from(value),
  }));
}

export class StoreContents {
  #bytes: OrderedBytes;
  /** For each batch in the log, what undoes it. */
  #log: Batch[] = [];
  #logBytes = 0;
  /** So many batches at the start of the log are safe from a power cut. */
  #flushed = 0;
  /** The first batch of the log that cannot be read any more. */
  #damagedAt = Number.POSITIVE_INFINITY;
  /** A flush failed: whether what it was for reached the disk shows only when the log is read again. */
  #isTailUnsure = false;

  constructor(bytes: OrderedBytes = new OrderedBytes()) {
    this.#bytes = new OrderedBytes(bytes);
  }

  get bytes(): OrderedBytes {
    return this.#bytes;
  }

  /** What a copy of the store's files would show: of a damaged log no more than can be read. */
  readable(): OrderedBytes {
    const bytes = new OrderedBytes(this.#bytes);
    for (const undo of this.#log.slice(Math.min(this.#damagedAt, this.#log.length)).reverse())
      for (const { key, value } of undo) bytes.set(key, value);
    return bytes;
  }

  apply(batch: Batch): void {
    if (this.#logBytes > LOG_BYTES_MAX) {
      this.#becomeTable();
    }
    const undo = [];
    for (const { key, value } of batch) {
      undo.push({ key, value: this.#bytes.get(key) });
      this.#bytes.set(key, value);
      this.#logBytes += key.length + (value?.length ?? 0);
    }
    this.#log.push(undo.reverse());
  }

  /** All that was applied is now safe from a power cut. */
  flush(): void {
    this.#flushed = this.#log.length;
  }

  failFlush(): void {
    this.#isTailUnsure = true;
  }

  /** A process opens the store: it reads the log, as far as it can, and makes a table of it. */
  open(choose: Choose): void {
    const lost = this.#isTailUnsure ? choose(this.#log.length - this.#flushed + 1) : 0;
    for (let count = 0; count < lost; count++) {
      this.undoLast();
    }
    while (this.#log.length > this.#damagedAt) {
      this.#undo();
    }
    this.#becomeTable();
  }

  /** Takes the last unflushed batch back, if there is one. */
  undoLast(): void {
    if (this.#log.length > this.#flushed) {
      this.#undo();
    }
  }

  undoUnsynced(): void {
    while (this.#log.length > this.#flushed) {
      this.#undo();
    }
  }

  /** Damages the log at one of its batches. Answers how many will be gone when it is read; 0: it was empty. */
  flipLogBit(choose: Choose): number {
    if (this.#log.length === 0) {
      return 0;
    }
    this.#damagedAt = Math.min(this.#damagedAt, choose(this.#log.length));
    return this.#log.length - this.#damagedAt;
  }

  /**
   * Loses one table: records with neighbouring keys, as many as chance wills, that are in the log no more. Answers how
   * many of them matched, and are gone.
   */
  loseTable(matches: (key: Buffer) => boolean, choose: Choose): number {
    const inLog = new Set(this.#log.flatMap((batch) => batch.map(({ key }) => key)));
    const old = this.#bytes.keys().filter((key) => !inLog.has(key) && matches(fromKey(key)));
    const first = choose(old.length);
    const lost = old.slice(first, first + 1 + choose(old.length - first));
    for (const key of lost) {
      this.#bytes.set(key, undefined);
    }
    return lost.length;
  }

  /** One record is gone, and nothing shows that it ever was. Answers its key, if any matched. */
  loseRecord(matches: (key: Buffer) => boolean, choose: Choose): string | undefined {
    const candidates = this.#bytes.keys().filter((key) => matches(fromKey(key)));
    const key = candidates[choose(candidates.length)];
    if (key !== undefined) this.#bytes.set(key, undefined);
    return key;
  }

  /**
   * Flips one bit of one record, as rot does: of its value or, where that is empty, of its key. Answers the key that it
   * had, if any matched.
   */
  flipBit(matches: (key: Buffer) => boolean, choose: Choose): Buffer | undefined {
    const candidates = this.#bytes.keys().filter((key) => matches(fromKey(key)));
    const key = candidates[choose(candidates.length)];
    const held = key === undefined ? undefined : this.#bytes.get(key);
    if (key === undefined || held === undefined) {
      return undefined;
    }
    if (held.length > 0) {
      this.#bytes.set(key, withFlippedBit(held, choose));
    } else {
      this.#bytes.set(key, undefined);
      this.#bytes.set(toKey(withFlippedBit(fromKey(key), choose)), held);
    }
    return fromKey(key);
  }

  #undo(): void {
    for (const { key, value } of this.#log.pop() ?? []) {
      this.#bytes.set(key, value);
    }
  }

  #becomeTable(): void {
    this.#log = [];
    this.#logBytes = 0;
    this.#flushed = 0;
    this.#damagedAt = Number.POSITIVE_INFINITY;
    this.#isTailUnsure = false;
  }
}

function withFlippedBit(bytes: Buffer, choose: Choose): Buffer {
  const damaged = Buffer.from(bytes);
  const at = choose(damaged.length);
  damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << choose(8)), at);
  return damaged;
}
