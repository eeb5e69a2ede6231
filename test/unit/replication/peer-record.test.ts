import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actorOf, VersionVector } from "../../../src/causality/index.js";
import { RecordDamagedError } from "../../../src/codec/index.js";
import { openPeer, sealPeer } from "../../../src/replication/peer-record.js";

fc.configureGlobal({ seed: 6105, numRuns: 200 });

const anyClock = fc
  .tuple(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 2 ** 40 })), {
      maxLength: 5,
    }),
    fc.integer({ min: 0, max: 3 }),
  )
  .map(([entries, closed]) => {
    const clock = VersionVector.from(entries.map(([n, counter]) => [actorOf(n, n + 3), counter] as const));
    clock.close(1, closed);
    return clock;
  });
const anyRecord = fc.record({
  absence: fc.option(fc.record({ sinceMs: fc.double({ min: 0, max: 2 ** 50 }), isCut: fc.boolean() }), {
    nil: undefined,
  }),
  clocks: fc
    .array(fc.tuple(fc.integer({ min: 0, max: 1_023 }), anyClock), { maxLength: 5 })
    .map((entries) => new Map(entries)),
});

describe("the record of a peer", () => {
  it("comes back as it was", () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const read = openPeer(3, sealPeer(3, record));
        expect(read.absence).toEqual(record.absence);
        expect([...read.clocks.keys()]).toEqual([...record.clocks.keys()]);
        for (const [partition, clock] of record.clocks)
          expect(read.clocks.get(partition)?.equals(clock)).toBe(true);
      }),
    );
  });

  it("is not taken for another peer's, nor with a flipped bit", () => {
    const sealed = sealPeer(3, { absence: { sinceMs: 5, isCut: true }, clocks: new Map() });
    expect(() => openPeer(4, sealed)).toThrow(RecordDamagedError);
    sealed.writeUInt8(sealed.readUInt8(1) ^ 2, 1);
    expect(() => openPeer(3, sealed)).toThrow(RecordDamagedError);
  });
});
