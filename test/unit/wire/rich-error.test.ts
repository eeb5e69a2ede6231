import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeStatusDetails, encodeStatusDetails, statusMessage } from "../../../src/wire/index.js";

const text = fc.string({ unit: "grapheme", maxLength: 50 });
const error = fc.record({
  code: fc.integer({ min: 0, max: 16 }),
  message: text,
  reason: text,
  metadata: fc.dictionary(
    text.filter((name) => name !== "__proto__"),
    text,
    { noNullPrototype: true },
  ),
});

describe("status details", () => {
  it("come back as they went in", () => {
    fc.assert(
      fc.property(error, (details) => {
        expect(decodeStatusDetails(encodeStatusDetails(details))).toEqual(details);
      }),
    );
  });

  it("are the bytes that other languages' libraries read", () => {
    const bytes = encodeStatusDetails({ code: 14, message: "m", reason: "R", metadata: { k: "v" } });
    const info = [0x0a, 1, 0x52, 0x12, 7, ...Buffer.from("atolldb"), 0x1a, 6, 0x0a, 1, 0x6b, 0x12, 1, 0x76];
    const url = Buffer.from("type.googleapis.com/google.rpc.ErrorInfo");
    const any = [0x0a, url.length, ...url, 0x12, info.length, ...info];
    expect([...bytes]).toEqual([0x08, 14, 0x12, 1, 0x6d, 0x1a, any.length, ...any]);
  });

  it("of hostile bytes are undefined, or something of the right shape", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeStatusDetails(Buffer.from(bytes))).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(error, fc.nat(), fc.integer({ min: 1, max: 255 }), (details, at, flip) => {
        const bytes = encodeStatusDetails(details);
        const index = at % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ flip;
        const decoded = decodeStatusDetails(bytes);
        if (decoded === undefined) return;
        expect(typeof decoded.code).toBe("number");
        expect(typeof decoded.message).toBe("string");
        expect(typeof decoded.reason).toBe("string");
        for (const value of Object.values(decoded.metadata)) expect(typeof value).toBe("string");
      }),
    );
  });

  it("of another domain are not ours", () => {
    const bytes = encodeStatusDetails({ code: 5, message: "", reason: "R", metadata: {} });
    bytes.write("otherdb", bytes.indexOf("atolldb"));
    expect(decodeStatusDetails(bytes)).toBeUndefined();
  });

  it("keep the message short enough for a header", () => {
    const bytes = encodeStatusDetails({ code: 3, message: "x".repeat(100_000), reason: "R", metadata: {} });
    expect(bytes.length).toBeLessThan(2_000);
  });
});

describe("a status message", () => {
  it("is text that gRPC can send, whatever it quotes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 1_200 }), fc.nat(600), (quoted, pad) => {
        const message = statusMessage(`${"😀".repeat(pad)}${quoted}\ud800`);
        expect(() => encodeURI(message)).not.toThrow();
        expect(message.length).toBeLessThanOrEqual(1_000);
      }),
    );
  });

  it("is the text itself when there is nothing wrong with it", () => {
    expect(statusMessage("cluster “a” is not “b”")).toBe("cluster “a” is not “b”");
  });
});
