/**
 * Takes deltas of other nodes: passes them on as a relay, applies them in the order of their actor's counters, and
 * acknowledges them once durable. One that comes before its predecessors waits a moment in a bounded buffer, and so does a
 * part of a write before the rest of it has come: all of it is applied in one turn, and goes into one batch. What does
 * not resolve by itself is fetched by catch-up.
 */
import { type Actor, actorIncarnation, actorMember } from "../causality/index.js";
import { type Delta, decodeRowKey, type RowKey } from "../codec/index.js";
import type { PartitionReplica } from "../replica/index.js";
import type { AckSender } from "./acks.js";
import type { Fill } from "./bounds.js";
import type { Dissemination } from "./dissemination.js";
import type { Environment } from "./environment.js";

const EARLY_BYTES_MAX = 8 * 1024 * 1024;
const DELTA_OVERHEAD_BYTES = 256;

interface DeltaReceiverHooks {
  /** Dots of its actor before it are missing; they may still arrive. */
  gap(delta: Delta): void;
  /** Applied and durable. */
  landed(delta: Delta): void;
}

export class DeltaReceiver {
  readonly #environment: Environment;
  readonly #acks: AckSender;
  readonly #dissemination: Dissemination;
  readonly #hooks: DeltaReceiverHooks;
  readonly #early = new EarlyDeltas();

  constructor(
    environment: Environment,
    acks: AckSender,
    dissemination: Dissemination,
    hooks: DeltaReceiverHooks,
  ) {
    this.#environment = environment;
    this.#acks = acks;
    this.#dissemination = dissemination;
    this.#hooks = hooks;
  }

  get earlyBytes(): Fill {
    return { size: this.#early.bytes, max: EARLY_BYTES_MAX };
  }

  receive(delta: Delta, isRelayed: boolean): void {
    const replica = this.#environment.replica(delta.partition);
    if (replica === undefined || !this.#isOfThisPartition(delta)) return;
    if (isRelayed) this.#dissemination.relay(delta);
    if (this.#isClosed(delta.actor) && !replica.clock.covers(delta.actor, delta.counter)) {
      this.#environment.counters.add("deltas_refused");
      return;
    }
    if (replica.rows.awaited?.covers(delta.actor, delta.counter) === true) return;
    const isPart = delta.following > 0 && !replica.clock.covers(delta.actor, delta.counter);
    if (isPart) this.#wait(delta);
    else this.#take(replica, delta);
    this.retryEarly(replica);
  }

  /** After the clock rose: what came early may fit now. */
  retryEarly(replica: PartitionReplica): void {
    for (;;) {
      const write = this.#early.takeNext(replica);
      if (write.length === 0) return;
      for (const part of write) this.#take(replica, part);
    }
  }

  #take(replica: PartitionReplica, delta: Delta): void {
    switch (replica.apply(delta)) {
      case "applied":
        this.#environment.counters.add("deltas_applied");
        return this.#environment.commit.whenDurable(() => {
          this.#acks.add(delta);
          this.#hooks.landed(delta);
        });
      case "duplicate":
        this.#environment.counters.add("deltas_duplicate");
        return this.#environment.commit.whenDurable(() => this.#acks.add(delta));
      case "gap":
        return this.#wait(delta);
    }
  }

  #wait(delta: Delta): void {
    this.#early.add(delta);
    this.#hooks.gap(delta);
  }

  /**
   * Who learned of a newer incarnation takes no live delta of an older one, and none of who is no member any more: what
   * others hold of them travels by catch-up (rule 8).
   */
  #isClosed(actor: Actor): boolean {
    const { liveness, view } = this.#environment;
    const member = actorMember(actor);
    return (
      view.memberByNumber(member) === undefined || actorIncarnation(actor) < liveness.incarnationOf(member)
    );
  }

  #isOfThisPartition(delta: Delta): boolean {
    return partitionOfRow(this.#environment, delta.rowKey) === delta.partition;
  }
}

/** Deltas that came before their predecessors, by partition, actor and counter; bounded in bytes. */
class EarlyDeltas {
  readonly #byPartition = new Map<number, Map<Actor, Map<number, Delta>>>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** A full buffer drops the delta: catch-up brings it. */
  add(delta: Delta): void {
    if (this.#bytes + sizeOf(delta) > EARLY_BYTES_MAX) return;
    const byActor = this.#byPartition.get(delta.partition) ?? new Map<Actor, Map<number, Delta>>();
    this.#byPartition.set(delta.partition, byActor);
    const deltas = byActor.get(delta.actor) ?? new Map<number, Delta>();
    byActor.set(delta.actor, deltas);
    if (deltas.has(delta.counter)) return;
    deltas.set(delta.counter, delta);
    this.#bytes += sizeOf(delta);
  }

  /** Removes and returns the write that is next in order by now, if all of it is there; drops what is held already. */
  takeNext(replica: PartitionReplica): readonly Delta[] {
    const byActor = this.#byPartition.get(replica.partition);
    for (const [actor, deltas] of byActor ?? []) {
      const held = replica.clock.get(actor);
      const next = deltas.get(held + 1);
      const write = next === undefined ? NOTHING : partsFrom(deltas, next);
      for (const part of write) this.#remove(deltas, part);
      if (write.length > 0) return write;
      // They mostly came in order, and looking through all of them each time would cost their number squared.
      for (const delta of deltas.values()) {
        if (delta.counter > held) break;
        this.#remove(deltas, delta);
      }
      if (deltas.size === 0) byActor?.delete(actor);
    }
    if (byActor?.size === 0) this.#byPartition.delete(replica.partition);
    return NOTHING;
  }

  #remove(deltas: Map<number, Delta>, delta: Delta): void {
    deltas.delete(delta.counter);
    this.#bytes -= sizeOf(delta);
  }
}

const NOTHING: readonly Delta[] = [];

/** It and the rest of its write, in order; nothing while some of that is not there. The last part comes last as a rule. */
function partsFrom(deltas: ReadonlyMap<number, Delta>, first: Delta): readonly Delta[] {
  if (!deltas.has(first.counter + first.following)) return NOTHING;
  const parts = [first];
  for (let ahead = 1; ahead <= first.following; ahead++) {
    const part = deltas.get(first.counter + ahead);
    if (part === undefined) return NOTHING;
    parts.push(part);
  }
  return parts;
}

function sizeOf(delta: Delta): number {
  return DELTA_OVERHEAD_BYTES + delta.rowKey.length + (delta.payload?.data.length ?? 0);
}

/** The partition that a row belongs to: only bucket and key count (rule 22). */
export function partitionOfRow(environment: Environment, rowKey: RowKey): number {
  const { bucket, key } = decodeRowKey(rowKey);
  return environment.view.partitionOf(bucket, key);
}
