/**
 * Takes over rows whose clock cannot be trusted: of a store that was repaired, any part of which may be gone, or be as it
 * once was, or of a partition whose clock is damaged. The replicas forget their clocks, and keep their rows as what each
 * is for certain: some dots, known to have lived. A full sync from the others then joins what they have; what only this
 * store had is not lost, and is announced as rows of a past actor are. Without those marks a dot that no clock covers
 * would look like one that everybody has seen. A row that cannot be read is gone.
 */
import { Context, VersionVector } from "../causality/index.js";
import {
  openRecord,
  RecordDamagedError,
  type RowKey,
  readRow,
  sealRecord,
  writeRow,
} from "../codec/index.js";
import type { Row } from "../crdt/index.js";
import { newDoubt } from "../replica/index.js";
import { catchUpKey } from "../replication/index.js";
import type { Change, Entry, Store } from "../runtime/index.js";
import { aheadKey, rowKeyOf, rowRange, type StoreKey, sketchKey } from "../storage/index.js";
import { partitionChange } from "./stored-state.js";

const PAGE_ROWS = 500;

/** Calls back once all of it is durable; until then it is done again from the start by the next opening. */
export function salvage(
  store: Store,
  held: readonly number[],
  done: (error: Error | undefined) => void,
): void {
  const queue = [...held];
  const next = (error?: Error): void => {
    const partition = error === undefined ? queue.shift() : undefined;
    if (partition === undefined) return done(error);
    // Its rows first: what says that they are to be salvaged is the clock that is still there.
    salvageRows(store, partition, undefined, (failure) => {
      if (failure !== undefined) return done(failure);
      store.write(emptyPartition(partition), true, next);
    });
  };
  next();
}

function salvageRows(
  store: Store,
  partition: number,
  after: RowKey | undefined,
  done: (error?: Error) => void,
): void {
  const { from, to } = rowRange(partition, after);
  store.scan({ from: bytesOf(from), to: bytesOf(to) }, PAGE_ROWS, (error, entries) => {
    if (error !== undefined) return done(error);
    if (entries.length === 0) return done();
    store.write(
      entries.flatMap((entry) => salvagedRow(partition, entry)),
      true,
      (failure) => {
        if (failure !== undefined) return done(failure);
        const [last] = entries.at(-1) ?? [];
        if (entries.length < PAGE_ROWS || last === undefined) return done();
        salvageRows(store, partition, rowKeyOf(last.toString("latin1") as StoreKey), done);
      },
    );
  });
}

function salvagedRow(partition: number, [key, record]: Entry): Change[] {
  const mark = bytesOf(aheadKey(partition, rowKeyOf(key.toString("latin1") as StoreKey)));
  const row = readable(key, record);
  if (row === undefined || row.live.length === 0)
    return [
      { key, value: undefined },
      { key: mark, value: undefined },
    ];
  const known = { live: row.live, ahead: row.ahead.joined(Context.ofDots(row.live)), damagedAt: undefined };
  return [
    { key, value: sealRecord(key, (writer) => writeRow(writer, known)) },
    { key: mark, value: Buffer.alloc(0) },
  ];
}

function readable(key: Buffer, record: Buffer): Row | undefined {
  try {
    return openRecord(key, record, readRow);
  } catch (error) {
    if (error instanceof RecordDamagedError) return undefined;
    throw error;
  }
}

/** And no sketch: the rows that are gone are in it. Nor a catch-up under way: what it brought may be gone, too. */
function emptyPartition(partition: number): Change[] {
  const record = { clock: new VersionVector(), floor: new VersionVector(), doubt: newDoubt("empty") };
  return [
    partitionChange(partition, record),
    { key: bytesOf(sketchKey(partition)), value: undefined },
    { key: bytesOf(catchUpKey(partition)), value: undefined },
  ];
}

function bytesOf(key: StoreKey): Buffer {
  return Buffer.from(key, "latin1");
}
