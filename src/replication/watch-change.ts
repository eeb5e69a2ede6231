/** What a watch shows of a changed row: what a read would, and the dots by which a change is known again. */
import { Context, type Dot, type Hlc, type VersionVector } from "../causality/index.js";
import { type ChangedRow, type RowKey, readTypeOfRow } from "../codec/index.js";
import { isShown, type Reading, readingOf } from "../crdt/index.js";
import { contextOf } from "./paging.js";

/** One row as it is now. What was written to it one after the other may show as one change. */
export interface WatchChange {
  /** Names the key, and of a set or a map the element. */
  readonly rowKey: RowKey;
  readonly reading: Reading;
  /** There is nothing to see any more. */
  readonly isDeleted: boolean;
  /** Opaque, of a register or a multi: for the put or delete that replaces what is shown. Otherwise empty. */
  readonly context: Buffer;
  readonly partition: number;
  /** The writes that it shows for the first time, unless the watch was set back: then they come again, or some of them. */
  readonly dots: readonly Dot[];
  /** The highest stamp of these writes. */
  readonly hlc: Hlc;
}

/** @param nowMs what has expired by then is not shown */
export function changesOf(
  partition: number,
  { clock, rows }: { readonly clock: VersionVector; readonly rows: readonly ChangedRow[] },
  nowMs: number,
): WatchChange[] {
  return rows.map(({ ahead, dots, hlc, live, rowKey }) => {
    const reading = readingOf(readTypeOfRow(rowKey), live, nowMs);
    const context = new Context(clock).joined(ahead);
    return {
      rowKey,
      reading,
      isDeleted: !isShown(reading),
      context: contextOf(rowKey, reading, { live, context }),
      partition,
      dots,
      hlc,
    };
  });
}
