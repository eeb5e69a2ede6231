/**
 * Rows that differ although each replica knows of every write that the other knows of: one of them lost something, and
 * no clock says which. A join would spread the loss. So the replica asks all others for the row; what most of the replica
 * set shows wins, and without such a majority the row with the latest stamp, so that data is kept rather than lost
 * (rule 14). It replaces its own row and nobody else's: each replica comes to the same by itself.
 *
 * Only a replica that knows as much of the row as this one has a vote. Else a write on its way would look like damage.
 */
import { Context, type Hlc, ZERO_HLC } from "../causality/index.js";
import type { RowKey } from "../codec/index.js";
import { type LiveDot, type RowState, rowState } from "../crdt/index.js";
import { mayHaveTouched, type PartitionReplica } from "../replica/index.js";
import type { Environment } from "./environment.js";
import type { Shown } from "./reconcile.js";

/** Votes at a time, and waiting: what finds no room is found again by the next audit. */
const VOTES_MAX = 64;
const WAITING_MAX = 4_096;
const TIMEOUT_MS = 5_000;

interface Vote {
  readonly replica: PartitionReplica;
  readonly rowKey: RowKey;
  /** A replica whose row is known already. */
  readonly peer: number;
  readonly theirs: readonly LiveDot[];
  readonly done: (isRestored: boolean) => void;
}

export class DamageVotes {
  readonly #environment: Environment;
  readonly #waiting: Vote[] = [];
  readonly #rows = new Set<string>();
  #running = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  get fill(): { readonly size: number; readonly max: number } {
    return { size: this.#running + this.#waiting.length, max: VOTES_MAX + WAITING_MAX };
  }

  /**
   * The peer shows `theirs` under a context that is equal to ours where it concerns the row. Calls back once the vote was
   * held, or could not be.
   */
  hold(vote: Vote): void {
    const row = `${vote.replica.partition}/${vote.rowKey}`;
    if (this.#rows.has(row) || this.#waiting.length >= WAITING_MAX) return vote.done(false);
    this.#rows.add(row);
    const done = (isRestored: boolean): void => {
      this.#rows.delete(row);
      this.#running--;
      vote.done(isRestored);
      const next = this.#waiting.shift();
      if (next !== undefined) this.#begin(next);
    };
    const begun = { ...vote, done };
    if (this.#running < VOTES_MAX) this.#begin(begun);
    else this.#waiting.push(begun);
  }

  /** What a read found: pairs of replicas that know the same of a row and show different things. Ours is settled here. */
  settle(replica: PartitionReplica, rowKey: RowKey, disputes: readonly (readonly [Shown, Shown])[]): void {
    const { self } = this.#environment;
    const { items } = replica.sketch;
    for (const [a, b] of disputes) {
      const peer = a.member === self.number ? b : b.member === self.number ? a : undefined;
      if (peer === undefined || items.versionOf(a.live) === items.versionOf(b.live)) continue;
      this.hold({ replica, rowKey, peer: peer.member, theirs: peer.live, done: () => undefined });
    }
  }

  #begin(vote: Vote): void {
    this.#running++;
    const { calls, liveness, neighbourhood, timers } = this.#environment;
    const { replica, rowKey } = vote;
    const { partition } = replica;
    const asked = neighbourhood(partition).others.filter(
      (member) => member !== vote.peer && liveness.isAlive(member),
    );
    const before = replica.sketch.items.versionOf(replica.rows.readDurable(rowKey).live);
    const states: RowState[] = [];
    let left = asked.length;
    let isOver = false;
    const end = (isInTime: boolean): void => {
      if (isOver) return;
      isOver = true;
      timeout.cancel();
      vote.done(isInTime && this.#decide(vote, before, states, asked.length));
    };
    const timeout = timers.after(TIMEOUT_MS, () => end(false));
    if (left === 0) return end(true);
    for (const member of asked)
      calls.call(
        member,
        "read-reply",
        (id) => ({ type: "read-request", id, partition, rowKey, against: undefined }),
        (reply) => {
          if (reply?.body.kind === "row") states.push(rowState(reply.body, reply.body.clock));
          if (--left === 0) end(true);
        },
      );
  }

  /** True when our row was wrong, and is replaced. */
  #decide(vote: Vote, before: bigint, states: readonly RowState[], asked: number): boolean {
    const { replica, rowKey } = vote;
    const { items } = replica.sketch;
    const row = replica.rows.readPending(rowKey);
    if (row.damagedAt !== undefined || !row.ahead.isEmpty || items.versionOf(row.live) !== before)
      return false;
    const knowing = states.filter((state) => knowsAsMuch(replica, rowKey, state));
    const shown = [row.live, vote.theirs, ...knowing.map(({ live }) => live)];
    const members = this.#environment.neighbourhood(replica.partition).others.length + 1;
    const isQuorate = shown.length * 2 > members || knowing.length === asked;
    if (!isQuorate) return false;
    const winner = winnerOf(shown, members, (live) => items.versionOf(live));
    if (items.versionOf(winner) === before) return false;
    replica.restore(rowKey, winner);
    this.#environment.counters.add("rows_repaired");
    this.#environment.counters.add("rows_outvoted");
    this.#environment.log.warn(
      { partition: replica.partition, rowKeyBytes: rowKey.length, votes: shown.length },
      "a row differed from those of its other replicas, with no write missing; it is replaced by what they hold",
    );
    return true;
  }
}

/** Neither knows of a write to the row that the other does not know of. */
function knowsAsMuch(replica: PartitionReplica, rowKey: RowKey, { context }: RowState): boolean {
  if (!new Context(replica.durableClock).includesDotsOf(context)) return false;
  return !mayHaveTouched(replica, rowKey, context.vector);
}

/** What more than half of all members show, else what has the latest stamp, else the most dots. */
function winnerOf(
  shown: readonly (readonly LiveDot[])[],
  members: number,
  versionOf: (live: readonly LiveDot[]) => bigint,
): readonly LiveDot[] {
  const count = (live: readonly LiveDot[]): number => {
    const version = versionOf(live);
    return shown.filter((other) => versionOf(other) === version).length;
  };
  const isMajority = (live: readonly LiveDot[]): boolean => count(live) * 2 > members;
  return shown.reduce((best, live) => {
    if (isMajority(live) !== isMajority(best)) return isMajority(live) ? live : best;
    return isBetter(live, best, versionOf) ? live : best;
  });
}

function isBetter(
  a: readonly LiveDot[],
  b: readonly LiveDot[],
  versionOf: (live: readonly LiveDot[]) => bigint,
): boolean {
  const [stampA, stampB] = [latestStamp(a), latestStamp(b)];
  if (stampA !== stampB) return stampA > stampB;
  if (a.length !== b.length) return a.length > b.length;
  return versionOf(a) > versionOf(b);
}

function latestStamp(live: readonly LiveDot[]): Hlc {
  let latest = ZERO_HLC;
  for (const { payload } of live) if (payload.hlc > latest) latest = payload.hlc;
  return latest;
}
