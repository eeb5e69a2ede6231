/** Bytes of the messages of watches. */
import type { ByteReader, ByteWriter } from "./bytes.js";
import { CodecError } from "./bytes.js";
import {
  readContext,
  readDots,
  readLive,
  readVector,
  writeContext,
  writeDots,
  writeLive,
  writeVector,
} from "./causal.js";
import type { ChangedRow, ChangesBody, ChangesReply, ChangesRequest } from "./changes-messages.js";
import { checkedRowKey, type RowKey } from "./row-key.js";

const HAS_SINCE = 0x01;
const HAS_ROWS = 0x02;

export function writeChangesRequest(writer: ByteWriter, message: ChangesRequest): void {
  const { hasRows, range, since } = message;
  writer.varint(message.id);
  writer.varint(message.partition);
  writer.latin1(range.from);
  writer.latin1(range.to);
  writer.uint8((since === undefined ? 0 : HAS_SINCE) | (hasRows ? HAS_ROWS : 0));
  if (since !== undefined) writeVector(writer, since);
  writeVector(writer, message.seen);
  writer.varint(message.waitMs);
}

export function readChangesRequest(reader: ByteReader): ChangesRequest {
  const [id, partition] = [reader.varint(), reader.varint()];
  // Ends of a range are compared and never read as row keys.
  const range = { from: reader.latin1() as RowKey, to: reader.latin1() as RowKey, isReverse: false };
  const flags = reader.uint8();
  return {
    type: "changes-request",
    id,
    partition,
    range,
    hasRows: (flags & HAS_ROWS) !== 0,
    since: (flags & HAS_SINCE) === 0 ? undefined : readVector(reader),
    seen: readVector(reader),
    waitMs: reader.varint(),
  };
}

const CHANGES = 0;
const BELOW_FLOOR = 1;
const BEHIND = 2;
const FIRST_REFUSED = 3;
const REFUSED = ["damaged", "in-doubt", "not-held"] as const;

export function writeChangesReply(writer: ByteWriter, { id, body }: ChangesReply): void {
  writer.varint(id);
  switch (body.kind) {
    case "below-floor":
      return writer.uint8(BELOW_FLOOR);
    case "behind":
      writer.uint8(BEHIND);
      return writeVector(writer, body.clock);
    case "refused":
      return writer.uint8(FIRST_REFUSED + REFUSED.indexOf(body.reason));
    case "changes":
      writer.uint8(CHANGES);
      writeVector(writer, body.clock);
      writer.varint(body.rows.length);
      for (const row of body.rows) writeChangedRow(writer, row);
      writeVector(writer, body.position);
      return writer.uint8(body.isMore ? 1 : 0);
  }
}

export function readChangesReply(reader: ByteReader): ChangesReply {
  return { type: "changes-reply", id: reader.varint(), body: readChangesBody(reader) };
}

function readChangesBody(reader: ByteReader): ChangesBody {
  const kind = reader.uint8();
  if (kind === BELOW_FLOOR) return { kind: "below-floor" };
  if (kind === BEHIND) return { kind: "behind", clock: readVector(reader) };
  if (kind === CHANGES) {
    const clock = readVector(reader);
    const rows: ChangedRow[] = [];
    for (let left = reader.count(ROW_BYTES_MIN); left > 0; left--) rows.push(readChangedRow(reader));
    return { kind: "changes", clock, rows, position: readVector(reader), isMore: reader.uint8() === 1 };
  }
  const reason = REFUSED[kind - FIRST_REFUSED];
  if (reason === undefined) throw new CodecError(`changes reply ${kind} is unknown`);
  return { kind: "refused", reason };
}

/** key 6, no dots 1, no context 3, dots 1, stamp 8 */
const ROW_BYTES_MIN = 19;

function writeChangedRow(writer: ByteWriter, row: ChangedRow): void {
  writer.latin1(row.rowKey);
  writeLive(writer, row.live);
  writeContext(writer, row.ahead);
  writeDots(writer, row.dots);
  writer.hlc(row.hlc);
}

function readChangedRow(reader: ByteReader): ChangedRow {
  return {
    rowKey: checkedRowKey(reader.latin1()),
    live: readLive(reader),
    ahead: readContext(reader),
    dots: readDots(reader),
    hlc: reader.hlc(),
  };
}
