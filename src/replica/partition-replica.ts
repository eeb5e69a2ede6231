/**
 * One replica of one partition: its clock, its log and its rows, and the only code that changes them. Every change puts
 * data, log entry and clock into the batch of the turn, so they reach the disk together or not at all (rule 1).
 *
 * The clock advances by an in-order change or a completed catch-up, never because a dot was seen in some context
 * (rule 6).
 */
import { type Actor, type Dot, type HybridClock, VersionVector } from "../causality/index.js";
import {
  type CatchUpPointer,
  type Delta,
  type Doubt,
  type PartitionRecord,
  type RequestRecord,
  type RowKey,
  rowKeyType,
  sealRecord,
  writePartition,
} from "../codec/index.js";
import {
  applyChange,
  type Intent,
  joinRow,
  type LiveDot,
  type Row,
  type RowState,
  rowState,
  stripped,
} from "../crdt/index.js";
import { type GroupCommit, partitionKey } from "../storage/index.js";
import { AheadRows } from "./ahead-rows.js";
import type { ConflictLog } from "./conflict-log.js";
import { DotLog } from "./dot-log.js";
import { endOfRow, reclaimOfRow } from "./expirations.js";
import { Forgotten } from "./forgotten.js";
import type { PartitionSketch } from "./partition-sketch.js";
import { type DamageNews, RowStore } from "./row-store.js";
import { Tombstones } from "./tombstones.js";

/** What a replica needs of its node. */
interface ReplicaEnvironment {
  readonly commit: GroupCommit;
  readonly hlc: HybridClock;
  readonly conflicts?: ConflictLog | undefined;
  /** The replica's clock or doubt changed: save it with the batch of this turn. */
  markDirty(replica: PartitionReplica): void;
  /** A record failed its checksum just now, or did before and is still not whole. */
  reportDamage(partition: number, rowKey: RowKey, news: DamageNews): void;
}

type ApplyResult =
  /** In this turn's batch. */
  | "applied"
  /** Held already: acknowledge it again once durable. */
  | "duplicate"
  /** Earlier dots of its actor are missing: they are fetched, never skipped (rule 4). */
  | "gap";

type RequestTrace =
  | {
      /** `announced`: a catch-up under way brought the pointer, and the row may not be here yet. */
      readonly kind: "applied" | "announced";
      readonly dot: RequestRecord;
    }
  /** It was applied by somebody, and the record that says by whom cannot be read. */
  | { readonly kind: "damaged" };

export class PartitionReplica {
  readonly partition: number;
  readonly rows: RowStore;
  readonly aheadRows: AheadRows;
  readonly tombstones: Tombstones;
  readonly log: DotLog;
  readonly sketch: PartitionSketch;
  readonly forgotten: Forgotten;
  readonly #environment: ReplicaEnvironment;
  readonly #clock: VersionVector;
  readonly #durableClock: VersionVector;
  readonly #floor: VersionVector;
  /** Up to here this process left nothing in the log; the floor may lie above entries that are still to be removed. */
  readonly #trimmed = new VersionVector();
  #doubt: Doubt | undefined;
  #whenAdvanced: (() => void) | undefined;

  constructor(
    partition: number,
    record: PartitionRecord,
    sketch: PartitionSketch,
    environment: ReplicaEnvironment,
  ) {
    this.partition = partition;
    this.sketch = sketch;
    this.#environment = environment;
    this.#clock = record.clock;
    this.#durableClock = record.clock.copy();
    this.#floor = record.floor;
    this.forgotten = new Forgotten(record.floor);
    this.#doubt = record.doubt;
    this.rows = new RowStore(
      partition,
      environment.commit,
      { clock: this.#clock, durableClock: this.#durableClock },
      sketch,
      (rowKey, news) => environment.reportDamage(partition, rowKey, news),
    );
    this.aheadRows = new AheadRows(partition, environment.commit, this.rows);
    this.log = new DotLog(partition, environment.commit);
    this.tombstones = new Tombstones(partition, environment.commit, this.rows);
  }

  /** What was applied, durable or not. Read only. */
  get clock(): VersionVector {
    return this.#clock;
  }

  /** What was applied and is durable: the one that leaves this node. Read only. */
  get durableClock(): VersionVector {
    return this.#durableClock;
  }

  /** Up to here the log was trimmed. Read only. */
  get floor(): VersionVector {
    return this.#floor;
  }

  get doubt(): Doubt | undefined {
    return this.#doubt;
  }

  /** Who wants to hear of it when the durable clock has moved; undefined: nobody any more. */
  set whenAdvanced(listener: (() => void) | undefined) {
    this.#whenAdvanced = listener;
  }

  setDoubt(doubt: Doubt | undefined): void {
    this.#doubt = doubt;
    this.#environment.markDirty(this);
  }

  /** Mints the next dot of `actor` for one row change; `following` more of the same write come right after it. */
  mint(
    actor: Actor,
    rowKey: RowKey,
    row: Row,
    intent: Intent,
    { requestId, following }: Pick<Delta, "requestId" | "following">,
  ): Delta {
    const hlc = this.#environment.hlc.next();
    const delta: Delta = {
      partition: this.partition,
      actor,
      counter: this.#clock.get(actor) + 1,
      hlc,
      rowKey,
      requestId,
      following,
      payload: intent.payload === undefined ? undefined : { ...intent.payload, hlc },
      replaced: dotsOf(intent.replaced),
    };
    this.#enter(row, delta);
    return delta;
  }

  /**
   * Announces a row anew under the next dot of `actor`, for the dots of past actors in its `ahead` (rule 8). The payloads
   * keep their dots: two holders may announce the same. Undefined: there is nothing to announce.
   */
  announce(actor: Actor, rowKey: RowKey, isPast: (actor: Actor) => boolean): Delta | undefined {
    const row = this.rows.readPending(rowKey);
    if (row.damagedAt !== undefined) return undefined;
    const actors = this.aheadRows.unannounced(rowKey, row.ahead, isPast);
    if (actors.length === 0) return undefined;
    const announced = { state: rowState(row, this.#clock), actors };
    const delta = { ...this.#bareDelta(actor, rowKey), announced };
    this.#enter(row, delta);
    return delta;
  }

  /**
   * Removes what has expired of a row, under the next dot of `actor`. Undefined: the row is another than its expiration
   * says, which then goes, or not all of it is over.
   */
  reclaim(actor: Actor, rowKey: RowKey, expiresAtMs: number, nowMs: number): Delta | undefined {
    const row = this.rows.readPending(rowKey);
    const change = reclaimOfRow(rowKey, row, nowMs);
    if (endOfRow(rowKey, row.live) !== expiresAtMs) this.rows.expirations.replace(rowKey, expiresAtMs, 0);
    if (change === undefined) return undefined;
    const { payload, replaced } = change;
    const delta = { ...this.#bareDelta(actor, rowKey), payload, replaced: dotsOf(replaced) };
    this.#enter(row, delta);
    return delta;
  }

  /** Closes the actors of a member up to an incarnation: every replica holds the same of them. */
  close(member: number, incarnation: number): void {
    this.#clock.close(member, incarnation);
    this.rows.mayBeAhead = true;
    this.#environment.markDirty(this);
    this.#environment.commit.whenDurable(() => {
      this.#durableClock.close(member, incarnation);
      this.#whenAdvanced?.();
    });
  }

  /** Every replica has closed them: their entries and what was left of their log go. */
  forget(member: number, incarnation: number): void {
    this.#floor.close(member, incarnation);
    for (const [actor, counter] of this.#clock.entries())
      if (this.#floor.isClosed(actor)) this.forgotten.add(actor, counter);
    for (const vector of [this.#clock, this.#durableClock, this.#trimmed, this.#floor])
      vector.forget(this.#floor);
    this.#environment.markDirty(this);
  }

  /** Applies another node's mutation, when it is the next of its actor. */
  apply(delta: Delta): ApplyResult {
    const held = this.#clock.get(delta.actor);
    if (delta.counter <= held) return "duplicate";
    if (delta.counter > held + 1) return "gap";
    this.#environment.hlc.observe(delta.hlc);
    this.#enter(this.rows.readPending(delta.rowKey), delta);
    return "applied";
  }

  /** Joins another replica's whole row: read repair and catch-up. The clock stays where it is. */
  join(rowKey: RowKey, state: RowState): void {
    for (const dot of state.live) this.#environment.hlc.observe(dot.payload.hlc);
    const row = this.rows.readPending(rowKey);
    this.#environment.conflicts?.noteJoin(rowKey, row, this.#clock, state);
    this.rows.write(rowKey, row, joinRow(rowKeyType(rowKey), row, this.#clock, state));
  }

  /**
   * Puts a row back to what the other replicas say that it shows, where nothing is missing and this one is wrong
   * (rule 14). What it is ahead by stays.
   */
  restore(rowKey: RowKey, live: readonly LiveDot[]): void {
    for (const dot of live) this.#environment.hlc.observe(dot.payload.hlc);
    const row = this.rows.readStored(rowKey);
    this.rows.write(rowKey, row, { live, ahead: row.ahead, damagedAt: undefined });
  }

  /** Stores pointers of a catch-up: also those of overwritten and removed dots, for whom we may serve later (rule 7). */
  addPointers(pointers: readonly CatchUpPointer[]): void {
    for (const pointer of pointers) {
      if (this.#clock.covers(pointer.actor, pointer.counter)) continue;
      this.log.add(pointer.actor, pointer.counter, pointer.entry);
    }
  }

  /**
   * Adopts the clock that a completed catch-up aimed at, after its rows and pointers. `floor` is the source's where the
   * log had been cut.
   */
  adopt(target: VersionVector, floor: VersionVector | undefined): void {
    for (const [actor, counter] of floor?.entries() ?? [])
      if (!this.#clock.covers(actor, counter)) this.#floor.raise(actor, counter);
    for (const [member, incarnation] of floor?.closed() ?? [])
      if (incarnation > this.#clock.closedUpTo(member)) this.#floor.close(member, incarnation);
    if (floor !== undefined) this.forgotten.lose(this.#floor);
    this.#clock.join(target);
    this.#clock.forget(this.#floor);
    this.#environment.markDirty(this);
    const covered = this.#clock.copy();
    this.#environment.commit.whenDurable(() => {
      this.#durableClock.join(covered);
      this.#durableClock.forget(this.#floor);
      this.#whenAdvanced?.();
    });
  }

  /** The log has lost a pointer: what asks for dots up to here gets a full sync from now on. */
  raiseFloor(actor: Actor, counter: number): void {
    this.#floor.raise(actor, counter);
    this.#environment.markDirty(this);
  }

  /** Whether entries of the actor's log up to this counter may still be on disk. */
  isTrimDue(actor: Actor, upTo: number): boolean {
    return upTo > this.#trimmed.get(actor) && !this.#floor.isClosed(actor);
  }

  /**
   * Removes the oldest entries of one actor's log, at most `limit` and none above `upTo`, with the request ids that they
   * kept; the floor rises in the same batch (rule 7). `done` hears how many went.
   */
  trimLog(
    actor: Actor,
    upTo: number,
    limit: number,
    done: (error: Error | undefined, count: number) => void,
  ): void {
    this.log.trim(actor, this.#trimmed.get(actor) + 1, upTo, limit, (error, count, reached) => {
      if (error !== undefined) return done(error, 0);
      this.#trimmed.raise(actor, reached);
      this.raiseFloor(actor, reached);
      done(undefined, count);
    });
  }

  /** What became of a request id here, durable or not; undefined when nothing is known of it. */
  findRequest(requestId: string): RequestTrace | undefined {
    const dot = this.log.findRequest(requestId);
    if (dot === undefined) return undefined;
    if (dot === "damaged") return { kind: "damaged" };
    return { kind: this.#clock.covers(dot.actor, dot.counter) ? "applied" : "announced", dot };
  }

  /** Puts clock, floor and doubt into the batch of this turn. */
  save(): void {
    const key = partitionKey(this.partition);
    const record = { clock: this.#clock, floor: this.#floor, doubt: this.#doubt };
    this.#environment.commit.put(
      key,
      sealRecord(Buffer.from(key, "latin1"), (writer) => writePartition(writer, record)),
    );
  }

  /** Of no request, and changes nothing. */
  #bareDelta(actor: Actor, rowKey: RowKey): Delta {
    const counter = this.#clock.get(actor) + 1;
    const hlc = this.#environment.hlc.next();
    const nothing = { requestId: undefined, following: 0, payload: undefined, replaced: [] };
    return { partition: this.partition, actor, counter, hlc, rowKey, ...nothing };
  }

  #enter(row: Row, delta: Delta): void {
    const type = rowKeyType(delta.rowKey);
    this.#environment.conflicts?.noteDelta(row, this.#clock, delta);
    const changed =
      delta.announced === undefined
        ? applyChange(type, row, this.#clock, delta)
        : joinRow(type, row, this.#clock, delta.announced.state);
    this.#clock.raise(delta.actor, delta.counter);
    this.rows.write(delta.rowKey, row, stripped(changed, this.#clock));
    if (delta.announced !== undefined) this.aheadRows.markAnnounced(delta.rowKey, delta.announced);
    this.log.add(delta.actor, delta.counter, delta);
    this.#environment.markDirty(this);
    this.#environment.commit.whenDurable(() => {
      this.#durableClock.raise(delta.actor, delta.counter);
      this.#whenAdvanced?.();
    });
  }
}

/** Without what they hold. */
function dotsOf(dots: readonly Dot[]): Dot[] {
  return dots.map(({ actor, counter }) => ({ actor, counter }));
}
