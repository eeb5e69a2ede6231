import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actorOf, Context, VersionVector } from "../../../src/causality/index.js";
import {
  appendMessage,
  beginFrame,
  CodecError,
  encodeRowKey,
  type Message,
  PROTOCOL_VERSION,
  readFrame,
} from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import { anyMessage, MESSAGES } from "./any-message.js";
import { plain, weigh } from "./plain.js";

fc.configureGlobal({ seed: 3004, numRuns: 300 });

function frameOf(...messages: readonly Message[]): Buffer {
  const frame = beginFrame();
  for (const message of messages) appendMessage(frame, message);
  return frame.finish();
}

function messagesOf(frame: Buffer): Message[] {
  const messages: Message[] = [];
  readFrame(frame, (message) => messages.push(message));
  return messages;
}

/** What was decoded, or undefined for the one error that bytes may cause. */
function tryRead(frame: Buffer): Message[] | undefined {
  try {
    return messagesOf(frame);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

describe.each(Object.entries(MESSAGES))("the message `%s`", (_type, anyOfType) => {
  it("comes back as it was, in bytes that its content alone decides", () => {
    fc.assert(
      fc.property<[Message]>(anyOfType, (message) => {
        const frame = frameOf(message);
        const back = messagesOf(frame);
        expect(back.map(plain)).toEqual([plain(message)]);
        expect(frameOf(...back)).toEqual(frame);
      }),
      { numRuns: 150 },
    );
  });

  it("is refused wherever it is cut short", () => {
    fc.assert(
      fc.property<[Message]>(anyOfType, (message) => {
        const frame = frameOf(message);
        for (let length = 2; length < frame.length; length++)
          if (tryRead(frame.subarray(0, length)) !== undefined) expect.fail(`read from ${length} bytes`);
      }),
      { numRuns: 30 },
    );
  });
});

describe("a frame", () => {
  it("hands on its messages in order", () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 5 }), (messages) => {
        expect(messagesOf(frameOf(...messages)).map(plain)).toEqual(messages.map(plain));
      }),
    );
  });

  it("is refused when its version, or a message's type, is unknown", () => {
    expect(() => messagesOf(Buffer.from([]))).toThrow(CodecError);
    expect(() => messagesOf(Buffer.from([PROTOCOL_VERSION + 1]))).toThrow("version");
    for (const type of [0, 31, 255])
      expect(() => messagesOf(Buffer.from([PROTOCOL_VERSION, type, 0]))).toThrow("message type");
  });

  it("is refused when a message is longer or shorter than it says", () => {
    const frame = frameOf({ type: "credit", bytes: 1 });
    expect(frame).toEqual(Buffer.from([PROTOCOL_VERSION, 3, 1, 1]));
    expect(tryRead(Buffer.from([PROTOCOL_VERSION, 3, 2, 1, 0]))).toBeUndefined();
    expect(tryRead(Buffer.from([PROTOCOL_VERSION, 3, 1]))).toBeUndefined();
    expect(tryRead(Buffer.from([PROTOCOL_VERSION, 3, 0]))).toBeUndefined();
  });

  it("keeps nothing of a message whose times are no numbers", () => {
    const heartbeat = frameOf({
      type: "heartbeat",
      sentMs: 1,
      echoMs: 0,
      echoDelayMs: 0,
      wallMs: 0,
      hlc: 0n,
      isHeard: true,
    });
    for (const time of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const hostile = Buffer.from(heartbeat);
      hostile.writeDoubleBE(time, 3);
      expect(tryRead(hostile)).toBeUndefined();
    }
  });
});

describe("hostile frames", () => {
  const anyMutation = fc.tuple(fc.nat(), fc.nat({ max: 255 }), fc.constantFrom("set", "insert", "remove"));

  function mutated(frame: Buffer, mutations: readonly (readonly [number, number, string])[]): Buffer {
    const bytes = [...frame];
    for (const [at, byte, how] of mutations) {
      const index = 1 + (at % Math.max(1, bytes.length - 1));
      if (how === "insert") bytes.splice(index, 0, byte);
      else if (how === "remove") bytes.splice(index, 1);
      else bytes[index] = byte;
    }
    return Buffer.from(bytes);
  }

  it("cause no other error than CodecError, and cost no more than a small multiple of their size", () => {
    const anyHostile = fc.oneof(
      fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from([PROTOCOL_VERSION, ...bytes])),
      fc
        .tuple(anyMessage, fc.array(anyMutation, { minLength: 1, maxLength: 4 }))
        .map(([message, mutations]) => mutated(frameOf(message), mutations)),
    );
    let read = 0;
    fc.assert(
      fc.property(anyHostile, (frame) => {
        const messages = tryRead(frame);
        if (messages === undefined) return;
        read++;
        expect(weigh(messages)).toBeLessThan(64 + 8 * frame.length);
      }),
      { numRuns: 4000 },
    );
    expect(read).toBeGreaterThan(100);
  });

  it("get nothing multiplied: a page's rows share its clock, however many they are", () => {
    const clock = VersionVector.from(
      Array.from({ length: 500 }, (_, at) => [actorOf(at + 1, 1), 1] as const),
    );
    const rowKey = encodeRowKey(DataType.multi, "b", Buffer.from("k"));
    const rows = Array.from({ length: 500 }, () => ({ rowKey, live: [], ahead: new Context() }));
    const body = { kind: "rows", target: clock, clock, floor: clock, rows, upTo: undefined } as const;
    const frame = frameOf({ type: "catch-up-page", partition: 0, session: 0, hlc: 0n, body });
    expect(weigh(messagesOf(frame))).toBeLessThan(8 * frame.length);
  });
});
