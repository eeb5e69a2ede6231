/**
 * Two replicas of all partitions and the audit between them, on virtual time and simulated disks, with nothing else
 * around: every byte that they exchange is the audit's. It counts them.
 */
import { actorOf, HybridClock, VersionVector } from "../causality/index.js";
import { encodeRowKey, type Message, messageBytes, type RowKey, readFrame } from "../codec/index.js";
import { ABSENT_ROW, DataType, type LiveDot } from "../crdt/index.js";
import { PartitionReplica, PartitionSketch, RowItems } from "../replica/index.js";
import {
  Audit,
  Calls,
  Counters,
  DamageVotes,
  type Environment,
  PeerLinks,
  RowHealing,
  Scrubbing,
  Views,
} from "../replication/index.js";
import type { Runtime, Store } from "../runtime/index.js";
import { SimulatedWorld } from "../runtime/simulated/index.js";
import { GroupCommit } from "../storage/index.js";
import { createLayout, LayoutView, type Member } from "../topology/index.js";

const CLUSTER = "bench";
/** Nobody tells whom it takes for the members: the audit does not ask. */
const NO_VIEWS = new Views({ version: 1, hash: "" }, 1, new Map());
const WAY_MS = 40;
const NEVER_MS = 1e9;
const AUDIT_MS_MAX = 3_600_000;
const FILL_BATCH_ROWS = 5_000;
/** Who wrote everything. */
const WRITER = actorOf(1, 1);

/** What one audit cost. */
export interface AuditCost {
  readonly roundTrips: number;
  /** All frames, in both directions. */
  readonly bytes: number;
  /** Keys, dots and values of the rows that were exchanged. */
  readonly rowBytes: number;
  /** Partitions that differed. */
  readonly unequal: number;
}

interface Side {
  readonly environment: Environment;
  readonly replicas: readonly PartitionReplica[];
  readonly audit: Audit;
}

export class ReplicaPair {
  readonly #world = new SimulatedWorld(1);
  readonly #view: LayoutView;
  readonly #sides: readonly [Side, Side];
  #traffic = { roundTrips: 0, bytes: 0, rowBytes: 0 };

  constructor(partitions: number) {
    const members = [1, 2].map(memberOf);
    this.#view = new LayoutView(
      createLayout({ clusterId: CLUSTER, partitionCount: partitions, replicasPerRegion: 1, members }),
    );
    const [first, second] = members.map((member) => this.#side(member));
    if (first === undefined || second === undefined) throw new Error("unreachable");
    this.#sides = [first, second];
  }

  /** Writes as many rows on both sides, the same ones. */
  fill(rows: number, valueBytes: number): void {
    const counters = new Map<number, number>();
    for (let at = 0; at < rows; at += FILL_BATCH_ROWS) {
      for (let row = at; row < Math.min(rows, at + FILL_BATCH_ROWS); row++) {
        const { partition, rowKey } = this.#row(row);
        const counter = (counters.get(partition) ?? 0) + 1;
        counters.set(partition, counter);
        for (const { replicas } of this.#sides)
          replicas[partition]?.rows.write(rowKey, ABSENT_ROW, {
            ...ABSENT_ROW,
            live: [dotOf(counter, row, valueBytes)],
          });
      }
      this.#settle();
    }
    for (const { replicas } of this.#sides)
      for (const replica of replicas)
        replica.adopt(VersionVector.from([[WRITER, counters.get(replica.partition) ?? 1]]), undefined);
    this.#settle();
  }

  /** The first replica loses a row, or holds an older version of it, though its clock says otherwise. */
  betray(row: number, how: "lost" | "old"): void {
    const { partition, rowKey } = this.#row(row);
    const replica = this.#sides[0].replicas[partition];
    const held = replica?.rows.readPending(rowKey);
    const dot = held?.live[0];
    if (replica === undefined || held === undefined || dot === undefined)
      throw new Error(`there is no row ${row}`);
    const old = { ...dot, payload: { ...dot.payload, hlc: dot.payload.hlc - 1n, data: Buffer.from("old") } };
    replica.rows.write(rowKey, held, how === "lost" ? ABSENT_ROW : { ...held, live: [old] });
    this.#settle();
  }

  get isEqual(): boolean {
    const [first, second] = this.#sides;
    return first.replicas.every(
      ({ sketch }, partition) => sketch.check === second.replicas[partition]?.sketch.check,
    );
  }

  /** One audit, asked for by the first side; what it found is made good on both. */
  audit(): AuditCost {
    this.#traffic = { roundTrips: 0, bytes: 0, rowBytes: 0 };
    let unequal: number | undefined;
    this.#sides[0].audit.runWith(2, false, (result) => {
      if (!result.isComplete) throw new Error("the audit did not come to its end");
      unequal = result.unequal.length;
    });
    this.#world.time.runUntil(() => unequal !== undefined, AUDIT_MS_MAX);
    this.#settle();
    if (unequal === undefined) throw new Error("the audit did not end");
    return { ...this.#traffic, unequal };
  }

  #row(row: number): { readonly partition: number; readonly rowKey: RowKey } {
    const key = Buffer.from(`user:${row}`);
    return { partition: this.#view.partitionOf("b", key), rowKey: encodeRowKey(DataType.multi, "b", key) };
  }

  #settle(): void {
    this.#world.time.runFor(10_000);
  }

  #side(self: Member): Side {
    const { number, region } = self;
    const host = this.#world.addNode(number, { region });
    let store: Store | undefined;
    host.runtime.disk.openStore((_error, opened) => {
      store = opened;
    });
    this.#settle();
    if (store === undefined) throw new Error("the store did not open");
    const transport = {
      ...host.runtime.transport,
      send: (to: number, frame: Uint8Array) => this.#send(number, to, frame),
    };
    const runtime: Runtime = { ...host.runtime, transport };
    const replicas: PartitionReplica[] = [];
    const environment = this.#environment(self, runtime, store, replicas);
    const scrubbing = new Scrubbing(environment, NEVER_MS);
    const healers = {
      healing: new RowHealing(environment, NO_VIEWS),
      votes: new DamageVotes(environment),
    };
    const audit = new Audit(environment, healers, scrubbing, NEVER_MS);
    environment.links.listen({
      message: (from, message) => route(environment, audit, from, message),
      beforeFlush: () => undefined,
    });
    environment.links.up(3 - number);
    return { environment, replicas, audit };
  }

  #environment(self: Member, runtime: Runtime, store: Store, replicas: PartitionReplica[]): Environment {
    const hlc = new HybridClock(() => runtime.clock.wallMs());
    const commit = new GroupCommit(
      store,
      runtime.timers,
      { fsync: "always", fsyncIntervalMs: 100, cacheBytes: 0 },
      {
        beforeCommit: () => undefined,
        afterCommit: () => undefined,
        onFailed: (error) => {
          throw error;
        },
      },
    );
    const items = new RowItems(CLUSTER);
    for (let partition = 0; partition < this.#view.layout.partitionCount; partition++)
      replicas.push(
        new PartitionReplica(
          partition,
          { clock: new VersionVector(), floor: new VersionVector(), doubt: undefined },
          new PartitionSketch(items, "empty"),
          { commit, hlc, markDirty: () => commit.touch(), reportDamage: () => undefined },
        ),
      );
    const counters = new Counters();
    const links = new PeerLinks(runtime, counters);
    const other = 3 - self.number;
    return {
      self,
      actor: actorOf(self.number, 1),
      view: this.#view,
      clock: runtime.clock,
      timers: runtime.timers,
      log: runtime.log,
      hlc,
      commit,
      links,
      calls: new Calls(links),
      liveness: {
        isAlive: () => true,
        roundTripMs: () => 2 * WAY_MS,
        incarnationOf: () => 1,
        learn: () => undefined,
        clockDrift: () => undefined,
        expiryMs: () => runtime.clock.wallMs(),
        pastForAllMs: () => undefined,
      },
      counters,
      adoptLayout: () => undefined,
      failStorage: (message) => {
        throw new Error(message);
      },
      replica: (partition) => replicas[partition],
      neighbourhood: () => ({ others: [other], local: [] }),
    };
  }

  #send(from: number, to: number, frame: Uint8Array): void {
    this.#traffic.bytes += frame.length;
    readFrame(Buffer.from(frame), (message) => {
      if (message.type.startsWith("audit-") && message.type.endsWith("-request")) this.#traffic.roundTrips++;
      this.#traffic.rowBytes += rowBytesIn(message);
    });
    this.#world.time.schedule(WAY_MS, () =>
      this.#sides[to - 1]?.environment.links.receive(from, Buffer.from(frame)),
    );
  }
}

function route({ calls }: Environment, audit: Audit, from: number, message: Message): void {
  switch (message.type) {
    case "audit-request":
    case "audit-cells-request":
    case "audit-rows-request":
    case "audit-list-request":
      return audit.serve(from, message);
    case "audit-reply":
    case "audit-cells-reply":
    case "audit-rows-reply":
    case "audit-list-reply":
      return calls.reply(from, message);
    default:
      throw new Error(`a ${message.type} is no part of an audit of two replicas`);
  }
}

function rowBytesIn(message: Message): number {
  if (message.type !== "audit-rows-request" && message.type !== "audit-rows-reply") return 0;
  const parts = message.parts.map((part) => ({ ...part, rows: [] }));
  return messageBytes(message) - messageBytes({ ...message, parts });
}

function dotOf(counter: number, row: number, valueBytes: number): LiveDot {
  const data = Buffer.alloc(valueBytes, `value ${row} `);
  return {
    actor: WRITER,
    counter,
    payload: { hlc: BigInt(row + 1) << 16n, isTombstone: false, encoding: 0, expiresAtMs: 0, data },
  };
}

function memberOf(number: number): Member {
  const at = (port: number): string => `127.0.0.1:${port + number}`;
  return {
    number,
    nodeId: `n${number}`,
    region: `r${number}`,
    zone: "a",
    host: `h${number}`,
    clientAddress: at(1000),
    peerAddress: at(2000),
    adminAddress: at(3000),
  };
}
