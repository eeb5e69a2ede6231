/** Where catch-ups stand: how far each has come, and what there is to tell of all of them. */
import type { VersionVector } from "../causality/index.js";
import type { RowKey } from "../codec/index.js";

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
  };
}

/**
 * What came live meanwhile is not asked for: we have acknowledged it, so its log may be trimmed by now. During a full sync
 * the position stays where the log has to go on.
 *
 * @param held our durable clock
 */
export function skipHeld({ begin, position, rows }: Progress, held: VersionVector): void {
  if (rows !== undefined) return;
  begin.join(held);
  position.join(held);
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
