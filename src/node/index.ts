/** One node, built out of the core; knows no gRPC. */

export { CATCH_UP_PAGE_BYTES } from "../replica/index.js";
export { AUDIT_INTERVAL_MS } from "../replication/index.js";
export { createNode } from "./create-node.js";
export type { NodeInspection, RowInspection } from "./inspection.js";
export type {
  ConflictPage,
  ConflictQuery,
  DigestReport,
  FsyncPolicy,
  LagReport,
  NodeApi,
  NodeCounters,
  NodeEnd,
  NodeSettings,
  NodeState,
  NodeStatus,
  NotedConflict,
  RemovalOutcome,
  UnreplicatedWrite,
} from "./node-api.js";
export { NO_CATCH_UP } from "./node-api.js";
