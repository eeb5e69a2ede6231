/**
 * Timers on Node's event loop.
 *
 * They are unreferenced: sockets keep a serving process alive, and a timer that somebody forgot must not keep a
 * closed one from ending.
 */
import type { Timer, Timers } from "../timers.js";

/** Node runs a timer at once when its delay does not fit into 31 bits; a longer delay is cut to 24 days. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

export class NodeTimers implements Timers {
  after(delayMs: number, task: () => void): Timer {
    const handle = setTimeout(task, Math.min(delayMs, LONGEST_DELAY_MS)).unref();
    return { cancel: () => clearTimeout(handle) };
  }

  every(periodMs: number, task: () => void): Timer {
    const handle = setInterval(task, Math.min(periodMs, LONGEST_DELAY_MS)).unref();
    return { cancel: () => clearInterval(handle) };
  }

  endOfTurn(task: () => void): void {
    setImmediate(task);
  }
}
