/**
 * Answers what has changed since a position, to the watches of this node and to those of its peers, from the replicas
 * that it holds. When there is nothing to say it keeps the question until the replica's clock moves: over what is not of
 * the watch's range the position moves on, and the question with it.
 */
import { VersionVector } from "../causality/index.js";
import type { ChangesBody, ChangesRequest } from "../codec/index.js";
import { type PartitionReplica, readChanges } from "../replica/index.js";
import type { Timer } from "../runtime/index.js";
import type { Fill } from "./bounds.js";
import type { Environment } from "./environment.js";

/** Questions of peers that are kept; beyond it they are answered at once, and the peer asks again later. */
const KEPT_MAX = 65_536;
/** What a watch was shown elsewhere and this replica lacks is waited for so long, and fetched meanwhile. */
const BEHIND_MS = 1_000;

type ChangesQuestion = Pick<ChangesRequest, "partition" | "range" | "since" | "seen" | "hasRows">;

interface Kept {
  /** Undefined for our own watches. */
  readonly from: number | undefined;
  readonly replica: PartitionReplica;
  readonly answer: (body: ChangesBody) => void;
  readonly timers: Timer[];
  question: ChangesQuestion;
  last: ChangesBody;
}

export class ChangeSource {
  readonly #environment: Environment;
  readonly #fetch: (partition: number) => void;
  readonly #pageBytes: number;
  readonly #kept = new Map<number, Set<Kept>>();
  readonly #woken = new Set<number>();
  #keptForPeers = 0;
  #isClosed = false;

  /**
   * @param fetch asks for what a partition lacks, soon
   * @param pageBytes about the most rows of one answer
   */
  constructor(environment: Environment, fetch: (partition: number) => void, pageBytes: number) {
    this.#environment = environment;
    this.#fetch = fetch;
    this.#pageBytes = pageBytes;
  }

  get fill(): Fill {
    return { size: this.#keptForPeers, max: KEPT_MAX };
  }

  serve(from: number, request: ChangesRequest): void {
    const { links } = this.#environment;
    const generation = links.generationOf(from);
    const answer = (body: ChangesBody): void => {
      links.answer(from, generation, { type: "changes-reply", id: request.id, body });
    };
    const waitMs = this.#keptForPeers < KEPT_MAX ? request.waitMs : 0;
    this.#ask(from, request, waitMs, answer);
  }

  /**
   * Of our own. May answer before it returns, and answers once.
   *
   * @param waitMs how long to keep the question while there is nothing to say; `Infinity` until there is
   * @returns what takes it back
   */
  ask(question: ChangesQuestion, waitMs: number, answer: (body: ChangesBody) => void): () => void {
    return this.#ask(undefined, question, waitMs, answer);
  }

  peerDown(peer: number): void {
    for (const kept of this.#all()) if (kept.from === peer) this.#drop(kept);
  }

  close(): void {
    this.#isClosed = true;
    for (const kept of this.#all()) this.#drop(kept);
  }

  #ask(
    from: number | undefined,
    question: ChangesQuestion,
    waitMs: number,
    answer: (body: ChangesBody) => void,
  ): () => void {
    const replica = this.#environment.replica(question.partition);
    if (replica === undefined || this.#isClosed) {
      answer({ kind: "refused", reason: "not-held" });
      return () => undefined;
    }
    const body = readChanges(replica, question, this.#pageBytes);
    if (isTelling(question, body) || waitMs === 0) {
      answer(body);
      return () => undefined;
    }
    const kept: Kept = { from, replica, answer, timers: [], question: movedOn(question, body), last: body };
    this.#keep(kept, waitMs);
    return () => this.#drop(kept);
  }

  #keep(kept: Kept, waitMs: number): void {
    const { timers } = this.#environment;
    const { replica } = kept;
    const others = this.#kept.get(replica.partition);
    if (others === undefined) {
      this.#kept.set(replica.partition, new Set([kept]));
      replica.whenAdvanced = () => this.#wake(replica.partition);
    } else others.add(kept);
    if (kept.from !== undefined) this.#keptForPeers++;
    if (Number.isFinite(waitMs)) kept.timers.push(timers.after(waitMs, () => this.#answer(kept, kept.last)));
    if (kept.last.kind !== "behind") return;
    this.#fetch(replica.partition);
    kept.timers.push(
      timers.after(BEHIND_MS, () => {
        if (kept.last.kind === "behind") this.#answer(kept, kept.last);
      }),
    );
  }

  /** Once a turn, however many dots became durable in it. */
  #wake(partition: number): void {
    if (this.#woken.size === 0) this.#environment.timers.endOfTurn(() => this.#lookAgain());
    this.#woken.add(partition);
  }

  #lookAgain(): void {
    const partitions = [...this.#woken];
    this.#woken.clear();
    for (const partition of partitions)
      for (const kept of [...(this.#kept.get(partition) ?? [])]) {
        const body = readChanges(kept.replica, kept.question, this.#pageBytes);
        if (isTelling(kept.question, body)) this.#answer(kept, body);
        else {
          kept.question = movedOn(kept.question, body);
          kept.last = body;
        }
      }
  }

  #answer(kept: Kept, body: ChangesBody): void {
    if (this.#drop(kept)) kept.answer(body);
  }

  /** False when it was dropped before. */
  #drop(kept: Kept): boolean {
    const { partition } = kept.replica;
    const others = this.#kept.get(partition);
    if (others?.delete(kept) !== true) return false;
    for (const timer of kept.timers) timer.cancel();
    if (kept.from !== undefined) this.#keptForPeers--;
    if (others.size > 0) return true;
    this.#kept.delete(partition);
    kept.replica.whenAdvanced = undefined;
    return true;
  }

  #all(): Kept[] {
    return [...this.#kept.values()].flatMap((kept) => [...kept]);
  }
}

/** Whether there is something to say now: a beginning, a change, or that this replica cannot serve. */
function isTelling({ since }: ChangesQuestion, body: ChangesBody): boolean {
  if (body.kind === "behind") return false;
  return body.kind !== "changes" || since === undefined || body.isMore || body.rows.length > 0;
}

function movedOn(question: ChangesQuestion, body: ChangesBody): ChangesQuestion {
  return body.kind === "changes" ? { ...question, since: body.position, seen: NOTHING } : question;
}

const NOTHING = new VersionVector();
