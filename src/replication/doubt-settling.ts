/**
 * Leads replicas out of their doubt: remembers who was heard out, and says when that is enough. Members that are in
 * doubt themselves count only once all others were heard: then there is nobody left who could know more. Without that,
 * replicas that came to doubt together, as after a power cut of them all, would wait for each other for ever.
 */
import type { VersionVector } from "../causality/index.js";
import { actorMember } from "../causality/index.js";
import { isSettled, newDoubt, type PartitionReplica, settledWith } from "../replica/index.js";
import type { Environment } from "./environment.js";

const NOBODY: ReadonlySet<number> = new Set();

export class DoubtSettling {
  readonly #environment: Environment;
  /** By partition: members in doubt of whose dots we lack none. Not durable: they tell their clocks again. */
  readonly #heardInDoubt = new Map<number, Set<number>>();
  /** Partitions of which it showed since the start: it shows again until they have caught up, and says no more. */
  readonly #hasForgotten = new Set<number>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Whether a catch-up from this member, in no doubt itself, would bring the replica further out of its doubt. */
  wantsHearing(replica: PartitionReplica, member: number): boolean {
    return replica.doubt !== undefined && !replica.doubt.settled.includes(member);
  }

  /** A member was heard out. `over` is called if the doubt ends with that: once what it brought is durable. */
  hearOut(
    replica: PartitionReplica,
    member: number,
    how: "caught-up" | "holds-nothing" | "is-in-doubt",
    over: () => void,
  ): void {
    const { doubt, partition } = replica;
    if (doubt === undefined) return;
    if (how === "is-in-doubt") this.#rememberInDoubt(partition, member);
    else {
      const next = settledWith(doubt, member, how);
      const isNew = next.settled.length !== doubt.settled.length || next.hasCaughtUp !== doubt.hasCaughtUp;
      if (isNew) replica.setDoubt(next);
    }
    if (!this.#isSettled(replica)) return;
    // Whoever reads sees what is durable: until then this replica must not vote.
    this.#environment.commit.whenDurable(() => {
      if (!this.#isSettled(replica)) return;
      this.#heardInDoubt.delete(partition);
      replica.setDoubt(undefined);
      over();
    });
  }

  /** A peer holds dots of ours that we do not, or has forgotten what all had closed: our store went backwards, whatever its marks say. True: doubt began. */
  doubtIfForgotten(replica: PartitionReplica, theirs: VersionVector): boolean {
    if (this.#hasForgotten.has(replica.partition)) return false;
    if (!this.#holdsOursBeyond(replica, theirs) && !hasForgottenOpen(replica, theirs)) return false;
    this.#environment.log.error(
      { partition: replica.partition },
      "a peer knows of state of this node that its own store has lost; catching up before voting again",
    );
    this.#environment.counters.add("stores_regressed");
    this.#hasForgotten.add(replica.partition);
    this.#heardInDoubt.delete(replica.partition);
    // A doubt from before the start: whom it had heard out by then counts no more.
    replica.setDoubt(newDoubt(replica.doubt?.cause ?? "regressed"));
    return true;
  }

  #holdsOursBeyond(replica: PartitionReplica, theirs: VersionVector): boolean {
    const self = this.#environment.self.number;
    for (const [actor, counter] of theirs.entries())
      if (actorMember(actor) === self && !replica.clock.covers(actor, counter)) return true;
    return false;
  }

  #isSettled({ doubt, partition }: PartitionReplica): boolean {
    if (doubt === undefined) return false;
    const heardInDoubt = this.#heardInDoubt.get(partition) ?? NOBODY;
    return isSettled(doubt, this.#environment.neighbourhood(partition), heardInDoubt);
  }

  #rememberInDoubt(partition: number, member: number): void {
    const heard = this.#heardInDoubt.get(partition) ?? new Set();
    this.#heardInDoubt.set(partition, heard.add(member));
  }
}

/** An actor is forgotten once every replica has closed it, this one as well: who has it open has lost that. */
function hasForgottenOpen(replica: PartitionReplica, theirs: VersionVector): boolean {
  for (const [actor] of replica.clock.entries())
    if (!replica.clock.isClosed(actor) && theirs.isClosed(actor) && theirs.counterOf(actor) === 0)
      return true;
  return false;
}
