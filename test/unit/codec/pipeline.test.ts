import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Hlc } from "../../../src/causality/index.js";
import {
  beginPipelineFrame,
  CodecError,
  PipelineItems,
  type PipelineReply,
  type PipelineRequest,
  writeReply,
  writeRequest,
} from "../../../src/codec/index.js";
import { ValueEncoding } from "../../../src/crdt/index.js";

fc.configureGlobal({ seed: 1101, numRuns: 200 });

const anyVarint = fc.oneof(fc.nat(300), fc.maxSafeNat());
const anyBytes = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const anyLatin1 = fc.string({ unit: "binary-ascii", maxLength: 20 });
const anyText = fc.string({ unit: "grapheme", maxLength: 12 });
const anyByte = fc.nat(255);
const anyHlc = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((hlc): Hlc => hlc);
const anyToken = fc.option(anyBytes, { nil: undefined });

const anyAsking = fc.record({
  timeoutMs: anyVarint,
  consistency: anyVarint,
  requestId: fc.option(
    fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
    { nil: undefined },
  ),
  isRetry: fc.boolean(),
  isSloppy: fc.boolean(),
  sessionToken: anyToken,
});
const anyKey = fc.record({ type: anyByte, bucket: anyLatin1, key: anyBytes });

const anyRequest: fc.Arbitrary<PipelineRequest> = fc.oneof(
  fc.record({ kind: fc.constant("hello"), clusterId: anyText }),
  fc.record({ kind: fc.constant("get"), id: anyVarint, asking: anyAsking, address: anyKey }),
  fc.record({
    kind: fc.constant("put"),
    id: anyVarint,
    asking: anyAsking,
    address: anyKey,
    value: fc.record({ data: anyBytes, encoding: anyByte }),
    context: anyBytes,
    condition: fc.constantFrom("absent", "unchanged", undefined),
    ttlMs: fc.oneof(anyVarint, fc.constant("never" as const)),
  }),
  fc.record({
    kind: fc.constant("call"),
    id: anyVarint,
    timeoutMs: anyVarint,
    method: anyLatin1,
    body: anyBytes,
  }),
);

const anyReply: fc.Arbitrary<PipelineReply> = fc.oneof(
  fc.record({
    kind: fc.constant("hello"),
    clusterId: anyText,
    nodeId: anyText,
    region: anyText,
    layoutVersion: anyVarint,
  }),
  fc.record({
    kind: fc.constant("read"),
    id: anyVarint,
    values: fc.array(
      fc.record({
        data: anyBytes,
        encoding: fc.constantFrom(...Object.values(ValueEncoding)),
        hlc: anyHlc,
        expiresAtMs: anyVarint,
      }),
      { maxLength: 4 },
    ),
    context: anyBytes,
    sessionToken: anyToken,
  }),
  fc.record({
    kind: fc.constant("written"),
    id: anyVarint,
    hlc: anyHlc,
    context: anyBytes,
    acksReceived: anyVarint,
    fallbackAcks: anyVarint,
    sessionToken: anyToken,
  }),
  fc.record({ kind: fc.constant("reply"), id: anyVarint, body: anyBytes }),
  fc.record({
    kind: fc.constant("failed"),
    id: anyVarint,
    code: anyByte,
    reason: anyLatin1,
    message: anyText,
    metadata: fc.dictionary(anyText, anyText, { maxKeys: 4, noNullPrototype: true }),
  }),
);

function all<Item>(items: PipelineItems<Item>): Item[] {
  const found: Item[] = [];
  for (let item = items.next(); item !== undefined; item = items.next()) found.push(item);
  return found;
}

function frameOfRequests(requests: readonly PipelineRequest[]): Buffer {
  const frame = beginPipelineFrame();
  for (const request of requests) writeRequest(frame, request);
  return frame.take();
}

function frameOfReplies(replies: readonly PipelineReply[]): Buffer {
  const frame = beginPipelineFrame();
  for (const reply of replies) writeReply(frame, reply);
  return frame.take();
}

function named<Item extends { readonly kind: string }>(
  table: readonly [Item, string][],
): [string, Item, string][] {
  return table.map(([item, hex]) => [item.kind, item, hex]);
}

describe("a frame of a pipeline", () => {
  it("gives back the requests that were written, in order", () => {
    fc.assert(
      fc.property(fc.array(anyRequest, { maxLength: 8 }), (requests) => {
        expect(all(PipelineItems.ofRequests(frameOfRequests(requests)))).toEqual(requests);
      }),
    );
  });

  it("gives back the replies that were written, in order", () => {
    fc.assert(
      fc.property(fc.array(anyReply, { maxLength: 8 }), (replies) => {
        expect(all(PipelineItems.ofReplies(frameOfReplies(replies)))).toEqual(replies);
      }),
    );
  });

  it("is refused where it is cut short, and never read beyond its end", () => {
    fc.assert(
      fc.property(anyRequest, anyReply, fc.nat(), (request, reply, at) => {
        const [asked, answered] = [frameOfRequests([request]), frameOfReplies([reply])];
        const cutAsked = asked.subarray(0, 2 + (at % Math.max(1, asked.length - 2)));
        const cutAnswered = answered.subarray(0, 2 + (at % Math.max(1, answered.length - 2)));
        if (cutAsked.length < asked.length)
          expect(() => all(PipelineItems.ofRequests(cutAsked))).toThrow(CodecError);
        if (cutAnswered.length < answered.length)
          expect(() => all(PipelineItems.ofReplies(cutAnswered))).toThrow(CodecError);
      }),
    );
  });

  it("that is anything else is refused, or read, and breaks nothing", () => {
    const outcomeOf = (read: () => unknown): void => {
      try {
        read();
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError);
      }
    };
    fc.assert(
      fc.property(anyBytes, anyRequest, fc.nat(), anyByte, (bytes, request, at, byte) => {
        const frame = Buffer.from(frameOfRequests([request]));
        frame[at % frame.length] = byte;
        for (const hostile of [bytes, Buffer.from([1, ...bytes]), frame]) {
          outcomeOf(() => all(PipelineItems.ofRequests(hostile)));
          outcomeOf(() => all(PipelineItems.ofReplies(hostile)));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ["of another version", "02"],
    ["without a version", ""],
    ["with an unknown kind", "0109"],
    ["with flags of an asking that nobody knows", "01020140"],
    ["with a put that lasts for ever and for a while", "010301000101620161030a0000"],
    ["with a put that is to be absent and unchanged", "01030100010162016118000000"],
  ])("%s is refused", (_what, hex) => {
    expect(() => all(PipelineItems.ofRequests(Buffer.from(hex, "hex")))).toThrow(CodecError);
  });

  const asking = {
    timeoutMs: 300,
    consistency: 4,
    requestId: Buffer.from("000102030405060708090a0b0c0d0e0f", "hex"),
    isRetry: true,
    isSloppy: true,
    sessionToken: Buffer.from("t"),
  };
  const address = { type: 1, bucket: "b", key: Buffer.from("k") };
  const asked = "3fac0204000102030405060708090a0b0c0d0e0f0174";
  const put: PipelineRequest = {
    kind: "put",
    id: 7,
    asking,
    address,
    value: { encoding: 3, data: Buffer.from("v") },
    context: Buffer.from("c"),
    condition: "unchanged",
    ttlMs: 128,
  };
  const requests: [PipelineRequest, string][] = [
    [{ kind: "hello", clusterId: "é" }, "0102c3a9"],
    [{ kind: "get", id: 200, asking, address }, `02c801${asked}010162016b`],
    [put, `0307${asked}010162016b15800101630301${"76"}`],
    [
      { ...put, ttlMs: "never", context: Buffer.alloc(0), condition: "absent" },
      `0307${asked}010162016b0a030176`,
    ],
    [{ kind: "call", id: 7, timeoutMs: 300, method: "Put", body: Buffer.from("r") }, "0407ac02035075740172"],
  ];
  const hlc = 0x0102030405060708n;
  const read: PipelineReply = {
    kind: "read",
    id: 7,
    values: [
      { encoding: ValueEncoding.text, hlc, expiresAtMs: 0, data: Buffer.from("v") },
      { encoding: ValueEncoding.json, hlc, expiresAtMs: 300, data: Buffer.from("w") },
    ],
    context: Buffer.from("c"),
    sessionToken: undefined,
  };
  const written = {
    acksReceived: 2,
    fallbackAcks: 1,
    context: Buffer.from("c"),
    sessionToken: Buffer.from("t"),
  };
  const replies: [PipelineReply, string][] = [
    [{ kind: "hello", clusterId: "c", nodeId: "n", region: "r", layoutVersion: 300 }, "010163016e0172ac02"],
    [read, "0207020101020304050607080176130102030405060708ac020177016300"],
    [{ kind: "written", id: 7, hlc, ...written }, "03070102030405060708020101630101" + "74"],
    [{ kind: "reply", id: 7, body: Buffer.from("r") }, "04070172"],
    [
      { kind: "failed", id: 7, code: 3, reason: "R", message: "m", metadata: { field: "x" } },
      "0507030152016d01056669656c640178",
    ],
  ];
  it.each(named(requests))("has the bytes that the page of the wire says, of a %s", (_kind, request, hex) => {
    expect(frameOfRequests([request]).toString("hex")).toBe(`01${hex}`);
  });
  it.each(named(replies))(
    "has the bytes that the page of the wire says, of the answer %s",
    (_kind, reply, hex) => {
      expect(frameOfReplies([reply]).toString("hex")).toBe(`01${hex}`);
    },
  );

  it("takes few bytes beside what is asked and answered", () => {
    const get: PipelineRequest = {
      kind: "get",
      id: 100,
      asking: {
        timeoutMs: 5_000,
        consistency: 4,
        requestId: undefined,
        isRetry: false,
        isSloppy: false,
        sessionToken: undefined,
      },
      address: { type: 1, bucket: "b", key: Buffer.alloc(20) },
    };
    expect(frameOfRequests([get]).length - 1 - 20).toBeLessThanOrEqual(10);
  });
});
