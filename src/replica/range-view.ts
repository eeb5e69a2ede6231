/** What a replica answers to a coordinator that reads a range: a stretch of its rows, from durable state only. */
import type { VersionVector } from "../causality/index.js";
import type { CatchUpRow, RangeBody, RowKey, RowKeyRange } from "../codec/index.js";
import type { PartitionReplica } from "./partition-replica.js";
import { touchedBeyond } from "./read-view.js";

/** A stretch ends after so many bytes of rows, or so many rows. */
const BYTES_MAX = 1024 * 1024;
const ROWS_MAX = 1_000;
/** Key, lengths, stamp, dot. */
const ROW_OVERHEAD_BYTES = 40;

interface RangeQuestion {
  readonly range: RowKeyRange;
  readonly limit: number;
  /** The asker's clock. */
  readonly against: VersionVector;
}

/** The rows with something in them, live or ahead of the clock; a damaged one among them refuses the stretch. */
export function readRange(
  replica: PartitionReplica,
  question: RangeQuestion,
  done: (body: RangeBody) => void,
): void {
  if (replica.doubt !== undefined) return done({ kind: "refused", reason: "in-doubt" });
  const rowsMax = Math.max(1, Math.min(question.limit, ROWS_MAX));
  replica.rows.scanWithin(question.range, rowsMax, "durable", (error, rowKeys) => {
    // The disk that failed ends the node; until then this replica has nothing to say.
    if (error !== undefined) return done({ kind: "refused", reason: "damaged" });
    if (replica.doubt !== undefined) return done({ kind: "refused", reason: "in-doubt" });
    done(stretchOf(replica, question, rowKeys, rowsMax));
  });
}

function touchedWithin(
  replica: PartitionReplica,
  { from, to }: RowKeyRange,
  against: VersionVector,
): Set<RowKey> | undefined {
  const touched = touchedBeyond(replica, against);
  if (touched !== undefined)
    for (const rowKey of touched) if (rowKey < from || rowKey >= to) touched.delete(rowKey);
  return touched;
}

/** All of the rows are read at one moment, under one clock. */
function stretchOf(
  replica: PartitionReplica,
  { range, against }: RangeQuestion,
  rowKeys: readonly RowKey[],
  rowsMax: number,
): RangeBody {
  const rows: CatchUpRow[] = [];
  const body = {
    kind: "rows",
    clock: replica.durableClock.copy(),
    rows,
    touched: touchedWithin(replica, range, against),
  } as const;
  let bytes = 0;
  for (const rowKey of rowKeys) {
    if (bytes > BYTES_MAX) return { ...body, upTo: rows.at(-1)?.rowKey };
    const { live, ahead, damagedAt } = replica.rows.readDurable(rowKey);
    if (damagedAt !== undefined) return { kind: "refused", reason: "damaged" };
    rows.push({ rowKey, live, ahead });
    bytes += ROW_OVERHEAD_BYTES + rowKey.length;
    for (const { payload } of live) bytes += payload.data.length;
  }
  return { ...body, upTo: rowKeys.length < rowsMax ? undefined : rowKeys.at(-1) };
}
