/**
 * The event loop of one simulated process. Its timers, and all that disk and network call back, go through
 * `deliver`: what a crashed process would have run is dropped, what a paused one would have run waits, in order, and
 * so does what a slow one will run once it is done with what came before.
 */
import type { Timer, Timers } from "../timers.js";
import type { VirtualTime } from "./virtual-time.js";

/** As in Node, where a delay of zero means one millisecond: a chain of them cannot stop time. */
const SHORTEST_DELAY_MS = 1;

/** How long one event keeps the process busy, in milliseconds; asked after each. */
type EventCost = () => number;

export class SimulatedTimers implements Timers {
  readonly #time: VirtualTime;
  readonly #eventCostMs: EventCost;
  readonly #armed = new Set<Timer>();
  /** What came while the process was paused and has not run yet. */
  #backlog: (() => void)[] = [];
  #isPaused = false;
  #isDraining = false;
  #hasCrashed = false;

  constructor(time: VirtualTime, eventCostMs: EventCost) {
    this.#time = time;
    this.#eventCostMs = eventCostMs;
  }

  get isAlive(): boolean {
    return !this.#hasCrashed;
  }

  /** Timers that have neither fired nor been cancelled: none after a clean stop. */
  get armed(): number {
    return this.#armed.size;
  }

  after(delayMs: number, task: () => void): Timer {
    if (this.#hasCrashed) {
      return { cancel: () => undefined };
    }
    let isCancelled = false;
    const event = this.#time.schedule(Math.max(delayMs, SHORTEST_DELAY_MS), () =>
      this.deliver(() => {
        this.#armed.delete(timer);
        if (!isCancelled) {
          task();
        }
      }),
    );
    const timer: Timer = {
      cancel: () => {
        isCancelled = true;
        event.cancel();
        this.#armed.delete(timer);
      },
    };
    this.#armed.add(timer);
    return timer;
  }

  every(periodMs: number, task: () => void): Timer {
    const fire = () => {
      current = this.after(periodMs, fire);
      task();
    };
    let current = this.after(periodMs, fire);
    return { cancel: () => current.cancel() };
  }

  endOfTurn(task: () => void): void {
    this.#time.schedule(0, () => this.deliver(task));
  }

  /** Runs `task` as an event of this process: now, when its turn comes, or never when it has crashed. */
  deliver(task: () => void): void {
    if (this.#hasCrashed) {
      return;
    }
    if (this.#isPaused || this.#isDraining) {
      this.#backlog.push(task);
    } else {
      this.#beBusy();
      task();
    }
  }

  /** Stops the process without ending it, as a long garbage collection or SIGSTOP does. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Goes on: first, in order, what came meanwhile. */
  resume(): void {
    this.#isPaused = false;
    if (!this.#isDraining) {
      this.#isDraining = true;
      this.#time.schedule(0, () => this.#drain());
    }
  }

  /** Ends the process: nothing of it runs any more. */
  crash(): void {
    this.#hasCrashed = true;
    this.#backlog = [];
    for (const timer of [...this.#armed]) {
      timer.cancel();
    }
  }

  /** What comes while the process is at work on an event waits for its end. */
  #beBusy(): void {
    const costMs = this.#eventCostMs();
    if (costMs > 0) {
      this.#isDraining = true;
      this.#time.schedule(costMs, () => this.#drain());
    }
  }

  /** One task an event, so that what it puts off to the end of its turn keeps its place. */
  #drain(): void {
    const task = this.#isPaused ? undefined : this.#backlog.shift();
    if (task === undefined) {
      this.#isDraining = false;
      return;
    }
    this.#time.schedule(this.#eventCostMs(), () => this.#drain());
    task();
  }
}
