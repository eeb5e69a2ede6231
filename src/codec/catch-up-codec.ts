/** Bytes of catch-up requests and pages. */
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.js";
import {
  readContext,
  readDot,
  readLive,
  readVector,
  writeContext,
  writeDot,
  writeLive,
  writeVector,
} from "./causal.js";
import type { CatchUpBody, CatchUpPage, CatchUpPointer, CatchUpRequest, CatchUpRow } from "./messages.js";
import { readLogEntry, writeLogEntry } from "./record.js";
import { checkedRowKey, type RowKey } from "./row-key.js";

export function writePageRequest(writer: ByteWriter, message: CatchUpRequest): void {
  writer.varint(message.partition);
  writer.varint(message.session);
  writer.uint8(message.target === undefined ? 0 : 1);
  if (message.target !== undefined) writeVector(writer, message.target);
  writeVector(writer, message.position);
  writer.uint8(message.rows === undefined ? 0 : 1);
  if (message.rows !== undefined) writeOptionalRowKey(writer, message.rows.after);
}

export function readPageRequest(reader: ByteReader): CatchUpRequest {
  const partition = reader.varint();
  const session = reader.varint();
  const target = reader.uint8() === 0 ? undefined : readVector(reader);
  const position = readVector(reader);
  const rows = reader.uint8() === 0 ? undefined : { after: readOptionalRowKey(reader) };
  return { type: "catch-up-request", partition, session, target, position, rows };
}

const BELOW_FLOOR = 0;
const REFUSED = 1;
const LOG = 2;
const ROWS = 3;

export function writePage(writer: ByteWriter, message: CatchUpPage): void {
  writer.varint(message.partition);
  writer.varint(message.session);
  writer.hlc(message.hlc);
  const body = message.body;
  switch (body.kind) {
    case "below-floor":
      return writer.uint8(BELOW_FLOOR);
    case "refused":
      writer.uint8(REFUSED);
      return writer.bytes(Buffer.from(body.reason));
    case "log":
      writer.uint8(LOG);
      writeVector(writer, body.target);
      writeVector(writer, body.clock);
      writer.varint(body.entries.length);
      for (const pointer of body.entries) {
        writeDot(writer, pointer);
        writeLogEntry(writer, pointer.entry);
      }
      writeRows(writer, body.rows);
      writeVector(writer, body.position);
      return writer.uint8(body.isLast ? 1 : 0);
    case "rows":
      writer.uint8(ROWS);
      writeVector(writer, body.target);
      writeVector(writer, body.clock);
      writeVector(writer, body.floor);
      writeRows(writer, body.rows);
      return writeOptionalRowKey(writer, body.upTo);
  }
}

export function readPage(reader: ByteReader): CatchUpPage {
  const partition = reader.varint();
  const session = reader.varint();
  const hlc = reader.hlc();
  return { type: "catch-up-page", partition, session, hlc, body: readPageBody(reader) };
}

function readPageBody(reader: ByteReader): CatchUpBody {
  const kind = reader.uint8();
  if (kind === BELOW_FLOOR) return { kind: "below-floor" };
  if (kind === REFUSED) return { kind: "refused", reason: reader.bytes().toString("utf8") };
  const target = readVector(reader);
  const clock = readVector(reader);
  if (kind === LOG)
    return {
      kind: "log",
      target,
      clock,
      entries: readPointers(reader),
      rows: readRows(reader),
      position: readVector(reader),
      isLast: reader.uint8() === 1,
    };
  if (kind === ROWS)
    return {
      kind: "rows",
      target,
      clock,
      floor: readVector(reader),
      rows: readRows(reader),
      upTo: readOptionalRowKey(reader),
    };
  throw new CodecError(`catch-up page ${kind} is unknown`);
}

/** dot 9, flags 1, stamp 8 */
const POINTER_BYTES_MIN = 18;

function readPointers(reader: ByteReader): CatchUpPointer[] {
  const pointers: CatchUpPointer[] = [];
  for (let left = reader.count(POINTER_BYTES_MIN); left > 0; left--)
    pointers.push({ ...readDot(reader), entry: readLogEntry(reader) });
  return pointers;
}

/** key 6, no dots 1, no context 2 */
const ROW_BYTES_MIN = 9;

export function writeRows(writer: ByteWriter, rows: readonly CatchUpRow[]): void {
  writer.varint(rows.length);
  for (const row of rows) {
    writer.latin1(row.rowKey);
    writeLive(writer, row.live);
    writeContext(writer, row.ahead);
  }
}

export function readRows(reader: ByteReader): CatchUpRow[] {
  const rows: CatchUpRow[] = [];
  for (let left = reader.count(ROW_BYTES_MIN); left > 0; left--)
    rows.push({
      rowKey: checkedRowKey(reader.latin1()),
      live: readLive(reader),
      ahead: readContext(reader),
    });
  return rows;
}

export function writeOptionalRowKey(writer: ByteWriter, rowKey: RowKey | undefined): void {
  writer.uint8(rowKey === undefined ? 0 : 1);
  if (rowKey !== undefined) writer.latin1(rowKey);
}

export function readOptionalRowKey(reader: ByteReader): RowKey | undefined {
  return reader.uint8() === 0 ? undefined : checkedRowKey(reader.latin1());
}
