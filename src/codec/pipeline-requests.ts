/** Bytes of what a client asks on a pipeline; `docs/wire.md` lays them out. */
import { type ByteReader, type ByteWriter, CodecError } from "./bytes.js";
import type { Asking, PipelinedKey, PipelinedPut, PipelineRequest } from "./pipeline-messages.js";

const KIND = { hello: 1, get: 2, put: 3, call: 4 } as const satisfies Record<PipelineRequest["kind"], number>;

const HAS_TIMEOUT = 0x01;
const HAS_CONSISTENCY = 0x02;
const HAS_REQUEST_ID = 0x04;
const IS_RETRY = 0x08;
const IS_SLOPPY = 0x10;
const HAS_SESSION = 0x20;
const ASKING_FLAGS = 0x3f;
const REQUEST_ID_BYTES = 16;

const HAS_TTL = 0x01;
const NEVER_EXPIRES = 0x02;
const HAS_CONTEXT = 0x04;
const IF_ABSENT = 0x08;
const IF_UNCHANGED = 0x10;
const PUT_FLAGS = 0x1f;

const NOTHING = Buffer.alloc(0);

export function writeRequest(writer: ByteWriter, request: PipelineRequest): void {
  writer.uint8(KIND[request.kind]);
  switch (request.kind) {
    case "hello":
      return writer.bytes(Buffer.from(request.clusterId));
    case "get":
      writer.varint(request.id);
      writeAsking(writer, request.asking);
      return writeKey(writer, request.address);
    case "put":
      return writePut(writer, request);
    case "call":
      writer.varint(request.id);
      writer.varint(request.timeoutMs);
      writer.latin1(request.method);
      return writer.bytes(request.body);
  }
}

/** @throws CodecError */
export function readRequest(reader: ByteReader): PipelineRequest {
  const kind = reader.uint8();
  switch (kind) {
    case KIND.hello:
      return { kind: "hello", clusterId: reader.bytes().toString() };
    case KIND.get:
      return { kind: "get", id: reader.varint(), asking: readAsking(reader), address: readKey(reader) };
    case KIND.put:
      return readPut(reader);
    case KIND.call:
      return {
        kind: "call",
        id: reader.varint(),
        timeoutMs: reader.varint(),
        method: reader.latin1(),
        body: reader.bytes(),
      };
    default:
      throw new CodecError(`${kind} is no kind of request`);
  }
}

function writeAsking(writer: ByteWriter, asking: Asking): void {
  const { consistency, isRetry, isSloppy, requestId, sessionToken, timeoutMs } = asking;
  writer.uint8(
    (timeoutMs > 0 ? HAS_TIMEOUT : 0) |
      (consistency > 0 ? HAS_CONSISTENCY : 0) |
      (requestId === undefined ? 0 : HAS_REQUEST_ID) |
      (isRetry ? IS_RETRY : 0) |
      (isSloppy ? IS_SLOPPY : 0) |
      (sessionToken === undefined ? 0 : HAS_SESSION),
  );
  if (timeoutMs > 0) writer.varint(timeoutMs);
  if (consistency > 0) writer.varint(consistency);
  if (requestId !== undefined) writeRequestId(writer, requestId);
  if (sessionToken !== undefined) writer.bytes(sessionToken);
}

function writeRequestId(writer: ByteWriter, requestId: Buffer): void {
  if (requestId.length !== REQUEST_ID_BYTES)
    throw new RangeError(`a request id of ${requestId.length} bytes; it has ${REQUEST_ID_BYTES}`);
  writer.raw(requestId);
}

function readAsking(reader: ByteReader): Asking {
  const flags = readFlags(reader, ASKING_FLAGS);
  return {
    timeoutMs: flags & HAS_TIMEOUT ? reader.varint() : 0,
    consistency: flags & HAS_CONSISTENCY ? reader.varint() : 0,
    requestId: flags & HAS_REQUEST_ID ? reader.raw(REQUEST_ID_BYTES) : undefined,
    isRetry: (flags & IS_RETRY) !== 0,
    isSloppy: (flags & IS_SLOPPY) !== 0,
    sessionToken: flags & HAS_SESSION ? reader.bytes() : undefined,
  };
}

function writeKey(writer: ByteWriter, { bucket, key, type }: PipelinedKey): void {
  writer.uint8(type);
  writer.latin1(bucket);
  writer.bytes(key);
}

function readKey(reader: ByteReader): PipelinedKey {
  return { type: reader.uint8(), bucket: reader.latin1(), key: reader.bytes() };
}

function writePut(
  writer: ByteWriter,
  { address, asking, condition, context, id, ttlMs, value }: PipelinedPut,
): void {
  writer.varint(id);
  writeAsking(writer, asking);
  writeKey(writer, address);
  const isNever = ttlMs === "never";
  writer.uint8(
    (!isNever && ttlMs > 0 ? HAS_TTL : 0) |
      (isNever ? NEVER_EXPIRES : 0) |
      (context.length > 0 ? HAS_CONTEXT : 0) |
      (condition === "absent" ? IF_ABSENT : 0) |
      (condition === "unchanged" ? IF_UNCHANGED : 0),
  );
  if (!isNever && ttlMs > 0) writer.varint(ttlMs);
  if (context.length > 0) writer.bytes(context);
  writer.uint8(value.encoding);
  writer.bytes(value.data);
}

function readPut(reader: ByteReader): PipelinedPut {
  const id = reader.varint();
  const asking = readAsking(reader);
  const address = readKey(reader);
  const flags = readFlags(reader, PUT_FLAGS);
  if ((flags & HAS_TTL && flags & NEVER_EXPIRES) || (flags & IF_ABSENT && flags & IF_UNCHANGED))
    throw new CodecError(`the flags ${flags} of a put exclude each other`);
  const ttlMs = flags & NEVER_EXPIRES ? "never" : flags & HAS_TTL ? reader.varint() : 0;
  const context = flags & HAS_CONTEXT ? reader.bytes() : NOTHING;
  const condition = flags & IF_ABSENT ? "absent" : flags & IF_UNCHANGED ? "unchanged" : undefined;
  const encoding = reader.uint8();
  return {
    kind: "put",
    id,
    asking,
    address,
    value: { encoding, data: reader.bytes() },
    context,
    condition,
    ttlMs,
  };
}

function readFlags(reader: ByteReader, known: number): number {
  const flags = reader.uint8();
  if ((flags & ~known) !== 0) throw new CodecError(`flags ${flags} are unknown`);
  return flags;
}
