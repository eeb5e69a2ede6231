/**
 * Finds the writes of this node that no other member is known to hold, for a node that was removed from the cluster. The
 * log says which dots there are, and the rows what they put, in their present state. Where the log does not reach down to
 * the first of these dots, or has lost some, all rows are read: whatever of ours lives in them, and is not known to live
 * elsewhere, counts. So a write may be told twice, or though others have it; none that was acknowledged is left out,
 * unless another write that the others have took its place.
 */
import { type Actor, actorMember, type Dot } from "../causality/index.js";
import { decodeRowKey, type LogEntry, type RowKey } from "../codec/index.js";
import type { LiveDot } from "../crdt/index.js";
import type { PartitionReplica } from "../replica/index.js";
import type { StartedNode } from "./node.js";
import type { UnreplicatedWrite } from "./node-api.js";

const SCAN_DOTS = 500;
const SCAN_ROWS = 500;
/** A page of writes is handed over once it is as large. */
const PAGE_BYTES = 1024 * 1024;
const PAGE_WRITES = 500;

type TakePage = (writes: readonly UnreplicatedWrite[], next: () => void) => void;
type Done = (error: Error | undefined) => void;

export function collectUnreplicated(node: StartedNode, take: TakePage, done: Done): void {
  const queue = [...node.replicas.values()].sort((a, b) => a.partition - b.partition);
  const next: Done = (error) => {
    const replica = error === undefined ? queue.shift() : undefined;
    if (replica === undefined) return done(error);
    new ReplicaCollection(node, replica, take, next).start();
  };
  next(undefined);
}

class ReplicaCollection {
  readonly #self: number;
  readonly #replica: PartitionReplica;
  readonly #shared: ReturnType<StartedNode["replicator"]["shared"]["of"]>;
  readonly #take: TakePage;
  readonly #done: Done;
  #page: UnreplicatedWrite[] = [];
  #pageBytes = 0;
  /** Of the log entries that there must be, those not found. */
  #missing = 0;

  constructor(node: StartedNode, replica: PartitionReplica, take: TakePage, done: Done) {
    this.#self = node.self.number;
    this.#replica = replica;
    this.#shared = node.replicator.shared.of(replica.partition);
    this.#take = take;
    this.#done = done;
  }

  start(): void {
    const actors = this.#replica.durableClock
      .sorted()
      .flatMap(([actor, counter]) => (this.#isUnshared({ actor, counter }) ? [actor] : []));
    const next: Done = (error) => {
      if (error !== undefined) return this.#done(error);
      const actor = actors.shift();
      if (actor !== undefined) return this.#readLog(actor, next);
      // In doubt the clock, and so the log, tells less than the rows.
      if (this.#missing > 0 || this.#replica.doubt !== undefined) this.#readRows(undefined);
      else this.#flush(() => this.#done(undefined));
    };
    next(undefined);
  }

  #isUnshared({ actor, counter }: Dot): boolean {
    return (
      actorMember(actor) === this.#self &&
      !this.#shared.covers(actor, counter) &&
      !this.#replica.durableClock.isClosed(actor)
    );
  }

  #readLog(actor: Actor, done: Done): void {
    const first = this.#shared.counterOf(actor);
    this.#missing += this.#replica.durableClock.counterOf(actor) - first;
    const readOn = (after: number): void =>
      this.#replica.log.scan({ actor, counter: after }, SCAN_DOTS, (error, dots) => {
        if (error !== undefined) return done(error);
        const own = dots.filter((dot) => dot.actor === actor);
        this.#each(
          own,
          (dot) => this.#addDot(dot),
          () => {
            if (own.length < SCAN_DOTS) done(undefined);
            else readOn(own.at(-1)?.counter ?? after);
          },
        );
      });
    readOn(first);
  }

  #addDot(dot: Dot): void {
    const entry = this.#replica.log.read(dot.actor, dot.counter);
    if (entry === undefined) return;
    this.#missing--;
    if (entry.rowKey === undefined) return;
    const row = this.#replica.rows.readDurable(entry.rowKey);
    if (row.damagedAt !== undefined) return this.#add(entry.rowKey, dot, entry.hlc, { kind: "damaged" });
    const live = row.live.find(({ actor, counter }) => actor === dot.actor && counter === dot.counter);
    if (live !== undefined) this.#addLive(entry.rowKey, live);
    else if (row.live.length === 0) this.#addRemoval(entry.rowKey, dot, entry);
  }

  /** A dot without a payload that left nothing behind. */
  #addRemoval(rowKey: RowKey, dot: Dot, { hlc }: LogEntry): void {
    this.#add(rowKey, dot, hlc, { kind: "deleted" });
  }

  #addLive(rowKey: RowKey, dot: LiveDot): void {
    const { hlc, isTombstone, encoding, data } = dot.payload;
    this.#add(rowKey, dot, hlc, isTombstone ? { kind: "deleted" } : { kind: "value", encoding, data });
  }

  #add(rowKey: RowKey, { actor, counter }: Dot, hlc: bigint, state: UnreplicatedWrite["state"]): void {
    const { bucket, key, type } = decodeRowKey(rowKey);
    const { partition } = this.#replica;
    this.#page.push({ partition, type, bucket, key, dot: { actor, counter }, hlc, state });
    this.#pageBytes += rowKey.length + (state.kind === "value" ? state.data.length : 0);
  }

  #readRows(after: RowKey | undefined): void {
    this.#replica.rows.scan(after, SCAN_ROWS, "durable", (error, rowKeys) => {
      if (error !== undefined) return this.#done(error);
      this.#each(
        rowKeys,
        (rowKey) => this.#addRow(rowKey),
        () => {
          if (rowKeys.length === SCAN_ROWS) this.#readRows(rowKeys.at(-1));
          else this.#flush(() => this.#done(undefined));
        },
      );
    });
  }

  #addRow(rowKey: RowKey): void {
    for (const dot of this.#replica.rows.readDurable(rowKey).live)
      if (this.#isUnshared(dot)) this.#addLive(rowKey, dot);
  }

  /** Hands full pages over on the way. */
  #each<Item>(items: readonly Item[], add: (item: Item) => void, done: () => void, from = 0): void {
    for (const [at, item] of items.slice(from).entries()) {
      add(item);
      if (this.#page.length >= PAGE_WRITES || this.#pageBytes >= PAGE_BYTES)
        return this.#flush(() => this.#each(items, add, done, from + at + 1));
    }
    done();
  }

  #flush(done: () => void): void {
    if (this.#page.length === 0) return done();
    const page = this.#page;
    this.#page = [];
    this.#pageBytes = 0;
    this.#take(page, done);
  }
}
