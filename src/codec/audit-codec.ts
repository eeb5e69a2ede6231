/** Bytes of the audit: sketches, the rows that differ, lists of rows. */

import {
  type AuditEntry,
  type AuditListEntry,
  type AuditPart,
  type AuditReplyMessage,
  type AuditRequestMessage,
  CELL_WORDS,
  type CodedCells,
} from "./audit-messages.js";
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.js";
import { readOptionalRowKey, readRows, writeOptionalRowKey, writeRows } from "./catch-up-codec.js";
import { readVector, writeVector } from "./causal.js";
import { checkedRowKey } from "./row-key.js";

type AuditMessage = AuditRequestMessage | AuditReplyMessage;

/** item 16, checksum 8, count 1 */
const CELL_BYTES = CELL_WORDS * 4 + 1;

export function writeCells(writer: ByteWriter, cells: CodedCells): void {
  writer.varint(cells.counts.length);
  for (const word of cells.words) writer.uint32(word);
  writer.raw(cells.counts);
}

export function readCells(reader: ByteReader): CodedCells {
  const count = reader.count(CELL_BYTES);
  const words = new Int32Array(count * CELL_WORDS);
  for (let at = 0; at < words.length; at++) words[at] = reader.uint32();
  return { words, counts: Uint8Array.from(reader.raw(count)) };
}

export function writeAudit(writer: ByteWriter, message: AuditMessage): void {
  writer.varint(message.id);
  switch (message.type) {
    case "audit-request":
      return writeEntries(writer, message.entries);
    case "audit-reply":
      writePartitions(writer, message.unequal);
      writePartitions(writer, message.busy);
      return writeCells(writer, message.cells);
    case "audit-cells-request":
      writePartitions(writer, message.partitions);
      writer.varint(message.from);
      return writer.varint(message.to);
    case "audit-cells-reply":
      writer.uint64(message.check);
      return writeCells(writer, message.cells);
    case "audit-rows-request":
      writer.hlc(message.hlc);
      writer.uint8(message.clocks === undefined ? 0 : 1);
      if (message.clocks !== undefined) writer.uint64(message.clocks);
      writeParts(writer, message.parts);
      writer.varint(message.wanted.length);
      for (const hash of message.wanted) writer.uint64(hash);
      return writePartitions(writer, message.among);
    case "audit-rows-reply":
      writer.hlc(message.hlc);
      writer.uint8(message.isMoved ? 1 : 0);
      return writeParts(writer, message.parts);
    case "audit-list-request":
      writer.varint(message.partition);
      return writeOptionalRowKey(writer, message.after);
    case "audit-list-reply":
      writer.varint(message.entries.length);
      for (const { rowKey, version } of message.entries) {
        writer.latin1(rowKey);
        writer.uint64(version);
      }
      return writeOptionalRowKey(writer, message.upTo);
  }
}

export function readAudit(type: AuditMessage["type"], reader: ByteReader): AuditMessage {
  const id = reader.varint();
  switch (type) {
    case "audit-request":
      return { type, id, entries: readEntries(reader) };
    case "audit-reply":
      return {
        type,
        id,
        unequal: readPartitions(reader),
        busy: readPartitions(reader),
        cells: readCells(reader),
      };
    case "audit-cells-request":
      return { type, id, partitions: readPartitions(reader), from: reader.varint(), to: reader.varint() };
    case "audit-cells-reply":
      return { type, id, check: reader.uint64(), cells: readCells(reader) };
    case "audit-rows-request":
      return {
        type,
        id,
        hlc: reader.hlc(),
        clocks: reader.uint8() === 0 ? undefined : reader.uint64(),
        parts: readParts(reader),
        wanted: readHashes(reader),
        among: readPartitions(reader),
      };
    case "audit-rows-reply":
      return { type, id, hlc: reader.hlc(), isMoved: reader.uint8() === 1, parts: readParts(reader) };
    case "audit-list-request":
      return { type, id, partition: reader.varint(), after: readOptionalRowKey(reader) };
    case "audit-list-reply":
      return { type, id, entries: readListEntries(reader), upTo: readOptionalRowKey(reader) };
  }
}

/** How far a partition lies above the one before it in a list: mostly one byte. */
function stepOf(partitions: { last: number }, partition: number): number {
  const step = partition - partitions.last - 1;
  partitions.last = partition;
  return step;
}

function partitionAt(partitions: { last: number }, step: number): number {
  const partition = partitions.last + 1 + step;
  if (partition > PARTITION_MAX) throw new CodecError(`there is no partition ${partition}`);
  partitions.last = partition;
  return partition;
}

const PARTITION_MAX = 0xffff;

/** step 1, check 8 */
const ENTRY_BYTES_MIN = 9;

function writeEntries(writer: ByteWriter, entries: readonly AuditEntry[]): void {
  writer.varint(entries.length);
  const order = { last: -1 };
  for (const { partition, clock, check } of entries) {
    writer.varint(stepOf(order, partition) * 2 + (clock === undefined ? 0 : 1));
    if (clock !== undefined) writer.uint32(clock);
    writer.uint64(check);
  }
}

function readEntries(reader: ByteReader): AuditEntry[] {
  const entries: AuditEntry[] = [];
  const order = { last: -1 };
  for (let left = reader.count(ENTRY_BYTES_MIN); left > 0; left--) {
    const step = reader.varint();
    const partition = partitionAt(order, Math.floor(step / 2));
    const clock = step % 2 === 0 ? undefined : reader.uint32();
    entries.push({ partition, clock, check: reader.uint64() });
  }
  return entries;
}

function writePartitions(writer: ByteWriter, partitions: readonly number[]): void {
  writer.varint(partitions.length);
  const order = { last: -1 };
  for (const partition of partitions) writer.varint(stepOf(order, partition));
}

function readPartitions(reader: ByteReader): number[] {
  const partitions: number[] = [];
  const order = { last: -1 };
  for (let left = reader.count(1); left > 0; left--) partitions.push(partitionAt(order, reader.varint()));
  return partitions;
}

/** partition 1, no clock 1, no rows 1 */
const PART_BYTES_MIN = 3;

function writeParts(writer: ByteWriter, parts: readonly AuditPart[]): void {
  writer.varint(parts.length);
  for (const { partition, clock, rows } of parts) {
    writer.varint(partition);
    writer.uint8(clock === undefined ? 0 : 1);
    if (clock !== undefined) writeVector(writer, clock);
    writeRows(writer, rows);
  }
}

function readParts(reader: ByteReader): AuditPart[] {
  const parts: AuditPart[] = [];
  for (let left = reader.count(PART_BYTES_MIN); left > 0; left--)
    parts.push({
      partition: reader.varint(),
      clock: reader.uint8() === 0 ? undefined : readVector(reader),
      rows: readRows(reader),
    });
  return parts;
}

function readHashes(reader: ByteReader): bigint[] {
  const hashes: bigint[] = [];
  for (let left = reader.count(8); left > 0; left--) hashes.push(reader.uint64());
  return hashes;
}

/** key 6, version 8 */
const LIST_ENTRY_BYTES_MIN = 14;

function readListEntries(reader: ByteReader): AuditListEntry[] {
  const entries: AuditListEntry[] = [];
  for (let left = reader.count(LIST_ENTRY_BYTES_MIN); left > 0; left--)
    entries.push({ rowKey: checkedRowKey(reader.latin1()), version: reader.uint64() });
  return entries;
}
