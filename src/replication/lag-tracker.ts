/** Replication lag by the region of the writer: from a write's stamp to its durable apply here. */
import { hlcWallMs } from "../causality/index.js";
import type { Delta } from "../codec/index.js";

interface RegionLag {
  readonly region: string;
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export class LagTracker {
  readonly #histograms = new Map<string, LagHistogram>();

  /** Clocks of two regions differ: what they make negative counts as zero. */
  add(region: string, delta: Delta, wallMs: number): void {
    let histogram = this.#histograms.get(region);
    if (histogram === undefined) {
      histogram = new LagHistogram();
      this.#histograms.set(region, histogram);
    }
    histogram.record(Math.max(0, wallMs - hlcWallMs(delta.hlc)));
  }

  report(): RegionLag[] {
    return [...this.#histograms].map(([region, histogram]) => ({
      region,
      count: histogram.count,
      p50Ms: histogram.quantile(0.5),
      p99Ms: histogram.quantile(0.99),
      maxMs: histogram.maxMs,
    }));
  }
}

/** Buckets to a power of two: a quantile is at most 1/32 too high. */
const SUB_BUCKETS = 32;
const POWERS = 32;

/**
 * A log-linear histogram of milliseconds in a few KB. The library that the load tool would use costs each node 13 MB of
 * memory and its start 50 ms, for two numbers.
 */
class LagHistogram {
  readonly #counts = new Uint32Array(SUB_BUCKETS * POWERS);
  count = 0;
  maxMs = 0;

  record(lagMs: number): void {
    const bucket = bucketOf(lagMs);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.count++;
    this.maxMs = Math.max(this.maxMs, lagMs);
  }

  /** The upper bound of the bucket that holds the quantile. */
  quantile(fraction: number): number {
    const rank = Math.ceil(this.count * fraction);
    let seen = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= rank && count > 0) return Math.min(this.maxMs, upperBound(bucket));
    }
    return this.maxMs;
  }
}

/** The first two stretches are exact; from then on each power of two has as many buckets as the one before. */
function bucketOf(lagMs: number): number {
  const whole = Math.floor(lagMs);
  if (whole < 2 * SUB_BUCKETS) return whole;
  const power = Math.floor(Math.log2(whole)) - Math.log2(SUB_BUCKETS);
  const bucket = power * SUB_BUCKETS + Math.floor(whole / 2 ** power);
  return Math.min(bucket, SUB_BUCKETS * POWERS - 1);
}

function upperBound(bucket: number): number {
  if (bucket < 2 * SUB_BUCKETS) return bucket;
  const power = Math.floor(bucket / SUB_BUCKETS) - 1;
  const within = bucket - power * SUB_BUCKETS;
  return (within + 1) * 2 ** power - 1;
}
