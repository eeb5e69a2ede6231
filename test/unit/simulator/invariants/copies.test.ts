/** Copies of sloppy writes, as the disks of a run show them. */
import { describe, expect, it } from "vitest";
import { actorOf, Context, VersionVector } from "../../../../src/causality/index.js";
import {
  encodeRowKey,
  sealRecord,
  writeDelta,
  writePartition,
  writeRow,
} from "../../../../src/codec/index.js";
import { ABSENT_ROW, DataType } from "../../../../src/crdt/index.js";
import { CopyLedger } from "../../../../src/simulator/copy-ledger.js";
import { checkBroughtHome, checkCopied, checkNoCopies } from "../../../../src/simulator/invariants/copies.js";
import { copyKey, partitionKey, rowStoreKey, type StoreKey } from "../../../../src/storage/index.js";

const [MINTER, HOME, FALLBACK] = [1, 2, 3] as const;
const DOT = { actor: actorOf(MINTER, 1), counter: 4 };
const ROW_KEY = encodeRowKey(DataType.register, "b", Buffer.from("k"));
const COPY = copyKey({ home: HOME, partition: 0, ...DOT });
const DELTA = sealRecord(Buffer.from(COPY, "latin1"), (writer) =>
  writeDelta(writer, {
    partition: 0,
    ...DOT,
    hlc: 9n,
    rowKey: ROW_KEY,
    requestId: undefined,
    following: 0,
    payload: undefined,
    replaced: [],
  }),
);

const PARTITION = partitionKey(0);
const ROW = rowStoreKey(0, ROW_KEY);

function clocked(counter: number): Buffer {
  const clock = VersionVector.from([[DOT.actor, counter]]);
  const record = { clock, floor: new VersionVector(), doubt: undefined };
  return sealRecord(Buffer.from(PARTITION, "latin1"), (writer) => writePartition(writer, record));
}

function knowing(): Buffer {
  const row = { ...ABSENT_ROW, ahead: Context.ofDots([DOT]) };
  return sealRecord(Buffer.from(ROW, "latin1"), (writer) => writeRow(writer, row));
}

/** A fallback took a copy and gave it up, with this on the disk of its home. */
function gaveUp(onHome: ReadonlyMap<StoreKey, Buffer>): CopyLedger {
  const copies = new CopyLedger([MINTER, HOME, FALLBACK], (node, key) =>
    node === HOME ? onHome.get(key) : undefined,
  );
  copies.batchWritten(FALLBACK, [{ key: COPY, value: DELTA }]);
  copies.batchWritten(FALLBACK, [{ key: COPY, value: undefined }]);
  return copies;
}

describe("(f) a copy", () => {
  it("counts once a node has it on its disk, and only if it was asked for", () => {
    const copies = new CopyLedger([MINTER, HOME, FALLBACK], () => undefined);
    const told = { isSloppy: true, fallbackAcks: 1 };
    expect(() => checkCopied(copies, 0, DOT, told)).toThrow("0 disks had one");
    copies.batchWritten(FALLBACK, [{ key: COPY, value: DELTA }]);
    expect(() => checkCopied(copies, 0, DOT, told)).not.toThrow();
    expect(() => checkCopied(copies, 0, DOT, { ...told, fallbackAcks: 2 })).toThrow("1 disks had one");
    expect(() => checkCopied(copies, 0, DOT, { ...told, isSloppy: false })).toThrow("asked for none");
    expect(() => checkCopied(copies, 0, DOT, { isSloppy: false, fallbackAcks: 0 })).not.toThrow();
  });

  it("is given up once its home has the delta: by its clock, or by its row", () => {
    expect(() => checkBroughtHome(gaveUp(new Map()))).toThrow("does not have it");
    expect(() => checkBroughtHome(gaveUp(new Map([[PARTITION, clocked(3)]])))).toThrow("does not have it");
    expect(() => checkBroughtHome(gaveUp(new Map([[PARTITION, clocked(4)]])))).not.toThrow();
    expect(() => checkBroughtHome(gaveUp(new Map([[ROW, knowing()]])))).not.toThrow();
  });

  it("may be given up for a home whose disk has lost what it held", () => {
    const copies = new CopyLedger([MINTER, HOME, FALLBACK], () => undefined);
    copies.batchWritten(FALLBACK, [{ key: COPY, value: DELTA }]);
    copies.diskLost(HOME);
    copies.batchWritten(FALLBACK, [{ key: COPY, value: undefined }]);
    expect(() => checkBroughtHome(copies)).not.toThrow();
  });

  it("is on no disk in the end", () => {
    expect(() => checkNoCopies("eu-1", 1)).toThrow("eu-1 keeps 1 copies");
    expect(() => checkNoCopies("eu-1", 0)).not.toThrow();
  });
});
