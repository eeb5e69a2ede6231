/** The SDK: what applications import. It speaks to a cluster over gRPC and loads no server code. */
export {
  type AdminCallOptions,
  type AdminClient,
  type AdminConflictOptions,
  type AdminRepairOptions,
  connectAdmin,
} from "./admin.js";
export type {
  Blocker,
  CatchUpProgress,
  Conflict,
  ConflictSide,
  NodeDigest,
  NodeLag,
  NodeState,
  NodeStatus,
  PeerHints,
  PeerLag,
  PeerStatus,
  RegionLag,
  RepairProgress,
} from "./admin-reports.js";
export { AtollError, type AtollErrorInit, type ErrorCode } from "./atoll-error.js";
export type { AtollMap, GoneEntry, MapRead, MapShown } from "./atoll-map.js";
export type { AtollSet, GivenMembers, SetShown } from "./atoll-set.js";
export type { Balancing } from "./balancing.js";
export type { Entry } from "./batch-calls.js";
export type {
  BatchWrites,
  CounterWrites,
  FlagWrites,
  MapWrites,
  SetWrites,
  ValueWrites,
  Write,
} from "./batch-writes.js";
export type { BucketOptions, Buckets, SetOptions } from "./buckets.js";
export type { TlsOptions } from "./channel.js";
export type { AtollClient } from "./client.js";
export { connect } from "./connect.js";
export type { Consistency, ConsistencyLevel } from "./consistency.js";
export type { Counter, CounterRow, CounterShown } from "./counter.js";
export type { ErrorReason } from "./error-reason.js";
export type { Flag, FlagShown } from "./flag.js";
export type { Key } from "./key.js";
export type { Keyed } from "./keyed.js";
export type { CounterCursor, FlagCursor, RegisterCursor, SetCursor } from "./map-cursor.js";
export type { AnyCursor, MapEntry, PathCursor } from "./map-entries.js";
export type { LeafRef, MapChange, MapRef } from "./map-place.js";
export { type RecordCursor, type RecordValue, record } from "./map-record.js";
export {
  counter,
  flag,
  type MapCursor,
  type MapFields,
  type MapSchema,
  type MapValue,
  map,
  register,
  set,
} from "./map-schema.js";
export type { Multi, MultiRead, MultiRow, MultiShown } from "./multi.js";
export type { Register, RegisterRead, RegisterRow, RegisterShown } from "./register.js";
export type { BatchResult, PutResult, Served, WithExpiry, WriteResult } from "./results.js";
export type { ByteKeys, Scan, ScanOptions, TextKeys } from "./scan.js";
export type { Session } from "./session.js";
export type {
  CallOptions,
  ConnectOptions,
  LastingOptions,
  Lifetime,
  PageOptions,
  PutOptions,
  RequestOptions,
  UpdateOptions,
  WriteOptions,
} from "./settings.js";
export { autoCodec, type Codec, type EncodedValue, type Encoding } from "./value-codec.js";
export type { Change, ChangeOf, Watch, WatchOptions } from "./watch.js";
