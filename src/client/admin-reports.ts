/** What nodes tell operators: plain data, with numbers as numbers. */
import type { Encoding } from "./value-codec.js";

/** What a node is doing. `unknown` is a state that only a newer node has. */
export type NodeState = "joining" | "ready" | "catching-up" | "draining" | "recovering" | "unknown";

/** One node, as it sees itself. */
export interface NodeStatus {
  readonly clusterId: string;
  readonly nodeId: string;
  readonly region: string;
  /** Of the software. */
  readonly version: string;
  readonly state: NodeState;
  /** Why the node is not ready; empty when it is. */
  readonly reason: string;
  readonly incarnation: number;
  readonly layoutVersion: number;
  readonly uptimeMs: number;
  readonly partitionsHeld: number;
  /** Partitions of this node that may not vote yet. */
  readonly partitionsCatchingUp: number;
  readonly catchUp: CatchUpProgress;
  /** Members that keep tombstones from being purged on this node: away, behind, or of another view of the membership. */
  readonly purgeBlockers: readonly Blocker[];
  /** Rows of this node whose end is past by every clock, and that wait to be removed; 10,000 are as many or more. */
  readonly rowsToReclaim: number;
  /**
   * Members that keep these from being removed on this node: away while too few clocks are in sight, first in line to remove
   * them, or the node itself, whose clock is wrong or which lacks data. None while it is under way.
   */
  readonly reclaimBlockers: readonly Blocker[];
  readonly peers: readonly PeerStatus[];
}

/** What a node is fetching of what it lacks: it was away, or lost its store. */
export interface CatchUpProgress {
  readonly partitions: number;
  /** Those of them of which all rows are fetched. */
  readonly fullSyncs: number;
  /** Writes that were lacking when it began, and how many of them were read out of its peers' logs. */
  readonly dotsTotal: number;
  readonly dotsDone: number;
  readonly rowsReceived: number;
}

/** A member that partitions of the node asked wait for. */
export interface Blocker {
  readonly nodeId: string;
  /** Without a break. */
  readonly blockingMs: number;
  /** Partitions that wait for it. */
  readonly partitions: number;
}

/** Another node, as the node asked sees it. */
export interface PeerStatus {
  readonly nodeId: string;
  readonly region: string;
  readonly isConnected: boolean;
  /** Heard and hears us, within the failure timeout. */
  readonly isAlive: boolean;
  readonly incarnation: number;
  readonly roundTripMs: number;
  /** Since its last heartbeat; 0 when none came since the start. */
  readonly lastHeardMs: number;
  readonly queueBytes: number;
  /** Its wall clock minus ours, corrected for the round trip. */
  readonly clockOffsetMs: number;
}

/** How far replication is behind, as the node asked sees it. */
export interface NodeLag {
  readonly nodeId: string;
  readonly peers: readonly PeerLag[];
  /** From writes as they arrive, by the region they were written in. */
  readonly regions: readonly RegionLag[];
}

/** What one peer lacks, and what is lacking of it. */
export interface PeerLag {
  readonly nodeId: string;
  readonly region: string;
  /** Dots that the node asked holds and the peer has not acknowledged. */
  readonly dotsBehind: number;
  /** Dots that the peer has told of and the node asked does not hold. */
  readonly dotsMissing: number;
  readonly partitionsBehind: number;
}

/** From the write in its region to its arrival here. */
export interface RegionLag {
  readonly region: string;
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/**
 * What a node keeps for a peer that is away: writes that the peer lacks, which the node sends it when it is back. Each
 * that was ever created is pending, or was delivered, or expired, or was dropped.
 */
export interface PeerHints {
  readonly nodeId: string;
  readonly pending: number;
  /** Since the peer was first lost; 0 when it is not away. */
  readonly oldestAgeMs: number;
  /** Delivered in each second, lately. */
  readonly ratePerSecond: number;
  /** Until all is delivered, at this rate; 0 while nothing is. */
  readonly estimatedMs: number;
  /** Nothing is kept for it any more: when it is back, it gets all rows. */
  readonly isFullSyncDue: boolean;
  /** Since the node's process started, as the three that follow. */
  readonly created: number;
  readonly delivered: number;
  /** Given up because the peer was away for longer than `max_hint_window_ms`. */
  readonly expired: number;
  /** Given up for `hint_budget_mb`, or because the peer lost its store or left the cluster. */
  readonly dropped: number;
  /** Copies of sloppy writes that the node keeps for the peer, of keys of which it holds no replica. */
  readonly copiesHeld: number;
}

/** How far a repair is, and at its end what came of it. */
export interface RepairProgress {
  /** Comparisons of one partition with one peer, and partitions read from the disk. */
  readonly partitionsDone: number;
  readonly partitionsTotal: number;
  /** Rows of the node asked; its peers repair their own. */
  readonly rowsRepaired: number;
  /** Rows of the node asked that had failed their checksum, and are whole again. */
  readonly rowsHealed: number;
  /** Partitions that differed from a peer's. */
  readonly partitionsDiffering: number;
  /** Peers that were not there, or did not answer to the end. */
  readonly nodesMissed: readonly string[];
}

/** Two writes of a register of which neither knew the other: the one with the lower stamp is lost. */
export interface Conflict {
  readonly bucket: string;
  readonly key: Uint8Array;
  /** Of a register inside a map; empty for a register. */
  readonly path: readonly Uint8Array[];
  /** When the node asked came upon it, in milliseconds since 1970. */
  readonly notedAtMs: number;
  readonly kept: ConflictSide;
  readonly discarded: ConflictSide;
}

/** One of the two writes. */
export interface ConflictSide {
  /** Where it was written; undefined: by a node that has been removed from the cluster. */
  readonly region: string | undefined;
  /** Its name in the cluster: member.incarnation:counter. */
  readonly dot: string;
  /** Its stamp: 48 bits of milliseconds since 1970, 16 bits of counter. */
  readonly hlc: bigint;
  readonly isDelete: boolean;
  /** Of the whole value. */
  readonly sizeBytes: number;
  readonly encoding: Encoding;
  /** When values are asked for: the value, of a large one no more than its beginning. */
  readonly data: Uint8Array | undefined;
}

/** Digests of live data: equal on two nodes with the same partitions means equal data. */
export interface NodeDigest {
  readonly nodeId: string;
  /** Partition to 16 hexadecimal digits; empty when only the summary was asked for. */
  readonly partitions: Readonly<Record<string, string>>;
  /** Over all partitions of the node. */
  readonly all: string;
  readonly rows: number;
}
