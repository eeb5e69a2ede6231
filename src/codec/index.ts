/** Bytes: records on disk, frames between nodes, tokens for clients, checksums. Pure; a reader trusts nothing. */
export { readCells, writeCells } from "./audit-codec.js";
export type {
  AuditCellsRequest,
  AuditListEntry,
  AuditListRequest,
  AuditPart,
  AuditReply,
  AuditReplyMessage,
  AuditRequest,
  AuditRequestMessage,
  AuditRowsReply,
  AuditRowsRequest,
  CodedCells,
} from "./audit-messages.js";
export { CELL_WORDS } from "./audit-messages.js";
export { ByteReader, ByteWriter, CodecError } from "./bytes.js";
export {
  readContext,
  readLive,
  readVector,
  writeContext,
  writeLive,
  writeVector,
} from "./causal.js";
export type { ChangedRow, ChangesBody, ChangesRequest } from "./changes-messages.js";
export { clusterMark } from "./cluster-mark.js";
export { type ConflictRecord, type ConflictSide, readConflict, writeConflict } from "./conflict-codec.js";
export { readDelta, writeDelta } from "./delta-codec.js";
export { appendMessage, beginFrame, messageBytes, PROTOCOL_VERSION, readFrame } from "./frame.js";
export { clocksDigest, hash64, KeyedHash, rowDigest } from "./hash.js";
export { type LeafType, leafOf, type MapLeaf, mapElement, mapSubtree } from "./map-path.js";
export type {
  AckEntry,
  Announcement,
  AskerRow,
  CatchUpBody,
  CatchUpLogPage,
  CatchUpPage,
  CatchUpPointer,
  CatchUpRequest,
  CatchUpRow,
  CatchUpRowPage,
  ClockMessage,
  Delta,
  HeartbeatMessage,
  HoldRequest,
  LayoutMessage,
  LookupReply,
  LookupRequest,
  Message,
  RangeBody,
  RangeRequest,
  ReadBody,
  ReadRequest,
  RepairOutcome,
  RepairRequest,
  ViewMessage,
} from "./messages.js";
export { beginPipelineFrame, PipelineItems } from "./pipeline-frame.js";
export {
  type Asking,
  LEVELS,
  type PipelinedCall,
  type PipelinedFailure,
  type PipelinedGet,
  type PipelinedPut,
  type PipelineReply,
  type PipelineRequest,
  type ServerHello,
} from "./pipeline-messages.js";
export { writeReply } from "./pipeline-replies.js";
export { writeRequest } from "./pipeline-requests.js";
export {
  type Doubt,
  type LogEntry,
  openRecord,
  type PartitionRecord,
  RecordDamagedError,
  type RequestRecord,
  readLogEntry,
  readPartition,
  readRow,
  sealRecord,
  writeLogEntry,
  writePartition,
  writeRow,
} from "./record.js";
export {
  afterKey,
  afterRowKey,
  checkedRowKey,
  decodeRowKey,
  encodeRowKey,
  keyOfRow,
  type RowKey,
  type RowKeyRange,
  readTypeOfRow,
  rowKeysBelow,
  rowKeysOfBucket,
  rowKeyType,
} from "./row-key.js";
export { clusterOfSession, decodeSession, encodeSession } from "./session-token.js";
export { decodeToken, encodeToken } from "./token.js";
export { decodeWatch, encodeWatch, type WatchPosition } from "./watch-token.js";
