/** How long calls took, in few numbers. */
import { build } from "hdr-histogram-js";

const LATENCY_US_MAX = 120_000_000;

/** Milliseconds, with a tenth. */
export interface Latencies {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export class LatencyRecorder {
  readonly #histogram = build({ highestTrackableValue: LATENCY_US_MAX, numberOfSignificantValueDigits: 3 });

  async time<T>(work: Promise<T>): Promise<T> {
    const startMs = performance.now();
    const result = await work;
    const elapsedUs = Math.round((performance.now() - startMs) * 1000);
    this.#histogram.recordValue(Math.min(LATENCY_US_MAX, elapsedUs));
    return result;
  }

  summary(): Latencies {
    const at = (percentile: number) =>
      Math.round(this.#histogram.getValueAtPercentile(percentile) / 100) / 10;
    return { p50Ms: at(50), p99Ms: at(99) };
  }
}
