/**
 * Opens the node's folder: checks whose it is, finds out whether the store went backwards, and takes a new incarnation,
 * which is durable before anything is minted under it (rule 2).
 */
import { type Hlc, INCARNATION_MAX, incarnationAt, type VersionVector } from "../causality/index.js";
import { type CodedCells, type PartitionRecord, RecordDamagedError } from "../codec/index.js";
import { type CatchUpRecord, catchUpKey, type PeerRecord, type StoredCopy } from "../replication/index.js";
import type { Change, Runtime, Store } from "../runtime/index.js";
import { partitionKey } from "../storage/index.js";
import { type Layout, LayoutError, type Member } from "../topology/index.js";
import { decodeMark, encodeMark, type Mark } from "./mark.js";
import {
  FORMAT_VERSION,
  IDENTITY_KEY,
  type Identity,
  PROGRESS_KEY,
  type Progress,
  readIdentity,
  readProgress,
  readStoredLayout,
  sealIdentity,
  sealProgress,
} from "./node-record.js";
import { NodeStartError } from "./node-start-error.js";
import { partitionsIn, placeOf } from "./place.js";
import { salvage } from "./salvage.js";
import { readStoredCopies } from "./stored-copies.js";
import {
  isClockDamaged,
  partitionChange,
  readCatchUps,
  readIncarnations,
  readPartitions,
  readPeers,
  readShared,
  readSketches,
} from "./stored-state.js";

/** Two minutes of incarnations. */
const EXCEEDS_BY_MAX = 2 ** 12;

export interface OpenedStore {
  readonly store: Store;
  /** As configured, unless the store has a later one. */
  readonly layout: Layout;
  /** The node in that layout. */
  readonly self: Member;
  readonly incarnation: number;
  readonly batches: number;
  /** See `Mark`. */
  readonly salvagedIn: number;
  readonly hlc: Hlc;
  /** Newest incarnations known of other members. */
  readonly incarnations: ReadonlyMap<number, number>;
  /** What was known of other members when the node last ended. */
  readonly peers: ReadonlyMap<number, PeerRecord>;
  /** Catch-ups that were under way then, by partition. */
  readonly catchUps: ReadonlyMap<number, CatchUpRecord>;
  /** What others are known to hold of this node's own writes, by partition. */
  readonly shared: ReadonlyMap<number, VersionVector>;
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
  /** As configured. */
  readonly layout: Layout;
  readonly self: Member;
  readonly minimumIncarnation: number;
}

interface Prepared {
  readonly opened: ReadStore;
  readonly identity: Identity;
  /** See `Place`. */
  readonly left: readonly number[];
  /** All partitions are in doubt for it. */
  readonly hasRegressed: boolean;
}

type Opened = (error: Error | undefined, opened: OpenedStore | undefined) => void;

export function openNodeStore(runtime: Runtime, plan: OpenPlan, done: Opened): void {
  runtime.disk.openStore((error, store, wasRepaired) => {
    if (store === undefined) return done(error ?? new NodeStartError("the store did not open"), undefined);
    const fail = (cause: Error): void => store.close(() => done(cause, undefined));
    let lost: readonly number[];
    let hasHoles = wasRepaired;
    try {
      hasHoles ||= hasLostSalvage(runtime, store);
      lost = clocksLost(runtime, plan, store, hasHoles);
    } catch (cause) {
      return fail(cause instanceof Error ? cause : new NodeStartError(String(cause)));
    }
    salvage(store, lost, (cause) => {
      if (cause === undefined) openIntact(runtime, plan, store, done, hasHoles);
      else fail(cause);
    });
  });
}

/**
 * The store went back to before its rows were salvaged. It is as the repair had left it then: its clocks claim what is in
 * its holes, and the disk, whose repair was accepted, does not say so any more.
 */
function hasLostSalvage({ disk }: Runtime, store: Store): boolean {
  const mark = decodeMark(disk.mark.read());
  return mark !== undefined && readOwn(() => readProgress(store)).incarnation < mark.salvagedIn;
}

/** The partitions whose rows are here, and nothing that says for certain as of when. */
function clocksLost(runtime: Runtime, plan: OpenPlan, store: Store, hasHoles: boolean): readonly number[] {
  const held = partitionsIn(store, plan);
  if (hasHoles) {
    runtime.log.error(
      {},
      "the store's files were damaged, and repaired with losses; catching up with all of it before voting again",
    );
    return held;
  }
  const damaged = held.filter((partition) => isClockDamaged(store, partition));
  for (const partition of damaged)
    runtime.log.error({ partition }, "a partition's clock is damaged; catching up from its other replicas");
  return damaged;
}

function openIntact(runtime: Runtime, plan: OpenPlan, store: Store, done: Opened, hasHoles: boolean): void {
  const fail = (cause: Error): void => store.close(() => done(cause, undefined));
  let prepared: Prepared;
  try {
    prepared = prepare(runtime, plan, store, hasHoles);
  } catch (cause) {
    return fail(cause instanceof Error ? cause : new NodeStartError(String(cause)));
  }
  const { opened } = prepared;
  begin(runtime, prepared, (cause) => {
    if (cause !== undefined) return fail(cause);
    if (hasHoles) runtime.disk.acceptRepair();
    readStoredCopies(store, (failure, copies) =>
      failure === undefined ? done(undefined, { ...opened, copies }) : fail(failure),
    );
  });
}

function prepare(runtime: Runtime, plan: OpenPlan, store: Store, hasHoles: boolean): Prepared {
  const wanted: Identity = {
    formatVersion: FORMAT_VERSION,
    clusterId: plan.layout.clusterId,
    nodeId: plan.self.nodeId,
    number: plan.self.number,
    partitionCount: plan.layout.partitionCount,
  };
  const { found, progress, stored } = readOwnRecords(store, hasHoles);
  if (found !== undefined) checkIdentity(found, wanted);
  const place = placeOf(store, plan, stored);
  const mark = decodeMark(runtime.disk.mark.read());
  const hasRegressed = found !== undefined && isBehind(progress, mark);
  if (hasRegressed)
    runtime.log.error(
      { batches: progress.batches, mark: mark?.batches },
      "the store is older than its mark says, or has lost its mark; catching up before voting again",
    );
  const incarnation = nextIncarnation(runtime, plan, progress, mark);
  const opened: ReadStore = {
    store,
    layout: place.layout,
    self: place.self,
    incarnation,
    batches: progress.batches,
    salvagedIn: hasHoles ? incarnation : (mark?.salvagedIn ?? 0),
    hlc: progress.hlc,
    incarnations: readIncarnations(runtime, store, place),
    peers: readPeers(runtime, store, place),
    catchUps: readCatchUps(runtime, store, place),
    shared: readShared(runtime, store, place),
    partitions: readPartitions(store, place, hasRegressed),
    sketches: readSketches(store, place, found === undefined ? undefined : progress, mark, hasHoles),
  };
  return { opened, identity: wanted, left: place.left, hasRegressed };
}

/** Every life is begun in the store, then in the mark: a store that knows less of lives is of an earlier one. */
function isBehind(progress: Progress, mark: Mark | undefined): boolean {
  if (mark === undefined) return true;
  return mark.incarnation > progress.incarnation || mark.batches > progress.batches;
}

/** Both are written together: one without the other is damage, too, unless a repair lost it. */
function readOwnRecords(
  store: Store,
  hasHoles: boolean,
): {
  readonly found: Identity | undefined;
  readonly progress: Progress;
  readonly stored: Layout | undefined;
} {
  return readOwn(() => {
    const found = readIdentity(store);
    const progress = readProgress(store);
    if (!hasHoles && (found === undefined) !== (progress.incarnation === 0))
      throw new RecordDamagedError("a record is missing");
    return { found, progress, stored: readStoredLayout(store) };
  });
}

/** What `read` answers. Throws `NodeStartError` where it finds damage. */
function readOwn<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RecordDamagedError || error instanceof LayoutError)) throw error;
    throw new NodeStartError(
      `the data folder is damaged where it says whose it is and who the members are (${error.message}), and nothing was changed: start with an empty folder, and the node catches up from the others`,
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

/**
 * Above all that the disk knows, and by the clock, for what the disk has forgotten. A clock that was stepped back
 * between two losses of the disk protects nothing by itself: then a peer that has met a later life, or closed it,
 * refuses this one and names an incarnation to exceed. That is exceeded by chance: a life that nobody met, and that was
 * lost with its disk, may have been told the same.
 */
function nextIncarnation(
  runtime: Runtime,
  plan: OpenPlan,
  progress: Progress,
  mark: Mark | undefined,
): number {
  const known = Math.max(
    incarnationAt(runtime.clock.wallMs()),
    progress.incarnation + 1,
    (mark?.incarnation ?? 0) + 1,
  );
  const incarnation = plan.minimumIncarnation > known ? exceeding(runtime, plan.minimumIncarnation) : known;
  if (incarnation > INCARNATION_MAX)
    throw new NodeStartError(
      "the incarnations that the clock counts until 2160 are used up: set this machine's clock",
    );
  return incarnation;
}

function exceeding({ random }: Runtime, least: number): number {
  const left = Math.max(0, INCARNATION_MAX - least);
  return least + Math.floor(random.fraction() * Math.min(left, EXCEEDS_BY_MAX));
}

function begin(
  runtime: Runtime,
  { opened, identity, left, hasRegressed }: Prepared,
  done: (error: Error | undefined) => void,
): void {
  const { incarnation, batches, salvagedIn, hlc, store } = opened;
  const doubted = hasRegressed ? [...opened.partitions] : [];
  const changes: Change[] = [
    // Before the mark says that all is well from here on.
    ...doubted.map(([partition, record]) => partitionChange(partition, record)),
    { key: Buffer.from(IDENTITY_KEY, "latin1"), value: sealIdentity(identity) },
    { key: Buffer.from(PROGRESS_KEY, "latin1"), value: sealProgress({ incarnation, batches, hlc }) },
    ...left.flatMap((partition) => [
      { key: Buffer.from(partitionKey(partition), "latin1"), value: undefined },
      { key: Buffer.from(catchUpKey(partition), "latin1"), value: undefined },
    ]),
  ];
  store.write(changes, true, (error) => {
    if (error !== undefined) return done(error);
    try {
      runtime.disk.mark.write(encodeMark({ incarnation, batches, salvagedIn, wasStoppedCleanly: false }));
    } catch (cause) {
      return done(cause instanceof Error ? cause : new NodeStartError(String(cause)));
    }
    runtime.disk.mark.sync(done);
  });
}
