import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actorOf, VersionVector } from "../../../src/causality/index.js";
import { encodeRowKey, RecordDamagedError } from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import { openCatchUp, sealCatchUp } from "../../../src/replication/catch-up-record.js";

fc.configureGlobal({ seed: 6104, numRuns: 200 });

const anyVector = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 2 ** 40 })), { maxLength: 5 })
  .map((entries) => VersionVector.from(entries.map(([n, counter]) => [actorOf(n, n), counter] as const)));
const anyRowKey = fc
  .uint8Array({ minLength: 1, maxLength: 8 })
  .map((key) => encodeRowKey(DataType.register, "b", Buffer.from(key)));
const anyRecord = fc.record({
  begin: anyVector,
  target: anyVector,
  position: anyVector,
  rows: fc.option(fc.record({ after: fc.option(anyRowKey, { nil: undefined }) }), { nil: undefined }),
  floor: fc.option(anyVector, { nil: undefined }),
  leftOut: fc.option(
    fc.array(anyRowKey, { maxLength: 5 }).map((rowKeys) => new Set(rowKeys)),
    { nil: undefined },
  ),
});

describe("the record of a catch-up under way", () => {
  it("comes back as it was", () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const read = openCatchUp(3, sealCatchUp(3, record));
        for (const name of ["begin", "target", "position"] as const)
          expect(read[name].sorted()).toEqual(record[name].sorted());
        expect(read.floor?.sorted()).toEqual(record.floor?.sorted());
        expect(read.rows).toEqual(record.rows);
        expect(read.leftOut).toEqual(record.leftOut);
      }),
    );
  });

  it("is not taken for another partition's, nor with a flipped bit", () => {
    const nothing = new VersionVector();
    const record = {
      begin: nothing,
      target: nothing,
      position: nothing,
      rows: undefined,
      floor: undefined,
      leftOut: undefined,
    };
    const sealed = sealCatchUp(3, record);
    expect(() => openCatchUp(4, sealed)).toThrow(RecordDamagedError);
    sealed.writeUInt8(sealed.readUInt8(1) ^ 1, 1);
    expect(() => openCatchUp(3, sealed)).toThrow(RecordDamagedError);
  });
});
