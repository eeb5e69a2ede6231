/**
 * The bottleneck of a path: bytes leave one after another at a fixed rate, whichever connection they belong to. It
 * keeps no queue itself; it only says when bytes handed over now would have left.
 */
export class Bandwidth {
  readonly #bytesPerMs: number;
  #freeAtMs = 0;

  /** `bitsPerSecond` may be Infinity: then nothing ever waits. */
  constructor(bitsPerSecond: number) {
    this.#bytesPerMs = bitsPerSecond / 8000;
  }

  /** Takes the next free place for `bytes`; the time at which the last of them has left. */
  reserve(nowMs: number, bytes: number): number {
    this.#freeAtMs = Math.max(nowMs, this.#freeAtMs) + bytes / this.#bytesPerMs;
    return this.#freeAtMs;
  }

  /** How long bytes handed over now would wait before the first of them leaves. */
  backlogMs(nowMs: number): number {
    return Math.max(0, this.#freeAtMs - nowMs);
  }

  /** How many bytes leave in `durationMs`. */
  bytesIn(durationMs: number): number {
    return this.#bytesPerMs * durationMs;
  }
}
