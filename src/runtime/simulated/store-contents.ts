/**
 * What lies on a simulated disk, and how it is lost. As in LevelDB, a batch goes to the end of a log, and from time to
 * time what the log holds becomes a table, which is flushed as a whole. Batches are applied at once; those of the log
 * are remembered with what they replaced. So a power cut undoes what was not flushed, from the last backwards, and a
 * damaged log loses some batches, flushed or not, and goes on with those after them: LevelDB drops the rest of a block.
 * The node notices a loss in the middle; at the end it may look like a write that was cut off.
 */
import type { Change } from "../store.js";
import { fromKey, OrderedBytes, toKey } from "./ordered-bytes.js";

/** When a log becomes a table. LevelDB waits for 4 MiB; with less, short runs see it happen, too. */
const LOG_BYTES_MAX = 256 * 1024;

/** A batch of our own: the caller may reuse its buffers. */
export type Batch = readonly { readonly key: string; readonly value: Buffer | undefined }[];

/** Most batches that one flipped bit makes unreadable. */
const HOLE_BATCHES_MAX = 16;

interface Logged {
  readonly batch: Batch;
  /** What it replaced. */
  readonly undo: Batch;
}

/** Batches of the log that cannot be read any more. */
interface Hole {
  readonly from: number;
  readonly until: number;
  /** Nothing follows, and what is there looks like a write that was cut off. */
  readonly isCutOff: boolean;
}

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
  #log: Logged[] = [];
  #logBytes = 0;
  /** So many batches at the start of the log are safe from a power cut. */
  #flushed = 0;
  #holes: Hole[] = [];
  /** A flush failed: whether what it was for reached the disk shows only when the log is read again. */
  #isTailUnsure = false;

  constructor(bytes: OrderedBytes = new OrderedBytes()) {
    this.#bytes = new OrderedBytes(bytes);
  }

  get bytes(): OrderedBytes {
    return this.#bytes;
  }

  /** What a copy of the store's files would show when it is opened. */
  asOpened(): { readonly bytes: OrderedBytes; readonly isDamageSeen: boolean } {
    const copy = new StoreContents(this.#bytes);
    copy.#log = [...this.#log];
    copy.#holes = [...this.#holes];
    const isDamageSeen = copy.#readLog();
    return { bytes: copy.#bytes, isDamageSeen };
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
    this.#log.push({ batch, undo: undo.reverse() });
  }

  /** All that was applied is now safe from a power cut. */
  flush(): void {
    this.#flushed = this.#log.length;
  }

  failFlush(): void {
    this.#isTailUnsure = true;
  }

  /**
   * A process opens the store: it reads the log, as far as it can, and makes a table of it. Answers whether it noticed that
   * some of it was damaged.
   */
  open(choose: Choose): boolean {
    const lost = this.#isTailUnsure ? choose(this.#log.length - this.#flushed + 1) : 0;
    for (let count = 0; count < lost; count++) {
      this.undoLast();
    }
    const isDamageSeen = this.#readLog();
    this.#becomeTable();
    return isDamageSeen;
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

  /** Damages some batches of the log. Answers how many will be gone when it is read; 0: it was empty. */
  flipLogBit(choose: Choose): number {
    const { length } = this.#log;
    if (length === 0) {
      return 0;
    }
    const from = choose(length);
    const until = from + 1 + choose(Math.min(length - from, HOLE_BATCHES_MAX));
    this.#holes.push({ from, until, isCutOff: until === length && choose(2) === 0 });
    return until - from;
  }

  /**
   * Loses one table: records with neighbouring keys, as many as chance wills, that are in the log no more. Answers how
   * many of them matched, and are gone.
   */
  loseTable(matches: (key: Buffer) => boolean, choose: Choose): number {
    const inLog = new Set(this.#log.flatMap(({ batch }) => batch.map(({ key }) => key)));
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

  #undo(): Batch {
    const { batch, undo } = this.#log.pop() ?? { batch: [], undo: [] };
    for (const { key, value } of undo) {
      this.#bytes.set(key, value);
    }
    return batch;
  }

  /** Takes out what cannot be read. Answers whether that shows. */
  #readLog(): boolean {
    const holes = this.#holes.filter(({ from }) => from < this.#log.length);
    const { length } = this.#log;
    const first = Math.min(...holes.map(({ from }) => from));
    const kept: Batch[] = [];
    while (this.#log.length > first) {
      const batch = this.#undo();
      const at = this.#log.length;
      if (!holes.some(({ from, until }) => at >= from && at < until)) kept.push(batch);
    }
    for (const batch of kept.reverse()) this.apply(batch);
    return holes.some(({ until, isCutOff }) => !isCutOff || until < length);
  }

  #becomeTable(): void {
    this.#log = [];
    this.#logBytes = 0;
    this.#flushed = 0;
    this.#holes = [];
    this.#isTailUnsure = false;
  }
}

function withFlippedBit(bytes: Buffer, choose: Choose): Buffer {
  const damaged = Buffer.from(bytes);
  const at = choose(damaged.length);
  damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << choose(8)), at);
  return damaged;
}
