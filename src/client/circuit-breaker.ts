/**
 * Keeps traffic away from a node that fails, and brings it home again.
 *
 *            a failure / silence                    the wait is over
 *   closed ──────────────────────▶ open (waiting) ──────────────────▶ open (probing)
 *     ▲                                 ▲            the probe fails        │
 *     │                                 └──────────────────────────────────┤
 *     └────────────────────────────────────────────────────────────────────┘ the probe succeeds
 *
 * No request of a caller pays for finding out whether the node is back: a health check does. A probe that succeeds
 * closes the breaker but keeps the length of the next wait; only an answered request resets it. So a node that passes
 * its health checks and yet fails its requests is left alone for longer and longer.
 *
 * Pure: the owner runs the timers, and tells what happened when.
 */
export const WAIT_MS_MIN = 250;
export const WAIT_MS_MAX = 5000;

/**
 * `failure`: the node refused the connection, dropped it, or said that it cannot serve: wait, then probe. `silence`: a
 * request got no answer in time, which may be the fault of the request: probe at once, and wait only when that repeats.
 */
export type TripCause = "failure" | "silence";

export class CircuitBreaker {
  #isOpen = false;
  #closedAtMs = Number.NEGATIVE_INFINITY;
  /** Trips and failed probes since the last answered request. */
  #failures = 0;

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * A request that began at `startedAtMs` failed. Returns the milliseconds until the probe when this opened the
   * breaker, undefined when it changed nothing: the breaker is open already, or the silence began before it last
   * closed and says nothing about the node of now.
   */
  trip(cause: TripCause, startedAtMs: number): number | undefined {
    if (this.#isOpen) return undefined;
    if (cause === "silence" && startedAtMs < this.#closedAtMs) return undefined;
    this.#isOpen = true;
    const waitMs = cause === "silence" && this.#failures === 0 ? 0 : this.#nextWaitMs();
    this.#failures += 1;
    return waitMs;
  }

  /** The probe's outcome. Returns the milliseconds until the next one, undefined when the breaker closed. */
  probed(isHealthy: boolean, nowMs: number): number | undefined {
    if (isHealthy) {
      this.#close(nowMs);
      return undefined;
    }
    const waitMs = this.#nextWaitMs();
    this.#failures += 1;
    return waitMs;
  }

  /** The node answered a request. */
  answered(nowMs: number): void {
    this.#failures = 0;
    if (this.#isOpen) this.#close(nowMs);
  }

  #nextWaitMs(): number {
    return Math.min(WAIT_MS_MAX, WAIT_MS_MIN * 2 ** Math.min(this.#failures, 16));
  }

  #close(nowMs: number): void {
    this.#isOpen = false;
    this.#closedAtMs = nowMs;
  }
}
