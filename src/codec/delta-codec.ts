/** Bytes of one mutation on its way to the other replicas. */
import type { Actor } from "../causality/index.js";
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.js";
import {
  readContext,
  readDots,
  readLive,
  readPayload,
  writeContext,
  writeDots,
  writeLive,
  writePayload,
} from "./causal.js";
import type { Announcement, Delta } from "./messages.js";
import { checkedRowKey } from "./row-key.js";

const REQUEST_ID_BYTES = 16;
const HAS_PAYLOAD = 0x01;
const HAS_REQUEST_ID = 0x02;
const IS_ANNOUNCEMENT = 0x04;
const HAS_FOLLOWING = 0x08;

export function writeDelta(writer: ByteWriter, delta: Delta): void {
  writer.varint(delta.partition);
  writer.actor(delta.actor);
  writer.varint(delta.counter);
  writer.hlc(delta.hlc);
  writer.latin1(delta.rowKey);
  writer.uint8(
    (delta.payload === undefined ? 0 : HAS_PAYLOAD) |
      (delta.requestId === undefined ? 0 : HAS_REQUEST_ID) |
      (delta.following === 0 ? 0 : HAS_FOLLOWING) |
      (delta.announced === undefined ? 0 : IS_ANNOUNCEMENT),
  );
  if (delta.requestId !== undefined) writer.raw(Buffer.from(delta.requestId, "hex"));
  if (delta.following > 0) writer.varint(delta.following);
  if (delta.payload !== undefined) writePayload(writer, delta.payload);
  writeDots(writer, delta.replaced);
  if (delta.announced !== undefined) writeAnnouncement(writer, delta.announced);
}

export function readDelta(reader: ByteReader): Delta {
  const partition = reader.varint();
  const actor = reader.actor();
  const counter = reader.varint();
  if (counter === 0) throw new CodecError("a delta's counter is at least 1");
  const hlc = reader.hlc();
  const rowKey = checkedRowKey(reader.latin1());
  const flags = reader.uint8();
  const requestId = (flags & HAS_REQUEST_ID) === 0 ? undefined : reader.raw(REQUEST_ID_BYTES).toString("hex");
  const following = (flags & HAS_FOLLOWING) === 0 ? 0 : reader.varint();
  const payload = (flags & HAS_PAYLOAD) === 0 ? undefined : readPayload(reader);
  const replaced = readDots(reader);
  const delta = { partition, actor, counter, hlc, rowKey, requestId, following, payload, replaced };
  return (flags & IS_ANNOUNCEMENT) === 0 ? delta : { ...delta, announced: readAnnouncement(reader) };
}

function writeAnnouncement(writer: ByteWriter, { state, actors }: Announcement): void {
  writeLive(writer, state.live);
  writeContext(writer, state.context);
  writer.varint(actors.length);
  for (const actor of actors) writer.actor(actor);
}

const ACTOR_BYTES = 8;

function readAnnouncement(reader: ByteReader): Announcement {
  const state = { live: readLive(reader), context: readContext(reader) };
  const actors: Actor[] = [];
  for (let left = reader.count(ACTOR_BYTES); left > 0; left--) actors.push(reader.actor());
  return { state, actors };
}
