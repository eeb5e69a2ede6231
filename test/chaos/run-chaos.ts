/** One chaos run: a cluster, its clients and its troubles; then peace, convergence, last reads, and the verdicts. */
import { type LocalCluster, startCluster } from "../../cluster/index.js";
import { SeededRandom } from "../../src/runtime/simulated/index.js";
import { convergence } from "../e2e/support/convergence.js";
import { checkHistory } from "./checkers/index.js";
import type { Verdict } from "./checkers/verdict.js";
import { readAll, setKeys } from "./final-reads.js";
import { Fleet } from "./fleet.js";
import { HistoryWriter, type LineSink, readHistory } from "./history/history-file.js";
import { Tally } from "./history/tally.js";
import { type FullDisk, type FullDiskMeans, fullDisks } from "./nemesis/full-disk.js";
import { Nemesis } from "./nemesis/nemesis.js";
import { drawSchedule } from "./nemesis/schedule.js";
import type { RunFolder } from "./run-folder.js";

const PARTITIONS = 16;
/** The last faults end so long before the clients stop: their successes then are a part of the history. */
const CALM_AT_LAST_MS = 4_000;
/** Far more than a busy machine needs. A cluster that takes longer does not converge. */
const CONVERGED_WITHIN_MS = 120_000;
const GRACE_MS = 2_000;

export interface ChaosOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly clientsPerRegion: number;
  readonly fullDisk: FullDiskMeans;
}

export interface ChaosReport {
  readonly ok: boolean;
  readonly seed: number;
  readonly seconds: number;
  /** How disks were made full. */
  readonly fullDisk: FullDiskMeans;
  readonly faults: Readonly<Record<string, number>>;
  /** By kind of work and call: how many ended how. */
  readonly calls: Tally["calls"];
  readonly errors: Tally["errors"];
  readonly succeeded: number;
  readonly ended: number;
  /** Of each second, the share of calls that succeeded; null where none ended. */
  readonly availability: readonly (number | null)[];
  /** Undefined: they did not. */
  readonly convergedMs: number | undefined;
  readonly verdicts: readonly Verdict[];
  /** What went wrong beside the history. */
  readonly problems: readonly string[];
}

/** Hears how far the run is. */
export type Progress = (tally: Tally, fraction: number) => void;

/** Rejects when the cluster cannot be started, or `signal` aborts. Nothing of it runs afterwards. */
export async function runChaos(
  options: ChaosOptions,
  folder: RunFolder,
  signal: AbortSignal,
  progress: Progress,
): Promise<ChaosReport> {
  const cluster = await startCluster({
    dataDir: folder.cluster,
    temporary: true,
    partitions: PARTITIONS,
    signal,
  });
  const history = new HistoryWriter(folder.history);
  let disk: FullDisk | undefined;
  try {
    disk = await fullDisks(options.fullDisk, cluster);
    return await new Run(options, cluster, history, disk).go(folder, signal, progress);
  } finally {
    history.close();
    await Promise.all(cluster.regions.map((region) => cluster.stop(region).catch(() => {})));
    folder.keepLogs(cluster.nodes.map(({ id }) => id));
    await disk?.close();
    await cluster.down({ graceMs: GRACE_MS });
  }
}

class Run {
  readonly #options: ChaosOptions;
  readonly #cluster: LocalCluster;
  readonly #history: HistoryWriter;
  readonly #disk: FullDisk | undefined;
  readonly #tally = new Tally();
  readonly #problems: string[] = [];

  constructor(
    options: ChaosOptions,
    cluster: LocalCluster,
    history: HistoryWriter,
    disk: FullDisk | undefined,
  ) {
    this.#options = options;
    this.#cluster = cluster;
    this.#history = history;
    this.#disk = disk;
  }

  async go(folder: RunFolder, signal: AbortSignal, progress: Progress): Promise<ChaosReport> {
    const { seed, seconds, clientsPerRegion, fullDisk } = this.#options;
    const cluster = this.#cluster;
    const random = new SeededRandom(seed);
    const sink: LineSink = {
      append: (line) => {
        this.#history.append(line);
        this.#tally.append(line);
      },
    };
    const fleet = await Fleet.connect({ cluster, clientsPerRegion, random: random.split("clients"), sink });
    try {
      const nemesis = new Nemesis({ cluster, sink, disk: this.#disk });
      await this.#trouble(fleet, nemesis, random.split("faults"), signal, progress);
      const convergedMs = await this.#peace(nemesis);
      await this.#lastReads(fleet, folder);
      this.#problems.push(...nemesis.strays);
      const verdicts = checkHistory(readHistory(folder.history));
      const isBroken = verdicts.some((verdict) => verdict.isPromised && !verdict.ok);
      return {
        ok: !isBroken && this.#problems.length === 0,
        seed,
        seconds,
        fullDisk,
        faults: nemesis.injected,
        calls: this.#tally.calls,
        errors: this.#tally.errors,
        succeeded: this.#tally.ok,
        ended: this.#tally.ended,
        availability: this.#tally.availability().map((share) => share ?? null),
        convergedMs,
        verdicts,
        problems: this.#problems,
      };
    } finally {
      await fleet.close();
    }
  }

  /** Clients and faults, side by side, until the time is over. */
  async #trouble(
    fleet: Fleet,
    nemesis: Nemesis,
    random: SeededRandom,
    signal: AbortSignal,
    progress: Progress,
  ): Promise<void> {
    const lastsMs = this.#options.seconds * 1_000;
    const { regions, nodes } = this.#cluster;
    const schedule = drawSchedule(random, {
      regions: regions.map((name) => ({
        name,
        nodes: nodes.filter((node) => node.region === name).map(({ id }) => id),
      })),
      untilMs: lastsMs - CALM_AT_LAST_MS,
      hasFullDisks: this.#disk !== undefined,
    });
    const timeIsOver = AbortSignal.timeout(lastsMs);
    const stop = AbortSignal.any([signal, timeIsOver]);
    const startedAtMs = performance.now();
    const ticker = setInterval(() => progress(this.#tally, (performance.now() - startedAtMs) / lastsMs), 500);
    try {
      await Promise.all([nemesis.run(schedule, stop), fleet.work(stop)]);
    } finally {
      clearInterval(ticker);
    }
    signal.throwIfAborted();
  }

  async #peace(nemesis: Nemesis): Promise<number | undefined> {
    await nemesis.heal();
    try {
      return await convergence(this.#cluster, CONVERGED_WITHIN_MS);
    } catch (error) {
      this.#problems.push(String(error));
      return undefined;
    }
  }

  async #lastReads(fleet: Fleet, folder: RunFolder): Promise<void> {
    this.#history.flush();
    const elements = setKeys(readHistory(folder.history));
    for (const reader of fleet.finalReaders) {
      const failed = await readAll(reader, this.#cluster.regions, elements);
      if (failed > 0) this.#problems.push(`${failed} of the last reads failed in ${reader.db.region}`);
    }
    this.#history.flush();
  }
}
