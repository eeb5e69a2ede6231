/**
 * Which dots of this node at least one other member is known to hold, in all its incarnations: should the node be removed
 * from the cluster, the others are the writes that nobody else has. Written every few seconds, so after a crash it may
 * say less than was known, and never says more.
 */
import { type Actor, actorMember, VersionVector } from "../causality/index.js";
import { openRecord, readVector, sealRecord, writeVector } from "../codec/index.js";
import type { Timer } from "../runtime/index.js";
import { metaKey, type StoreKey } from "../storage/index.js";
import type { Environment } from "./environment.js";

const ROUND_MS = 5_000;

export function sharedKey(partition: number): StoreKey {
  return metaKey(`shared/${partition}`);
}

/** Throws `RecordDamagedError`. */
export function openShared(partition: number, bytes: Buffer): VersionVector {
  return openRecord(Buffer.from(sharedKey(partition), "latin1"), bytes, readVector);
}

function sealShared(partition: number, shared: VersionVector): Buffer {
  return sealRecord(Buffer.from(sharedKey(partition), "latin1"), (writer) => writeVector(writer, shared));
}

export class SharedWrites {
  readonly #environment: Environment;
  readonly #byPartition = new Map<number, VersionVector>();
  /** Partitions of which the store has less. */
  readonly #changed = new Set<number>();
  #timer: Timer | undefined;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  start(stored: ReadonlyMap<number, VersionVector>): void {
    for (const [partition, shared] of stored) this.#byPartition.set(partition, shared);
    this.#timer = this.#environment.timers.every(ROUND_MS, () => this.#save());
  }

  close(): void {
    this.#timer?.cancel();
    this.#save();
  }

  /** Another member holds this dot, and all before it, durably. */
  note(partition: number, actor: Actor, counter: number): void {
    if (actorMember(actor) !== this.#environment.self.number) return;
    const shared = this.#byPartition.get(partition) ?? new VersionVector();
    if (shared.covers(actor, counter)) return;
    shared.raise(actor, counter);
    this.#byPartition.set(partition, shared);
    this.#changed.add(partition);
  }

  /** Read only. */
  of(partition: number): VersionVector {
    return this.#byPartition.get(partition) ?? NONE;
  }

  #save(): void {
    const { commit, replica } = this.#environment;
    for (const partition of this.#changed) {
      const shared = this.of(partition);
      const floor = replica(partition)?.floor;
      if (floor !== undefined) shared.forget(floor);
      commit.put(sharedKey(partition), sealShared(partition, shared));
    }
    this.#changed.clear();
  }
}

const NONE = new VersionVector();
