/**
 * Digests of live data, for operators and tests: equal on two replicas that hold equal data. Tombstones are left out,
 * because replicas purge them at different times, and so is all that is a replica's own affair.
 */
import type { RowKey } from "../codec/index.js";
import { hash64, rowDigest } from "../codec/index.js";
import type { PartitionReplica } from "../replica/index.js";
import type { DigestReport } from "./node-api.js";

const PAGE_ROWS = 1_000;

interface PartitionDigest {
  digest: bigint;
  rows: number;
}

export function digestOf(
  replicas: readonly PartitionReplica[],
  done: (error: Error | undefined, report: DigestReport | undefined) => void,
): void {
  const partitions = new Map<number, string>();
  const queue = [...replicas].sort((a, b) => a.partition - b.partition);
  let rows = 0;
  const next = (): void => {
    const replica = queue.shift();
    if (replica === undefined) {
      const text = [...partitions].map(([partition, digest]) => `${partition}=${digest}`).join(",");
      return done(undefined, { partitions, all: hex(hash64(text)), rows });
    }
    const digest: PartitionDigest = { digest: 0n, rows: 0 };
    addRows(replica, digest, undefined, (error) => {
      if (error !== undefined) return done(error, undefined);
      partitions.set(replica.partition, hex(digest.digest));
      rows += digest.rows;
      next();
    });
  };
  next();
}

/** Rows are combined with exclusive or: their order does not matter. */
function addRows(
  replica: PartitionReplica,
  digest: PartitionDigest,
  after: RowKey | undefined,
  done: (error: Error | undefined) => void,
): void {
  replica.rows.scan(after, PAGE_ROWS, "durable", (error, rowKeys) => {
    if (error !== undefined) return done(error);
    for (const rowKey of rowKeys) {
      const live = replica.rows.readDurable(rowKey).live.filter((dot) => !dot.payload.isTombstone);
      if (live.length === 0) continue;
      digest.digest ^= rowDigest(rowKey, live);
      digest.rows++;
    }
    if (rowKeys.length < PAGE_ROWS) done(undefined);
    else addRows(replica, digest, rowKeys.at(-1), done);
  });
}

function hex(value: bigint): string {
  return value.toString(16).padStart(16, "0");
}
