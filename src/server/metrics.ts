/**
 * What Prometheus scrapes. One registry a server, so that several can live in one process. Counts come from the node
 * when they are asked for; only requests are measured as they happen. No key is ever a label.
 */
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { NodeStatus } from "../node/index.js";
import type { HostedNode } from "./node-host.js";
import { isServing } from "./serving.js";

const LATENCY_BUCKETS_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
/** How often the event loop's delay is sampled, milliseconds. Sampling wakes the process, so not too often. */
const EVENT_LOOP_SAMPLE_MS = 20;
const NANOSECONDS = 1e9;

export class ServerMetrics {
  readonly #registry = new Registry();
  readonly #node: HostedNode;
  readonly #requests: Histogram<"method" | "outcome">;
  /** By method and outcome: looking labels up costs more than observing. */
  readonly #series = new Map<string, Histogram.Internal<"method" | "outcome">>();
  readonly #counters = new Map<string, Counter>();
  readonly #eventLoop: IntervalHistogram = monitorEventLoopDelay({ resolution: EVENT_LOOP_SAMPLE_MS });

  constructor(node: HostedNode) {
    this.#node = node;
    this.#requests = new Histogram({
      name: "atoll_request_duration_seconds",
      help: "From the arrival of a request to its answer, by method and outcome.",
      labelNames: ["method", "outcome"],
      buckets: LATENCY_BUCKETS_SECONDS,
      registers: [this.#registry],
    });
    this.#eventLoop.enable();
    this.#defineProcess();
    this.#definePeers();
    this.#gauge("atoll_ready", "1 when the node takes requests.", () => (isServing(node.status()) ? 1 : 0));
    this.#gauge("atoll_incarnation", "The incarnation of the node.", () => node.status().incarnation);
    this.#gauge(
      "atoll_partitions_held",
      "Partitions that the node holds.",
      () => node.status().partitionsHeld,
    );
    this.#gauge(
      "atoll_partitions_catching_up",
      "Partitions that may not vote yet.",
      () => node.status().partitionsCatchingUp,
    );
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** One request that ended; see `RequestObserver`. */
  observe(method: string, outcome: string, seconds: number): void {
    const name = `${method}/${outcome}`;
    let series = this.#series.get(name);
    if (series === undefined) {
      series = this.#requests.labels({ method, outcome });
      this.#series.set(name, series);
    }
    series.observe(seconds);
  }

  /** Everything, in Prometheus' text format. */
  text(): Promise<string> {
    for (const [name, count] of Object.entries(this.#node.counters())) {
      const counter = this.#counterOf(name);
      counter.reset();
      counter.inc(count);
    }
    return this.#registry.metrics();
  }

  close(): void {
    this.#eventLoop.disable();
    this.#registry.clear();
  }

  #counterOf(name: string): Counter {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      const help = `${name.replaceAll("_", " ")}, since the process started.`;
      counter = new Counter({ name: `atoll_${name}_total`, help, registers: [this.#registry] });
      this.#counters.set(name, counter);
    }
    return counter;
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }

  #defineProcess(): void {
    const delay = this.#eventLoop;
    this.#gauge(
      "atoll_process_resident_memory_bytes",
      "Memory that the process holds.",
      () => process.memoryUsage().rss,
    );
    this.#gauge("atoll_process_heap_used_bytes", "JavaScript objects.", () => process.memoryUsage().heapUsed);
    new Gauge({
      name: "atoll_event_loop_lag_seconds",
      help: "How late the event loop ran, since the last scrape.",
      labelNames: ["quantile"],
      registers: [this.#registry],
      collect() {
        this.set({ quantile: "0.5" }, lagSeconds(delay.percentile(50)));
        this.set({ quantile: "0.99" }, lagSeconds(delay.percentile(99)));
        this.set({ quantile: "1" }, lagSeconds(delay.max));
        delay.reset();
      },
    });
  }

  #definePeers(): void {
    const node = this.#node;
    const perPeer = (
      name: string,
      help: string,
      read: (peer: NodeStatus["peers"][number]) => number,
    ): void => {
      new Gauge({
        name,
        help,
        labelNames: ["peer", "region"],
        registers: [this.#registry],
        collect() {
          this.reset();
          for (const peer of node.status().peers) {
            this.set({ peer: peer.nodeId, region: peer.region }, read(peer));
          }
        },
      });
    };
    this.#gauge(
      "atoll_peers_connected",
      "Peers with a link that is up.",
      () => node.status().peers.filter((peer) => peer.isConnected).length,
    );
    perPeer("atoll_peer_alive", "1 when the peer hears us and we hear it.", (peer) => (peer.isAlive ? 1 : 0));
    perPeer("atoll_peer_queue_bytes", "Bytes that wait for the peer.", (peer) => peer.queueBytes);
    perPeer("atoll_peer_round_trip_seconds", "Round trip to the peer.", (peer) => peer.roundTripMs / 1_000);
    perPeer(
      "atoll_peer_clock_offset_seconds",
      "The peer's wall clock minus ours.",
      (peer) => peer.clockOffsetMs / 1_000,
    );
  }
}

/** What Node measures is the time between two samples, which is the period when nothing is late. */
function lagSeconds(betweenSamplesNs: number): number {
  return Math.max(0, betweenSamplesNs / NANOSECONDS - EVENT_LOOP_SAMPLE_MS / 1_000);
}
