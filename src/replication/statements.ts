/**
 * What each peer last said of each of its replicas on the link that is up. Unlike `PeerClocks`, which acknowledgements
 * raise dot by dot, a statement is one moment of the peer's durable state, under one view of the membership: only of
 * such can be concluded that nothing older is still to come.
 */
import type { VersionVector } from "../causality/index.js";

export interface Statement {
  readonly clock: VersionVector;
  readonly isInDoubt: boolean;
  readonly view: number;
  readonly orphans: VersionVector | undefined;
}

export class Statements {
  readonly #byPeer = new Map<number, Map<number, Statement>>();

  get(peer: number, partition: number): Statement | undefined {
    return this.#byPeer.get(peer)?.get(partition);
  }

  set(peer: number, partition: number, statement: Statement): void {
    const statements = this.#byPeer.get(peer) ?? new Map<number, Statement>();
    this.#byPeer.set(peer, statements);
    statements.set(partition, statement);
  }

  peerDown(peer: number): void {
    this.#byPeer.delete(peer);
  }
}
