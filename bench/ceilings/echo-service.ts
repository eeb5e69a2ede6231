/** A gRPC service that gives back what it is given: what the wire alone costs. Messages are bytes, so nothing is coded. */
import type {
  Server,
  ServerDuplexStream,
  ServerUnaryCall,
  ServiceDefinition,
  sendUnaryData,
} from "@grpc/grpc-js";

const BYTES = {
  requestSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Buffer) => bytes,
  responseDeserialize: (bytes: Buffer) => bytes,
};

export const ECHO = {
  unary: { ...BYTES, path: "/atoll.bench.Echo/Unary", requestStream: false, responseStream: false },
  /** A message for each operation. */
  stream: { ...BYTES, path: "/atoll.bench.Echo/Stream", requestStream: true, responseStream: true },
  /** Messages of many operations, as `frame` lays them out. */
  frames: { ...BYTES, path: "/atoll.bench.Echo/Frames", requestStream: true, responseStream: true },
} satisfies ServiceDefinition;

type EchoStream = ServerDuplexStream<Buffer, Buffer>;

export function addEcho(server: Server): void {
  server.addService(ECHO, {
    unary: ({ request }: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => done(null, request),
    stream: (stream: EchoStream) => each(stream, (message) => message),
    frames: (stream: EchoStream) => each(stream, (message) => frame(itemsOf(message))),
  });
}

export interface Item {
  readonly id: number;
  readonly payload: Buffer;
}

const ID_BYTES = 4;
const HEAD_BYTES = ID_BYTES + 2;

/** For each item its number (4 bytes), its length (2) and itself. */
export function frame(items: readonly Item[]): Buffer {
  const bytes = Buffer.allocUnsafe(items.reduce((sum, { payload }) => sum + HEAD_BYTES + payload.length, 0));
  let at = 0;
  for (const { id, payload } of items) {
    bytes.writeUInt32BE(id, at);
    bytes.writeUInt16BE(payload.length, at + ID_BYTES);
    payload.copy(bytes, at + HEAD_BYTES);
    at += HEAD_BYTES + payload.length;
  }
  return bytes;
}

export function itemsOf(bytes: Buffer): Item[] {
  const items: Item[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + HEAD_BYTES + bytes.readUInt16BE(at + ID_BYTES);
    items.push({ id: bytes.readUInt32BE(at), payload: bytes.subarray(at + HEAD_BYTES, end) });
    at = end;
  }
  return items;
}

function each(stream: EchoStream, reply: (message: Buffer) => Buffer): void {
  stream.on("data", (message: Buffer) => stream.write(reply(message)));
  stream.on("end", () => stream.end());
  // The client is gone: there is nobody to answer.
  stream.on("error", () => {});
}
