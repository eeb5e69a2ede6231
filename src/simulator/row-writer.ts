/**
 * Writes rows into one replica as fast as it goes, on a store that takes everything and keeps nothing: for measuring
 * what a write costs.
 */
import { actorOf, HybridClock, VersionVector } from "../causality/index.js";
import { encodeRowKey, type RowKey } from "../codec/index.js";
import { compilePut, DataType } from "../crdt/index.js";
import { PartitionReplica, PartitionSketch, RowItems } from "../replica/index.js";
import type { Store, Timers } from "../runtime/index.js";
import { GroupCommit } from "../storage/index.js";

const VALUE_BYTES = 100;

export class RowWriter {
  readonly #replica: PartitionReplica;
  readonly #actor = actorOf(1, 1);
  readonly #keys: RowKey[];
  #endTurn: () => void = () => undefined;

  /** @param hasSketch a sketch follows the writes */
  constructor(rows: number, hasSketch: boolean) {
    const sketch = new PartitionSketch(new RowItems("bench"), hasSketch ? "empty" : undefined);
    const timers: Timers = {
      after: () => ({ cancel: () => undefined }),
      every: () => ({ cancel: () => undefined }),
      endOfTurn: (task) => {
        this.#endTurn = task;
      },
    };
    const commit = new GroupCommit(
      NULL_STORE,
      timers,
      { fsync: "always", fsyncIntervalMs: 100, cacheBytes: 64 * 1024 * 1024 },
      { beforeCommit: () => undefined, afterCommit: () => undefined, onFailed: () => undefined },
    );
    this.#replica = new PartitionReplica(
      0,
      { clock: new VersionVector(), floor: new VersionVector(), doubt: undefined },
      sketch,
      { commit, hlc: new HybridClock(() => 1), markDirty: () => undefined, reportDamage: () => undefined },
    );
    this.#keys = Array.from({ length: rows }, (_, row) =>
      encodeRowKey(DataType.register, "bucket", Buffer.from(`user:${row}`)),
    );
  }

  /** Writes every row once, the second time over what is there. */
  writeAll(): void {
    const data = Buffer.alloc(VALUE_BYTES, 7);
    for (const rowKey of this.#keys) {
      const row = this.#replica.rows.readPending(rowKey);
      const intent = compilePut(DataType.register, row, undefined, { data, encoding: 0, expiresAtMs: 0 }, 0);
      this.#replica.mint(this.#actor, rowKey, row, intent, { requestId: undefined, following: 0 });
    }
  }

  /** Ends the turn: the batch is written. */
  commit(): void {
    this.#endTurn();
  }
}

const NULL_STORE: Store = {
  get: () => undefined,
  scan: (_range, _limit, done) => done(undefined, []),
  write: (_changes, _sync, done) => done(undefined),
  close: (done) => done(),
};
