/** Latencies in microseconds, kept as HDR histograms: exact to a thousandth however many there are, and they add up. */
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from "hdr-histogram-js";

/** Milliseconds. */
interface Percentiles {
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

const US_PER_MS = 1_000;
const DIGITS = 3;

export class Latencies {
  readonly #histogram: Histogram;

  private constructor(histogram: Histogram) {
    this.#histogram = histogram;
  }

  static none(): Latencies {
    return new Latencies(
      build({
        bitBucketSize: 32,
        autoResize: true,
        numberOfSignificantValueDigits: DIGITS,
        useWebAssembly: false,
      }),
    );
  }

  /** @param text of `encoded` */
  static decoded(text: string): Latencies {
    const latencies = Latencies.none();
    latencies.#histogram.add(decodeFromCompressedBase64(text, 32, false));
    return latencies;
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  record(ms: number): void {
    this.#histogram.recordValue(Math.max(0, Math.round(ms * US_PER_MS)));
  }

  add(other: Latencies): void {
    this.#histogram.add(other.#histogram);
  }

  /** For another process, or a file. */
  encoded(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }

  /** @param percent 0 to 100 @returns milliseconds; 0 where nothing was recorded */
  percentileMs(percent: number): number {
    return this.#histogram.getValueAtPercentile(percent) / US_PER_MS;
  }

  percentiles(): Percentiles {
    const isEmpty = this.count === 0;
    return {
      meanMs: isEmpty ? 0 : Math.round(this.#histogram.mean) / US_PER_MS,
      p50Ms: this.percentileMs(50),
      p90Ms: this.percentileMs(90),
      p99Ms: this.percentileMs(99),
      p999Ms: this.percentileMs(99.9),
      // Not the exact one: that does not survive being sent, and would be less than the percentiles.
      maxMs: this.percentileMs(100),
    };
  }
}
