/** The last read latencies of each peer: a request that takes longer than nearly all of them is hedged. */
const SAMPLES = 64;
const HEDGE_MS_MIN = 10;
/** Before there are samples. */
const HEDGE_MS_START = 50;

export class LatencyWindow {
  readonly #samples = new Map<number, number[]>();

  add(peer: number, elapsedMs: number): void {
    const samples = this.#samples.get(peer) ?? [];
    this.#samples.set(peer, samples);
    samples.push(elapsedMs);
    if (samples.length > SAMPLES) samples.shift();
  }

  /** With 64 samples their highest is about the 99th percentile. */
  hedgeAfterMs(peers: readonly number[]): number {
    const highest = peers.map((peer) => {
      const samples = this.#samples.get(peer);
      return samples === undefined ? HEDGE_MS_START : Math.max(...samples);
    });
    return Math.max(HEDGE_MS_MIN, ...highest);
  }
}
