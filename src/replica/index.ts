/** One replica of one partition: clock, log, apply, catch-up pages. */

export type { AheadReport } from "./ahead-rows.js";
export { aboveFloor, buildPage, CATCH_UP_PAGE_BYTES } from "./catch-up-source.js";
export { readChanges } from "./changes-view.js";
export { ConflictLog, type ConflictLogSettings } from "./conflict-log.js";
export {
  isSettled,
  mayCoordinate,
  type Neighbourhood,
  newDoubt,
  settledWith,
} from "./doubt.js";
export { endOfRow } from "./expirations.js";
export { giveUpMissing } from "./lost-writes.js";
export { PartitionReplica } from "./partition-replica.js";
export { PartitionSketch } from "./partition-sketch.js";
export { readRange } from "./range-view.js";
export { mayHaveTouched, readForCoordinator, touchedBeyond } from "./read-view.js";
export { keyHashOf, RowItems } from "./row-item.js";
export type { DamageNews } from "./row-store.js";
export { scrub } from "./scrub.js";
export { addCells, emptyCells, SKETCH_CELLS, Sketch } from "./sketch.js";
export { decodeDifference } from "./sketch-decoding.js";
