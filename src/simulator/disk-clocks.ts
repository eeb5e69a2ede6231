/**
 * What each disk of the run says of its partitions, read from the batches that nodes write: clocks, doubts, tombstones.
 * With that it can be seen at once, and not only by what comes of it, when a node closes, forgets or purges too early.
 */
import {
  type Actor,
  actorIncarnation,
  actorMember,
  type Dot,
  formatDot,
  VersionVector,
} from "../causality/index.js";
import { type PartitionRecord, readPartition, readRow } from "../codec/index.js";
import { isTombstone } from "../crdt/index.js";
import { catchUpKey } from "../replication/index.js";
import type { WorldObserver } from "../runtime/simulated/index.js";
import { metaKey, partitionKey, type StoreKey } from "../storage/index.js";
import { decodeLayout } from "../topology/index.js";
import type { Damage } from "./damage-budget.js";
import { DiskDoubts } from "./disk-doubts.js";
import { opened, partitionOf } from "./disk-record.js";
import { DiskRowDots, type StampedDot } from "./disk-row-dots.js";

type Batch = Parameters<WorldObserver["batchWritten"]>[1];

interface Disk {
  readonly node: number;
  /** Every clock that was ever on it, joined. */
  readonly clock: VersionVector;
  last: PartitionRecord | undefined;
}

export class DiskClocks {
  readonly doubts = new DiskDoubts();
  readonly #rowDots = new DiskRowDots();
  /** By partition, then by node. */
  readonly #disks = new Map<number, Map<number, Disk>>();
  /** By node and store key: the dot of a row that is a tombstone. */
  readonly #tombstones = new Map<string, StampedDot>();
  /** By node and member: the newest incarnation that the node's disk knows. */
  readonly #learned = new Map<string, number>();
  /** Who is left by the last layout that a node took; undefined while all are. */
  #members: ReadonlySet<number> | undefined;
  readonly #early: string[] = [];
  readonly #late: string[] = [];
  readonly #trimmed: string[] = [];
  /** Nodes whose disk has lost something: what it held, the others may have relied on rightly. */
  readonly #lost = new Set<number>();
  /** Those that nothing told so: they may have written below what they had stated to hold. */
  readonly #lostUnseen = new Set<number>();

  batchWritten(node: number, batch: Batch): void {
    const purged: [key: string, tombstone: StampedDot][] = [];
    const changed = new Set<string | undefined>();
    const keys = new Set(batch.map(({ key }) => key));
    for (const { key, value } of batch) {
      if (key.startsWith("p") && value !== undefined) {
        const record = opened(key, value, readPartition);
        const partition = partitionOf(key);
        if (record === undefined) continue;
        // Catch-ups bring what past actors left; each takes its record away in the batch that adopts its clock.
        if (!keys.has(catchUpKey(partition))) this.#checkLive(node, partition, record);
        this.#addRecord(node, partition, record);
      }
      if (key.startsWith("l") && value !== undefined)
        changed.add(this.#rowDots.logWritten(partitionOf(key), key as StoreKey, value));
      const tombstone = key.startsWith("r") ? this.#addRow(node, key, value) : undefined;
      if (tombstone !== undefined) purged.push([key, tombstone]);
      if (key === LAYOUT_KEY && value !== undefined) this.#addLayout(key, value);
    }
    // A change of the row in the same batch may have taken the tombstone's place by leaving nothing.
    for (const [key, tombstone] of purged) if (!changed.has(key)) this.#checkPurged(node, key, tombstone);
    for (const { key, value } of batch) {
      const member = /^mincarnation\/(\d+)$/.exec(key)?.[1];
      if (member !== undefined && value !== undefined)
        this.#learned.set(`${node}/${member}`, opened(key, value, (reader) => reader.incarnation()) ?? 0);
    }
  }

  /** A node started on what its disk holds: also batches of which it never heard what became of them. */
  started(node: number, partitions: number, read: (key: StoreKey) => Buffer | undefined): void {
    this.doubts.started(node, this.#everyClock());
    for (let partition = 0; partition < partitions; partition++) {
      const key = partitionKey(partition);
      const bytes = read(key);
      const record = bytes && opened(key, bytes, readPartition);
      const disk = this.#disk(node, partition);
      if (disk !== undefined) disk.last = undefined;
      if (record !== undefined) this.#addRecord(node, partition, record);
      this.doubts.found(node, partition, this.#disk(node, partition)?.last);
    }
  }

  /** A node minted a dot of a partition in the batch that was taken last. */
  minted(node: number, partition: number): void {
    this.doubts.minted(node, partition);
  }

  /** What a node's disk held may be gone from it. */
  diskLost(node: number, damage: Damage): void {
    this.#lost.add(node);
    if (damage === "unseen") this.#lostUnseen.add(node);
    for (const known of [this.#tombstones, this.#learned])
      for (const place of [...known.keys()]) if (place.startsWith(`${node}/`)) known.delete(place);
  }

  /** What a node's disk says of a partition now. */
  clockOf(node: number, partition: number): VersionVector | undefined {
    return this.#disk(node, partition)?.last?.clock;
  }

  /** How many nodes ever had a clock on their disk that covers the dot. */
  holdersOf(partition: number, { actor, counter }: Dot): number {
    return [...this.#disksOf(partition)].filter(({ clock }) => clock.covers(actor, counter)).length;
  }

  /** The node's clock covers the dot, and no other node ever had one on its disk that did. */
  isHeldAlone(node: number, partition: number, { actor, counter }: Dot): boolean {
    if (this.#disk(node, partition)?.last?.clock.covers(actor, counter) !== true) return false;
    return ![...this.#disksOf(partition)].some(
      (disk) => disk.node !== node && disk.clock.covers(actor, counter),
    );
  }

  /** What was closed, forgotten or purged before all replicas had it. */
  get early(): readonly string[] {
    return this.#early;
  }

  /** Logs that were trimmed of what a replica had never had. */
  get trimmed(): readonly string[] {
    return this.#trimmed;
  }

  /** Live deltas that were applied after a newer incarnation of who minted them was known. */
  get late(): readonly string[] {
    return this.#late;
  }

  *#everyClock(): Generator<VersionVector> {
    for (const disks of this.#disks.values()) for (const { clock } of disks.values()) yield clock;
  }

  #disksOf(partition: number): Iterable<Disk> {
    return this.#disks.get(partition)?.values() ?? [];
  }

  /** Who was removed has a disk, too, but nobody has to wait for it any more. */
  #memberDisksOf(partition: number): Disk[] {
    return [...this.#disksOf(partition)].filter(({ node }) => this.#members?.has(node) ?? true);
  }

  #addLayout(key: string, bytes: Buffer): void {
    const layout = opened(key, bytes, (reader) => decodeLayout(reader.bytes()));
    if (layout !== undefined) this.#members = new Set(layout.members.map(({ number }) => number));
  }

  #disk(node: number, partition: number): Disk | undefined {
    return this.#disks.get(partition)?.get(node);
  }

  #addRecord(node: number, partition: number, record: PartitionRecord): void {
    const disks = this.#disks.get(partition) ?? new Map<number, Disk>();
    this.#disks.set(partition, disks);
    const disk = disks.get(node) ?? { node, clock: new VersionVector(), last: undefined };
    disks.set(node, disk);
    this.doubts.written(node, partition, disk.last, record);
    if (disk.last !== undefined) this.#checkForgetting(partition, disk, disk.last, record);
    disk.clock.join(record.clock);
    disk.last = record;
  }

  #checkLive(node: number, partition: number, now: PartitionRecord): void {
    const last = this.#disk(node, partition)?.last;
    if (last === undefined) return;
    this.#checkTrimmed(node, partition, last, now);
    for (const [actor, counter] of now.clock.entries()) {
      const member = actorMember(actor);
      const isPast = actorIncarnation(actor) < (this.#learned.get(`${node}/${member}`) ?? 0);
      if (isPast && counter > last.clock.counterOf(actor))
        this.#late.push(
          `node ${node} applies ${formatDot({ actor, counter })} of partition ${partition} live, and knows a newer incarnation`,
        );
    }
  }

  /** What a disk once had it has no need of from another's log, lost or not. */
  #checkTrimmed(node: number, partition: number, last: PartitionRecord, now: PartitionRecord): void {
    if (this.#lost.has(node)) return;
    for (const [actor, counter] of now.floor.entries())
      if (counter > last.floor.counterOf(actor))
        for (const { node: other, clock } of this.#memberDisksOf(partition))
          if (!clock.covers(actor, counter))
            this.#trimmed.push(
              `node ${node} trims its log of partition ${partition} up to ${formatDot({ actor, counter })}, and node ${other} holds ${clock.get(actor)}`,
            );
  }

  /**
   * What a disk has lost, others may have closed or forgotten rightly: nothing is held against them. Who closes after
   * another takes that over with the other's clock, and a replica that is new since then has yet to.
   */
  #checkForgetting(partition: number, { node }: Disk, before: PartitionRecord, now: PartitionRecord): void {
    for (const [member, incarnation] of now.clock.closed()) {
      const others = this.#memberDisksOf(partition).filter(
        (disk) => disk.node !== node && !this.#lost.has(disk.node),
      );
      const isFirst = others.every(({ clock }) => clock.closedUpTo(member) < incarnation);
      if (isFirst && incarnation > before.clock.closedUpTo(member))
        for (const { node: other, clock } of others)
          for (const actor of pastActors([now.clock, clock], member, incarnation))
            if (!clock.isClosed(actor) && clock.counterOf(actor) !== now.clock.counterOf(actor))
              this.#early.push(
                `node ${node} closes ${formatDot({ actor, counter: now.clock.counterOf(actor) })} in partition ${partition}, and node ${other} holds ${clock.counterOf(actor)}`,
              );
      if (incarnation > before.floor.closedUpTo(member) && incarnation <= now.floor.closedUpTo(member))
        for (const { node: other, clock } of others)
          if (clock.closedUpTo(member) < incarnation)
            this.#early.push(
              `node ${node} forgets member ${member} up to ${incarnation} in partition ${partition}, and node ${other} has closed it up to ${clock.closedUpTo(member)}`,
            );
    }
  }

  /** The tombstone that was purged, if one was. */
  #addRow(node: number, key: string, bytes: Buffer | undefined): StampedDot | undefined {
    const place = `${node}/${key}`;
    const tombstone = this.#tombstones.get(place);
    if (bytes === undefined) {
      this.#tombstones.delete(place);
      return tombstone;
    }
    const row = opened(key, bytes, readRow);
    const [dot] = row?.live ?? [];
    if (row !== undefined && dot !== undefined && isTombstone(row))
      this.#tombstones.set(place, { actor: dot.actor, counter: dot.counter, hlc: dot.payload.hlc });
    else this.#tombstones.delete(place);
    return undefined;
  }

  #holderOf(partition: number, { actor, counter }: Dot): number | undefined {
    if (this.#lostUnseen.has(actorMember(actor))) return undefined;
    // By its entry: of an actor that is closed every dot is covered, also one that nobody has but a removed node.
    return this.#memberDisksOf(partition).find(({ last }) => counter <= (last?.clock.counterOf(actor) ?? 0))
      ?.node;
  }

  /** And whatever lies below it, and somebody holds, its node holds as well: it would live again if it came later. */
  #checkPurged(node: number, key: string, dot: StampedDot): void {
    const partition = partitionOf(key);
    const ours = this.#disk(node, partition)?.last?.clock;
    for (const below of ours === undefined ? [] : this.#rowDots.of(key))
      if (below.hlc < dot.hlc && ours?.covers(below.actor, below.counter) === false) {
        const holder = this.#holderOf(partition, below);
        if (holder !== undefined)
          this.#early.push(
            `node ${node} purges the tombstone ${formatDot(dot)} of partition ${partition}, and has not seen ${formatDot(below)} of the same row, which node ${holder} holds`,
          );
      }
    for (const { node: other, clock } of this.#memberDisksOf(partition))
      if (!clock.covers(dot.actor, dot.counter))
        this.#early.push(
          `node ${node} purges the tombstone ${formatDot(dot)} of partition ${partition}, and node ${other} has not seen it`,
        );
  }
}

const LAYOUT_KEY = metaKey("layout");

function pastActors(clocks: readonly VersionVector[], member: number, upTo: number): Set<Actor> {
  const actors = clocks.flatMap((clock) => [...clock.entries()].map(([actor]) => actor));
  return new Set(actors.filter((actor) => actorMember(actor) === member && actorIncarnation(actor) <= upTo));
}
