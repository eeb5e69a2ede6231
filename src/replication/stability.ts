/**
 * What may be forgotten for good. Once every member has the same view of the membership, and every replica of a
 * partition has said, durably and under that view, what it holds, and we hold all of it, then nothing older can come any
 * more. Then, and never because time passed:
 *
 * - a row that holds a dot of a closed actor which no clock can reach, because the dots before it died with a disk, is
 *   announced again as a whole under a dot of ours (rule 8);
 * - when nobody has such a row left, the actors of past incarnations are closed, and their entries leave the clock once
 *   all have closed them and their log is trimmed;
 * - tombstones that all have seen are purged (rule 10).
 *
 * A member that is down blocks all of it: what it holds is not known to be all that it will say.
 */
import { type Actor, actorIncarnation, actorMember, type VersionVector } from "../causality/index.js";
import type { RowKey } from "../codec/index.js";
import type { AheadReport, PartitionReplica } from "../replica/index.js";
import { mayCoordinate } from "../replica/index.js";
import { Blockers } from "./blockers.js";
import type { Dissemination } from "./dissemination.js";
import type { Environment } from "./environment.js";
import type { Statement, Statements } from "./statements.js";
import type { Views } from "./views.js";

/** What our rows hold of past actors beyond the clock, as of a view. */
interface Examination {
  readonly view: number;
  readonly report: AheadReport;
}

/** A step of one partition announces at most so many rows. */
const ANNOUNCEMENTS_MAX = 100;

export class Stability {
  readonly #environment: Environment;
  readonly #views: Views;
  readonly #statements: Statements;
  readonly #dissemination: Dissemination;
  readonly #examinations = new Map<number, Examination>();
  readonly #waitedFor: Blockers;
  /** Partitions whose step goes on by callbacks. */
  readonly #busy = new Set<number>();

  constructor(environment: Environment, views: Views, statements: Statements, dissemination: Dissemination) {
    this.#environment = environment;
    this.#views = views;
    this.#statements = statements;
    this.#dissemination = dissemination;
    this.#waitedFor = new Blockers(environment.clock);
  }

  /** What to tell the others of our rows; undefined before we looked under the present view. */
  orphans(partition: number): VersionVector | undefined {
    return this.#examination(partition)?.report.orphans;
  }

  /** Once a round: who keeps tombstones from being purged, and since when. */
  noteBlockers(replicas: Iterable<PartitionReplica>): void {
    const withTombstones = [...replicas].filter(({ tombstones }) => tombstones.mayExist);
    this.#waitedFor.note(withTombstones.map((replica) => this.#blockers(replica)));
  }

  /** As of the last round, which takes a few seconds to notice that somebody caught up. */
  get purgeBlockers(): ReturnType<Blockers["report"]> {
    return this.#waitedFor.report();
  }

  /** Members that keep a partition from forgetting anything: away, of another view, ahead of us, or behind us. */
  #blockers(replica: PartitionReplica): number[] {
    const { partition } = replica;
    const unsettled = this.#environment.neighbourhood(partition).others.filter((member) => {
      const statement = this.#statementOf(member, partition);
      return (
        statement === undefined ||
        !holdsAll(replica, statement) ||
        !statement.clock.includes(replica.durableClock)
      );
    });
    return [...new Set([...this.#views.dissenters(partition), ...unsettled])];
  }

  /** One step for one partition. */
  advance(replica: PartitionReplica): void {
    const { partition } = replica;
    if (this.#busy.has(partition) || this.#settled(replica) === undefined) return;
    if (this.#examination(partition) !== undefined && !replica.rows.mayBeAhead)
      return this.#conclude(replica);
    const view = this.#views.version;
    this.#busy.add(partition);
    replica.aheadRows.sweep(
      (actor) => this.#views.isPast(actor),
      (report) => {
        this.#busy.delete(partition);
        if (report === undefined || view !== this.#views.version) return;
        this.#examinations.set(partition, { view, report });
        this.#conclude(replica);
      },
    );
  }

  #conclude(replica: PartitionReplica): void {
    const statements = this.#settled(replica);
    const report = this.#examination(replica.partition)?.report;
    if (statements === undefined || report === undefined) return;
    if (report.orphaned.length > 0) return this.#announce(replica, report.orphaned);
    const isPastClosed = this.#close(replica, statements, report);
    this.#forget(replica, statements);
    if (!isPastClosed) return;
    if (replica.tombstones.mayExist) this.#purge(replica, statements);
  }

  #examination(partition: number): Examination | undefined {
    const examination = this.#examinations.get(partition);
    return examination?.view === this.#views.version ? examination : undefined;
  }

  /** A statement of each other replica, all under our view, and none of them beyond us. Undefined: not yet. */
  #settled(replica: PartitionReplica): readonly Statement[] | undefined {
    if (replica.doubt !== undefined || !this.#views.isAgreedOn(replica.partition)) return undefined;
    const statements: Statement[] = [];
    for (const member of this.#environment.neighbourhood(replica.partition).others) {
      const statement = this.#statementOf(member, replica.partition);
      if (statement === undefined || !holdsAll(replica, statement)) return undefined;
      statements.push(statement);
    }
    return statements;
  }

  #statementOf(member: number, partition: number): Statement | undefined {
    const statement = this.#statements.get(member, partition);
    return statement?.view === this.#views.agreedVersion(member) ? statement : undefined;
  }

  #announce(replica: PartitionReplica, rowKeys: readonly RowKey[]): void {
    const { actor, commit, counters, liveness, neighbourhood } = this.#environment;
    if (!mayCoordinate(replica.doubt, neighbourhood(replica.partition))) return;
    if (liveness.clockDrift() !== undefined) return;
    for (const rowKey of rowKeys.slice(0, ANNOUNCEMENTS_MAX)) {
      const delta = replica.announce(actor, rowKey, (other) => this.#views.isPast(other));
      if (delta === undefined) continue;
      counters.add("rows_announced");
      commit.whenDurable(() => this.#dissemination.send(delta));
    }
    replica.rows.mayBeAhead = true;
  }

  /**
   * Closes the past actors of each member of whom everybody holds the same, and nobody a row that was not announced. Dots
   * of theirs that no clock reaches died with their disks, or are in rows that were announced under other dots. Also of a
   * member of whose past nobody holds anything: what died with a disk may come back with a copy of it. Tombstones stay until
   * all of the past is closed, and nobody takes such a dot for a new one any more. False: something of it is open.
   */
  #close(replica: PartitionReplica, statements: readonly Statement[], report: AheadReport): boolean {
    const ours = replica.durableClock;
    const known = [ours, report.announced, ...statements.map(({ clock }) => clock)];
    const orphans = [report.orphans, ...statements.map((statement) => statement.orphans)];
    if (known.every(({ size }) => size === 0)) return true;
    let isAllClosed = true;
    const { others } = this.#environment.neighbourhood(replica.partition);
    for (const member of new Set([...others, this.#environment.self.number, ...membersOf(known)])) {
      const upTo = this.#views.pastUpTo(member);
      if (upTo <= ours.closedUpTo(member)) continue;
      const past = pastActors(known, member, upTo);
      const isSame = past.every((actor) =>
        statements.every(
          ({ clock }) => clock.isClosed(actor) || clock.counterOf(actor) === ours.counterOf(actor),
        ),
      );
      const isAnnounced = orphans.every(
        (vector) => vector !== undefined && pastActors([vector], member, upTo).length === 0,
      );
      if (isSame && isAnnounced) {
        this.#environment.counters.add("actors_closed", past.length);
        replica.close(member, upTo);
      } else isAllClosed = false;
    }
    return isAllClosed;
  }

  /** Entries of closed actors are kept as long as somebody may ask what they stood for. */
  #forget(replica: PartitionReplica, statements: readonly Statement[]): void {
    const ours = replica.durableClock;
    for (const [member, incarnation] of ours.closed()) {
      const upTo = Math.min(incarnation, ...statements.map(({ clock }) => clock.closedUpTo(member)));
      if (upTo <= replica.floor.closedUpTo(member)) continue;
      const isTrimmed = pastActors([ours], member, upTo).every(
        (actor) => replica.floor.counterOf(actor) >= ours.counterOf(actor),
      );
      if (isTrimmed) replica.forget(member, upTo);
    }
  }

  #purge(replica: PartitionReplica, statements: readonly Statement[]): void {
    this.#busy.add(replica.partition);
    replica.tombstones.purge(
      ({ actor, counter }) =>
        replica.durableClock.covers(actor, counter) &&
        statements.every(({ clock }) => clock.covers(actor, counter)),
      (purged) => {
        this.#busy.delete(replica.partition);
        this.#environment.counters.add("tombstones_purged", purged);
      },
    );
  }
}

/** Entries only: what is closed there and not yet here is our turn to close. */
function holdsAll(replica: PartitionReplica, { clock }: Statement): boolean {
  for (const [actor, counter] of clock.entries())
    if (!replica.durableClock.covers(actor, counter)) return false;
  return true;
}

function membersOf(vectors: readonly VersionVector[]): Set<number> {
  const members = new Set<number>();
  for (const vector of vectors) for (const [actor] of vector.entries()) members.add(actorMember(actor));
  return members;
}

/** The actors of a member up to an incarnation that have an entry. */
function pastActors(vectors: readonly VersionVector[], member: number, upTo: number): Actor[] {
  const actors = new Set<Actor>();
  for (const vector of vectors)
    for (const [actor] of vector.entries())
      if (actorMember(actor) === member && actorIncarnation(actor) <= upTo) actors.add(actor);
  return [...actors];
}
