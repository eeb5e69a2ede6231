/**
 * Whom this node and its peers take for the members: the newest incarnation of each, durably known, and of which
 * partitions somebody keeps deltas for a replica that is away. What a peer says of its replicas counts for purging and
 * closing only while its view is the same as ours (rules 8 and 10).
 *
 * Copies kept for a replica that is away, its home, may be all that is left of a write: no clock says that it is missing.
 * So nothing is forgotten of a partition while somebody keeps copies of it, and two things make that safe without any
 * order between links:
 *
 * - Whoever keeps copies says so before its view can tell of a newer incarnation of the member that minted them, and takes
 *   none of a past one. Under the older view nothing of that member is closed, and what it said of itself either was
 *   before it minted the dot, which is then stamped above all that may be purged, or names the dot, and is waited for.
 * - When the copies are home, the home has what its last statement did not tell. Each time that a member keeps less than
 *   before is a *release*, with a number; views agree only if they know of the same releases. So the home's statements
 *   count again only once it has heard of the release, which is after it had the copies.
 */
import { type Actor, actorIncarnation, actorMember, INCARNATION_MAX } from "../causality/index.js";
import type { ViewMessage } from "../codec/index.js";
import type { LayoutName } from "../topology/index.js";

/**
 * Releases of one incarnation: their numbers must not be taken for those of another one. What an incarnation leaves of
 * 53 bits.
 */
const RELEASES_MAX = 2 ** 16;

interface PeerView {
  readonly version: number;
  readonly layout: LayoutName;
  readonly incarnations: ReadonlyMap<number, number>;
  readonly kept: ReadonlySet<number>;
  readonly releases: ReadonlyMap<number, number>;
}

export class Views {
  readonly #layout: LayoutName;
  readonly #self: number;
  readonly #incarnations: Map<number, number>;
  readonly #peers = new Map<number, PeerView>();
  /** Of each member that has made one. */
  readonly #releases = new Map<number, number>();
  #kept: ReadonlySet<number> = new Set();
  #version = 1;

  /** @param incarnations of all members, our own among them; 0 for one never met. */
  constructor(layout: LayoutName, self: number, incarnations: ReadonlyMap<number, number>) {
    this.#layout = layout;
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

  /**
   * The partitions of which we keep deltas for others: said before one is durable, and until its removal is. False:
   * nothing changed.
   */
  keep(partitions: ReadonlySet<number>): boolean {
    const isRelease = [...this.#kept].some((partition) => !partitions.has(partition));
    if (!isRelease && partitions.size === this.#kept.size) return false;
    if (isRelease) this.#releases.set(this.#self, this.#nextRelease());
    this.#kept = new Set(partitions);
    this.#version++;
    return true;
  }

  message(): ViewMessage {
    return {
      type: "view",
      version: this.#version,
      layoutVersion: this.#layout.version,
      layoutHash: this.#layout.hash,
      incarnations: this.#incarnations,
      kept: [...this.#kept],
      releases: this.#releases,
    };
  }

  /** True: it tells of a release, and our own view is another one now. */
  receive(from: number, message: ViewMessage): boolean {
    const { version, incarnations, releases } = message;
    const layout = { version: message.layoutVersion, hash: message.layoutHash };
    this.#peers.set(from, { version, layout, incarnations, releases, kept: new Set(message.kept) });
    const release = releases.get(from);
    if (release === this.#releases.get(from)) return false;
    if (release === undefined) this.#releases.delete(from);
    else this.#releases.set(from, release);
    this.#version++;
    return true;
  }

  /** As the peer said on its present link. */
  hasOurLayout(peer: number): boolean {
    const layout = this.#peers.get(peer)?.layout;
    return layout?.version === this.#layout.version && layout.hash === this.#layout.hash;
  }

  peerDown(peer: number): void {
    this.#peers.delete(peer);
  }

  /** The version of the view that a peer is known to have; 0 while it has none, or another one than ours. */
  agreedVersion(peer: number): number {
    const view = this.#peers.get(peer);
    return view !== undefined && this.hasOurLayout(peer) && this.#isOurs(view) ? view.version : 0;
  }

  /** Every member has our view, and none keeps deltas of this partition for a replica that is away. */
  isAgreedOn(partition: number): boolean {
    if (this.#kept.has(partition)) return false;
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
    for (const [member, incarnation] of this.#incarnations)
      if (view.incarnations.get(member) !== incarnation) return false;
    for (const member of this.#incarnations.keys())
      if (view.releases.get(member) !== this.#releases.get(member)) return false;
    return true;
  }

  /** Rises, and over all incarnations of ours: one begins in 1/32 s at most, and 65,536 releases take longer. */
  #nextRelease(): number {
    const first = this.incarnationOf(this.#self) * RELEASES_MAX;
    return Math.max(first, this.#releases.get(this.#self) ?? 0) + 1;
  }
}
