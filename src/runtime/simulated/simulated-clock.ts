/** A node's clocks over virtual time: wrong by an offset, fast or slow by a drift, moved by steps, as a test decides. */
import type { Clock } from "../clock.js";
import type { VirtualTime } from "./virtual-time.js";

/** Where wall clocks begin: 2025-01-01 UTC. */
const EPOCH_MS = 1_735_689_600_000;

export class SimulatedClock implements Clock {
  readonly #time: VirtualTime;
  #offsetMs: number;
  #rate = 1;
  /** The moment of the last change of rate: in virtual time, and on this clock. */
  #rateSinceMs = 0;
  #monotonicThenMs = 0;

  constructor(time: VirtualTime, offsetMs = 0) {
    this.#time = time;
    this.#offsetMs = offsetMs;
  }

  wallMs(): number {
    return Math.floor(EPOCH_MS + this.monotonicMs() + this.#offsetMs);
  }

  monotonicMs(): number {
    return this.#monotonicThenMs + (this.#time.nowMs - this.#rateSinceMs) * this.#rate;
  }

  /** How far the wall clock is ahead of true time; negative when behind. */
  get errorMs(): number {
    return this.monotonicMs() + this.#offsetMs - this.#time.nowMs;
  }

  /** Moves the wall clock at once, in either direction. The monotonic one does not notice. */
  step(byMs: number): void {
    this.#offsetMs += byMs;
  }

  /** From now on both clocks run this many parts per million fast, or slow when negative. */
  setDriftPpm(driftPpm: number): void {
    if (!(driftPpm > -1_000_000)) {
      throw new RangeError(`a clock with a drift of ${driftPpm} ppm would not move forward`);
    }
    this.#monotonicThenMs = this.monotonicMs();
    this.#rateSinceMs = this.#time.nowMs;
    this.#rate = 1 + driftPpm / 1_000_000;
  }
}
