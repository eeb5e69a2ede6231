/** What the store has of when the node ended: about its peers, and about each partition that it holds. */
import { VersionVector } from "../causality/index.js";
import {
  type CodedCells,
  openRecord,
  type PartitionRecord,
  RecordDamagedError,
  readPartition,
  sealRecord,
  writePartition,
} from "../codec/index.js";
import { newDoubt } from "../replica/index.js";
import {
  type CatchUpRecord,
  catchUpKey,
  openCatchUp,
  openPeer,
  openShared,
  type PeerRecord,
  peerKey,
  sharedKey,
} from "../replication/index.js";
import type { Change, Runtime, Store } from "../runtime/index.js";
import { partitionKey, type StoreKey } from "../storage/index.js";
import { readCheckpoint } from "./checkpoint.js";
import type { Mark } from "./mark.js";
import { type Progress, readIncarnation } from "./node-record.js";
import type { Place } from "./place.js";

/** A damaged one is as good as none: the member tells its incarnation in its next Hello. */
export function readIncarnations(runtime: Runtime, store: Store, { layout }: Place): Map<number, number> {
  const incarnations = new Map<number, number>();
  for (const { number } of layout.members) {
    try {
      incarnations.set(number, readIncarnation(store, number));
    } catch (error) {
      if (!(error instanceof RecordDamagedError)) throw error;
      runtime.log.error({ member: number }, "the record of a member's incarnation is damaged");
    }
  }
  return incarnations;
}

/** A damaged one is as good as none: the member is lost anew, or is back, and tells what it holds. */
export function readPeers(runtime: Runtime, store: Store, { layout }: Place): Map<number, PeerRecord> {
  const members = layout.members.map(({ number }) => number);
  return readEach(members, store, peerKey, openPeer, (member) =>
    runtime.log.error(
      { member },
      "the record of since when a member is away, and of what it holds, is damaged",
    ),
  );
}

/** A damaged one is as good as none: the catch-up begins again. */
export function readCatchUps(runtime: Runtime, store: Store, { held }: Place): Map<number, CatchUpRecord> {
  return readEach(held, store, catchUpKey, openCatchUp, (partition) =>
    runtime.log.error({ partition }, "the record of how far a catch-up had come is damaged"),
  );
}

/** A damaged one is as good as none: nothing is known to be anywhere else. */
export function readShared(runtime: Runtime, store: Store, { held }: Place): Map<number, VersionVector> {
  return readEach(held, store, sharedKey, openShared, (partition) =>
    runtime.log.error(
      { partition },
      "the record of what other members hold of this node's writes is damaged",
    ),
  );
}

/** The records of those that have one, without those that are damaged. */
function readEach<Value>(
  ids: readonly number[],
  store: Store,
  keyOf: (id: number) => StoreKey,
  open: (id: number, bytes: Buffer) => Value,
  reportDamage: (id: number) => void,
): Map<number, Value> {
  const values = new Map<number, Value>();
  for (const id of ids) {
    const record = store.get(Buffer.from(keyOf(id), "latin1"));
    if (record === undefined) continue;
    try {
      values.set(id, open(id, record));
    } catch (error) {
      if (!(error instanceof RecordDamagedError)) throw error;
      reportDamage(id);
    }
  }
  return values;
}

/** Then its rows were salvaged before anything else is read. */
export function isClockDamaged(store: Store, partition: number): boolean {
  try {
    readPartitionRecord(store, partition);
    return false;
  } catch (error) {
    if (error instanceof RecordDamagedError) return true;
    throw error;
  }
}

export function readPartitions(
  store: Store,
  { held }: Place,
  hasRegressed: boolean,
): Map<number, PartitionRecord> {
  const partitions = new Map<number, PartitionRecord>();
  for (const partition of held) {
    const record = readPartitionRecord(store, partition);
    // Whom it had heard out by then counts no more: what was heard since is forgotten, too.
    const doubt = hasRegressed ? newDoubt(record.doubt?.cause ?? "regressed") : record.doubt;
    partitions.set(partition, { ...record, doubt });
  }
  return partitions;
}

export function partitionChange(partition: number, record: PartitionRecord): Change {
  const key = Buffer.from(partitionKey(partition), "latin1");
  return { key, value: sealRecord(key, (writer) => writePartition(writer, record)) };
}

/** After anything but a clean stop nothing is known, unless the folder is new. */
export function readSketches(
  store: Store,
  { held }: Place,
  progress: Progress | undefined,
  mark: Mark | undefined,
  wasRepaired: boolean,
): Map<number, CodedCells | "empty"> {
  const sketches = new Map<number, CodedCells | "empty">();
  if (wasRepaired) return sketches;
  if (progress !== undefined && mark?.wasStoppedCleanly !== true) return sketches;
  for (const partition of held) {
    const known = progress === undefined ? "empty" : readCheckpoint(store, partition, progress.batches);
    if (known !== undefined) sketches.set(partition, known);
  }
  return sketches;
}

/** Without a record the replica knows nothing: it catches up like a new one. Throws `RecordDamagedError`. */
function readPartitionRecord(store: Store, partition: number): PartitionRecord {
  const key = Buffer.from(partitionKey(partition), "latin1");
  const record = store.get(key);
  if (record !== undefined) return openRecord(key, record, readPartition);
  return { clock: new VersionVector(), floor: new VersionVector(), doubt: newDoubt("empty") };
}
