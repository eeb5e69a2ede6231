import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Actor, actorOf, INCARNATION_MAX, MEMBER_NUMBER_MAX } from "../../../src/causality/index.js";
import { encodeRowKey, type RowKey } from "../../../src/codec/index.js";
import { compareDots, DataType } from "../../../src/crdt/index.js";
import {
  actorLogRange,
  aheadKey,
  aheadRange,
  copyAddressOf,
  copyKey,
  copyRange,
  dotOfLogKey,
  logKey,
  logRange,
  metaKey,
  partitionKey,
  requestKey,
  rowKeyOf,
  rowRange,
  rowStoreKey,
  type StoreKey,
  type StoreKeyRange,
} from "../../../src/storage/index.js";

fc.configureGlobal({ seed: 4003, numRuns: 300 });

const anyPartition = fc.integer({ min: 0, max: 0xffff });
const anyByteString = fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes));
const anyRowKey: fc.Arbitrary<RowKey> = anyByteString.map((raw) => encodeRowKey(DataType.register, "b", raw));
const anyActor: fc.Arbitrary<Actor> = fc
  .tuple(fc.integer({ min: 1, max: MEMBER_NUMBER_MAX }), fc.integer({ min: 1, max: INCARNATION_MAX }))
  .map(([member, incarnation]) => actorOf(member, incarnation));
const anyCounter = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

function holds(range: StoreKeyRange, key: StoreKey): boolean {
  return key >= range.from && key < range.to;
}

describe("the key layout", () => {
  it("keeps the rows of a partition, and their marks, in one range each, apart from all else", () => {
    fc.assert(
      fc.property(anyPartition, anyPartition, anyRowKey, (partition, other, rowKey) => {
        expect(holds(rowRange(partition), rowStoreKey(other, rowKey))).toBe(partition === other);
        expect(holds(aheadRange(partition), aheadKey(other, rowKey))).toBe(partition === other);
        expect(holds(rowRange(partition), aheadKey(partition, rowKey))).toBe(false);
        expect(holds(aheadRange(partition), rowStoreKey(partition, rowKey))).toBe(false);
        for (const key of [
          metaKey("identity"),
          partitionKey(partition),
          requestKey(partition, "00".repeat(16)),
        ]) {
          expect(holds(rowRange(partition), key)).toBe(false);
          expect(holds(aheadRange(partition), key)).toBe(false);
        }
      }),
    );
  });

  it("keeps the copies for all homes in one range, by home and then by partition, from any copy on", () => {
    const anyAddress = fc.record({
      home: fc.integer({ min: 1, max: MEMBER_NUMBER_MAX }),
      partition: anyPartition,
      actor: anyActor,
      counter: anyCounter,
    });
    fc.assert(
      fc.property(anyAddress, anyAddress, anyRowKey, (a, b, rowKey) => {
        const [one, other] = [copyKey(a), copyKey(b)];
        expect(copyAddressOf(one)).toEqual(a);
        expect(holds(copyRange(), one)).toBe(true);
        expect(holds(copyRange(one), one)).toBe(false);
        expect(holds(copyRange(one), other)).toBe(one < other);
        const order = a.home - b.home || a.partition - b.partition;
        if (order !== 0) expect(one < other).toBe(order < 0);
        for (const key of [rowStoreKey(a.partition, rowKey), partitionKey(a.partition), metaKey("identity")])
          expect(holds(copyRange(), key)).toBe(false);
      }),
    );
  });

  it("keeps the log of a partition in one range, in the order of its dots, from any dot on", () => {
    const anyDot = fc.record({ actor: anyActor, counter: anyCounter });
    fc.assert(
      fc.property(anyPartition, anyPartition, anyDot, anyDot, (partition, other, a, b) => {
        const key = logKey(partition, a.actor, a.counter);
        expect(dotOfLogKey(key)).toEqual(a);
        expect(holds(logRange(other), key)).toBe(partition === other);
        expect(holds(logRange(partition, b), key)).toBe(compareDots(b, a) < 0);
        expect(holds(logRange(other, b), key)).toBe(partition === other && compareDots(b, a) < 0);
      }),
    );
  });

  it("gives the row key back", () => {
    fc.assert(
      fc.property(anyPartition, anyRowKey, (partition, rowKey) => {
        expect(rowKeyOf(rowStoreKey(partition, rowKey))).toBe(rowKey);
        expect(rowKeyOf(aheadKey(partition, rowKey))).toBe(rowKey);
      }),
    );
  });

  it("goes on right after a row: without it, and with every later one", () => {
    fc.assert(
      fc.property(anyPartition, anyRowKey, anyRowKey, (partition, after, rowKey) => {
        expect(holds(rowRange(partition, after), rowStoreKey(partition, rowKey))).toBe(rowKey > after);
        expect(holds(aheadRange(partition, after), aheadKey(partition, rowKey))).toBe(rowKey > after);
      }),
    );
  });

  it("orders the log by partition, actor and counter, as numbers", () => {
    const anyEntry = fc.tuple(anyPartition, anyActor, anyCounter);
    fc.assert(
      fc.property(anyEntry, anyEntry, (a, b) => {
        const at = [0, 1, 2].find((index) => a[index] !== b[index]);
        const isBefore = at !== undefined && Number(a[at]) < Number(b[at]);
        expect(logKey(...a) < logKey(...b)).toBe(isBefore);
      }),
    );
  });

  it("has a stretch of one actor's log in one range, and gives the counter back", () => {
    const anyBounds = fc
      .tuple(anyCounter, anyCounter)
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    const anyOf = fc.tuple(anyPartition, anyActor);
    fc.assert(
      fc.property(anyOf, anyOf, anyBounds, anyCounter, (own, other, [first, last], counter) => {
        fc.pre(last < Number.MAX_SAFE_INTEGER);
        const range = actorLogRange(...own, first, last);
        expect(holds(range, logKey(...own, counter))).toBe(counter >= first && counter <= last);
        const isSame = own[0] === other[0] && own[1] === other[1];
        if (!isSame) expect(holds(range, logKey(...other, counter))).toBe(false);
        expect(dotOfLogKey(logKey(...own, counter))).toEqual({ actor: own[1], counter });
      }),
    );
  });

  it("consists of code units that are bytes", () => {
    fc.assert(
      fc.property(anyPartition, anyActor, anyCounter, anyRowKey, (partition, actor, counter, rowKey) => {
        for (const key of [
          logKey(partition, actor, counter),
          rowStoreKey(partition, rowKey),
          partitionKey(partition),
        ])
          expect(Buffer.from(key, "latin1").toString("latin1")).toBe(key);
      }),
    );
  });
});
