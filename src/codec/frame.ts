/**
 * Frames between nodes: a version byte, then messages, each a type byte, a length and a body. Decoding is strict: an
 * unknown type, a body of the wrong length or trailing bytes throw `CodecError`, and the link is closed.
 */
import type { Hlc } from "../causality/index.js";
import { readAudit, writeAudit } from "./audit-codec.js";
import { ByteReader, ByteWriter, CodecError } from "./bytes.js";
import { readPage, readPageRequest, writePage, writePageRequest } from "./catch-up-codec.js";
import {
  readChangesReply,
  readChangesRequest,
  writeChangesReply,
  writeChangesRequest,
} from "./changes-codec.js";
import { readClock, readView, writeClock, writeView } from "./clock-codec.js";
import { readDelta, writeDelta } from "./delta-codec.js";
import type { AckEntry, Message, RepairOutcome } from "./messages.js";
import { readRangeReply, readRangeRequest, writeRangeReply, writeRangeRequest } from "./range-codec.js";
import {
  readLookupReply,
  readReadReply,
  readReadRequest,
  readRepairRequest,
  writeLookupReply,
  writeReadReply,
  writeReadRequest,
  writeRepairRequest,
} from "./read-codec.js";

/** In the Hello of a link: both sides must have the same. */
export const PROTOCOL_VERSION = 2;

const TYPE = {
  delta: 1,
  heartbeat: 2,
  credit: 3,
  ack: 4,
  clock: 5,
  "catch-up-request": 6,
  "catch-up-page": 7,
  "read-request": 8,
  "read-reply": 9,
  "repair-request": 10,
  "repair-reply": 11,
  "lookup-request": 12,
  "lookup-reply": 13,
  "forward-request": 14,
  "forward-reply": 15,
  view: 16,
  "hold-request": 17,
  "hold-reply": 18,
  layout: 19,
  "range-request": 20,
  "range-reply": 21,
  "changes-request": 22,
  "changes-reply": 23,
  "audit-request": 32,
  "audit-reply": 33,
  "audit-cells-request": 34,
  "audit-cells-reply": 35,
  "audit-rows-request": 36,
  "audit-rows-reply": 37,
  "audit-list-request": 38,
  "audit-list-reply": 39,
} as const satisfies Record<Message["type"], number>;

const NAMES = new Map<number, Message["type"]>(
  Object.entries(TYPE).map(([name, number]) => [number, name as Message["type"]]),
);

/** A frame to be, filled message by message. */
export function beginFrame(): ByteWriter {
  const writer = new ByteWriter(1024);
  writer.uint8(PROTOCOL_VERSION);
  return writer;
}

export function appendMessage(frame: ByteWriter, message: Message): void {
  const body = new ByteWriter(128);
  writeBody(body, message);
  frame.uint8(TYPE[message.type]);
  frame.bytes(body.take());
}

/** What a message takes in a frame. */
export function messageBytes(message: Message): number {
  const frame = new ByteWriter();
  appendMessage(frame, message);
  return frame.length;
}

const REPAIR_OUTCOMES: readonly RepairOutcome[] = ["unwanted", "done", "later"];

function readRepairOutcome(reader: ByteReader): RepairOutcome {
  const number = reader.uint8();
  const outcome = REPAIR_OUTCOMES[number];
  if (outcome === undefined) throw new CodecError(`outcome ${number} of a repair is unknown`);
  return outcome;
}

/**
 * Hands each message of a frame to `take`, in order. Throws `CodecError` at the first that is malformed, or bears a stamp
 * after `latestHlc`.
 */
export function readFrame(frame: Buffer, take: (message: Message) => void, latestHlc?: Hlc): void {
  const reader = new ByteReader(frame);
  const version = reader.uint8();
  if (version !== PROTOCOL_VERSION) throw new CodecError(`frame version ${version} is unknown`);
  while (reader.remaining > 0) {
    const number = reader.uint8();
    const type = NAMES.get(number);
    if (type === undefined) throw new CodecError(`message type ${number} is unknown`);
    const bytes = reader.bytes();
    const body = new ByteReader(bytes, 0, bytes.length, latestHlc);
    const message = readBody(type, body);
    body.end();
    take(message);
  }
}

function writeBody(writer: ByteWriter, message: Message): void {
  switch (message.type) {
    case "delta":
      writer.uint8(message.isRelayed ? 1 : 0);
      return writeDelta(writer, message.delta);
    case "heartbeat":
      writer.double(message.sentMs);
      writer.double(message.echoMs);
      writer.double(message.echoDelayMs);
      writer.double(message.wallMs);
      writer.hlc(message.hlc);
      return writer.uint8(message.isHeard ? 1 : 0);
    case "credit":
      return writer.varint(message.bytes);
    case "ack":
      writer.hlc(message.hlc);
      return writeAcks(writer, message.entries);
    case "clock":
      return writeClock(writer, message);
    case "view":
      return writeView(writer, message);
    case "layout":
      return writer.bytes(message.bytes);
    case "catch-up-request":
      return writePageRequest(writer, message);
    case "catch-up-page":
      return writePage(writer, message);
    case "read-request":
      return writeReadRequest(writer, message);
    case "read-reply":
      return writeReadReply(writer, message);
    case "range-request":
      return writeRangeRequest(writer, message);
    case "range-reply":
      return writeRangeReply(writer, message);
    case "changes-request":
      return writeChangesRequest(writer, message);
    case "changes-reply":
      return writeChangesReply(writer, message);
    case "repair-request":
      return writeRepairRequest(writer, message);
    case "repair-reply":
      writer.varint(message.id);
      return writer.uint8(REPAIR_OUTCOMES.indexOf(message.outcome));
    case "lookup-request":
      writer.varint(message.id);
      writer.varint(message.partition);
      return writer.raw(Buffer.from(message.requestId, "hex"));
    case "lookup-reply":
      return writeLookupReply(writer, message);
    case "forward-request":
    case "forward-reply":
      writer.varint(message.id);
      return writer.bytes(message.body);
    case "hold-request":
      writer.varint(message.id);
      writer.member(message.home);
      return writeDelta(writer, message.delta);
    case "hold-reply":
      writer.varint(message.id);
      return writer.uint8(message.isHeld ? 1 : 0);
    case "audit-request":
    case "audit-reply":
    case "audit-cells-request":
    case "audit-cells-reply":
    case "audit-rows-request":
    case "audit-rows-reply":
    case "audit-list-request":
    case "audit-list-reply":
      return writeAudit(writer, message);
  }
}

function readBody(type: Message["type"], reader: ByteReader): Message {
  switch (type) {
    case "delta": {
      const isRelayed = reader.uint8() === 1;
      return { type, isRelayed, delta: readDelta(reader) };
    }
    case "heartbeat":
      return {
        type,
        sentMs: readFinite(reader),
        echoMs: readFinite(reader),
        echoDelayMs: readFinite(reader),
        wallMs: readFinite(reader),
        hlc: reader.hlc(),
        isHeard: reader.uint8() === 1,
      };
    case "credit":
      return { type, bytes: reader.varint() };
    case "ack":
      return { type, hlc: reader.hlc(), entries: readAcks(reader) };
    case "clock":
      return readClock(reader);
    case "view":
      return readView(reader);
    case "layout":
      return { type, bytes: Buffer.from(reader.bytes()) };
    case "catch-up-request":
      return readPageRequest(reader);
    case "catch-up-page":
      return readPage(reader);
    case "read-request":
      return readReadRequest(reader);
    case "read-reply":
      return readReadReply(reader);
    case "range-request":
      return readRangeRequest(reader);
    case "range-reply":
      return readRangeReply(reader);
    case "changes-request":
      return readChangesRequest(reader);
    case "changes-reply":
      return readChangesReply(reader);
    case "repair-request":
      return readRepairRequest(reader);
    case "repair-reply":
      return { type, id: reader.varint(), outcome: readRepairOutcome(reader) };
    case "lookup-request":
      return {
        type,
        id: reader.varint(),
        partition: reader.varint(),
        requestId: reader.raw(REQUEST_ID_BYTES).toString("hex"),
      };
    case "lookup-reply":
      return readLookupReply(reader);
    case "forward-request":
      return { type, id: reader.varint(), body: Buffer.from(reader.bytes()) };
    case "forward-reply":
      return { type, id: reader.varint(), body: Buffer.from(reader.bytes()) };
    case "hold-request":
      return { type, id: reader.varint(), home: reader.member(), delta: readDelta(reader) };
    case "hold-reply":
      return { type, id: reader.varint(), isHeld: reader.uint8() === 1 };
    case "audit-request":
    case "audit-reply":
    case "audit-cells-request":
    case "audit-cells-reply":
    case "audit-rows-request":
    case "audit-rows-reply":
    case "audit-list-request":
    case "audit-list-reply":
      return readAudit(type, reader);
  }
}

const REQUEST_ID_BYTES = 16;

/** partition 1, actor 8, counter 1 or more */
const ACK_BYTES_MIN = 10;

function writeAcks(writer: ByteWriter, entries: readonly AckEntry[]): void {
  writer.varint(entries.length);
  for (const entry of entries) {
    writer.varint(entry.partition);
    writer.actor(entry.actor);
    writer.varint(entry.counter);
  }
}

function readAcks(reader: ByteReader): AckEntry[] {
  const entries: AckEntry[] = [];
  for (let left = reader.count(ACK_BYTES_MIN); left > 0; left--)
    entries.push({ partition: reader.varint(), actor: reader.actor(), counter: reader.varint() });
  return entries;
}

function readFinite(reader: ByteReader): number {
  const value = reader.double();
  if (!Number.isFinite(value)) throw new CodecError("a time is not finite");
  return value;
}
