/** Rows, their join, and the data types that compile to row changes. Pure. */
export { compileDelete, compilePut, type Intent, type ReadToken, readToken } from "./compile.js";
export { type Conflict, conflictsOf } from "./conflict.js";
export { DataType, ValueEncoding } from "./data-type.js";
export { compileEdit, type RowEdit } from "./edit.js";
export { laterEndMs, rowEndMs } from "./expiry.js";
export { isShown, type Reading, readingOf, type ShownValue } from "./reading.js";
export { compileReclaim } from "./reclaim.js";
export {
  compareDots,
  contextMatters,
  type LiveDot,
  type Payload,
  type Row,
  type RowState,
  settle,
} from "./row.js";
export {
  ABSENT_ROW,
  applyChange,
  changeState,
  damagedRow,
  isAbsent,
  isTombstone,
  joinRow,
  joinStates,
  type RowChange,
  rowState,
  stripped,
  withDots,
} from "./row-merge.js";
