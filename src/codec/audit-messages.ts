/** What nodes say to each other in an audit. `audit-codec.ts` lays out the bytes. */
import type { Hlc, VersionVector } from "../causality/index.js";
import type { CatchUpRow } from "./messages.js";
import type { RowKey } from "./row-key.js";

/** A stretch of a sketch: `words` has `CELL_WORDS` a cell, `counts` one, modulo 256. */
export interface CodedCells {
  readonly words: Int32Array;
  readonly counts: Uint8Array;
}

/** Of a cell: item 4, checksum 2. */
export const CELL_WORDS = 6;

/** The audit begins: what the asker's sketches of common partitions sum up to. */
export interface AuditRequest {
  readonly type: "audit-request";
  readonly id: number;
  /** By partition, ascending. */
  readonly entries: readonly AuditEntry[];
}

export interface AuditEntry {
  readonly partition: number;
  /** 32 bits that stand for the asker's durable clock; undefined: compare though the clocks may differ. */
  readonly clock: number | undefined;
  readonly check: bigint;
}

export interface AuditReply {
  readonly type: "audit-reply";
  readonly id: number;
  /** The sketches differ; ascending. */
  readonly unequal: readonly number[];
  /** Not compared, for the clocks differ or writes are under way; ascending. */
  readonly busy: readonly number[];
  /** The first cells of all partitions together that are unequal under equal clocks. */
  readonly cells: CodedCells;
}

/** Cells `[from, to)` of the sum of some partitions' sketches. */
export interface AuditCellsRequest {
  readonly type: "audit-cells-request";
  readonly id: number;
  readonly partitions: readonly number[];
  readonly from: number;
  readonly to: number;
}

interface AuditCellsReply {
  readonly type: "audit-cells-reply";
  readonly id: number;
  /** Of the sum, now: cells that were sent before another one are not of the same sets. */
  readonly check: bigint;
  readonly cells: CodedCells;
}

/** Rows that differ: the asker's, and which others it asks for. */
export interface AuditRowsRequest {
  readonly type: "audit-rows-request";
  readonly id: number;
  readonly hlc: Hlc;
  /**
   * Stands for the asker's durable clocks of all partitions named here. With it, who has equal clocks joins what comes.
   * Undefined: every part bears its clock, and the asker alone acts.
   */
  readonly clocks: bigint | undefined;
  readonly parts: readonly AuditPart[];
  /** Rows with these hashes of their keys, in the partitions of `among`. */
  readonly wanted: readonly bigint[];
  readonly among: readonly number[];
}

export interface AuditRowsReply {
  readonly type: "audit-rows-reply";
  readonly id: number;
  readonly hlc: Hlc;
  /** The clocks are not equal as the asker thought: nothing was done. */
  readonly isMoved: boolean;
  readonly parts: readonly AuditPart[];
}

/** Rows of one partition; one that is absent has no dots. */
export interface AuditPart {
  readonly partition: number;
  /** Of the sender; undefined: as both sides know. */
  readonly clock: VersionVector | undefined;
  readonly rows: readonly CatchUpRow[];
}

/** A stretch of a partition's rows in key order, for when too much differs to decode. */
export interface AuditListRequest {
  readonly type: "audit-list-request";
  readonly id: number;
  readonly partition: number;
  readonly after: RowKey | undefined;
}

interface AuditListReply {
  readonly type: "audit-list-reply";
  readonly id: number;
  readonly entries: readonly AuditListEntry[];
  /** The stretch ends with this row; undefined: with the partition. */
  readonly upTo: RowKey | undefined;
}

export interface AuditListEntry {
  readonly rowKey: RowKey;
  /** The version half of the row's item. */
  readonly version: bigint;
}

export type AuditReplyMessage = AuditReply | AuditCellsReply | AuditRowsReply | AuditListReply;
export type AuditRequestMessage = AuditRequest | AuditCellsRequest | AuditRowsRequest | AuditListRequest;
