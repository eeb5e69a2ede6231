/** What the batches of nodes tell of updates. */
import { describe, expect, it } from "vitest";
import { actorOf, Context, VersionVector } from "../../../src/causality/index.js";
import {
  encodeRowKey,
  sealRecord,
  writeLogEntry,
  writePartition,
  writeRow,
} from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import { UpdateLedger } from "../../../src/simulator/update-ledger.js";
import { logKey, partitionKey, rowStoreKey, type StoreKey } from "../../../src/storage/index.js";

const ONE = actorOf(1, 1);
const TWO = actorOf(2, 1);
const REQUEST = "0".repeat(32);
const MEMBER = encodeRowKey(DataType.set, "b", Buffer.from("k"), [Buffer.from("m0")]);

function sealed(key: StoreKey, write: Parameters<typeof sealRecord>[1]) {
  return { key, value: sealRecord(Buffer.from(key, "latin1"), write) };
}

function logged(counter: number, requestId: string | undefined, rowKey = MEMBER) {
  return sealed(logKey(0, ONE, counter), (writer) =>
    writeLogEntry(writer, { rowKey, requestId, following: 0, hlc: 7n }),
  );
}

function clocked(entries: readonly (readonly [typeof ONE, number])[]) {
  const record = { clock: VersionVector.from(entries), floor: new VersionVector(), doubt: undefined };
  return sealed(partitionKey(0), (writer) => writePartition(writer, record));
}

function row(ahead: Context) {
  return sealed(rowStoreKey(0, MEMBER), (writer) =>
    writeRow(writer, { live: [], ahead, damagedAt: undefined }),
  );
}

describe("an update", () => {
  it("has seen what its node's disk said before, and maybe what it says since", () => {
    const ledger = new UpdateLedger();
    const before = VersionVector.from([[TWO, 3]]);
    const ahead = Context.ofDots([{ actor: TWO, counter: 9 }]);
    const clock = clocked([
      [ONE, 1],
      [TWO, 4],
    ]);
    ledger.batchWritten(1, [logged(1, REQUEST), clock, row(ahead)], () => before);
    const [dot] = ledger.dotsOf(REQUEST);
    expect(dot).toMatchObject({ actor: ONE, counter: 1, hlc: 7n, key: "k", row: "m0" });
    const saw = (counter: number) => [dot?.before, dot?.within].map((each) => each?.covers(TWO, counter));
    expect(saw(3)).toEqual([true, true]);
    expect(saw(4)).toEqual([false, true]);
    expect(saw(8)).toEqual([false, false]);
    expect(saw(9)).toEqual([false, true]);
    expect([...ledger.rowsOf("k")]).toEqual([["m0", [dot]]]);
  });

  it("is known once, by who made it", () => {
    const ledger = new UpdateLedger();
    for (const node of [1, 2])
      ledger.batchWritten(node, [logged(1, REQUEST), clocked([[ONE, 1]])], () => undefined);
    expect(ledger.dotsOf(REQUEST)).toHaveLength(1);
  });

  it("may have seen anything where its own batch was not heard of", () => {
    const ledger = new UpdateLedger();
    ledger.batchWritten(2, [logged(1, REQUEST), clocked([[ONE, 1]])], () => VersionVector.from([[TWO, 3]]));
    const [dot] = ledger.dotsOf(REQUEST);
    expect(dot?.before.covers(TWO, 3)).toBe(false);
    expect(dot?.within.covers(TWO, 99)).toBe(true);
  });

  it("is none of a value, nor what was announced again", () => {
    const ledger = new UpdateLedger();
    const value = encodeRowKey(DataType.multi, "b", Buffer.from("k"));
    const announced = logged(2, undefined);
    ledger.batchWritten(1, [logged(1, REQUEST, value), announced, clocked([[ONE, 2]])], () => undefined);
    expect(ledger.dotsOf(REQUEST)).toEqual([]);
    expect(ledger.rowsOf("k").size).toBe(0);
  });
});
