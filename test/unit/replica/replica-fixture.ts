/** One replica over a group commit over a simulated disk, that can crash and come back. */
import { type Actor, actorOf, HybridClock, VersionVector } from "../../../src/causality/index.js";
import {
  type ConflictRecord,
  type Delta,
  encodeRowKey,
  openRecord,
  type PartitionRecord,
  type RowKey,
  readPartition,
  rowKeyType,
  sealRecord,
  writePartition,
} from "../../../src/codec/index.js";
import { compileDelete, compilePut, DataType, type LiveDot, type Row } from "../../../src/crdt/index.js";
import {
  ConflictLog,
  type ConflictLogSettings,
  PartitionReplica,
  PartitionSketch,
  RowItems,
} from "../../../src/replica/index.js";
import type { Store } from "../../../src/runtime/index.js";
import { type SimulatedHost, SimulatedWorld } from "../../../src/runtime/simulated/index.js";
import { GroupCommit, logKey, partitionKey, type StoreKey } from "../../../src/storage/index.js";

export const PARTITION = 7;
const ITEMS = new RowItems("fixture");

export function rowKeyOf(name: string, type: DataType = DataType.multi): RowKey {
  return encodeRowKey(type, "b", Buffer.from(name));
}

/** What one run of the process is made of. */
interface Parts {
  readonly commit: GroupCommit;
  readonly replica: PartitionReplica;
  readonly hlc: HybridClock;
  readonly conflicts: ConflictLog | undefined;
}

export class ReplicaFixture {
  readonly world: SimulatedWorld;
  readonly damaged: RowKey[] = [];
  /** Counts by name. */
  readonly counts: Record<string, number> = {};
  readonly #host: SimulatedHost;
  readonly #member: number;
  readonly #conflictLog: ConflictLogSettings | undefined;
  #incarnation = 0;
  #parts: Parts;

  /** @param conflictLog undefined: no bucket keeps one */
  constructor(world = new SimulatedWorld(1), member = 1, conflictLog?: ConflictLogSettings) {
    this.world = world;
    this.#conflictLog = conflictLog;
    this.#member = member;
    this.#host = world.addNode(member, { region: "eu" });
    this.#parts = this.#open();
  }

  get replica(): PartitionReplica {
    return this.#parts.replica;
  }

  get commit(): GroupCommit {
    return this.#parts.commit;
  }

  get hlc(): HybridClock {
    return this.#parts.hlc;
  }

  /** Those that are durable, newest first. */
  get conflicts(): readonly ConflictRecord[] {
    const log = this.#parts.conflicts;
    if (log === undefined) return [];
    const { first, last } = log.numbersBelow(undefined);
    const numbers = Array.from({ length: last - first + 1 }, (_, at) => last - at);
    return numbers.flatMap((number) => log.read(number) ?? []);
  }

  get actor(): Actor {
    return actorOf(this.#member, this.#incarnation);
  }

  get host(): SimulatedHost {
    return this.#host;
  }

  /** Everything that is under way ends. */
  settle(): void {
    this.world.time.run();
  }

  put(rowKey: RowKey, value: string | Buffer = "value", requestId?: string, expiresAtMs = 0): Delta {
    const row = this.replica.rows.readPending(rowKey);
    const data = typeof value === "string" ? Buffer.from(value) : value;
    const intent = compilePut(rowKeyType(rowKey), row, undefined, { data, encoding: 0, expiresAtMs }, 0);
    return this.replica.mint(this.actor, rowKey, row, intent, { requestId, following: 0 });
  }

  /** Removes what is here; undefined when there is nothing. */
  remove(rowKey: RowKey): Delta | undefined {
    const row = this.replica.rows.readPending(rowKey);
    const intent = compileDelete(rowKeyType(rowKey), row, undefined);
    return (
      intent && this.replica.mint(this.actor, rowKey, row, intent, { requestId: undefined, following: 0 })
    );
  }

  /** Pending live dots of a row. */
  live(rowKey: RowKey): readonly LiveDot[] {
    return this.replica.rows.readPending(rowKey).live;
  }

  durable(rowKey: RowKey): Row {
    return this.replica.rows.readDurable(rowKey);
  }

  /** Ends the process, or with `loseUnsynced` the machine, and starts it again under a new incarnation. */
  crash(loseUnsynced = false): void {
    this.#host.crash({ loseUnsynced });
    this.#host.restart();
    this.#parts = this.#open();
  }

  /** Cuts the log up to a floor that the clock covers, as a replica does that has no more use for it, and restarts. */
  trim(floor: VersionVector): void {
    const { clock, doubt } = this.replica;
    for (const [actor, counter] of floor.entries())
      for (let dead = 1; dead <= counter; dead++)
        this.commit.write(logKey(PARTITION, actor, dead), undefined);
    const key = partitionKey(PARTITION);
    const record: PartitionRecord = { clock, floor, doubt };
    this.commit.put(
      key,
      sealRecord(Buffer.from(key, "latin1"), (writer) => writePartition(writer, record)),
    );
    this.settle();
    this.crash();
  }

  /** Flips a bit of a record on the disk, and restarts so that no cache hides it. */
  rot(key: StoreKey): void {
    this.settle();
    this.#host.disk.flipBit((candidate) => candidate.toString("latin1") === key);
    this.crash();
  }

  #open(): Parts {
    let store: Store | undefined;
    const runtime = this.#host.runtime;
    runtime.disk.openStore((_error, opened) => {
      store = opened;
    });
    this.world.time.runUntil(() => store !== undefined, 1_000);
    if (store === undefined) throw new Error("the simulated disk did not open");
    this.#incarnation++;
    return this.#build(store);
  }

  #build(store: Store): Parts {
    const dirty = new Set<PartitionReplica>();
    const commit = new GroupCommit(
      store,
      this.#host.runtime.timers,
      { fsync: "always", fsyncIntervalMs: 100, cacheBytes: 1024 * 1024 },
      {
        beforeCommit: () => {
          for (const replica of dirty) replica.save();
          dirty.clear();
        },
        afterCommit: () => undefined,
        onFailed: (error) => {
          throw error;
        },
      },
    );
    const hlc = new HybridClock(() => this.#host.runtime.clock.wallMs());
    const conflicts =
      this.#conflictLog &&
      new ConflictLog(commit, this.#conflictLog, this.#host.runtime.clock, {
        add: (name) => {
          this.counts[name] = (this.counts[name] ?? 0) + 1;
        },
      });
    const replica = new PartitionReplica(
      PARTITION,
      readRecord(store),
      new PartitionSketch(ITEMS, undefined),
      {
        commit,
        hlc,
        conflicts,
        markDirty: (touched) => {
          dirty.add(touched);
          commit.touch();
        },
        reportDamage: (_partition, rowKey, news) => {
          if (news === "found") this.damaged.push(rowKey);
        },
      },
    );
    return { commit, replica, hlc, conflicts };
  }
}

function readRecord(store: Store): PartitionRecord {
  const key = Buffer.from(partitionKey(PARTITION), "latin1");
  const record = store.get(key);
  if (record !== undefined) return openRecord(key, record, readPartition);
  return { clock: new VersionVector(), floor: new VersionVector(), doubt: undefined };
}
