/** Replication lag by the region of the writer: from a write's stamp to its durable apply here. */
import { build, type Histogram } from "hdr-histogram-js";
import { hlcWallMs } from "../causality/index.js";
import type { Delta } from "../codec/index.js";

const LAG_MS_MAX = 3_600_000;

export interface RegionLag {
  readonly region: string;
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export class LagTracker {
  readonly #histograms = new Map<string, Histogram>();

  /** Clocks of two regions differ: what they make negative counts as zero. */
  add(region: string, delta: Delta, wallMs: number): void {
    let histogram = this.#histograms.get(region);
    if (histogram === undefined) {
      histogram = build({
        lowestDiscernibleValue: 1,
        highestTrackableValue: LAG_MS_MAX,
        numberOfSignificantValueDigits: 2,
      });
      this.#histograms.set(region, histogram);
    }
    histogram.recordValue(Math.min(LAG_MS_MAX, Math.max(0, wallMs - hlcWallMs(delta.hlc))));
  }

  report(): RegionLag[] {
    return [...this.#histograms].map(([region, histogram]) => ({
      region,
      count: histogram.totalCount,
      p50Ms: histogram.getValueAtPercentile(50),
      p99Ms: histogram.getValueAtPercentile(99),
      maxMs: histogram.maxValue,
    }));
  }
}
