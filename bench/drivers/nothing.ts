/**
 * The driver `null`: answers every operation at the end of the turn of the event loop, and does nothing else. What a run
 * with it costs is what the tool itself costs.
 */
import { OPERATIONS } from "../workload/index.js";
import type { Connection, Driver } from "./driver.js";

export const nothing: Driver = {
  name: "null",
  summary: "no store at all: what the tool itself costs",
  operations: new Set(OPERATIONS),
  guarantees: () => ["none: nothing is stored"],
  connect: async () => new NoConnection(),
};

class NoConnection implements Connection {
  /** Bounded by the operations in flight. */
  #waiting: ((found: boolean) => void)[] = [];

  perform(): Promise<boolean> {
    return new Promise((resolve) => {
      // Not at once: a caller that never waits would keep timers from running.
      if (this.#waiting.length === 0) setImmediate(() => this.#answer());
      this.#waiting.push(resolve);
    });
  }

  async close(): Promise<void> {}

  #answer(): void {
    const answered = this.#waiting;
    this.#waiting = [];
    for (const resolve of answered) resolve(true);
  }
}
