/** Where catch-ups stand: how far each has come, and what there is to tell of all of them. */
import type { VersionVector } from "../causality/index.js";
import type { CatchUpLogPage, RowKey } from "../codec/index.js";
import type { PartitionReplica } from "../replica/index.js";

/** Of more rows nobody keeps in mind that they were left out. */
const LEFT_OUT_MAX = 1_000;

/** Where a catch-up stands; all but the source survives the loss of the source. */
export interface Progress {
  /** Our clock at the beginning, and what came live since. */
  readonly begin: VersionVector;
  rowsReceived: number;
  target: VersionVector | undefined;
  position: VersionVector;
  /** The full sync of the rows, while it is under way. */
  rows: { readonly after: RowKey | undefined } | undefined;
  /** Where the source's log began, once a full sync was needed. */
  floor: VersionVector | undefined;
  /** Rows that pointers came without, since they come with a later dot; undefined: nobody knows which. */
  leftOut: ReadonlySet<RowKey> | undefined;
}

/** Of all catch-ups that are under way or wait for a source. */
export interface CatchUpReport {
  readonly partitions: number;
  /** Those that fetch all rows, because no source's log reaches back to what they hold. */
  readonly fullSyncs: number;
  /** Dots that were lacking in the beginning, and how many of them were read out of the sources' logs. */
  readonly dotsTotal: number;
  readonly dotsDone: number;
  readonly rowsReceived: number;
}

/** Of one that begins. @param clock ours */
export function progressFrom(clock: VersionVector): Progress {
  return {
    begin: clock.copy(),
    rowsReceived: 0,
    target: undefined,
    position: clock.copy(),
    rows: undefined,
    floor: undefined,
    leftOut: new Set(),
  };
}

/** A page of the log came: its rows are here, and the others of its pointers come later. */
export function noteLeftOut(
  progress: Progress,
  { entries, rows }: Pick<CatchUpLogPage, "entries" | "rows">,
): void {
  if (progress.leftOut === undefined) return;
  const leftOut = new Set(progress.leftOut);
  for (const { entry } of entries) leftOut.add(entry.rowKey);
  for (const { rowKey } of rows) leftOut.delete(rowKey);
  progress.leftOut = leftOut.size <= LEFT_OUT_MAX ? leftOut : undefined;
}

/**
 * What came live meanwhile is not asked for: we have acknowledged it, so its log may be trimmed by now. But a row that was
 * left out comes with one of these dots, or not at all. During a full sync the position stays where the log has to go on.
 */
export function skipHeld(progress: Progress, { durableClock, log }: PartitionReplica): void {
  const { begin, leftOut, position, rows, target } = progress;
  if (rows !== undefined) return;
  begin.join(durableClock);
  if (leftOut === undefined) return;
  if (leftOut.size === 0) return position.join(durableClock);
  for (const [actor, end] of target?.entries() ?? [])
    while (position.get(actor) < Math.min(end, durableClock.counterOf(actor))) {
      const next = position.get(actor) + 1;
      const entry = log.read(actor, next);
      if (entry === undefined || leftOut.has(entry.rowKey)) break;
      position.raise(actor, next);
    }
}

export function reportOf(
  all: ReadonlyMap<number, Progress>,
  clockOf: (partition: number) => VersionVector | undefined,
): CatchUpReport {
  const report = { partitions: 0, fullSyncs: 0, dotsTotal: 0, dotsDone: 0, rowsReceived: 0 };
  for (const [partition, { begin, floor, position, rows, rowsReceived, target }] of all) {
    if (target !== undefined && clockOf(partition)?.includes(target) === true) continue;
    report.partitions++;
    if (rows !== undefined || floor !== undefined) report.fullSyncs++;
    report.dotsTotal += target?.dotsBeyond(begin) ?? 0;
    report.dotsDone += position.dotsBeyond(begin);
    report.rowsReceived += rowsReceived;
  }
  return report;
}
