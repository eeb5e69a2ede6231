/** `atoll cluster up`: starts a cluster, says where it is, and unless it is detached stays until it is told to stop. */
import { setTimeout as delay } from "node:timers/promises";
import {
  type ClusterError,
  type LocalCluster,
  PartialStart,
  type Programs,
  startCluster,
} from "../../cluster/index.js";
import { clusterDocument, clusterTable } from "./cluster-report.js";
import { printDocument } from "./failure.js";

const WATCH_MS = 1000;
const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface UpOptions {
  readonly regions?: string[];
  readonly nodes?: number;
  readonly data?: string;
  readonly wan?: boolean;
  readonly direct?: boolean;
  readonly detach?: boolean;
  readonly partitions?: number;
  readonly replicas?: number;
  readonly json?: boolean;
}

/**
 * `defaultData` is used, and removed in the end, when the options name no folder. What did not start of a cluster that
 * goes on without it is given to `fail`.
 */
export async function clusterUp(
  options: UpOptions,
  defaultData: string,
  fail: (error: ClusterError) => void,
  programs?: Programs,
): Promise<void> {
  const stop = new StopSignals();
  try {
    const { cluster, failure } = await start(options, defaultData, programs, stop);
    const status = await cluster.status();
    if (options.json) printDocument(clusterDocument(cluster, status));
    else process.stdout.write(`${clusterTable(cluster, status)}\n\n${whatNext(cluster, options)}\n`);
    if (failure !== undefined) fail(failure);
    if (options.detach !== true) await stayUntilStopped(cluster, stop);
  } finally {
    stop.close();
  }
}

async function start(
  options: UpOptions,
  defaultData: string,
  programs: Programs | undefined,
  stop: StopSignals,
): Promise<{ readonly cluster: LocalCluster; readonly failure?: PartialStart }> {
  const isTerminal = process.stderr.isTTY;
  const notes: string[] = [];
  try {
    const cluster = await startCluster({
      regions: options.regions,
      nodesPerRegion: options.nodes,
      partitions: options.partitions,
      replicas: options.replicas,
      wan: options.wan,
      direct: options.direct,
      detach: options.detach,
      dataDir: options.data ?? defaultData,
      temporary: options.data === undefined,
      programs,
      signal: stop.first,
      progress: (ready, total) => {
        if (isTerminal) process.stderr.write(`\rstarting: ${ready} of ${total} processes ready `);
      },
      note: (text) => notes.push(text),
    });
    return { cluster };
  } catch (error) {
    if (error instanceof PartialStart) return { cluster: error.cluster, failure: error };
    throw error;
  } finally {
    if (isTerminal) process.stderr.write("\r\x1b[K");
    for (const note of notes) process.stderr.write(`${note}\n`);
  }
}

/** Until a signal comes, or somebody else brought the cluster down. A second signal does not wait for draining. */
async function stayUntilStopped(cluster: LocalCluster, stop: StopSignals): Promise<void> {
  while (!stop.first.aborted) {
    await delay(WATCH_MS, undefined, { signal: stop.first }).catch(() => {});
    if (!stop.first.aborted && !(await cluster.isRunning())) {
      process.stderr.write("the cluster is gone\n");
      return;
    }
  }
  process.stderr.write("stopping the cluster\n");
  const forced = new Promise<void>((resolve, reject) => {
    const force = () => cluster.down({ graceMs: 0 }).then(resolve, reject);
    if (stop.second.aborted) force();
    else stop.second.addEventListener("abort", force, { once: true });
  });
  await Promise.race([cluster.down(), forced]);
}

function whatNext(cluster: LocalCluster, options: UpOptions): string {
  const where = options.data === undefined ? "" : ` --data ${options.data}`;
  const [first, second] = cluster.regions;
  const lines = [
    `atoll put greeting hello --bucket demo --endpoint ${cluster.nodes[0]?.client}`,
    `atoll cluster kill ${cluster.nodes[0]?.id}${where}`,
  ];
  if (second !== undefined && options.direct !== true) {
    lines.push(`atoll cluster partition ${first} ${second}${where}`, `atoll cluster heal${where}`);
  }
  lines.push(options.detach === true ? `atoll cluster down${where}` : "Ctrl-C stops it");
  return ["try:", ...lines.map((line) => `  ${line}`)].join("\n");
}

/** The first and the second time that somebody asks this process to stop. */
class StopSignals {
  readonly #first = new AbortController();
  readonly #second = new AbortController();
  readonly #listener = () => (this.#first.signal.aborted ? this.#second : this.#first).abort();

  constructor() {
    for (const name of STOP_SIGNALS) process.on(name, this.#listener);
  }

  get first(): AbortSignal {
    return this.#first.signal;
  }

  get second(): AbortSignal {
    return this.#second.signal;
  }

  close(): void {
    for (const name of STOP_SIGNALS) process.off(name, this.#listener);
  }
}
