/**
 * What of a partition expires, by when: an index, written in the batch that writes the row. It is what finds rows that are
 * over, and nothing else: reads look at the row. So an entry that was lost costs space and no truth, and one that says what
 * its row does not is taken away by whoever comes across it.
 */
import { type RowKey, readTypeOfRow, rowKeyType } from "../codec/index.js";
import { compileReclaim, type LiveDot, type Row, rowEndMs } from "../crdt/index.js";
import { expirationKey, expirationOf, expirationRange, type GroupCommit } from "../storage/index.js";

const EMPTY = Buffer.alloc(0);

interface Expiration {
  readonly rowKey: RowKey;
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** When a row ends, so that it can be reclaimed; 0: never. With one dot at most no type has to be looked at. */
export function endOfRow(rowKey: RowKey, live: readonly LiveDot[]): number {
  const [only] = live;
  return live.length < 2 ? (only?.payload.expiresAtMs ?? 0) : rowEndMs(readTypeOfRow(rowKey), live);
}

/** What removes a row that has ended; undefined: it has not. */
export function reclaimOfRow(rowKey: RowKey, row: Row, nowMs: number): ReturnType<typeof compileReclaim> {
  return compileReclaim(rowKeyType(rowKey), readTypeOfRow(rowKey), row, nowMs);
}

export class Expirations {
  readonly #partition: number;
  readonly #commit: GroupCommit;
  /** No entry is earlier: whoever looked through all of them says so. */
  #soonestMs = 0;

  constructor(partition: number, commit: GroupCommit) {
    this.#partition = partition;
    this.#commit = commit;
  }

  /** Nothing expires before; Infinity: nothing does. */
  get soonestMs(): number {
    return this.#soonestMs;
  }

  /** In the batch of this turn: when the row expires, before and after; 0: never. */
  replace(rowKey: RowKey, beforeMs: number, afterMs: number): void {
    if (beforeMs === afterMs) return;
    if (beforeMs > 0) this.#commit.write(expirationKey(this.#partition, beforeMs, rowKey), undefined);
    if (afterMs === 0) return;
    this.#commit.write(expirationKey(this.#partition, afterMs, rowKey), EMPTY);
    this.#soonestMs = Math.min(this.#soonestMs, afterMs);
  }

  /** Writes the entry anew where it is gone. */
  ensure(rowKey: RowKey, expiresAtMs: number): void {
    if (expiresAtMs === 0) return;
    if (this.#commit.readPending(expirationKey(this.#partition, expiresAtMs, rowKey)) === undefined)
      this.replace(rowKey, 0, expiresAtMs);
  }

  /** How many there are on the disk, up to a limit: all, or those that are due at a time. */
  count(
    nowMs: number | undefined,
    limit: number,
    done: (error: Error | undefined, count: number) => void,
  ): void {
    this.#commit.scanKeys(expirationRange(this.#partition, nowMs), limit, "durable", (error, keys) =>
      done(error, keys.length),
    );
  }

  /** At most `limit` of those that are due at a time, the earliest first. */
  due(
    nowMs: number,
    limit: number,
    done: (error: Error | undefined, expirations: readonly Expiration[]) => void,
  ): void {
    const knownMs = this.#soonestMs;
    this.#soonestMs = Number.POSITIVE_INFINITY;
    this.#commit.scanKeys(expirationRange(this.#partition), limit, "pending", (error, keys) => {
      const found = keys.map(expirationOf);
      const firstMs = error === undefined ? (found[0]?.expiresAtMs ?? Number.POSITIVE_INFINITY) : knownMs;
      this.#soonestMs = Math.min(this.#soonestMs, firstMs);
      done(
        error,
        found.filter(({ expiresAtMs }) => expiresAtMs <= nowMs),
      );
    });
  }
}
