/** What coding alone takes: the frames of a pipeline, and the records of the store with their checksums. */
import {
  beginPipelineFrame,
  openRecord,
  PipelineItems,
  type PipelineRequest,
  sealRecord,
  writeRequest,
} from "../../src/codec/index.js";
import { type Ceiling, type CeilingGroup, inTurns, KEY_BYTES, VALUE_BYTES } from "./ceiling.js";

const ITEMS = 64;
const KEY = Buffer.alloc(KEY_BYTES, 0x61);
const VALUE = Buffer.alloc(VALUE_BYTES, 0x61);
const ASKING = {
  timeoutMs: 5_000,
  consistency: 0,
  requestId: undefined,
  isRetry: false,
  isSloppy: false,
  sessionToken: undefined,
};
const ADDRESS = { type: 1, bucket: "bench", key: KEY };
const GET: PipelineRequest = { kind: "get", id: 12_345, asking: ASKING, address: ADDRESS };
const PUT: PipelineRequest = {
  kind: "put",
  id: 12_345,
  asking: { ...ASKING, requestId: Buffer.alloc(16, 1) },
  address: ADDRESS,
  value: { data: VALUE, encoding: 1 },
  context: Buffer.alloc(0),
  condition: undefined,
  ttlMs: 0,
};

export function codecCeilings(): CeilingGroup {
  const record = sealRecord(KEY, (writer) => writer.bytes(VALUE));
  return {
    ceilings: [
      ...requestCeilings("get", GET),
      ...requestCeilings("put", PUT),
      repeated("record sealed with its checksum", () => sealRecord(KEY, (writer) => writer.bytes(VALUE))),
      repeated("record checked and read", () => openRecord(KEY, record, (reader) => reader.bytes())),
    ],
    close: async () => {},
  };
}

function requestCeilings(name: string, request: PipelineRequest): Ceiling[] {
  const encode = (): Buffer => {
    const writer = beginPipelineFrame();
    for (let item = 0; item < ITEMS; item++) writeRequest(writer, request);
    return writer.finish();
  };
  const bytes = encode();
  return [
    {
      name: `${name} request encoded, in frames of ${ITEMS}`,
      measure: (forMs) =>
        inTurns(ITEMS, forMs, () => {
          encode();
          return undefined;
        }),
    },
    {
      name: `${name} request decoded, in frames of ${ITEMS}`,
      measure: (forMs) =>
        inTurns(ITEMS, forMs, () => {
          const items = PipelineItems.ofRequests(bytes);
          while (items.next() !== undefined);
          return undefined;
        }),
    },
  ];
}

function repeated(name: string, work: () => unknown): Ceiling {
  return {
    name,
    measure: (forMs) =>
      inTurns(ITEMS, forMs, () => {
        for (let item = 0; item < ITEMS; item++) work();
        return undefined;
      }),
  };
}
