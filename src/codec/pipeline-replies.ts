/** Bytes of what a node answers on a pipeline; `docs/wire.md` lays them out. */
import { ValueEncoding } from "../crdt/index.js";
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.js";
import type { PipelinedFailure, PipelinedRead, PipelinedValue, PipelineReply } from "./pipeline-messages.js";

const KIND = { hello: 1, read: 2, written: 3, reply: 4, failed: 5 } as const satisfies Record<
  PipelineReply["kind"],
  number
>;

const HAS_SESSION = 0x01;
const EXPIRES = 0x10;
const ENCODING_MASK = 0x0f;
/** flags 1, stamp 8, length 1 */
const VALUE_BYTES_MIN = 10;
/** two lengths */
const METADATA_BYTES_MIN = 2;

const ENCODINGS: ReadonlySet<number> = new Set(Object.values(ValueEncoding));

export function writeReply(writer: ByteWriter, reply: PipelineReply): void {
  writer.uint8(KIND[reply.kind]);
  if (reply.kind !== "hello") writer.varint(reply.id);
  switch (reply.kind) {
    case "hello":
      writer.bytes(Buffer.from(reply.clusterId));
      writer.bytes(Buffer.from(reply.nodeId));
      writer.bytes(Buffer.from(reply.region));
      return writer.varint(reply.layoutVersion);
    case "read":
      return writeRead(writer, reply);
    case "written":
      writer.hlc(reply.hlc);
      writer.varint(reply.acksReceived);
      writer.varint(reply.fallbackAcks);
      writer.bytes(reply.context);
      return writeSession(writer, reply.sessionToken);
    case "reply":
      return writer.bytes(reply.body);
    case "failed":
      return writeFailure(writer, reply);
  }
}

/** @throws CodecError */
export function readReply(reader: ByteReader): PipelineReply {
  const kind = reader.uint8();
  switch (kind) {
    case KIND.hello:
      return {
        kind: "hello",
        clusterId: reader.bytes().toString(),
        nodeId: reader.bytes().toString(),
        region: reader.bytes().toString(),
        layoutVersion: reader.varint(),
      };
    case KIND.read:
      return readRead(reader);
    case KIND.written:
      return {
        kind: "written",
        id: reader.varint(),
        hlc: reader.hlc(),
        acksReceived: reader.varint(),
        fallbackAcks: reader.varint(),
        context: reader.bytes(),
        sessionToken: readSession(reader),
      };
    case KIND.reply:
      return { kind: "reply", id: reader.varint(), body: reader.bytes() };
    case KIND.failed:
      return readFailure(reader);
    default:
      throw new CodecError(`${kind} is no kind of reply`);
  }
}

function writeRead(writer: ByteWriter, { context, sessionToken, values }: PipelinedRead): void {
  writer.varint(values.length);
  for (const { data, encoding, expiresAtMs, hlc } of values) {
    writer.uint8(encoding | (expiresAtMs > 0 ? EXPIRES : 0));
    writer.hlc(hlc);
    if (expiresAtMs > 0) writer.varint(expiresAtMs);
    writer.bytes(data);
  }
  writer.bytes(context);
  writeSession(writer, sessionToken);
}

function readRead(reader: ByteReader): PipelinedRead {
  const id = reader.varint();
  const values: PipelinedValue[] = [];
  for (let left = reader.count(VALUE_BYTES_MIN); left > 0; left--) values.push(readValue(reader));
  return { kind: "read", id, values, context: reader.bytes(), sessionToken: readSession(reader) };
}

function readValue(reader: ByteReader): PipelinedValue {
  const flags = reader.uint8();
  const encoding = flags & ENCODING_MASK;
  if (!isEncoding(encoding) || (flags & ~(ENCODING_MASK | EXPIRES)) !== 0)
    throw new CodecError(`${flags} says nothing of a value`);
  const hlc = reader.hlc();
  const expiresAtMs = flags & EXPIRES ? reader.varint() : 0;
  return { encoding, hlc, expiresAtMs, data: reader.bytes() };
}

function isEncoding(number: number): number is ValueEncoding {
  return ENCODINGS.has(number);
}

function writeSession(writer: ByteWriter, token: Buffer | undefined): void {
  writer.uint8(token === undefined ? 0 : HAS_SESSION);
  if (token !== undefined) writer.bytes(token);
}

function readSession(reader: ByteReader): Buffer | undefined {
  const flags = reader.uint8();
  if (flags > HAS_SESSION) throw new CodecError(`flags ${flags} are unknown`);
  return flags === HAS_SESSION ? reader.bytes() : undefined;
}

function writeFailure(writer: ByteWriter, { code, message, metadata, reason }: PipelinedFailure): void {
  writer.uint8(code);
  writer.latin1(reason);
  writer.bytes(Buffer.from(message));
  const entries = Object.entries(metadata);
  writer.varint(entries.length);
  for (const [name, value] of entries) {
    writer.bytes(Buffer.from(name));
    writer.bytes(Buffer.from(value));
  }
}

function readFailure(reader: ByteReader): PipelinedFailure {
  const id = reader.varint();
  const code = reader.uint8();
  const reason = reader.latin1();
  const message = reader.bytes().toString();
  const metadata: [string, string][] = [];
  for (let left = reader.count(METADATA_BYTES_MIN); left > 0; left--)
    metadata.push([reader.bytes().toString(), reader.bytes().toString()]);
  return { kind: "failed", id, code, reason, message, metadata: Object.fromEntries(metadata) };
}
