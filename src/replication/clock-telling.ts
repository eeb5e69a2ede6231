/**
 * Tells each peer of the clocks of the partitions that both hold: all of them when its link comes up, and from then on
 * those that changed. Before the first, and whenever it changes, our view of the membership.
 */
import type { VersionVector } from "../causality/index.js";
import type { PartitionReplica } from "../replica/index.js";
import type { Environment } from "./environment.js";
import type { Statement } from "./statements.js";
import type { Views } from "./views.js";

export class ClockTelling {
  readonly #environment: Environment;
  readonly #views: Views;
  readonly #orphansOf: (partition: number) => VersionVector | undefined;
  /** What each peer was last told, by partition. */
  readonly #told = new Map<number, Map<number, Statement>>();
  /** The version of our view that each peer was told. */
  readonly #toldViews = new Map<number, number>();

  constructor(
    environment: Environment,
    views: Views,
    orphansOf: (partition: number) => VersionVector | undefined,
  ) {
    this.#environment = environment;
    this.#views = views;
    this.#orphansOf = orphansOf;
  }

  peerUp(peer: number): void {
    this.#told.delete(peer);
    this.#toldViews.delete(peer);
    this.tellAll(peer);
  }

  /** The clocks follow in the next round. */
  viewChanged(): void {
    for (const { number } of this.#environment.view.layout.members) this.#tellView(number);
  }

  /** What is new to a peer; what its full queue does not take is told in the next round. */
  tellAll(peer: number): void {
    if (!this.#tellView(peer)) return;
    for (const partition of this.#environment.view.partitionsOf(this.#environment.self.number))
      if (this.#environment.view.isReplica(partition, peer)) this.#tell(peer, partition, false);
  }

  /** At once, though it may have been told already. */
  tellAllPeers(partition: number): void {
    for (const member of this.#environment.neighbourhood(partition).others)
      this.#tell(member, partition, true);
  }

  /** False: the peer does not know our view, and could not place what we say of our replicas. */
  #tellView(peer: number): boolean {
    const { links, self } = this.#environment;
    const { version } = this.#views;
    if (peer === self.number || !links.isUp(peer)) return false;
    if (this.#toldViews.get(peer) === version) return true;
    if (!links.send(peer, this.#views.message())) return false;
    this.#toldViews.set(peer, version);
    return true;
  }

  #tell(peer: number, partition: number, isForced: boolean): void {
    const { hlc, links } = this.#environment;
    const replica = this.#environment.replica(partition);
    if (replica === undefined || !this.#tellView(peer)) return;
    const told = this.#told.get(peer) ?? new Map<number, Statement>();
    this.#told.set(peer, told);
    const last = told.get(partition);
    if (!isForced && last !== undefined && this.#isCurrent(replica, last)) return;
    const statement: Statement = {
      clock: replica.durableClock.copy(),
      isInDoubt: replica.doubt !== undefined,
      view: this.#views.version,
      orphans: this.#orphansOf(partition),
    };
    if (links.send(peer, { type: "clock", partition, hlc: hlc.last, ...statement }))
      told.set(partition, statement);
  }

  #isCurrent(replica: PartitionReplica, last: Statement): boolean {
    const orphans = this.#orphansOf(replica.partition);
    const isSame =
      orphans === undefined || last.orphans === undefined
        ? orphans === last.orphans
        : orphans.equals(last.orphans);
    return isSame && last.view === this.#views.version && last.clock.equals(replica.durableClock);
  }
}
