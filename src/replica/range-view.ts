/** What a replica answers to a coordinator that reads a range: a stretch of its rows, from durable state only. */
import type { CatchUpRow, RangeBody, RowKey, RowKeyRange } from "../codec/index.js";
import type { PartitionReplica } from "./partition-replica.js";

/** A stretch ends after so many bytes of rows, or so many rows. */
const BYTES_MAX = 1024 * 1024;
const ROWS_MAX = 1_000;
/** Key, lengths, stamp, dot. */
const ROW_OVERHEAD_BYTES = 40;

/** The rows with something in them, live or ahead of the clock; a damaged one among them refuses the stretch. */
export function readRange(
  replica: PartitionReplica,
  range: RowKeyRange,
  limit: number,
  done: (body: RangeBody) => void,
): void {
  if (replica.doubt !== undefined) return done({ kind: "refused", reason: "in-doubt" });
  const rowsMax = Math.max(1, Math.min(limit, ROWS_MAX));
  replica.rows.scanWithin(range, rowsMax, "durable", (error, rowKeys) => {
    // The disk that failed ends the node; until then this replica has nothing to say.
    if (error !== undefined) return done({ kind: "refused", reason: "damaged" });
    if (replica.doubt !== undefined) return done({ kind: "refused", reason: "in-doubt" });
    done(stretchOf(replica, rowKeys, rowKeys.length < rowsMax));
  });
}

/** All of the rows are read at one moment, under one clock. */
function stretchOf(replica: PartitionReplica, rowKeys: readonly RowKey[], isEnd: boolean): RangeBody {
  const rows: CatchUpRow[] = [];
  const clock = replica.durableClock.copy();
  let bytes = 0;
  for (const rowKey of rowKeys) {
    if (bytes > BYTES_MAX) return { kind: "rows", clock, rows, upTo: rows.at(-1)?.rowKey };
    const { live, ahead, damagedAt } = replica.rows.readDurable(rowKey);
    if (damagedAt !== undefined) return { kind: "refused", reason: "damaged" };
    rows.push({ rowKey, live, ahead });
    bytes += ROW_OVERHEAD_BYTES + rowKey.length;
    for (const { payload } of live) bytes += payload.data.length;
  }
  return { kind: "rows", clock, rows, upTo: isEnd ? undefined : rowKeys.at(-1) };
}
