import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeCommand, RespError, RespReader, type RespReply } from "../../../../bench/drivers/resp.js";

const bytesOf = (reply: RespReply): string => {
  if (reply === null) return "$-1\r\n";
  if (typeof reply === "number") return `:${reply}\r\n`;
  if (typeof reply === "string") return `+${reply}\r\n`;
  if (reply instanceof RespError) return `-${reply.message}\r\n`;
  if (Buffer.isBuffer(reply)) return `$${reply.length}\r\n${reply.toString("latin1")}\r\n`;
  return `*${reply.length}\r\n${reply.map(bytesOf).join("")}`;
};

const leaf = fc.oneof(
  fc.constant(null),
  fc.integer(),
  fc.constantFrom("OK", "PONG", ""),
  fc.constant(new RespError("ERR no such thing")),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
);
const reply: fc.Arbitrary<RespReply> = fc.oneof(leaf, fc.array(leaf, { maxLength: 4 }));

describe("RESP2", () => {
  it("is read whole, wherever its pieces end", () => {
    fc.assert(
      fc.property(
        fc.array(reply, { maxLength: 8 }),
        fc.array(fc.nat({ max: 9 }), { minLength: 1 }),
        (all, cuts) => {
          const bytes = Buffer.from(all.map(bytesOf).join(""), "latin1");
          const reader = new RespReader();
          const read: RespReply[] = [];
          for (let at = 0, cut = 0; at < bytes.length; cut++) {
            const length = 1 + (cuts[cut % cuts.length] ?? 0);
            read.push(...reader.push(bytes.subarray(at, at + length)));
            at += length;
          }
          expect(read).toEqual(all);
        },
      ),
    );
  });

  it("has commands of byte strings", () => {
    expect(encodeCommand(["SET", "k\u00e9", Buffer.from([0, 13, 10])]).toString("latin1")).toBe(
      "*3\r\n$3\r\nSET\r\n$3\r\nk\u00c3\u00a9\r\n$3\r\n\0\r\n\r\n",
    );
  });

  it("refuses what is something else", () => {
    for (const text of ["HTTP/1.1 400\r\n", "$x\r\n", "*-2\r\n"])
      expect(() => new RespReader().push(Buffer.from(text))).toThrow("no RESP2");
  });

  it("names errors by their first word", () => {
    expect(new RespError("WRONGTYPE Operation against").reason).toBe("WRONGTYPE");
  });
});
