/**
 * What Prometheus scrapes. One of them a server, so that several can live in one process. Requests and the event loop
 * are measured from the start; the library that knows Prometheus' terms is loaded when somebody asks, which in a
 * local cluster nobody may.
 */
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { MetricsRegistry } from "./metrics-registry.js";
import type { HostedNode } from "./node-host.js";
import { RequestDurations } from "./request-durations.js";
import type { ItemCounter } from "./unary-call.js";

/** How often the event loop's delay is sampled, milliseconds. Sampling wakes the process, so not too often. */
const EVENT_LOOP_SAMPLE_MS = 20;

export class ServerMetrics {
  /** Of `text`: Prometheus' text format. */
  readonly contentType = "text/plain; version=0.0.4; charset=utf-8";
  readonly #node: HostedNode;
  readonly #durations = new RequestDurations();
  readonly #eventLoop: IntervalHistogram = monitorEventLoopDelay({ resolution: EVENT_LOOP_SAMPLE_MS });
  readonly #items: Record<string, number> = { scan_rows: 0, batch_get_items: 0, batch_write_items: 0 };
  #registry: Promise<MetricsRegistry> | undefined;

  constructor(node: HostedNode) {
    this.#node = node;
    this.#eventLoop.enable();
  }

  /** One request that ended; see `RequestObserver`. */
  observe(method: string, outcome: string, seconds: number): void {
    this.#durations.observe(method, outcome, seconds);
  }

  /** See `ItemCounter`. */
  countItems(...[what, count]: Parameters<ItemCounter>): void {
    this.#items[what] = (this.#items[what] ?? 0) + count;
  }

  /** Everything, in Prometheus' text format. */
  async text(): Promise<string> {
    this.#registry ??= this.#load();
    return (await this.#registry).text();
  }

  close(): void {
    this.#eventLoop.disable();
  }

  async #load(): Promise<MetricsRegistry> {
    const { MetricsRegistry } = await import("./metrics-registry.js");
    const counts = { durations: this.#durations, items: this.#items };
    return new MetricsRegistry(this.#node, counts, this.#eventLoop, EVENT_LOOP_SAMPLE_MS);
  }
}
