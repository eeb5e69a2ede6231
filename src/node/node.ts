/**
 * One node: opens its folder under a new incarnation, builds replicas, links and replication around it, and takes client
 * operations. Everything runs on the runtime it is given; the simulator and the server run this same class.
 *
 * A node that cannot go on (its disk failed, a peer knows a newer incarnation) ends: it answers whatever is in flight
 * and says so once. Its owner closes it and builds another one on the same folder, which takes a new incarnation; there
 * is no half-broken state to repair in place.
 */
import { type Actor, actorOf, HybridClock } from "../causality/index.js";
import { type Message, PROTOCOL_VERSION, type RowKey } from "../codec/index.js";
import { Membership } from "../membership/index.js";
import type { DamageNews, Neighbourhood } from "../replica/index.js";
import { ConflictLog, PartitionReplica, PartitionSketch, RowItems } from "../replica/index.js";
import {
  Calls,
  Counters,
  type Environment,
  type Failure,
  type FailureReason,
  type Fill,
  failure,
  type Operation,
  type OperationOptions,
  type Outcome,
  PeerLinks,
  Replicator,
} from "../replication/index.js";
import { type PeerHello, type Runtime, StoreError } from "../runtime/index.js";
import { GroupCommit, sketchKey } from "../storage/index.js";
import { LayoutView, type Member } from "../topology/index.js";
import { BatchCount } from "./batch-count.js";
import { sealCheckpoint } from "./checkpoint.js";
import { conflictPage } from "./conflicts.js";
import { LayoutChange } from "./layout-change.js";
import type { ConflictPage, ConflictQuery, NodeEnd, NodeSettings } from "./node-api.js";
import { incarnationKey, PROGRESS_KEY, sealIncarnation, sealProgress } from "./node-record.js";
import type { OpenedStore } from "./open-store.js";
import { OperationsInFlight } from "./operations.js";
import { ScopedTimers } from "./scoped-timers.js";

/** Beside the store's own flushes: at most one more in so many milliseconds. */
const MARK_SYNC_MS = 2_000;

/** What a running node is made of. `StartedNode` exists only while the store is open. */
export class StartedNode {
  readonly view: LayoutView;
  readonly self: Member;
  readonly incarnation: number;
  readonly membership: Membership;
  readonly replicator: Replicator;
  readonly layoutChange: LayoutChange;
  readonly counters = new Counters();
  readonly links: PeerLinks;
  readonly replicas = new Map<number, PartitionReplica>();
  readonly operations: OperationsInFlight;
  readonly #runtime: Runtime;
  /** Of whatever waits for peers: none outlives the node's part in the cluster. */
  readonly #timers: ScopedTimers;
  readonly #commit: GroupCommit;
  readonly #conflicts: ConflictLog;
  readonly #hlc: HybridClock;
  readonly #calls: Calls;
  readonly #hello: PeerHello;
  readonly #end: (end: NodeEnd) => void;
  readonly #stored: Pick<OpenedStore, "catchUps" | "peers" | "shared">;
  readonly #dirty = new Set<PartitionReplica>();
  readonly #neighbourhoods = new Map<number, Neighbourhood>();
  readonly #count: BatchCount;
  #isOver = false;
  #hasFailed = false;
  /** Batches written from now on carry the sketches. */
  #isClosing = false;

  constructor(runtime: Runtime, settings: NodeSettings, opened: OpenedStore, end: (end: NodeEnd) => void) {
    this.#runtime = runtime;
    this.#timers = new ScopedTimers(runtime.timers, (task) => this.#guard(task));
    this.#end = end;
    this.view = new LayoutView(opened.layout);
    this.self = opened.self;
    this.incarnation = opened.incarnation;
    this.#count = new BatchCount(runtime.disk.mark, opened);
    this.#stored = opened;
    this.operations = new OperationsInFlight(settings.maxOperationsInFlight);
    this.#hlc = new HybridClock(() => runtime.clock.wallMs(), opened.hlc);
    this.#commit = new GroupCommit(
      opened.store,
      runtime.timers,
      {
        fsync: settings.fsync,
        fsyncIntervalMs: settings.fsyncIntervalMs,
        cacheBytes: settings.rowCacheBytes,
      },
      {
        beforeCommit: () => this.#beforeCommit(),
        afterCommit: () => this.#afterCommit(),
        onFailed: (error) => this.#storageFailed(error),
      },
    );
    this.#conflicts = new ConflictLog(this.#commit, settings.conflictLog, runtime.clock, this.counters);
    this.links = new PeerLinks(runtime, this.counters);
    this.#calls = new Calls(this.links);
    this.#hello = helloOf(runtime, opened);
    this.membership = this.#buildMembership(settings, opened);
    this.#buildReplicas(opened);
    this.replicator = new Replicator(this.#environment(), settings, opened.copies);
    this.layoutChange = new LayoutChange(this.view.layout, this.#commit, this.replicator, (message) =>
      this.#endWith({ kind: "layout-changed", message }),
    );
    this.links.listen({
      message: (from, message) => this.#guard(() => this.#receive(from, message)),
      beforeFlush: () => this.replicator.beforeFlush(),
    });
  }

  start(): void {
    const { transport } = this.#runtime;
    transport.start(this.#hello, {
      onHello: (hello) => this.membership.refusal(hello),
      onUp: (hello) => this.membership.up(hello),
      onFrame: (peer, frame) => {
        if (!this.#isOver && this.membership.isCurrent(peer)) this.links.receive(peer, frame);
      },
      onDown: (peer) => this.#guard(() => this.membership.down(peer)),
      onRefused: (peer, reason) => this.membership.refused(peer, reason),
    });
    this.membership.start();
    this.#timers.every(MARK_SYNC_MS, () =>
      this.#count.flushMark((error) => this.#storageFailed(new StoreError("IO", error.message, error))),
    );
    this.replicator.start(this.#stored);
  }

  execute(operation: Operation, options: OperationOptions, done: (outcome: Outcome) => void): void {
    if (this.#isOver)
      return done(
        failure("NOT_READY", "this node starts anew; nothing was done, use another node meanwhile"),
      );
    const answer = this.operations.begin(operation, done);
    try {
      this.replicator.coordinator.execute(operation, options, answer);
    } catch (error) {
      if (error instanceof StoreError) return this.#storageFailed(error);
      this.#runtime.log.error({ error }, "an operation failed in a way that it should not");
      answer(failure("INTERNAL", "the server failed in a way that it should not; see its log"));
    }
  }

  conflicts(query: ConflictQuery): ConflictPage | Failure {
    return conflictPage(this.#conflicts, this.view, query, (error) => this.#storageFailed(error));
  }

  /** Ends replication and answers what is in flight, reads with `readReason`; the store stays open for `close`. */
  halt(why: string, readReason: FailureReason): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.membership.close();
    this.replicator.watches.end(failure(readReason, `${why}; go on with the watch at another node`));
    this.replicator.close();
    this.#timers.close();
    this.operations.failAll(why, readReason);
  }

  /** After `halt`: closes links and store, and marks the stop as clean if it was. */
  close(done: () => void): void {
    this.#runtime.transport.close(() => {
      this.#isClosing = true;
      this.#commit.touch();
      this.#commit.close(() => {
        this.#guard(() => {
          if (!this.#hasFailed) this.#count.writeMark(true);
        });
        if (this.#hasFailed) done();
        else this.#runtime.disk.mark.sync(() => done());
      });
    });
  }

  /** Everything that is held in memory and must stay bounded, by name; bytes where the name says so. */
  fills(): Record<string, Fill> {
    const queues = this.view.layout.members
      .filter(({ number }) => number !== this.self.number)
      .map(({ nodeId, number }) => [`peer_queue_bytes/${nodeId}`, this.links.queueFill(number)] as const);
    return {
      ...Object.fromEntries(queues),
      ...this.replicator.fills(),
      operations_in_flight: this.operations.fill,
      calls_in_flight: { size: this.#calls.inFlight, max: undefined },
      row_cache_bytes: this.#commit.cacheBytes,
    };
  }

  neighbourhood(partition: number): Neighbourhood {
    const known = this.#neighbourhoods.get(partition);
    if (known !== undefined) return known;
    const isOther = (member: number): boolean => member !== this.self.number;
    const neighbourhood = {
      others: this.view.replicaSet(partition).filter(isOther),
      local: this.view.replicasIn(partition, this.self.region).filter(isOther),
    };
    this.#neighbourhoods.set(partition, neighbourhood);
    return neighbourhood;
  }

  #environment(): Environment {
    const actor: Actor = actorOf(this.self.number, this.incarnation);
    return {
      self: this.self,
      actor,
      view: this.view,
      clock: this.#runtime.clock,
      timers: this.#timers,
      log: this.#runtime.log,
      hlc: this.#hlc,
      commit: this.#commit,
      links: this.links,
      calls: this.#calls,
      liveness: this.membership,
      counters: this.counters,
      adoptLayout: (layout, durable) => this.layoutChange.adopt(layout, durable),
      failStorage: (message) => this.#storageFailed(new StoreError("CORRUPT", message)),
      replica: (partition) => this.replicas.get(partition),
      neighbourhood: (partition) => this.neighbourhood(partition),
    };
  }

  #buildMembership(settings: NodeSettings, opened: OpenedStore): Membership {
    const { maxClockDriftMs } = settings;
    return new Membership(
      this.#runtime,
      { self: this.#hello, view: this.view, maxClockDriftMs, incarnations: opened.incarnations },
      this.links,
      this.#hlc,
      {
        peerUp: (peer) => this.replicator.peerUp(peer),
        peerDown: (peer) => this.replicator.peerDown(peer),
        learned: (peer, incarnation) => this.#learned(peer, incarnation),
        incarnationBehind: (knownIncarnation, message) =>
          this.#endWith({ kind: "incarnation-behind", message, knownIncarnation }),
        identityRefused: (message) => this.#endWith({ kind: "identity-refused", message }),
        removed: (message) => this.#endWith({ kind: "removed", message }),
      },
    );
  }

  #learned(peer: number, incarnation: number): void {
    this.#commit.put(incarnationKey(peer), sealIncarnation(peer, incarnation));
    this.#commit.whenDurable(() => this.replicator.learned(peer, incarnation));
  }

  #buildReplicas(opened: OpenedStore): void {
    const environment = {
      commit: this.#commit,
      hlc: this.#hlc,
      conflicts: this.#conflicts.isKept ? this.#conflicts : undefined,
      markDirty: (replica: PartitionReplica) => {
        this.#dirty.add(replica);
        this.#commit.touch();
      },
      reportDamage: this.#reportDamage.bind(this),
    };
    const items = new RowItems(this.view.layout.clusterId);
    for (const [partition, record] of opened.partitions) {
      const sketch = new PartitionSketch(items, opened.sketches.get(partition));
      const replica = new PartitionReplica(partition, record, sketch, environment);
      this.replicas.set(partition, replica);
      // A node without peers has nobody to catch up from.
      if (this.neighbourhood(partition).others.length === 0) replica.setDoubt(undefined);
    }
  }

  #reportDamage(partition: number, rowKey: RowKey, news: DamageNews): void {
    if (news === "whole") return this.counters.add("rows_healed");
    if (news === "found") {
      this.counters.add("rows_damaged");
      this.#runtime.log.error(
        { partition, rowKeyBytes: rowKey.length },
        "a row fails its checksum; it is not served, and heals from its other replicas",
      );
    }
    this.replicator.rowDamaged(partition, rowKey);
  }

  #receive(from: number, message: Message): void {
    if (this.#isOver) return;
    if (message.type === "heartbeat") this.membership.heartbeat(from, message);
    else this.replicator.receive(from, message);
  }

  #guard(task: () => void): void {
    try {
      task();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#storageFailed(error);
    }
  }

  #beforeCommit(): void {
    for (const replica of this.#dirty) replica.save();
    this.#dirty.clear();
    this.#count.add();
    this.#commit.put(
      PROGRESS_KEY,
      sealProgress({ incarnation: this.incarnation, batches: this.#count.batches, hlc: this.#hlc.last }),
    );
    if (this.#isClosing) this.#saveSketches();
  }

  #saveSketches(): void {
    for (const { partition, sketch } of this.replicas.values()) {
      const known = sketch.checkpoint();
      if (known !== undefined)
        this.#commit.put(sketchKey(partition), sealCheckpoint(partition, this.#count.batches, known));
    }
  }

  #afterCommit(): void {
    this.counters.add("commits");
    this.#guard(() => this.#count.writeMark(false));
  }

  #storageFailed(error: StoreError): void {
    this.#hasFailed = true;
    this.#endWith({
      kind: "storage-failed",
      message: `the store failed (${error.code}): ${error.message}`,
      isDiskFull: error.code === "DISK_FULL",
    });
  }

  #endWith(end: NodeEnd): void {
    if (this.#isOver) return;
    this.#runtime.log[end.kind === "layout-changed" ? "info" : "error"]({ end: end.kind }, end.message);
    this.halt(end.message, end.kind === "storage-failed" ? "STORAGE_FAILED" : "NOT_READY");
    this.#end(end);
  }
}

function helloOf(runtime: Runtime, { layout, self, incarnation }: OpenedStore): PeerHello {
  const half = (): string => runtime.random.uint32().toString(16).padStart(8, "0");
  return {
    clusterId: layout.clusterId,
    nodeId: self.nodeId,
    number: self.number,
    incarnation,
    instance: half() + half(),
    protocolVersion: PROTOCOL_VERSION,
  };
}
