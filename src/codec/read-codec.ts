/** Bytes of the messages of quorum reads: requests, replies, repair, and the lookup of request ids. */
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.js";
import { readContext, readLive, readVector, writeContext, writeLive, writeVector } from "./causal.js";
import type { LookupReply, ReadBody, ReadReply, ReadRequest, RepairRequest } from "./messages.js";
import { checkedRowKey } from "./row-key.js";

export function writeReadRequest(writer: ByteWriter, message: ReadRequest): void {
  writer.varint(message.id);
  writer.varint(message.partition);
  writer.latin1(message.rowKey);
  writer.uint8(message.digestAgainst === undefined ? 0 : 1);
  if (message.digestAgainst !== undefined) writeVector(writer, message.digestAgainst);
}

export function readReadRequest(reader: ByteReader): ReadRequest {
  const id = reader.varint();
  const partition = reader.varint();
  const rowKey = checkedRowKey(reader.latin1());
  const digestAgainst = reader.uint8() === 0 ? undefined : readVector(reader);
  return { type: "read-request", id, partition, rowKey, digestAgainst };
}

const STATE = 0;
const DIGEST = 1;
const REFUSED = ["damaged", "in-doubt", "not-held"] as const;

export function writeReadReply(writer: ByteWriter, message: ReadReply): void {
  writer.varint(message.id);
  const body = message.body;
  switch (body.kind) {
    case "state":
      writer.uint8(STATE);
      writeLive(writer, body.state.live);
      return writeContext(writer, body.state.context);
    case "digest":
      writer.uint8(DIGEST);
      writer.uint64(body.digest);
      writeVector(writer, body.clock);
      return writer.uint8(body.isTouchedBeyond ? 1 : 0);
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
  if (kind === STATE)
    return { kind: "state", state: { live: readLive(reader), context: readContext(reader) } };
  if (kind === DIGEST)
    return {
      kind: "digest",
      digest: reader.uint64(),
      clock: readVector(reader),
      isTouchedBeyond: reader.uint8() === 1,
    };
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
  writer.uint8(message.found === undefined ? 0 : 1);
  if (message.found === undefined) return;
  writer.actor(message.found.actor);
  writer.varint(message.found.counter);
  writer.hlc(message.found.hlc);
}

export function readLookupReply(reader: ByteReader): LookupReply {
  const id = reader.varint();
  const found =
    reader.uint8() === 0 ? undefined : { actor: reader.actor(), counter: reader.varint(), hlc: reader.hlc() };
  return { type: "lookup-reply", id, found };
}
