/** The machine's clocks: the wall clock as the operating system keeps it, and the process's monotonic one. */
import type { Clock } from "../clock.js";

export class NodeClock implements Clock {
  wallMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }
}
