/** What `Timers` hands out: cancelling twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void;
}

/** Callbacks in the future. Every timer that a folder starts, it cancels when it is closed. */
export interface Timers {
  /** Runs `task` once, `delayMs` from now. */
  after(delayMs: number, task: () => void): Timer;
  /** Runs `task` again and again, `periodMs` apart, until it is cancelled. */
  every(periodMs: number, task: () => void): Timer;
  /**
   * Runs `task` once the present turn of the event loop has handled what is ready: where batches are closed and
   * frames are sent, so that whatever one turn produced shares them.
   */
  endOfTurn(task: () => void): void;
}
