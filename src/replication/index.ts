/** Between replicas: coordinator, peer streams, catch-up and anti-entropy. */

export { addressOf } from "./atomic-batch.js";
export { AUDIT_INTERVAL_MS, Audit } from "./audit.js";
export type { PeerHints } from "./away-peers.js";
export type { Fill } from "./bounds.js";
export { Calls } from "./calls.js";
export type { CatchUpReport } from "./catch-up-progress.js";
export { type CatchUpRecord, catchUpKey, openCatchUp } from "./catch-up-record.js";
export { CONSISTENCY_LEVELS, type Consistency } from "./consistency.js";
export { Counters } from "./counters.js";
export { DamageVotes } from "./damage-vote.js";
export type { Environment } from "./environment.js";
export { failure } from "./failures.js";
export type { StoredCopy } from "./fallback-copies.js";
export {
  type Action,
  type Change,
  type Failure,
  type FailureReason,
  isWrite,
  type KeyAddress,
  type KeyWrite,
  type Operation,
  type OperationOptions,
  type Outcome,
  type PageRow,
  type StoredValue,
  type Ttl,
} from "./operation.js";
export { PeerLinks } from "./peer-links.js";
export { openPeer, type PeerRecord, peerKey } from "./peer-record.js";
export type { RepairStep } from "./repair.js";
export type { ReplicationSettings } from "./replication-settings.js";
export { Replicator } from "./replicator.js";
export { RowHealing } from "./row-healing.js";
export { Scan } from "./scan.js";
export { Scrubbing } from "./scrubbing.js";
export { openShared, sharedKey } from "./shared-writes.js";
export { Views } from "./views.js";
export type { WatchListener, WatchPlan } from "./watch.js";
export type { WatchChange } from "./watch-change.js";
export type { WatchHandle } from "./watches.js";
