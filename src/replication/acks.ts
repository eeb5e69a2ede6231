/**
 * Acknowledgements, both ways. Outgoing ones say "durable and applied in order up to this dot", to the node that minted
 * it, and are merged until the turn ends. Incoming ones, and clocks, tell what each peer is known to hold.
 */
import { type Actor, actorMember, VersionVector } from "../causality/index.js";
import type { AckEntry } from "../codec/index.js";
import type { Environment } from "./environment.js";

export class AckSender {
  readonly #environment: Environment;
  readonly #due = new Map<number, Map<string, AckEntry>>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Only for what is durable. */
  add(entry: AckEntry): void {
    const member = actorMember(entry.actor);
    if (member === this.#environment.self.number) return;
    let due = this.#due.get(member);
    if (due === undefined) {
      due = new Map();
      this.#due.set(member, due);
    }
    const key = `${entry.partition}/${entry.actor}`;
    const known = due.get(key);
    if (known === undefined || known.counter < entry.counter) due.set(key, entry);
    this.#environment.links.flushSoon();
  }

  flush(): void {
    const hlc = this.#environment.hlc.last;
    for (const [member, entries] of this.#due)
      this.#environment.links.send(member, { type: "ack", hlc, entries: [...entries.values()] });
    this.#due.clear();
  }
}

/** What each peer is known to hold durably, by partition. Never more than it holds, often less. */
export class PeerClocks {
  readonly #clocks = new Map<number, Map<number, VersionVector>>();
  /** Members of which more is known, or less, than the store has. */
  readonly #changed = new Set<number>();

  get(partition: number, member: number): VersionVector {
    return this.#clocks.get(partition)?.get(member) ?? EMPTY;
  }

  /**
   * A whole clock. It replaces what was known: a peer that lost its store holds less than before. It is copied, because
   * acknowledgements raise it from now on: in the peer's statement, which it came with, it stays one moment.
   */
  set(partition: number, member: number, clock: VersionVector): void {
    this.restore(partition, member, clock);
    this.#changed.add(member);
  }

  /** What the store has of it, before it tells anything. */
  restore(partition: number, member: number, clock: VersionVector): void {
    this.#ofPartition(partition).set(member, clock.copy());
  }

  raise(partition: number, member: number, actor: Actor, counter: number): void {
    const clocks = this.#ofPartition(partition);
    const known = clocks.get(member);
    if (known !== undefined) known.raise(actor, counter);
    else clocks.set(member, VersionVector.from([[actor, counter]]));
    this.#changed.add(member);
  }

  /** It is removed from the cluster. */
  drop(member: number): void {
    for (const clocks of this.#clocks.values()) clocks.delete(member);
    this.#changed.delete(member);
  }

  /** Members of whom the store is to be told; after this it has been. */
  takeChanged(): number[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  #ofPartition(partition: number): Map<number, VersionVector> {
    const known = this.#clocks.get(partition);
    if (known !== undefined) return known;
    const clocks = new Map<number, VersionVector>();
    this.#clocks.set(partition, clocks);
    return clocks;
  }
}

const EMPTY = new VersionVector();
