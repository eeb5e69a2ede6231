/**
 * Records on disk. Each is: version 1 byte, body, CRC-32C 4 bytes over the store key, the version and the body. LevelDB
 * as the binding opens it checks nothing by itself, so a flipped bit would be returned as data (rule 12).
 */
import crc32 from "@node-rs/crc32";
import type { Actor, Hlc, VersionVector } from "../causality/index.js";
import { ABSENT_ROW, type Row } from "../crdt/index.js";
import { ByteReader, ByteWriter, CodecError } from "./bytes.js";
import { readContext, readLive, readVector, writeContext, writeLive, writeVector } from "./causal.js";
import { checkedRowKey, type RowKey } from "./row-key.js";

const RECORD_VERSION = 1;
const CRC_BYTES = 4;

/** A record that fails its checksum, or passes it and still cannot be read. */
export class RecordDamagedError extends CodecError {}

/** Wraps a body as the record of a store key. */
export function sealRecord(key: Uint8Array, writeBody: (writer: ByteWriter) => void): Buffer {
  const writer = new ByteWriter();
  writer.uint8(RECORD_VERSION);
  writeBody(writer);
  writer.uint32(checksum(key, writer.view()));
  return writer.take();
}

/** Reads a body out of the record of a store key. Throws `RecordDamagedError`. */
export function openRecord<T>(key: Uint8Array, record: Buffer, readBody: (reader: ByteReader) => T): T {
  const end = record.length - CRC_BYTES;
  if (end < 1) throw new RecordDamagedError(`a record of ${record.length} bytes is too short`);
  if (checksum(key, record.subarray(0, end)) !== record.readUInt32BE(end))
    throw new RecordDamagedError("a record fails its checksum");
  const version = record.readUInt8(0);
  if (version !== RECORD_VERSION) throw new RecordDamagedError(`record version ${version} is unknown`);
  try {
    const reader = new ByteReader(record, 1, end);
    const body = readBody(reader);
    reader.end();
    return body;
  } catch (error) {
    if (error instanceof RecordDamagedError || !(error instanceof CodecError)) throw error;
    throw new RecordDamagedError(`a record passes its checksum and is malformed: ${error.message}`);
  }
}

function checksum(key: Uint8Array, bytes: Buffer): number {
  return crc32.crc32c(bytes, crc32.crc32c(key));
}

const ROW_DAMAGED = 0x01;

export function writeRow(writer: ByteWriter, row: Row): void {
  writer.uint8(row.damagedAt === undefined ? 0 : ROW_DAMAGED);
  writeLive(writer, row.live);
  writeContext(writer, row.ahead);
  if (row.damagedAt !== undefined) writeVector(writer, row.damagedAt);
}

export function readRow(reader: ByteReader): Row {
  const flags = reader.uint8();
  const live = readLive(reader);
  const ahead = readContext(reader);
  return {
    live,
    ahead: ahead.isEmpty ? ABSENT_ROW.ahead : ahead,
    damagedAt: (flags & ROW_DAMAGED) === 0 ? undefined : readVector(reader),
  };
}

/** What a dot of the log points at. */
export interface LogEntry {
  readonly rowKey: RowKey;
  /** 32 hexadecimal digits; undefined where the writer gave none. */
  readonly requestId: string | undefined;
  /** How many dots of the same write come right after this one. */
  readonly following: number;
  readonly hlc: Hlc;
}

const LOG_REQUEST_ID = 0x01;
const REQUEST_ID_BYTES = 16;

export function writeLogEntry(writer: ByteWriter, entry: LogEntry): void {
  writer.uint8(entry.requestId === undefined ? 0 : LOG_REQUEST_ID);
  writer.hlc(entry.hlc);
  if (entry.requestId !== undefined) writer.raw(Buffer.from(entry.requestId, "hex"));
  writer.varint(entry.following);
  writer.latin1(entry.rowKey);
}

export function readLogEntry(reader: ByteReader): LogEntry {
  const flags = reader.uint8();
  const hlc = reader.hlc();
  const requestId = (flags & LOG_REQUEST_ID) === 0 ? undefined : reader.raw(REQUEST_ID_BYTES).toString("hex");
  const following = reader.varint();
  const rowKey = checkedRowKey(reader.latin1());
  return { rowKey, requestId, following, hlc };
}

/** What a node keeps for each partition beside its rows and its log. */
export interface PartitionRecord {
  readonly clock: VersionVector;
  /** Up to here the log was trimmed: a request below becomes a full sync (rule 7). */
  readonly floor: VersionVector;
  /** Member numbers that this replica has caught up from since it last doubted itself; see `PartitionReplica`. */
  readonly doubt: Doubt | undefined;
}

/** A replica that lacks, or may lack, what it once acknowledged: new, wiped, or gone backwards. */
export interface Doubt {
  readonly cause: "empty" | "regressed";
  /** Members caught up from, or known to hold nothing themselves. */
  readonly settled: readonly number[];
  /** One of them held data and was itself in no doubt. */
  readonly hasCaughtUp: boolean;
}

export function writePartition(writer: ByteWriter, record: PartitionRecord): void {
  writeVector(writer, record.clock);
  writeVector(writer, record.floor);
  const doubt = record.doubt;
  writer.uint8(doubt === undefined ? 0 : doubt.cause === "empty" ? 1 : 2);
  if (doubt === undefined) return;
  writer.uint8(doubt.hasCaughtUp ? 1 : 0);
  writer.varint(doubt.settled.length);
  for (const member of doubt.settled) writer.member(member);
}

export function readPartition(reader: ByteReader): PartitionRecord {
  const clock = readVector(reader);
  const floor = readVector(reader);
  const cause = reader.uint8();
  if (cause === 0) return { clock, floor, doubt: undefined };
  if (cause > 2) throw new CodecError(`doubt ${cause} is unknown`);
  const hasCaughtUp = reader.uint8() === 1;
  const settled: number[] = [];
  for (let left = reader.count(1); left > 0; left--) settled.push(reader.member());
  return { clock, floor, doubt: { cause: cause === 1 ? "empty" : "regressed", settled, hasCaughtUp } };
}

/** Where a request id led: the last of the dots that it made. Who holds that one holds all of them. */
export interface RequestRecord {
  readonly actor: Actor;
  readonly counter: number;
  readonly hlc: Hlc;
}
