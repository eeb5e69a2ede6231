/**
 * Sessions: read your writes, monotonic reads, monotonic writes, writes follow reads (Terry et al., "Session Guarantees
 * for Weakly Consistent Replicated Data", 1994), for one user who moves between nodes and regions. The token names what
 * the user has seen; a replica serves the user once its durable clock covers it (rule 19). One that does not fetches what
 * is missing, and passes the user on to one that has it when that takes too long.
 *
 * What all replicas of a partition are known to hold is left out of a token: each of them covers it.
 */
import { type Context, VersionVector } from "../causality/index.js";
import type { PartitionReplica } from "../replica/index.js";
import type { Timer } from "../runtime/index.js";
import type { PeerClocks } from "./acks.js";
import type { Environment } from "./environment.js";
import { failure } from "./failures.js";
import type { Failure } from "./operation.js";

/** A replica looks so often whether its clock covers what somebody waits for. */
const LOOK_MS = 5;
/** It keeps a user waiting so long before it passes him on, and never longer than half of his time. */
const WAIT_MS = 1_000;

export class Sessions {
  readonly #environment: Environment;
  readonly #peerClocks: PeerClocks;
  readonly #fetch: (partition: number) => void;

  /** @param fetch asks for what a partition lacks, soon */
  constructor(environment: Environment, peerClocks: PeerClocks, fetch: (partition: number) => void) {
    this.#environment = environment;
    this.#peerClocks = peerClocks;
    this.#fetch = fetch;
  }

  /** Calls back when this replica may serve who has seen these dots; with the reason if it will not. */
  admit(
    replica: PartitionReplica,
    dots: VersionVector,
    timeoutMs: number,
    done: (refusal: Failure | undefined) => void,
  ): void {
    const { clock, timers } = this.#environment;
    const admission = this.#judge(replica, dots);
    if (admission !== "behind") return done(admission === "covered" ? undefined : admission);
    this.#fetch(replica.partition);
    const endMs = clock.monotonicMs() + Math.min(WAIT_MS, timeoutMs / 2);
    const timer: Timer = timers.every(LOOK_MS, () => {
      const now = this.#judge(replica, dots);
      if (now === "behind" && clock.monotonicMs() < endMs) return;
      timer.cancel();
      if (now === "behind") done(behind(replica, dots));
      else done(now === "covered" ? undefined : now);
    });
  }

  /** Whether a member is known to hold these dots. */
  isKnownToCover(partition: number, member: number, dots: VersionVector): boolean {
    return this.#peerClocks.get(partition, member).includes(dots);
  }

  /** What of these dots a token has to name. */
  unstable(partition: number, dots: VersionVector): VersionVector {
    const { others } = this.#environment.neighbourhood(partition);
    const replica = this.#environment.replica(partition);
    const named = new VersionVector();
    for (const [actor, counter] of dots.entries()) {
      const isHeld =
        replica?.durableClock.covers(actor, counter) === true &&
        others.every((member) => this.#peerClocks.get(partition, member).covers(actor, counter));
      if (!isHeld) named.raise(actor, counter);
    }
    return named;
  }

  /** The same of several partitions: those of which a token has to name something. What is closed everybody holds. */
  unstableOf(seen: Iterable<readonly [number, VersionVector]>): Map<number, VersionVector> {
    const named = new Map<number, VersionVector>();
    for (const [partition, dots] of seen) {
      const open = VersionVector.from([...dots.entries()].filter(([actor]) => !dots.isClosed(actor)));
      const unstable = this.unstable(partition, open);
      if (unstable.size > 0) named.set(partition, unstable);
    }
    return named;
  }

  #judge(replica: PartitionReplica, dots: VersionVector): "covered" | "behind" | Failure {
    const { durableClock } = replica;
    for (const [actor, counter] of dots.entries())
      if (durableClock.isClosed(actor) && counter > durableClock.counterOf(actor)) return LOST;
    return replica.doubt === undefined && durableClock.includes(dots) ? "covered" : "behind";
  }
}

/** What somebody who read this has seen: exact dots as if all before them were. */
export function dotsSeen(context: Context): VersionVector {
  const dots = VersionVector.from(context.vector.entries());
  for (const { actor, counter } of context.dots()) dots.raise(actor, counter);
  return dots;
}

const LOST = failure(
  "SESSION_LOST",
  "the session has seen writes of a node that started anew since, and nobody can tell whether they survived; nothing was done: begin a new session",
);

function behind(replica: PartitionReplica, dots: VersionVector): Failure {
  const missing = dots.dotsBeyond(replica.durableClock);
  return failure(
    "SESSION_BEHIND",
    `no replica that was asked has all that the session has seen: the last one lacks ${missing} writes; nothing was done, try again or begin a new session`,
    { missing: String(missing) },
  );
}
