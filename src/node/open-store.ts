/**
 * Opens the node's folder: checks whose it is, finds out whether the store went backwards, and takes a new incarnation,
 * which is durable before anything is minted under it (rule 2).
 */
import { type Hlc, VersionVector } from "../causality/index.js";
import {
  type CodedCells,
  type Doubt,
  openRecord,
  type PartitionRecord,
  RecordDamagedError,
  readPartition,
} from "../codec/index.js";
import { newDoubt } from "../replica/index.js";
import {
  type AwayRecord,
  awayKey,
  type CatchUpRecord,
  catchUpKey,
  openAway,
  openCatchUp,
  type StoredCopy,
} from "../replication/index.js";
import type { Change, Runtime, Store } from "../runtime/index.js";
import { partitionKey, type StoreKey } from "../storage/index.js";
import type { Layout, Member } from "../topology/index.js";
import { readCheckpoint } from "./checkpoint.js";
import { decodeMark, encodeMark, type Mark } from "./mark.js";
import {
  FORMAT_VERSION,
  IDENTITY_KEY,
  type Identity,
  PROGRESS_KEY,
  type Progress,
  readIdentity,
  readIncarnation,
  readProgress,
  sealIdentity,
  sealProgress,
} from "./node-record.js";
import { salvage } from "./salvage.js";
import { readStoredCopies } from "./stored-copies.js";

/** The node cannot start on this folder. The message says why and what to do. */
export class NodeStartError extends Error {
  override readonly name = "NodeStartError";
}

export interface OpenedStore {
  readonly store: Store;
  readonly incarnation: number;
  readonly batches: number;
  readonly hlc: Hlc;
  /** Newest incarnations known of other members. */
  readonly incarnations: ReadonlyMap<number, number>;
  /** Members that were away when the node last ended. */
  readonly away: ReadonlyMap<number, AwayRecord>;
  /** Catch-ups that were under way then, by partition. */
  readonly catchUps: ReadonlyMap<number, CatchUpRecord>;
  /** Of every partition that the node holds. */
  readonly partitions: ReadonlyMap<number, PartitionRecord>;
  /** What is known of their rows without reading them. */
  readonly sketches: ReadonlyMap<number, CodedCells | "empty">;
  /** What is held for replicas of other nodes. */
  readonly copies: readonly StoredCopy[];
}

/** Before the scans. */
type ReadStore = Omit<OpenedStore, "copies">;

interface OpenPlan {
  readonly layout: Layout;
  readonly self: Member;
  readonly held: readonly number[];
  readonly minimumIncarnation: number;
}

type Opened = (error: Error | undefined, opened: OpenedStore | undefined) => void;

/** Incarnations count seconds from here, so that one taken after a restored backup lies above those it forgot. */
const INCARNATION_EPOCH_MS = 1_704_067_200_000;

export function openNodeStore(runtime: Runtime, plan: OpenPlan, done: Opened): void {
  runtime.disk.openStore((error, store, wasRepaired) => {
    if (store === undefined) return done(error ?? new NodeStartError("the store did not open"), undefined);
    if (!wasRepaired) return openIntact(runtime, plan, store, done);
    runtime.log.error(
      {},
      "the store's files were damaged, and repaired with losses; catching up with all of it before voting again",
    );
    salvage(store, plan.held, (cause) => {
      if (cause === undefined) openIntact(runtime, plan, store, done, true);
      else store.close(() => done(cause, undefined));
    });
  });
}

function openIntact(runtime: Runtime, plan: OpenPlan, store: Store, done: Opened, wasRepaired = false): void {
  const fail = (cause: Error): void => store.close(() => done(cause, undefined));
  let prepared: { readonly opened: ReadStore; readonly identity: Identity };
  try {
    prepared = prepare(runtime, plan, store, wasRepaired);
  } catch (cause) {
    return fail(cause instanceof Error ? cause : new NodeStartError(String(cause)));
  }
  const { opened, identity } = prepared;
  begin(runtime, opened, identity, (cause) => {
    if (cause !== undefined) return fail(cause);
    if (wasRepaired) runtime.disk.acceptRepair();
    readStoredCopies(store, (failure, copies) =>
      failure === undefined ? done(undefined, { ...opened, copies }) : fail(failure),
    );
  });
}

function prepare(
  runtime: Runtime,
  plan: OpenPlan,
  store: Store,
  wasRepaired: boolean,
): { readonly opened: ReadStore; readonly identity: Identity } {
  const wanted: Identity = {
    formatVersion: FORMAT_VERSION,
    clusterId: plan.layout.clusterId,
    nodeId: plan.self.nodeId,
    number: plan.self.number,
    partitionCount: plan.layout.partitionCount,
  };
  const { found, progress } = readOwnRecords(store, wasRepaired);
  if (found !== undefined) checkIdentity(found, wanted);
  const mark = decodeMark(runtime.disk.mark.read());
  const hasRegressed = found !== undefined && (mark === undefined || mark.batches > progress.batches);
  if (hasRegressed)
    runtime.log.error(
      { batches: progress.batches, mark: mark?.batches },
      "the store is older than its mark says, or has lost its mark; catching up before voting again",
    );
  const opened: ReadStore = {
    store,
    incarnation: nextIncarnation(runtime, plan, progress, mark),
    batches: progress.batches,
    hlc: progress.hlc,
    incarnations: readIncarnations(runtime, store, plan),
    away: readAway(runtime, store, plan),
    catchUps: readCatchUps(runtime, store, plan),
    partitions: readPartitions(runtime, store, plan, hasRegressed),
    sketches: readSketches(store, plan, found === undefined ? undefined : progress, mark, wasRepaired),
  };
  return { opened, identity: wanted };
}

/** Both are written together: one without the other is damage, too, unless a repair lost it. */
function readOwnRecords(
  store: Store,
  wasRepaired: boolean,
): {
  readonly found: Identity | undefined;
  readonly progress: Progress;
} {
  try {
    const found = readIdentity(store);
    const progress = readProgress(store);
    if (!wasRepaired && (found === undefined) !== (progress.incarnation === 0))
      throw new RecordDamagedError("a record is missing");
    return { found, progress };
  } catch (error) {
    if (!(error instanceof RecordDamagedError)) throw error;
    throw new NodeStartError(
      `the data folder is damaged where it says whose it is (${error.message}), and nothing was changed: start with an empty folder, and the node catches up from the others`,
    );
  }
}

function checkIdentity(found: Identity, wanted: Identity): void {
  if (found.formatVersion !== wanted.formatVersion)
    throw new NodeStartError(
      `the data folder has format ${found.formatVersion}, and this version of AtollDB reads format ${wanted.formatVersion}; use the version that wrote it, or another folder`,
    );
  const wrong = (what: string, is: unknown, should: unknown): NodeStartError =>
    new NodeStartError(
      `the data folder belongs to ${what} ${String(is)}, and this node is configured as ${String(should)}; nothing was changed: use the folder's own configuration, or another folder`,
    );
  if (found.clusterId !== wanted.clusterId) throw wrong("cluster", found.clusterId, wanted.clusterId);
  if (found.nodeId !== wanted.nodeId) throw wrong("node", found.nodeId, wanted.nodeId);
  if (found.number !== wanted.number) throw wrong("member number", found.number, wanted.number);
  if (found.partitionCount !== wanted.partitionCount)
    throw wrong("a cluster with a partition count of", found.partitionCount, wanted.partitionCount);
}

function nextIncarnation(
  runtime: Runtime,
  plan: OpenPlan,
  progress: Progress,
  mark: Mark | undefined,
): number {
  const seconds = Math.floor((runtime.clock.wallMs() - INCARNATION_EPOCH_MS) / 1000);
  return Math.max(
    1,
    seconds,
    plan.minimumIncarnation,
    progress.incarnation + 1,
    (mark?.incarnation ?? 0) + 1,
  );
}

/** A damaged one is as good as none: the member tells its incarnation in its next Hello. */
function readIncarnations(runtime: Runtime, store: Store, plan: OpenPlan): Map<number, number> {
  const incarnations = new Map<number, number>();
  for (const { number } of plan.layout.members) {
    try {
      incarnations.set(number, readIncarnation(store, number));
    } catch (error) {
      if (!(error instanceof RecordDamagedError)) throw error;
      runtime.log.error({ member: number }, "the record of a member's incarnation is damaged");
    }
  }
  return incarnations;
}

/** A damaged one is as good as none: the member is lost anew, or is back. */
function readAway(runtime: Runtime, store: Store, plan: OpenPlan): Map<number, AwayRecord> {
  const members = plan.layout.members.map(({ number }) => number);
  return readEach(members, store, awayKey, openAway, (member) =>
    runtime.log.error({ member }, "the record of since when a member is away is damaged"),
  );
}

/** A damaged one is as good as none: the catch-up begins again. */
function readCatchUps(runtime: Runtime, store: Store, plan: OpenPlan): Map<number, CatchUpRecord> {
  return readEach(plan.held, store, catchUpKey, openCatchUp, (partition) =>
    runtime.log.error({ partition }, "the record of how far a catch-up had come is damaged"),
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

function readPartitions(
  runtime: Runtime,
  store: Store,
  plan: OpenPlan,
  hasRegressed: boolean,
): Map<number, PartitionRecord> {
  const partitions = new Map<number, PartitionRecord>();
  for (const partition of plan.held) {
    const record = readPartitionRecord(runtime, store, partition);
    const doubt: Doubt | undefined =
      hasRegressed && record.doubt === undefined ? newDoubt("regressed") : record.doubt;
    partitions.set(partition, { ...record, doubt });
  }
  return partitions;
}

/** After anything but a clean stop nothing is known, unless the folder is new. */
function readSketches(
  store: Store,
  plan: OpenPlan,
  progress: Progress | undefined,
  mark: Mark | undefined,
  wasRepaired: boolean,
): Map<number, CodedCells | "empty"> {
  const sketches = new Map<number, CodedCells | "empty">();
  if (wasRepaired) return sketches;
  if (progress !== undefined && mark?.wasStoppedCleanly !== true) return sketches;
  for (const partition of plan.held) {
    const known = progress === undefined ? "empty" : readCheckpoint(store, partition, progress.batches);
    if (known !== undefined) sketches.set(partition, known);
  }
  return sketches;
}

/** Without a readable record the replica knows nothing: it catches up like a new one. */
function readPartitionRecord(runtime: Runtime, store: Store, partition: number): PartitionRecord {
  const empty = { clock: new VersionVector(), floor: new VersionVector(), doubt: newDoubt("empty") };
  const key = Buffer.from(partitionKey(partition), "latin1");
  const record = store.get(key);
  if (record === undefined) return empty;
  try {
    return openRecord(key, record, readPartition);
  } catch (error) {
    if (!(error instanceof RecordDamagedError)) throw error;
    runtime.log.error({ partition }, "a partition's clock is damaged; catching up from its other replicas");
    return empty;
  }
}

function begin(
  runtime: Runtime,
  opened: ReadStore,
  identity: Identity,
  done: (error: Error | undefined) => void,
): void {
  const { incarnation, batches, hlc, store } = opened;
  const changes: Change[] = [
    { key: Buffer.from(IDENTITY_KEY, "latin1"), value: sealIdentity(identity) },
    { key: Buffer.from(PROGRESS_KEY, "latin1"), value: sealProgress({ incarnation, batches, hlc }) },
  ];
  store.write(changes, true, (error) => {
    if (error !== undefined) return done(error);
    try {
      runtime.disk.mark.write(encodeMark({ incarnation, batches, wasStoppedCleanly: false }));
    } catch (cause) {
      return done(cause instanceof Error ? cause : new NodeStartError(String(cause)));
    }
    runtime.disk.mark.sync(done);
  });
}
