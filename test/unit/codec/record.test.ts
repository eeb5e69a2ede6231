import crc32 from "@node-rs/crc32";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ByteReader,
  type ByteWriter,
  CodecError,
  openRecord,
  RecordDamagedError,
  readLogEntry,
  readPartition,
  readRow,
  sealRecord,
  writeLogEntry,
  writePartition,
  writeRow,
} from "../../../src/codec/index.js";
import { anyBytes, anyLogEntry, anyPartition, anyRow } from "./arbitraries.js";
import { plain, weigh } from "./plain.js";

fc.configureGlobal({ seed: 3003, numRuns: 200 });

const KEY = Buffer.from("r\x00\x07a row", "latin1");

/** A kind of record, with its two halves. */
interface Kind {
  readonly name: string;
  readonly anySealed: fc.Arbitrary<{ readonly value: unknown; readonly record: Buffer }>;
  readonly open: (record: Buffer, key?: Buffer) => unknown;
}

function kind<T>(
  name: string,
  any: fc.Arbitrary<T>,
  write: (writer: ByteWriter, value: T) => void,
  read: (reader: ByteReader) => T,
): Kind {
  return {
    name,
    anySealed: any.map((value) => ({ value, record: sealRecord(KEY, (writer) => write(writer, value)) })),
    open: (record, key = KEY) => openRecord(key, record, read),
  };
}

const KINDS = [
  kind("row", anyRow, writeRow, readRow),
  kind("log entry", anyLogEntry, writeLogEntry, readLogEntry),
  kind("partition", anyPartition, writePartition, readPartition),
];

describe.each(KINDS)("the record of a $name", ({ anySealed, open }) => {
  it("gives back what was written", () => {
    fc.assert(
      fc.property(anySealed, ({ value, record }) => {
        expect(plain(open(record))).toEqual(plain(value));
      }),
    );
  });

  it("is refused for every flipped bit", () => {
    fc.assert(
      fc.property(anySealed, ({ record }) => {
        for (let bit = 0; bit < record.length * 8; bit++) {
          const damaged = Buffer.from(record);
          damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
          if (isReadable(() => open(damaged))) expect.fail(`bit ${bit} of ${record.toString("hex")}`);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is refused when cut short or drawn out, and under another key", () => {
    fc.assert(
      fc.property(anySealed, anyBytes, ({ record }, more) => {
        for (let length = 0; length < record.length; length++)
          expect(isReadable(() => open(record.subarray(0, length)))).toBe(false);
        expect(isReadable(() => open(Buffer.concat([record, more, Buffer.from([1])])))).toBe(false);
        expect(isReadable(() => open(record, Buffer.concat([KEY, Buffer.from("x")])))).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it("of bytes that pass their checksum and mean nothing is damaged, and costs no more than its size", () => {
    const anyBody = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.tuple(anySealed, fc.nat(), fc.nat({ max: 255 })).map(([{ record }, at, byte]) => {
        const body = Buffer.from(record.subarray(1, -4));
        if (body.length > 0) body.writeUInt8(byte, at % body.length);
        return body;
      }),
    );
    fc.assert(
      fc.property(anyBody, (body) => {
        const record = sealRecord(KEY, (writer) => writer.raw(body));
        const result = attempt(() => open(record));
        if (!(result instanceof Error)) expect(weigh(result)).toBeLessThan(64 + 4 * record.length);
      }),
      { numRuns: 1000 },
    );
  });
});

/** The result, or the one error that a record may throw. */
function attempt(open: () => unknown): unknown {
  try {
    return open();
  } catch (error) {
    if (error instanceof RecordDamagedError) return error;
    throw error;
  }
}

function isReadable(open: () => unknown): boolean {
  return !(attempt(open) instanceof Error);
}

describe("a record", () => {
  it("is damaged when its version is unknown, though its checksum fits", () => {
    const version2 = Buffer.from([2]);
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32.crc32c(version2, crc32.crc32c(KEY)));
    expect(() => openRecord(KEY, Buffer.concat([version2, crc]), () => 0)).toThrow("version 2 is unknown");
  });

  it("is version, body and the CRC-32C of key, version and body", () => {
    const record = sealRecord(KEY, (writer) => writer.uint8(7));
    expect(record.subarray(0, 2)).toEqual(Buffer.from([1, 7]));
    expect(record.readUInt32BE(2)).toBe(crc32.crc32c(Buffer.concat([KEY, Buffer.from([1, 7])])));
    expect(openRecord(KEY, record, (reader) => reader.uint8())).toBe(7);
  });

  it("is damaged when not all of its body is read", () => {
    const record = sealRecord(KEY, (writer) => writer.uint8(7));
    expect(() => openRecord(KEY, record, () => 0)).toThrow(RecordDamagedError);
  });

  it("is damaged when it is shorter than its frame", () => {
    for (let length = 0; length < 5; length++)
      expect(() => openRecord(KEY, Buffer.alloc(length), () => 0)).toThrow(RecordDamagedError);
  });

  it("lets an error of the reader pass that is not about bytes", () => {
    const failing = (): never => {
      throw new TypeError("a bug");
    };
    expect(() =>
      openRecord(
        KEY,
        sealRecord(KEY, () => undefined),
        failing,
      ),
    ).toThrow(TypeError);
    expect(new RecordDamagedError("x")).toBeInstanceOf(CodecError);
  });
});
