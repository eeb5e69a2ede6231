/** The watches that this node serves: bounded, looked after by one timer, and ended together with it. */
import { type ChangesRequest, encodeWatch } from "../codec/index.js";
import type { Timer } from "../runtime/index.js";
import type { Fill } from "./bounds.js";
import { ChangeSource } from "./change-source.js";
import type { Environment } from "./environment.js";
import { failure } from "./failures.js";
import type { Failure } from "./operation.js";
import type { ReplicationSettings } from "./replication-settings.js";
import type { Sessions } from "./sessions.js";
import { Watch, type WatchListener, type WatchPlan } from "./watch.js";

const LOOK_MS = 500;

/** What whoever reads a watch holds of it. */
export interface WatchHandle {
  /** Asks for one page of changes: it comes when there is one. */
  pull(): void;
  /** Opaque: what goes on from here shows all that was not handed out yet. */
  token(): Buffer;
  /** Rises whenever there is a new token. */
  readonly moves: number;
  /** What a session has to have seen so that its reads lack nothing that comes before the watch. */
  seen(): ReturnType<Sessions["unstableOf"]>;
  /** Idempotent. */
  close(): void;
}

export class Watches {
  readonly #environment: Environment;
  readonly #source: ChangeSource;
  readonly #sessions: Sessions;
  readonly #partitionsMax: number;
  readonly #open = new Map<Watch, number>();
  #partitions = 0;
  #timer: Timer | undefined;
  /** Why none begins any more. */
  #ended: Failure | undefined;

  /** @param fetch asks for what a partition lacks, soon */
  constructor(
    environment: Environment,
    sessions: Sessions,
    fetch: (partition: number) => void,
    {
      catchUpPageBytes,
      watchedPartitionsMax,
    }: Pick<ReplicationSettings, "catchUpPageBytes" | "watchedPartitionsMax">,
  ) {
    this.#environment = environment;
    this.#source = new ChangeSource(environment, fetch, catchUpPageBytes);
    this.#sessions = sessions;
    this.#partitionsMax = watchedPartitionsMax;
  }

  get open(): number {
    return this.#open.size;
  }

  fills(): Record<string, Fill> {
    return {
      watched_partitions: { size: this.#partitions, max: this.#partitionsMax },
      changes_questions: this.#source.fill,
    };
  }

  /** For the watch of a peer. */
  serve(from: number, request: ChangesRequest): void {
    this.#source.serve(from, request);
  }

  peerDown(peer: number): void {
    this.#source.peerDown(peer);
  }

  /** Hands out the watch, or why there is none. The listener is called in later turns only. */
  begin(plan: WatchPlan, listener: WatchListener): WatchHandle | Failure {
    const { counters, timers } = this.#environment;
    const count = plan.partitions.length;
    if (this.#ended !== undefined) return this.#ended;
    if (this.#partitions + count > this.#partitionsMax) return this.#full();
    const watch = new Watch(this.#environment, this.#source, plan, {
      began: () => listener.began(),
      changed: (changes) => {
        counters.add("watch_changes", changes.length);
        listener.changed(changes);
      },
      failed: (why) => {
        this.#close(watch);
        if (why.reason === "RESYNC") counters.add("watch_resyncs");
        listener.failed(why);
      },
    });
    this.#open.set(watch, count);
    this.#partitions += count;
    counters.add("watches_begun");
    this.#timer ??= timers.every(LOOK_MS, () => this.#look());
    timers.endOfTurn(() => watch.start());
    return {
      pull: () => timers.endOfTurn(() => watch.pull()),
      token: () => encodeWatch(watch.positions()),
      get moves() {
        return watch.moves;
      },
      seen: () =>
        this.#sessions.unstableOf([...watch.positions()].map(([at, { position }]) => [at, position])),
      close: () => this.#close(watch),
    };
  }

  /** All of them, and whatever would begin from now on. Those of peers go on until the node ends. */
  end(why: Failure): void {
    this.#ended = why;
    for (const watch of [...this.#open.keys()]) watch.fail(why);
  }

  #look(): void {
    for (const watch of [...this.#open.keys()]) watch.look();
  }

  #close(watch: Watch): void {
    watch.close();
    const count = this.#open.get(watch);
    if (count === undefined) return;
    this.#open.delete(watch);
    this.#partitions -= count;
    if (this.#open.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #full(): Failure {
    return failure(
      "OVERLOADED",
      `watches follow ${this.#partitions} partitions, and this node takes at most ${this.#partitionsMax}; nothing was done: watch at another node, or one {tag} instead of a bucket`,
    );
  }
}
