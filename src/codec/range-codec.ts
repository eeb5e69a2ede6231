/** Bytes of the messages of range reads. */
import type { ByteReader, ByteWriter } from "./bytes.js";
import { CodecError } from "./bytes.js";
import { readOptionalRowKey, readRows, writeOptionalRowKey, writeRows } from "./catch-up-codec.js";
import { readVector, writeVector } from "./causal.js";
import type { RangeBody, RangeReply, RangeRequest } from "./messages.js";
import { checkedRowKey, type RowKey } from "./row-key.js";

export function writeRangeRequest(writer: ByteWriter, message: RangeRequest): void {
  writer.varint(message.id);
  writer.varint(message.partition);
  writer.latin1(message.range.from);
  writer.latin1(message.range.to);
  writer.uint8(message.range.isReverse ? 1 : 0);
  writer.varint(message.limit);
  writeVector(writer, message.against);
}

export function readRangeRequest(reader: ByteReader): RangeRequest {
  return {
    type: "range-request",
    id: reader.varint(),
    partition: reader.varint(),
    // Ends of a range are compared and never read as row keys.
    range: {
      from: reader.latin1() as RowKey,
      to: reader.latin1() as RowKey,
      isReverse: reader.uint8() === 1,
    },
    limit: reader.varint(),
    against: readVector(reader),
  };
}

const ROWS = 0;
const REFUSED = ["damaged", "in-doubt", "not-held"] as const;

export function writeRangeReply(writer: ByteWriter, { id, body }: RangeReply): void {
  writer.varint(id);
  if (body.kind === "refused") return writer.uint8(1 + REFUSED.indexOf(body.reason));
  writer.uint8(ROWS);
  writeVector(writer, body.clock);
  writeRows(writer, body.rows);
  writeOptionalRowKey(writer, body.upTo);
  writer.uint8(body.touched === undefined ? 0 : 1);
  if (body.touched === undefined) return;
  writer.varint(body.touched.size);
  for (const rowKey of body.touched) writer.latin1(rowKey);
}

export function readRangeReply(reader: ByteReader): RangeReply {
  const id = reader.varint();
  return { type: "range-reply", id, body: readRangeBody(reader) };
}

function readRangeBody(reader: ByteReader): RangeBody {
  const kind = reader.uint8();
  if (kind === ROWS)
    return {
      kind: "rows",
      clock: readVector(reader),
      rows: readRows(reader),
      upTo: readOptionalRowKey(reader),
      touched: readTouched(reader),
    };
  const reason = REFUSED[kind - 1];
  if (reason === undefined) throw new CodecError(`range reply ${kind} is unknown`);
  return { kind: "refused", reason };
}

/** Its length, the type, two empty parts. */
const ROW_KEY_BYTES_MIN = 6;

function readTouched(reader: ByteReader): Set<RowKey> | undefined {
  if (reader.uint8() === 0) return undefined;
  const touched = new Set<RowKey>();
  for (let left = reader.count(ROW_KEY_BYTES_MIN); left > 0; left--)
    touched.add(checkedRowKey(reader.latin1()));
  return touched;
}
