/** What an operator, or a test, decides about replication. */
import type { HintSettings } from "./away-peers.js";

export interface ReplicationSettings extends HintSettings {
  /** By bucket: how long, in milliseconds, what is written without a word about it lasts. Others last for ever. */
  readonly defaultTtlsMs: ReadonlyMap<string, number>;
  /** The most siblings that a multi keeps before a put without context is refused. */
  readonly maxSiblings: number;
  /** A retry that comes this long after the first attempt still finds out what became of it. */
  readonly requestIdWindowMs: number;
  /** The most that this node takes of catch-ups; a part of it while live writes come. */
  readonly catchUpBytesPerSecond: number;
  /** About the most rows and pointers that a page of a catch-up takes, and the rows of one of a watch. */
  readonly catchUpPageBytes: number;
  /** The most that this node holds for replicas of other nodes that are away. */
  readonly fallbackBytesMax: number;
  /** Milliseconds from the audit with one peer to that with the next. */
  readonly auditIntervalMs: number;
  /** The most partitions that the watches of this node may follow, all together. */
  readonly watchedPartitionsMax: number;
}
