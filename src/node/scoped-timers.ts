/** Timers of one life: when it ends, none of them fires any more, and none is left armed. */
import type { Timer, Timers } from "../runtime/index.js";

export class ScopedTimers implements Timers {
  readonly #timers: Timers;
  readonly #armed = new Set<Timer>();
  #isClosed = false;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  after(delayMs: number, task: () => void): Timer {
    if (this.#isClosed) return NO_TIMER;
    const inner = this.#timers.after(delayMs, () => {
      this.#armed.delete(timer);
      task();
    });
    const timer = this.#scoped(inner);
    return timer;
  }

  every(periodMs: number, task: () => void): Timer {
    return this.#isClosed ? NO_TIMER : this.#scoped(this.#timers.every(periodMs, task));
  }

  endOfTurn(task: () => void): void {
    this.#timers.endOfTurn(() => {
      if (!this.#isClosed) task();
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
