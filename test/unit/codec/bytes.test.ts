import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader, ByteWriter, CodecError, readVector } from "../../../src/codec/index.js";
import { anyActor, anyBytes, anyHlc, anyVarint } from "./arbitraries.js";

fc.configureGlobal({ seed: 3002, numRuns: 300 });

function read<T>(bytes: Buffer, take: (reader: ByteReader) => T): T {
  const reader = new ByteReader(bytes);
  const value = take(reader);
  reader.end();
  return value;
}

function written(write: (writer: ByteWriter) => void, initialBytes?: number): Buffer {
  const writer = new ByteWriter(initialBytes);
  write(writer);
  return writer.finish();
}

describe("bytes", () => {
  it("give back every kind of value, in order, from a writer that grew as it had to", () => {
    const anyLatin1 = anyBytes.map((bytes) => bytes.toString("latin1"));
    const anyValues = fc.tuple(anyVarint, anyActor, anyHlc, anyBytes, anyLatin1, fc.double({ noNaN: true }));
    fc.assert(
      fc.property(
        anyValues,
        fc.nat({ max: 8 }),
        ([varint, actor, hlc, bytes, text, double], initialBytes) => {
          const all = written((writer) => {
            writer.varint(varint);
            writer.actor(actor);
            writer.uint8(7);
            writer.hlc(hlc);
            writer.bytes(bytes);
            writer.uint32(0xfffffffe);
            writer.latin1(text);
            writer.double(double);
            writer.raw(bytes);
            expect(writer.length).toBe(writer.finish().length);
          }, initialBytes);
          const back = read(all, (reader) => [
            reader.varint(),
            reader.actor(),
            reader.uint8(),
            reader.hlc(),
            reader.bytes(),
            reader.uint32(),
            reader.latin1(),
            reader.double(),
            reader.raw(bytes.length),
          ]);
          expect(back).toEqual([varint, actor, 7, hlc, bytes, 0xfffffffe, text, double, bytes]);
        },
      ),
    );
  });

  it("hold numbers up to 2^53 - 1 in as few bytes as they need", () => {
    for (const [value, length] of [
      [0, 1],
      [127, 1],
      [128, 2],
      [2 ** 49 - 1, 7],
      [Number.MAX_SAFE_INTEGER, 8],
    ] as const)
      expect(written((writer) => writer.varint(value))).toHaveLength(length);
  });

  it.each([Number.POSITIVE_INFINITY, Number.NaN, -1, 2 ** 53])(
    "refuse to write %d: it would never end, or come back as another",
    (value) => {
      expect(() => new ByteWriter().varint(value)).toThrow(RangeError);
    },
  );

  it.each<[string, string, (reader: ByteReader) => unknown]>([
    ["a number beyond 2^53 - 1", "8080808080808020", (reader: ByteReader) => reader.varint()],
    ["a number without an end", "ffffffffffffffffff01", (reader: ByteReader) => reader.varint()],
    ["a number cut short", "80", (reader: ByteReader) => reader.varint()],
    ["an actor of member 0", "0000000000000001", (reader: ByteReader) => reader.actor()],
    ["an actor of incarnation 0", "0000002000000000", (reader: ByteReader) => reader.actor()],
    ["an actor beyond a safe integer", "0020000000000001", (reader: ByteReader) => reader.actor()],
    ["member 0", "00", (reader: ByteReader) => reader.member()],
    ["member 2^16", "808004", (reader: ByteReader) => reader.member()],
    ["a member closed up to no incarnation", "00010100", readVector],
    ["incarnation 2^37", "808080808004", (reader: ByteReader) => reader.incarnation()],
    ["an actor cut short", "00000001000000", (reader: ByteReader) => reader.actor()],
    ["a stamp cut short", "00000000000000", (reader: ByteReader) => reader.hlc()],
    ["a double cut short", "00000000000000", (reader: ByteReader) => reader.double()],
    ["a word cut short", "000000", (reader: ByteReader) => reader.uint32()],
    ["bytes longer than what is left", "05aabb", (reader: ByteReader) => reader.bytes()],
    ["text longer than what is left", "05aabb", (reader: ByteReader) => reader.latin1()],
    ["a huge length", "ffffffffffffff0f", (reader: ByteReader) => reader.bytes()],
    ["more things than can be left", "0401020304", (reader: ByteReader) => reader.count(2)],
    ["bytes behind the end", "0100", (reader: ByteReader) => reader.uint8()],
    ["nothing", "", (reader: ByteReader) => reader.uint8()],
  ])("are refused: %s", (_what, hex, take) => {
    expect(() => read(Buffer.from(hex, "hex"), take)).toThrow(CodecError);
  });

  it("are never counted, or read as text, beyond what is left", () => {
    const reader = (): ByteReader => new ByteReader(Buffer.from("0401020304", "hex"));
    expect(reader().count(1)).toBe(4);
    expect(() => reader().count(2)).toThrow(CodecError);
    expect(() => new ByteReader(Buffer.from("05aabb", "hex")).latin1()).toThrow(CodecError);
  });

  it("end for a reader where it was told, though the buffer goes on", () => {
    const reader = new ByteReader(Buffer.from("0102030405", "hex"), 1, 3);
    expect([reader.uint8(), reader.uint8(), reader.remaining]).toEqual([2, 3, 0]);
    expect(() => reader.uint8()).toThrow(CodecError);
    expect(() => new ByteReader(Buffer.from("0000000000", "hex"), 0, 3).uint32()).toThrow(CodecError);
  });
});
