/**
 * The metrics of a server in the terms of the Prometheus library. Loaded at the first scrape; see `metrics.ts`. Counts
 * come from the node when they are asked for. No key is ever a label.
 */
import type { IntervalHistogram } from "node:perf_hooks";
import { AggregatorRegistry, Counter, Gauge, Registry } from "prom-client";
import type { NodeStatus } from "../node/index.js";
import type { HostedNode } from "./node-host.js";
import type { RequestDurations } from "./request-durations.js";
import { isServing } from "./serving.js";

const NANOSECONDS = 1e9;

/** What the server counted of requests; both go on counting. */
interface RequestCounts {
  readonly durations: RequestDurations;
  readonly items: Readonly<Record<string, number>>;
}

export class MetricsRegistry {
  readonly #registry = new Registry();
  readonly #node: HostedNode;
  readonly #counts: RequestCounts;
  readonly #eventLoop: IntervalHistogram;
  readonly #counters = new Map<string, Counter>();

  constructor(
    node: HostedNode,
    counts: RequestCounts,
    eventLoop: IntervalHistogram,
    eventLoopSampleMs: number,
  ) {
    this.#node = node;
    this.#counts = counts;
    this.#eventLoop = eventLoop;
    this.#defineProcess(eventLoopSampleMs);
    this.#definePeers();
    this.#gauge("atoll_ready", "1 when the node takes requests.", () => (isServing(node.status()) ? 1 : 0));
    this.#gauge("atoll_incarnation", "The incarnation of the node.", () => node.status().incarnation);
    this.#gauge(
      "atoll_partitions_held",
      "Partitions that the node holds.",
      () => node.status().partitionsHeld,
    );
    this.#gauge(
      "atoll_reclaim_lag_seconds",
      "For how long the row that waits the longest has been this node's to remove, its end being past by every clock.",
      () => node.reclaimLagMs / 1_000,
    );
    this.#gauge(
      "atoll_rows_to_reclaim",
      "Rows of this node that are over by every clock and wait to be removed, up to 10000.",
      () => node.status().rowsToReclaim,
    );
    this.#gauge(
      "atoll_reclaim_blockers",
      "Members that keep these rows from being removed; the admin status names them.",
      () => node.status().reclaimBlockers.length,
    );
    this.#gauge("atoll_watches_open", "Watches that clients follow.", () => node.watchesOpen);
    this.#gauge(
      "atoll_partitions_catching_up",
      "Partitions that may not vote yet.",
      () => node.status().partitionsCatchingUp,
    );
  }

  /** Everything, in Prometheus' text format. */
  async text(): Promise<string> {
    for (const [name, count] of Object.entries({ ...this.#node.counters(), ...this.#counts.items })) {
      const counter = this.#counterOf(name);
      counter.reset();
      counter.inc(count);
    }
    return (await this.#requests().metrics()) + (await this.#registry.metrics());
  }

  /** The library takes ready-made values where it aggregates what several processes counted. */
  #requests(): Registry {
    const name = "atoll_request_duration_seconds";
    const help = "From the arrival of a request to its answer, by method and outcome.";
    const values = this.#counts.durations.values(name);
    return AggregatorRegistry.aggregate([[{ name, help, type: "histogram", aggregator: "sum", values }]]);
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

  #defineProcess(sampleMs: number): void {
    const lagSeconds = (betweenSamplesNs: number) => lagSecondsOf(betweenSamplesNs, sampleMs);
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
function lagSecondsOf(betweenSamplesNs: number, sampleMs: number): number {
  return Math.max(0, betweenSamplesNs / NANOSECONDS - sampleMs / 1_000);
}
