import type { Dot, Hlc } from "../causality/index.js";
import type { ConflictSide } from "../codec/index.js";
import type { DataType, ValueEncoding } from "../crdt/index.js";
import type { ConflictLogSettings } from "../replica/index.js";
import type {
  CatchUpReport,
  Failure,
  Operation,
  OperationOptions,
  Outcome,
  PeerHints,
  RepairStep,
  ReplicationSettings,
  WatchHandle,
  WatchListener,
  WatchPlan,
} from "../replication/index.js";
import type { Layout } from "../topology/index.js";
import type { NodeInspection, RowsInspected } from "./inspection.js";

/** When a batch counts as durable. `always`: flushed before anything that it holds leaves the node. */
export type FsyncPolicy = "always" | "interval" | "never";

export interface NodeSettings extends ReplicationSettings {
  readonly nodeId: string;
  readonly layout: Layout;
  /** The incarnation is at least this: above what a peer knew, after the last one ended. 0 at first. */
  readonly minimumIncarnation: number;
  readonly fsync: FsyncPolicy;
  /** For `interval`: milliseconds between flushes. */
  readonly fsyncIntervalMs: number;
  /** Beyond this distance from its peers' clocks the node coordinates no writes. */
  readonly maxClockDriftMs: number;
  /** Bytes of rows kept in memory. */
  readonly rowCacheBytes: number;
  /** The most client operations in flight before further ones are refused as OVERLOADED. */
  readonly maxOperationsInFlight: number;
  /** What is kept of conflicts that last-write-wins decides, and in which buckets. */
  readonly conflictLog: ConflictLogSettings;
  /** Dial this member (by id) at another address than the layout's. */
  readonly peerAddressOverrides: Readonly<Record<string, string>>;
}

/** Why a node object ended by itself. Its owner closes it and builds another one. */
export type NodeEnd =
  /** The disk failed or is full: reopen the store; the new incarnation goes on. */
  | { readonly kind: "storage-failed"; readonly message: string; readonly isDiskFull: boolean }
  /** A peer knows a newer incarnation: start again above it. */
  | { readonly kind: "incarnation-behind"; readonly message: string; readonly knownIncarnation: number }
  /** Another live process uses this node's id, or the peers belong to another cluster: an operator must act. */
  | { readonly kind: "identity-refused"; readonly message: string }
  /** The store has another layout now: start again at once. */
  | { readonly kind: "layout-changed"; readonly message: string }
  /** The others have removed this node from the cluster: take out what only it has, and build no other on this folder. */
  | { readonly kind: "removed"; readonly message: string };

/** Of `removeMember`: the version of the layout without the member, or why nothing was done. */
export type RemovalOutcome = { readonly kind: "removed"; readonly layoutVersion: number } | Failure;

/** `atoll.admin.v1.NodeState` without its prefix. */
export type NodeState = "JOINING" | "READY" | "CATCHING_UP" | "DRAINING" | "RECOVERING";

export interface PeerStatus {
  readonly nodeId: string;
  readonly region: string;
  readonly isConnected: boolean;
  readonly isAlive: boolean;
  readonly incarnation: number;
  readonly roundTripMs: number;
  readonly lastHeardMs: number;
  readonly queueBytes: number;
  readonly clockOffsetMs: number;
}

export interface NodeStatus {
  readonly state: NodeState;
  /** Why it is not ready; empty when it is. */
  readonly reason: string;
  readonly incarnation: number;
  readonly layoutVersion: number;
  readonly partitionsHeld: number;
  readonly partitionsCatchingUp: number;
  /** What it is fetching of what it lacks, in doubt or merely behind. */
  readonly catchUp: CatchUpReport;
  /** Who keeps tombstones from being purged here. */
  readonly purgeBlockers: readonly Blocker[];
  /** Rows here that are over by every clock and not removed yet; of more than 10,000 it says that. */
  readonly rowsToReclaim: number;
  /** Who keeps them from being removed: none while it is under way. */
  readonly reclaimBlockers: readonly Blocker[];
  readonly peers: readonly PeerStatus[];
}

interface Blocker {
  readonly nodeId: string;
  /** Without a break, as far as this process knows. */
  readonly blockingMs: number;
  readonly partitions: number;
}

/** A write of this node that no other member is known to hold. */
export interface UnreplicatedWrite {
  readonly partition: number;
  readonly type: DataType;
  readonly bucket: string;
  readonly key: Buffer;
  readonly dot: Dot;
  readonly hlc: Hlc;
  readonly state:
    | { readonly kind: "value"; readonly encoding: ValueEncoding; readonly data: Buffer }
    | { readonly kind: "deleted" }
    /** The row cannot be read. */
    | { readonly kind: "damaged" };
}

/** A register write that last-write-wins discarded, and the one that took its place. */
export interface NotedConflict {
  readonly bucket: string;
  readonly key: Buffer;
  /** Of a register inside a map; empty for a register. */
  readonly path: readonly Buffer[];
  /** When this node came upon it, in milliseconds since 1970. */
  readonly notedAtMs: number;
  readonly kept: ConflictWrite;
  readonly discarded: ConflictWrite;
}

interface ConflictWrite extends ConflictSide {
  /** Of its coordinator; undefined: it has been removed from the cluster. */
  readonly region: string | undefined;
}

export interface ConflictQuery {
  /** Undefined: of every bucket. */
  readonly bucket: string | undefined;
  /** Keys begin with it. */
  readonly prefix: Buffer;
  readonly limit: number;
  /** What an earlier page said; undefined: from the newest on. */
  readonly below: number | undefined;
}

/** Newest first. It may be short of its limit, or empty, before the end. */
export interface ConflictPage {
  readonly kind: "conflicts";
  readonly conflicts: readonly NotedConflict[];
  /** Where the next page begins; undefined: there is none. */
  readonly below: number | undefined;
}

export interface PeerLag {
  readonly nodeId: string;
  readonly region: string;
  readonly dotsBehind: number;
  readonly dotsMissing: number;
  readonly partitionsBehind: number;
}

/** Milliseconds from a write's stamp to its durable apply here, by the region it was written in. */
interface RegionLag {
  readonly region: string;
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface LagReport {
  readonly peers: readonly PeerLag[];
  readonly regions: readonly RegionLag[];
}

export interface DigestReport {
  /** Partition to 16 hexadecimal digits. */
  readonly partitions: ReadonlyMap<number, string>;
  readonly all: string;
  readonly rows: number;
}

/** Monotonic counts since the node object was built, for metrics: name (snake_case, no prefix) to value. */
export type NodeCounters = Readonly<Record<string, number>>;

/** One node of the cluster: what the gRPC server, an embedding program and the simulator drive. */
export interface NodeApi {
  /** Opens the store and starts replicating. Calls back once local requests can be taken (not yet: be ready). */
  start(done: (error: Error | undefined) => void): void;
  /** Exactly one outcome for each call, within the timeout or shortly after. Never throws. */
  execute(operation: Operation, options: OperationOptions, done: (outcome: Outcome) => void): void;
  /**
   * Follows the changes of a range of rows as they become visible in this region. The listener hears of its beginning, of
   * one page of changes for each `pull`, and of its end, unless that is `close`; in later turns only. A watch that is
   * refused has no listener.
   */
  watch(plan: WatchPlan, listener: WatchListener): WatchHandle | Failure;
  /** From now on new operations get DRAINING, and watches end with it; operations in flight go on. */
  drain(): void;
  /** Ends what is in flight, closes links and store cleanly, calls back. Idempotent. */
  stop(done: () => void): void;
  /** As configured until the store is open, which may have a later one. */
  readonly layout: Layout;
  status(): NodeStatus;
  lag(): LagReport;
  /** What is kept for each peer that is away, or was since the node object was built. */
  hints(): readonly PeerHints[];
  digest(done: (error: Error | undefined, report: DigestReport | undefined) => void): void;
  /**
   * Removes a dead member for good: its number is never used again, and when it comes back it is refused. Done once the
   * next layout is durable here; the node then ends, to start again with it, and the others learn of it from this one.
   */
  removeMember(nodeId: string, done: (outcome: RemovalOutcome) => void): void;
  /**
   * Compares all replicas of this node with those of its peers, one after the other, and heals what differs; in full,
   * after every row was read from the disk. Returns what ends it early. `step` may be called before it returns.
   */
  repair(isFull: boolean, step: (step: RepairStep) => void): () => void;
  /** What last-write-wins discarded on this node, in the buckets that keep a conflict log: only what it came upon itself. */
  conflicts(query: ConflictQuery): ConflictPage | Failure;
  counters(): NodeCounters;
  /** Watches that are open. */
  readonly watchesOpen: number;
  /** For how long the row that waits the longest for its removal, after its end, has been this node's to remove; at most. */
  readonly reclaimLagMs: number;
  /** What the node holds in memory; undefined until its store is open. */
  inspect(): NodeInspection | undefined;
  /**
   * Between its end as `removed` and `stop`: tells the writes of this node that no other member is known to hold, page by
   * page; the next one comes after `next`.
   */
  unreplicated(
    take: (writes: readonly UnreplicatedWrite[], next: () => void) => void,
    done: (error: Error | undefined) => void,
  ): void;
  /** Scans what it has on disk, page by page. */
  inspectRows(done: RowsInspected): void;
}

/** Of a node that fetches nothing. */
export const NO_CATCH_UP: CatchUpReport = {
  partitions: 0,
  fullSyncs: 0,
  dotsTotal: 0,
  dotsDone: 0,
  rowsReceived: 0,
};
