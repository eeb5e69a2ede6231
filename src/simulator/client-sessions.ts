/**
 * What the sessions of a run's clients have seen, kept as the SDK keeps it: an answer's token takes the place of the one
 * that the call went out with, and is joined to what other calls brought meanwhile.
 */
import { VersionVector } from "../causality/index.js";
import type { Outcome } from "../replication/index.js";

interface Session {
  /** Counts a client's sessions: it begins a new one where one is lost. */
  readonly number: number;
  /** By partition. */
  readonly seen: Map<number, VersionVector>;
}

/** A session as one call of it knows it. */
export interface CallSession {
  readonly name: string;
  /** What an attempt that begins now goes out with. */
  readonly begin: () => { readonly seen: VersionVector; readonly saw: (outcome: Outcome) => void };
}

export class ClientSessions {
  readonly #sessions = new Map<number, Session>();

  of(client: number, partition: number): CallSession {
    const session = this.#sessions.get(client) ?? this.#open(client, 0);
    return {
      name: `${client}/${session.number}`,
      begin: () => {
        const before = session.seen.get(partition) ?? NOTHING;
        return { seen: before, saw: (outcome) => this.#saw(client, session, partition, before, outcome) };
      },
    };
  }

  #saw(client: number, session: Session, partition: number, before: VersionVector, outcome: Outcome): void {
    if (outcome.kind === "failed") {
      const isOurs = this.#sessions.get(client) === session;
      if (outcome.reason === "SESSION_LOST" && isOurs) this.#open(client, session.number + 1);
      return;
    }
    if (outcome.seen === undefined) return;
    const now = session.seen.get(partition) ?? NOTHING;
    const seen = outcome.seen.copy();
    if (now !== before) seen.join(now);
    session.seen.set(partition, seen);
  }

  #open(client: number, number: number): Session {
    const session = { number, seen: new Map<number, VersionVector>() };
    this.#sessions.set(client, session);
    return session;
  }
}

const NOTHING = new VersionVector();
