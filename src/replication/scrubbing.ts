/**
 * Keeps the sketches of a node true to its disk: one partition at a time, page by page with pauses, so that it takes a
 * small part of one core. First those whose sketch nobody knows, after a start without a checkpoint; then whichever the
 * audit found in contradiction with its rows; and now and then each in turn, because only reading shows what a disk has
 * lost.
 */
import { type PartitionReplica, scrub } from "../replica/index.js";
import type { Timer } from "../runtime/index.js";
import type { Environment } from "./environment.js";

const PAUSE_MS = 20;
/** While somebody waits for it. */
const PAUSE_HURRIED_MS = 1;

export class Scrubbing {
  readonly #environment: Environment;
  readonly #intervalMs: number;
  /** Partitions to scrub before any that is only in turn, in order. */
  readonly #due = new Set<number>();
  #waiting: { readonly partitions: Set<number>; readonly scrubbed: () => void } | undefined;
  #running: number | undefined;
  #turn = 0;
  #ticks: Timer | undefined;

  /** @param intervalMs from one partition in turn to the next */
  constructor(environment: Environment, intervalMs: number) {
    this.#environment = environment;
    this.#intervalMs = intervalMs;
  }

  start(): void {
    for (const partition of this.#held())
      if (this.#environment.replica(partition)?.sketch.isReady === false) this.#due.add(partition);
    this.#next();
    this.#ticks = this.#environment.timers.every(this.#intervalMs, () => {
      const held = this.#held();
      const partition = held[this.#turn++ % Math.max(1, held.length)];
      if (partition !== undefined) this.request(partition);
    });
  }

  close(): void {
    this.#ticks?.cancel();
  }

  /** Soon. */
  request(partition: number): void {
    this.#due.add(partition);
    this.#next();
  }

  /** All of them, as fast as it goes; `scrubbed` hears of each. One such run at a time: a second ends the first. */
  hurry(scrubbed: () => void): void {
    const partitions = new Set(this.#held());
    this.#waiting = { partitions, scrubbed };
    for (const partition of partitions) this.#due.add(partition);
    this.#next();
  }

  #held(): readonly number[] {
    return this.#environment.view.partitionsOf(this.#environment.self.number);
  }

  #next(): void {
    const [partition] = this.#due;
    if (this.#running !== undefined || partition === undefined) return;
    this.#due.delete(partition);
    const replica = this.#environment.replica(partition);
    if (replica === undefined) return this.#next();
    this.#running = partition;
    scrub(replica, {
      pause: (next) => {
        const pauseMs = this.#waiting === undefined ? PAUSE_MS : PAUSE_HURRIED_MS;
        this.#environment.timers.after(pauseMs, next);
      },
      done: (wasWrong) => this.#done(replica, wasWrong),
    });
  }

  #done(replica: PartitionReplica, wasWrong: boolean | undefined): void {
    const { counters, log, timers } = this.#environment;
    this.#running = undefined;
    counters.add("partitions_scrubbed");
    if (wasWrong === true) {
      counters.add("sketches_corrected");
      log.warn(
        { partition: replica.partition },
        "the disk does not hold the rows that were written; they are audited",
      );
    }
    const waiting = this.#waiting;
    if (waiting?.partitions.delete(replica.partition) === true) waiting.scrubbed();
    if (waiting?.partitions.size === 0) this.#waiting = undefined;
    timers.after(PAUSE_HURRIED_MS, () => this.#next());
  }
}
