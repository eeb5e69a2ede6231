/** Timers of one life: when it ends, none of them fires any more, and none is left armed. */
import type { Timer, Timers } from "../runtime/index.js";

export class ScopedTimers implements Timers {
  readonly #timers: Timers;
  readonly #armed = new Set<Timer>();
  readonly #run: (task: () => void) => void;
  #isClosed = false;

  /** @param run runs each task, and handles what it throws */
  constructor(timers: Timers, run: (task: () => void) => void) {
    this.#timers = timers;
    this.#run = run;
  }

  after(delayMs: number, task: () => void): Timer {
    if (this.#isClosed) return NO_TIMER;
    const inner = this.#timers.after(delayMs, () => {
      this.#armed.delete(timer);
      this.#run(task);
    });
    const timer = this.#scoped(inner);
    return timer;
  }

  every(periodMs: number, task: () => void): Timer {
    return this.#isClosed ? NO_TIMER : this.#scoped(this.#timers.every(periodMs, () => this.#run(task)));
  }

  endOfTurn(task: () => void): void {
    this.#timers.endOfTurn(() => {
      if (!this.#isClosed) this.#run(task);
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of [...this.#armed]) timer.cancel();
  }

  #scoped(inner: Timer): Timer {
    const timer: Timer = {
      cancel: () => {
        this.#armed.delete(timer);
        inner.cancel();
      },
    };
    this.#armed.add(timer);
    return timer;
  }
}

const NO_TIMER: Timer = { cancel: () => undefined };
