/** Bytes of the messages of quorum reads: requests, replies, repair, and the lookup of request ids. */
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.js";
import { readContext, readLive, readVector, writeContext, writeLive, writeVector } from "./causal.js";
import type { AskerRow, LookupReply, ReadBody, ReadReply, ReadRequest, RepairRequest } from "./messages.js";
import { checkedRowKey } from "./row-key.js";

const AGAINST_NOTHING = 0;
const AGAINST_CLOCK = 1;
const AGAINST_ROW = 2;

const FOUND_NOTHING = 0;
const FOUND_DOT = 1;
const FOUND_NOTHING_TO_DO = 2;

export function writeReadRequest(writer: ByteWriter, message: ReadRequest): void {
  writer.varint(message.id);
  writer.varint(message.partition);
  writer.latin1(message.rowKey);
  const { against } = message;
  if (against === undefined) return writer.uint8(AGAINST_NOTHING);
  writer.uint8(against.digest === undefined ? AGAINST_CLOCK : AGAINST_ROW);
  writeVector(writer, against.clock);
  if (against.digest !== undefined) writer.uint64(against.digest);
}

export function readReadRequest(reader: ByteReader): ReadRequest {
  const id = reader.varint();
  const partition = reader.varint();
  const rowKey = checkedRowKey(reader.latin1());
  return { type: "read-request", id, partition, rowKey, against: readAskerRow(reader) };
}

function readAskerRow(reader: ByteReader): AskerRow | undefined {
  const kind = reader.uint8();
  if (kind === AGAINST_NOTHING) return undefined;
  if (kind > AGAINST_ROW) throw new CodecError(`read request ${kind} is unknown`);
  const clock = readVector(reader);
  return { clock, digest: kind === AGAINST_ROW ? reader.uint64() : undefined };
}

const ROW = 0;
const SAME = 1;
const REFUSED = ["damaged", "in-doubt", "not-held"] as const;

export function writeReadReply(writer: ByteWriter, message: ReadReply): void {
  writer.varint(message.id);
  const body = message.body;
  switch (body.kind) {
    case "row":
      writer.uint8(ROW);
      writeLive(writer, body.live);
      writeContext(writer, body.ahead);
      writeVector(writer, body.clock);
      return writer.uint8(body.isTouchedBeyond ? 1 : 0);
    case "same":
      writer.uint8(SAME);
      return writeVector(writer, body.clock);
    case "refused":
      return writer.uint8(2 + REFUSED.indexOf(body.reason));
  }
}

export function readReadReply(reader: ByteReader): ReadReply {
  const id = reader.varint();
  return { type: "read-reply", id, body: readReadBody(reader) };
}

function readReadBody(reader: ByteReader): ReadBody {
  const kind = reader.uint8();
  if (kind === ROW)
    return {
      kind: "row",
      live: readLive(reader),
      ahead: readContext(reader),
      clock: readVector(reader),
      isTouchedBeyond: reader.uint8() === 1,
    };
  if (kind === SAME) return { kind: "same", clock: readVector(reader) };
  const reason = REFUSED[kind - 2];
  if (reason === undefined) throw new CodecError(`read reply ${kind} is unknown`);
  return { kind: "refused", reason };
}

export function writeRepairRequest(writer: ByteWriter, message: RepairRequest): void {
  writer.varint(message.id);
  writer.varint(message.partition);
  writer.latin1(message.rowKey);
  writer.hlc(message.hlc);
  writeLive(writer, message.state.live);
  writeContext(writer, message.state.context);
}

export function readRepairRequest(reader: ByteReader): RepairRequest {
  return {
    type: "repair-request",
    id: reader.varint(),
    partition: reader.varint(),
    rowKey: checkedRowKey(reader.latin1()),
    hlc: reader.hlc(),
    state: { live: readLive(reader), context: readContext(reader) },
  };
}

export function writeLookupReply(writer: ByteWriter, message: LookupReply): void {
  writer.varint(message.id);
  if (message.found === undefined) return writer.uint8(FOUND_NOTHING);
  if (message.found === "nothing-to-do") return writer.uint8(FOUND_NOTHING_TO_DO);
  writer.uint8(FOUND_DOT);
  writer.actor(message.found.actor);
  writer.varint(message.found.counter);
  writer.hlc(message.found.hlc);
}

function readFound(reader: ByteReader): LookupReply["found"] {
  const kind = reader.uint8();
  switch (kind) {
    case FOUND_NOTHING:
      return undefined;
    case FOUND_NOTHING_TO_DO:
      return "nothing-to-do";
    case FOUND_DOT:
      return { actor: reader.actor(), counter: reader.varint(), hlc: reader.hlc() };
    default:
      throw new CodecError(`${kind} says nothing of what was found`);
  }
}

export function readLookupReply(reader: ByteReader): LookupReply {
  const id = reader.varint();
  return { type: "lookup-reply", id, found: readFound(reader) };
}
