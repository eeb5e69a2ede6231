/**
 * The receiving side of catch-up: one session a partition, page by page, so that the receiver sets the pace. Rows and
 * pointers of a page go to the store as they come; the clock is adopted with the last one (rule 6), after the sender's
 * stamp was merged (rule 9). A session that loses its source keeps its place and goes on with the next source that
 * covers its target; one that is cut short by the end of the node goes on after its next start.
 */
import { Context, VersionVector } from "../causality/index.js";
import type { CatchUpLogPage, CatchUpPage, CatchUpRequest, CatchUpRowPage, RowKey } from "../codec/index.js";
import { aboveFloor, buildPage, type PartitionReplica } from "../replica/index.js";
import type { Timer } from "../runtime/index.js";
import type { Fill } from "./bounds.js";
import {
  type CatchUpReport,
  noteLeftOut,
  type Progress,
  progressFrom,
  reportOf,
  skipHeld,
} from "./catch-up-progress.js";
import { type CatchUpRecord, catchUpKey, sealCatchUp } from "./catch-up-record.js";
import { bytesOf, CatchUpThrottle } from "./catch-up-throttle.js";
import type { Environment } from "./environment.js";
import type { ReplicationSettings } from "./replication-settings.js";

const SESSIONS_MAX = 32;
const PAGE_TIMEOUT_MS = 5_000;
const OWN_ROWS_PAGE = 1_000;

interface CatchUpHooks {
  /** What a peer last told of its replica. */
  isInDoubt(partition: number, peer: number): boolean;
  /** Before its first page is taken: a session will bring what this clock of the source covers. */
  aimed(replica: PartitionReplica, target: VersionVector): void;
  /** In the batch of this turn: everything that the source's clock covered is held. */
  adopted(replica: PartitionReplica, source: number): void;
  /** The source cannot serve; another one may. */
  refused(replica: PartitionReplica, source: number): void;
  /** A session came to its end, so another partition may have its turn. */
  ended(): void;
}

interface Session {
  readonly id: number;
  readonly replica: PartitionReplica;
  readonly source: number;
  readonly progress: Progress;
  /** For the page that was asked for, or for the moment to ask for the next. */
  timeout: Timer | undefined;
}

export class CatchUp {
  readonly #environment: Environment;
  readonly #hooks: CatchUpHooks;
  readonly #sessions = new Map<number, Session>();
  /** Of sessions that lost their source. */
  readonly #kept = new Map<number, Progress>();
  readonly #throttle: CatchUpThrottle;
  readonly #pageBytes: number;
  /** When a source last sent a page: behind one link it may be a long way to the next. */
  readonly #heardAtMs = new Map<number, number>();
  #lastId = 0;

  constructor(
    environment: Environment,
    settings: Pick<ReplicationSettings, "catchUpBytesPerSecond" | "catchUpPageBytes">,
    hooks: CatchUpHooks,
  ) {
    this.#environment = environment;
    this.#hooks = hooks;
    this.#throttle = new CatchUpThrottle(settings.catchUpBytesPerSecond);
    this.#pageBytes = settings.catchUpPageBytes;
  }

  get sessions(): Fill {
    return { size: this.#sessions.size, max: SESSIONS_MAX };
  }

  /** Goes on where the process before this one ended, as far as its clock is still there. */
  restore(stored: ReadonlyMap<number, CatchUpRecord>): void {
    for (const [partition, record] of stored) {
      const replica = this.#environment.replica(partition);
      if (replica?.clock.includes(record.begin) !== true) continue;
      this.#kept.set(partition, { ...record, rowsReceived: 0 });
      replica.rows.awaited = record.floor && record.target;
    }
  }

  report(): CatchUpReport {
    const all = new Map(this.#kept);
    for (const [partition, { progress }] of this.#sessions) all.set(partition, progress);
    return reportOf(all, (partition) => this.#environment.replica(partition)?.clock);
  }

  /** No session can begin before another one ends. */
  get isFull(): boolean {
    return this.#sessions.size >= SESSIONS_MAX;
  }

  isRunning(partition: number): boolean {
    return this.#sessions.has(partition);
  }

  /** Begins, or goes on, with this source. Does nothing while one runs for this partition, or too many do. */
  start(replica: PartitionReplica, source: number, sourceClock: VersionVector): void {
    if (this.#sessions.has(replica.partition) || this.isFull) return;
    const progress = this.#resumable(replica, sourceClock);
    const session: Session = { id: ++this.#lastId, replica, source, progress, timeout: undefined };
    this.#sessions.set(replica.partition, session);
    this.#environment.counters.add("catch_up_sessions");
    this.#request(session);
  }

  /** Answers a page request of a peer. */
  serve(from: number, request: CatchUpRequest): void {
    const { hlc, links } = this.#environment;
    const replica = this.#environment.replica(request.partition);
    const { partition, session } = request;
    const generation = links.generationOf(from);
    const answer = (body: CatchUpPage["body"]): void => {
      links.answer(from, generation, { type: "catch-up-page", partition, session, hlc: hlc.last, body });
    };
    if (replica === undefined) return answer({ kind: "refused", reason: "the partition is not held here" });
    buildPage(replica, request, answer, this.#hooks.isInDoubt(partition, from), this.#pageBytes);
  }

  receive(from: number, page: CatchUpPage): void {
    const session = this.#sessions.get(page.partition);
    if (session === undefined || session.source !== from || session.id !== page.session) return;
    session.timeout?.cancel();
    this.#heardAtMs.set(from, this.#environment.clock.monotonicMs());
    this.#environment.hlc.observe(page.hlc);
    this.#take(session, page);
    if (!this.#sessions.has(page.partition)) this.#hooks.ended();
  }

  peerDown(peer: number): void {
    for (const session of [...this.#sessions.values()]) if (session.source === peer) this.#suspend(session);
  }

  close(): void {
    for (const session of this.#sessions.values()) session.timeout?.cancel();
    this.#sessions.clear();
  }

  #request(session: Session): void {
    const { progress, replica } = session;
    skipHeld(progress, replica);
    this.#awaitPage(session);
    const isSent = this.#environment.links.send(session.source, {
      type: "catch-up-request",
      partition: replica.partition,
      session: session.id,
      target: progress.target,
      position: progress.position,
      rows: progress.rows,
    });
    if (!isSent) this.#suspend(session);
  }

  /** A source that sends pages of other sessions meanwhile is not silent: this one waits in its queue. */
  #awaitPage(session: Session): void {
    const { clock, timers } = this.#environment;
    const askedAtMs = clock.monotonicMs();
    session.timeout = timers.after(PAGE_TIMEOUT_MS, () => {
      if ((this.#heardAtMs.get(session.source) ?? 0) > askedAtMs) this.#awaitPage(session);
      else this.#suspend(session);
    });
  }

  #take(session: Session, page: CatchUpPage): void {
    // The source may have learned more since it told its clock.
    if ("target" in page.body && session.progress.target === undefined)
      this.#hooks.aimed(session.replica, page.body.target);
    switch (page.body.kind) {
      case "refused":
        this.#environment.log.debug({ partition: page.partition, from: session.source }, page.body.reason);
        this.#forget(session);
        return this.#hooks.refused(session.replica, session.source);
      case "below-floor":
        this.#environment.counters.add("full_syncs");
        session.progress.rows = { after: undefined };
        session.progress.leftOut = new Set();
        return this.#request(session);
      case "log":
        return this.#takeLog(session, page.body);
      case "rows":
        return this.#takeRows(session, page.body);
    }
  }

  #takeLog(session: Session, page: CatchUpLogPage): void {
    const { progress, replica } = session;
    progress.target ??= page.target;
    replica.addPointers(page.entries);
    joinRows(replica, page);
    progress.position = page.position;
    noteLeftOut(progress, page);
    this.#environment.counters.add("catch_up_rows", page.rows.length);
    progress.rowsReceived += page.rows.length;
    if (page.isLast) return this.#adopt(session, progress.target);
    this.#save(session);
    this.#continue(session, page);
  }

  #takeRows(session: Session, page: CatchUpRowPage): void {
    const { progress, replica } = session;
    const after = progress.rows?.after;
    progress.target ??= page.target;
    // Of another source, or cut since, it may be higher. Ours has to be above all that was skipped, whoever skipped it.
    if (after === undefined || progress.floor === undefined)
      progress.floor = aboveFloor(progress.floor ?? new VersionVector(), page.floor);
    replica.rows.awaited = progress.target;
    joinRows(replica, page);
    this.#environment.counters.add("catch_up_rows", page.rows.length);
    progress.rowsReceived += page.rows.length;
    const sent = new Set(page.rows.map((row) => row.rowKey));
    this.#joinAbsent(session, page, sent, after, () => {
      if (this.#sessions.get(replica.partition) !== session) return;
      if (page.upTo !== undefined) progress.rows = { after: page.upTo };
      else {
        progress.rows = undefined;
        progress.position = aboveFloor(progress.position, progress.floor ?? new VersionVector());
      }
      this.#save(session);
      this.#continue(session, page);
    });
  }

  /** A row of ours inside the stretch that the source did not list is absent there, as of the source's clock (rule 7). */
  #joinAbsent(
    session: Session,
    page: CatchUpRowPage,
    sent: ReadonlySet<RowKey>,
    after: RowKey | undefined,
    done: () => void,
  ): void {
    const { replica } = session;
    replica.rows.scan(after, OWN_ROWS_PAGE, "pending", (error, rowKeys) => {
      if (this.#sessions.get(replica.partition) !== session) return;
      if (error !== undefined) return this.#suspend(session);
      const inStretch = rowKeys.filter((rowKey) => page.upTo === undefined || rowKey <= page.upTo);
      for (const rowKey of inStretch) if (!sent.has(rowKey)) replica.join(rowKey, absentAt(page.clock));
      const last = inStretch.at(-1);
      if (inStretch.length < OWN_ROWS_PAGE || last === undefined) done();
      else this.#joinAbsent(session, page, sent, last, done);
    });
  }

  /** The next page is asked for once this one is durable and paid for: the disk and the budget set the pace. */
  #continue(session: Session, page: CatchUpLogPage | CatchUpRowPage): void {
    const { clock, commit, counters, timers } = this.#environment;
    const isCurrent = (): boolean => this.#sessions.get(session.replica.partition) === session;
    const liveWrites = counters.get("deltas_applied") + counters.get("writes_coordinated");
    const pauseMs = this.#throttle.take(clock.monotonicMs(), bytesOf(page), liveWrites);
    commit.whenDurable(() => {
      if (!isCurrent()) return;
      if (pauseMs === 0) return this.#request(session);
      session.timeout = timers.after(pauseMs, () => {
        if (isCurrent()) this.#request(session);
      });
    });
  }

  #adopt(session: Session, target: VersionVector): void {
    const { progress, replica } = session;
    replica.adopt(target, progress.floor);
    this.#forget(session);
    this.#hooks.adopted(replica, session.source);
  }

  /** In the batch that has the page, or a later one: what it says was done is on disk before it. */
  #save({ progress, replica: { partition } }: Session): void {
    const { begin, floor, leftOut, position, rows, target } = progress;
    if (target === undefined) return;
    const record = { begin, target, position, rows, floor, leftOut };
    this.#environment.commit.put(catchUpKey(partition), sealCatchUp(partition, record));
  }

  #suspend(session: Session): void {
    session.timeout?.cancel();
    if (this.#sessions.get(session.replica.partition) !== session) return;
    this.#sessions.delete(session.replica.partition);
    if (session.progress.target !== undefined) this.#kept.set(session.replica.partition, session.progress);
  }

  #forget(session: Session): void {
    session.timeout?.cancel();
    this.#sessions.delete(session.replica.partition);
    this.#drop(session.replica.partition);
  }

  #drop(partition: number): void {
    this.#kept.delete(partition);
    const replica = this.#environment.replica(partition);
    if (replica !== undefined) replica.rows.awaited = undefined;
    this.#environment.commit.put(catchUpKey(partition), undefined);
  }

  #resumable(replica: PartitionReplica, sourceClock: VersionVector): Progress {
    const kept = this.#kept.get(replica.partition);
    const isWanted = (target: VersionVector): boolean =>
      sourceClock.includes(target) && !replica.clock.includes(target);
    if (kept?.target !== undefined && isWanted(kept.target)) return kept;
    if (kept !== undefined) this.#drop(replica.partition);
    return progressFrom(replica.clock);
  }
}

/** The rows of a page share its clock as their context, each with its own `ahead`. */
function joinRows(replica: PartitionReplica, page: CatchUpLogPage | CatchUpRowPage): void {
  const context = new Context(page.clock);
  for (const { rowKey, live, ahead } of page.rows)
    replica.join(rowKey, { live, context: ahead.isEmpty ? context : context.joined(ahead) });
}

function absentAt(clock: VersionVector): { live: []; context: Context } {
  return { live: [], context: new Context(clock) };
}
