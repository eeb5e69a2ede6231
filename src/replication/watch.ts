/**
 * One watch: follows the partitions of its range, each at a replica of the region, and hands out changes page by page as
 * its reader asks for them. All that it holds is a position for each partition and one page: a reader that is slow finds
 * what it missed in the log, and no queue grows.
 *
 *     asking ──▶ due ──▶ (one at a time, when the reader has room) fetching ──▶ asking …
 *        └─ no replica serves it ──▶ resting ──▶ asking … ──▶ the watch fails
 *
 * A partition stays with its replica. When that one cannot go on, another replica of the region does: one that has all
 * that was shown, or after a second, since what only a dead node has would hold up the rest, the position goes back to what
 * the replica has. What was shown then comes again when it does, and no change is missed.
 */
import { VersionVector } from "../causality/index.js";
import type { ChangesBody, ChangesRequest, RowKeyRange, WatchPosition } from "../codec/index.js";
import type { ChangeSource } from "./change-source.js";
import type { Environment } from "./environment.js";
import { failure } from "./failures.js";
import type { Failure } from "./operation.js";
import { dotsSeen } from "./sessions.js";
import { changesOf, type WatchChange } from "./watch-change.js";

/** Peers keep a question so long. */
const PEER_WAIT_MS = 5_000;
/** Beyond that an answer will not come. */
const PEER_GRACE_MS = 2_000;
/** A partition that no replica of the region serves for so long ends the watch: another node may reach one. */
const UNSERVED_MS = 10_000;

export interface WatchPlan {
  readonly range: RowKeyRange;
  /** All that the range may touch. */
  readonly partitions: readonly number[];
  /** Where to go on, for just these partitions; undefined: now. */
  readonly from: ReadonlyMap<number, WatchPosition> | undefined;
}

export interface WatchListener {
  /** Every partition has a position: no change from now on is missed. */
  began(): void;
  /** What was pulled: at least one, each row once. */
  changed(changes: readonly WatchChange[]): void;
  /** Over, and nothing more comes. */
  failed(failure: Failure): void;
}

interface Part {
  readonly partition: number;
  /** Undefined before the first answer. */
  position: VersionVector | undefined;
  /** What was shown beyond it. */
  seen: VersionVector;
  /** The replica that showed what was shown last; undefined: it cannot go on, or another watch was shown it. */
  source: number | undefined;
  /** Those that could not serve since one did, and why. */
  readonly tried: Map<number, Refusal | undefined>;
  /** Undefined: none is asked. */
  asked: Asked | undefined;
  /** Of the monotonic clock; undefined while a replica serves it. */
  unservedSinceMs: number | undefined;
}

type Refusal = Exclude<ChangesBody, { kind: "changes" }>;
type Shown = Extract<ChangesBody, { kind: "changes" }>;

interface Asked {
  readonly member: number;
  /** Of the monotonic clock. */
  readonly giveUpAtMs: number;
  cancel: () => void;
}

export class Watch {
  readonly #environment: Environment;
  readonly #source: ChangeSource;
  readonly #range: RowKeyRange;
  readonly #listener: WatchListener;
  readonly #parts: readonly Part[];
  /** Those with something to show, in the order in which they came to have it. */
  readonly #due = new Set<Part>();
  #unbegun: number;
  #isWanted = false;
  #isPumping = false;
  #fetching: Part | undefined;
  #moves = 0;
  #isOver = false;

  constructor(
    environment: Environment,
    source: ChangeSource,
    { from, partitions, range }: WatchPlan,
    listener: WatchListener,
  ) {
    this.#environment = environment;
    this.#source = source;
    this.#range = range;
    this.#listener = listener;
    this.#parts = partitions.map((partition) => partAt(partition, from?.get(partition)));
    this.#unbegun = this.#parts.filter(({ position }) => position === undefined).length;
  }

  /** Rises whenever a position does. */
  get moves(): number {
    return this.#moves;
  }

  /** Where it is: what goes on from here shows all that was not handed out yet. */
  positions(): Map<number, WatchPosition> {
    const positions = new Map<number, WatchPosition>();
    for (const { partition, position, seen } of this.#parts)
      if (position !== undefined) positions.set(partition, { position, seen });
    return positions;
  }

  start(): void {
    if (this.#isOver) return;
    if (this.#unbegun === 0) this.#listener.began();
    for (const part of this.#parts) if (!this.#isOver) this.#ask(part);
  }

  /** The reader has room for one page: it comes when there is one. */
  pull(): void {
    this.#isWanted = true;
    this.#pump();
  }

  /** From time to time: gives up who does not answer any more, and tries again what nobody served. */
  look(): void {
    const { clock, liveness } = this.#environment;
    const nowMs = clock.monotonicMs();
    for (const part of this.#parts) {
      if (this.#isOver) return;
      const { asked } = part;
      if (asked === undefined) {
        if (!this.#due.has(part)) this.#ask(part);
      } else if (nowMs >= asked.giveUpAtMs || !liveness.isAlive(asked.member)) {
        asked.cancel();
        this.#answered(part, asked, undefined);
      }
    }
  }

  fail(why: Failure): void {
    if (this.#isOver) return;
    this.close();
    this.#listener.failed(why);
  }

  /** Nothing is heard of it any more. Idempotent. */
  close(): void {
    this.#isOver = true;
    for (const part of this.#parts) part.asked?.cancel();
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (this.#isWanted && this.#unbegun === 0 && this.#fetching === undefined && !this.#isOver) {
      const [part] = this.#due;
      if (part === undefined) break;
      this.#due.delete(part);
      this.#fetching = part;
      this.#ask(part);
    }
    this.#isPumping = false;
  }

  /** Asks the replica that it is at, or the next that may serve it. The answer may come at once. */
  #ask(part: Part): void {
    const member = this.#nextReplica(part);
    if (member === undefined) return this.#unserved(part);
    const { clock, self } = this.#environment;
    const hasRows = this.#fetching === part;
    const isOurs = member === self.number;
    const waitMs = hasRows ? 0 : isOurs ? Number.POSITIVE_INFINITY : PEER_WAIT_MS;
    const giveUpAtMs = isOurs ? Number.POSITIVE_INFINITY : clock.monotonicMs() + waitMs + PEER_GRACE_MS;
    const asked: Asked = { member, giveUpAtMs, cancel: () => undefined };
    part.asked = asked;
    const { partition, position: since } = part;
    const seen = member === part.source ? NOTHING : part.seen;
    const question = { partition, range: this.#range, since, seen, hasRows };
    const take = (body: ChangesBody | undefined): void => this.#answered(part, asked, body);
    asked.cancel = isOurs
      ? this.#source.ask(question, waitMs, take)
      : this.#askPeer(member, { ...question, waitMs }, take);
  }

  #askPeer(
    member: number,
    question: Omit<ChangesRequest, "type" | "id">,
    take: (body: ChangesBody | undefined) => void,
  ): () => void {
    const { calls } = this.#environment;
    const id = calls.call(
      member,
      "changes-reply",
      (callId) => ({ type: "changes-request", id: callId, ...question }),
      (reply) => take(reply?.body),
    );
    return () => calls.cancel(id);
  }

  #nextReplica({ partition, source, tried }: Part): number | undefined {
    const { liveness, self, view } = this.#environment;
    if (source !== undefined && !tried.has(source)) return source;
    const distance = (member: number): number => (member === self.number ? -1 : liveness.roundTripMs(member));
    return view
      .replicasIn(partition, self.region)
      .filter((member) => !tried.has(member) && liveness.isAlive(member))
      .sort((a, b) => distance(a) - distance(b))[0];
  }

  #answered(part: Part, asked: Asked, body: ChangesBody | undefined): void {
    if (this.#isOver || part.asked !== asked) return;
    part.asked = undefined;
    if (this.#fetching === part) this.#fetching = undefined;
    if (body?.kind === "changes") this.#take(part, asked.member, body);
    else {
      part.tried.set(asked.member, body);
      if (part.source === asked.member) part.source = undefined;
      this.#ask(part);
    }
    this.#pump();
  }

  #take(part: Part, member: number, body: Shown): void {
    const isFirst = part.position === undefined;
    // That there is something to show is not yet to show it.
    if (!body.isMore || body.rows.length > 0) {
      part.tried.clear();
      part.unservedSinceMs = undefined;
    }
    part.source = member;
    if (isFirst || body.rows.length > 0 || part.position?.equals(body.position) === false) this.#moves++;
    part.position = body.position;
    part.seen = beyond(body.rows.length === 0 ? part.seen : shownBy(part.seen, body), body.position);
    if (body.isMore) this.#due.add(part);
    else this.#ask(part);
    if (isFirst && --this.#unbegun === 0) this.#listener.began();
    if (body.rows.length === 0 || this.#isOver) return;
    this.#isWanted = false;
    this.#listener.changed(changesOf(part.partition, body, this.#environment.liveness.expiryMs()));
  }

  /** Every replica of the region that can be asked was. `look` tries again. */
  #unserved(part: Part): void {
    const { clock, counters, self, view } = this.#environment;
    if (this.#fetching === part) this.#fetching = undefined;
    const tried = [...part.tried];
    part.tried.clear();
    const isTrimmed = tried.filter(([, refusal]) => refusal?.kind === "below-floor").length;
    if (isTrimmed > 0 && isTrimmed === view.replicasIn(part.partition, self.region).length)
      return this.fail(RESYNC);
    for (const [member, refusal] of tried)
      if (refusal?.kind === "behind" && part.position !== undefined) {
        counters.add("watch_steps_back");
        part.position = part.position.meet(refusal.clock);
        part.seen = NOTHING;
        part.source = member;
        return this.#ask(part);
      }
    const nowMs = clock.monotonicMs();
    part.unservedSinceMs ??= nowMs;
    if (nowMs - part.unservedSinceMs >= UNSERVED_MS) this.fail(isTrimmed > 0 ? RESYNC : UNSERVED);
  }
}

const NOTHING = new VersionVector();

function partAt(partition: number, at: WatchPosition | undefined): Part {
  return {
    partition,
    position: at?.position,
    seen: at?.seen ?? NOTHING,
    source: undefined,
    tried: new Map(),
    asked: undefined,
    unservedSinceMs: undefined,
  };
}

/** What whoever was shown these rows has seen of the partition. */
function shownBy(before: VersionVector, { clock, rows }: Shown): VersionVector {
  const seen = clock.copy();
  seen.join(before);
  for (const { ahead } of rows) if (!ahead.isEmpty) seen.join(dotsSeen(ahead));
  return seen;
}

/** Without what is closed: all replicas hold the same of that. */
function beyond(seen: VersionVector, position: VersionVector): VersionVector {
  if (seen.size === 0) return NOTHING;
  return VersionVector.from([...seen.beyond(position).entries()].filter(([actor]) => !seen.isClosed(actor)));
}

/** A replica that has started anew does not know what was trimmed before: the log may be there all the same. */
const RESYNC = failure(
  "RESYNC",
  "the log is gone since the time that the watch goes on from, or the nodes have restarted since and cannot tell whether it is; nothing was done: begin a new watch, and scan what is there after it has begun",
);
const UNSERVED = failure(
  "QUORUM_UNAVAILABLE",
  "no replica of this region that this node reaches can go on with the watch; go on at another node, or in another region",
);
