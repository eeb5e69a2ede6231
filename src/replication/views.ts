/**
 * Whom this node and its peers take for the members: the newest incarnation of each, durably known, and of which
 * partitions somebody keeps deltas for a replica that is away. What a peer says of its replicas counts for purging and
 * closing only while its view is the same as ours (rules 8 and 10).
 */
import { type Actor, actorIncarnation, actorMember } from "../causality/index.js";
import type { ViewMessage } from "../codec/index.js";

const INCARNATION_MAX = 2 ** 32 - 1;

interface PeerView {
  readonly version: number;
  readonly layoutVersion: number;
  readonly incarnations: ReadonlyMap<number, number>;
  readonly kept: ReadonlySet<number>;
}

export class Views {
  readonly #layoutVersion: number;
  readonly #self: number;
  readonly #incarnations: Map<number, number>;
  readonly #peers = new Map<number, PeerView>();
  #kept: readonly number[] = [];
  #version = 1;

  /** @param incarnations of all members, our own among them; 0 for one never met. */
  constructor(layoutVersion: number, self: number, incarnations: ReadonlyMap<number, number>) {
    this.#layoutVersion = layoutVersion;
    this.#self = self;
    this.#incarnations = new Map(incarnations);
  }

  /** Rises with each change of our view, so that what was said under an older one is told apart. */
  get version(): number {
    return this.#version;
  }

  /** The newest incarnation of a member that is known durably; 0 for one never met. */
  incarnationOf(member: number): number {
    return this.#incarnations.get(member) ?? 0;
  }

  /** The actors of a member up to this incarnation will never mint again; all of them when it is no member any more. */
  pastUpTo(member: number): number {
    const present = this.#incarnations.get(member);
    return present === undefined ? INCARNATION_MAX : present - 1;
  }

  isPast(actor: Actor): boolean {
    return actorIncarnation(actor) <= this.pastUpTo(actorMember(actor));
  }

  /** Durable by now. */
  learned(member: number, incarnation: number): void {
    if (incarnation <= this.incarnationOf(member)) return;
    this.#incarnations.set(member, incarnation);
    this.#version++;
  }

  /** The partitions of which we keep deltas for others; durable. */
  keep(partitions: readonly number[]): void {
    this.#kept = partitions;
    this.#version++;
  }

  message(): ViewMessage {
    return {
      type: "view",
      version: this.#version,
      layoutVersion: this.#layoutVersion,
      incarnations: this.#incarnations,
      kept: this.#kept,
    };
  }

  receive(from: number, message: ViewMessage): void {
    const { version, layoutVersion, incarnations } = message;
    this.#peers.set(from, { version, layoutVersion, incarnations, kept: new Set(message.kept) });
  }

  peerDown(peer: number): void {
    this.#peers.delete(peer);
  }

  /** The version of the view that a peer is known to have; 0 while it has none, or another one than ours. */
  agreedVersion(peer: number): number {
    const view = this.#peers.get(peer);
    return view !== undefined && this.#isOurs(view) ? view.version : 0;
  }

  /** Every member has our view, and none keeps deltas of this partition for a replica that is away. */
  isAgreedOn(partition: number): boolean {
    if (this.#kept.includes(partition)) return false;
    for (const member of this.#incarnations.keys()) {
      if (member === this.#self) continue;
      if (this.agreedVersion(member) === 0 || this.#peers.get(member)?.kept.has(partition) === true)
        return false;
    }
    return true;
  }

  /** Members whose view is missing or another one, and those who keep deltas of the partition for others. */
  dissenters(partition: number): number[] {
    return [...this.#incarnations.keys()].filter(
      (member) =>
        member !== this.#self &&
        (this.agreedVersion(member) === 0 || this.#peers.get(member)?.kept.has(partition) === true),
    );
  }

  #isOurs(view: PeerView): boolean {
    if (view.layoutVersion !== this.#layoutVersion) return false;
    for (const [member, incarnation] of this.#incarnations)
      if (view.incarnations.get(member) !== incarnation) return false;
    return true;
  }
}
