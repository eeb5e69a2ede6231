/**
 * How long requests took, counted as they end. Apart from the metrics library, which is loaded at the first scrape
 * and then finds these counts from the start of the process.
 */

const BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Series {
  readonly method: string;
  readonly outcome: string;
  /** Of requests by the first bucket that holds them; the last is for those above every bound. */
  readonly counts: number[];
  sumSeconds: number;
}

/** One value of a histogram as Prometheus knows it. */
interface HistogramValue {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

export class RequestDurations {
  readonly #series = new Map<string, Series>();

  /** One request that ended; see `RequestObserver`. */
  observe(method: string, outcome: string, seconds: number): void {
    const name = `${method}/${outcome}`;
    let series = this.#series.get(name);
    if (series === undefined) {
      series = { method, outcome, counts: new Array(BUCKETS_SECONDS.length + 1).fill(0), sumSeconds: 0 };
      this.#series.set(name, series);
    }
    const found = BUCKETS_SECONDS.findIndex((bound) => seconds <= bound);
    const bucket = found === -1 ? BUCKETS_SECONDS.length : found;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sumSeconds += seconds;
  }

  /** The values of a histogram named `name`: buckets count everything up to their bound. */
  values(name: string): HistogramValue[] {
    return [...this.#series.values()].flatMap(({ method, outcome, counts, sumSeconds }) => {
      const labels = { method, outcome };
      let total = 0;
      const buckets = counts.map((count, index) => {
        total += count;
        const le = BUCKETS_SECONDS[index] ?? "+Inf";
        return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: total };
      });
      return [
        ...buckets,
        { metricName: `${name}_sum`, labels, value: sumSeconds },
        { metricName: `${name}_count`, labels, value: total },
      ];
    });
  }
}
