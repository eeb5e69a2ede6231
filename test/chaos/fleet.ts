/** The clients of a chaos run: in every region several, each with one worker for every kind of work. */
import { setTimeout as delay } from "node:timers/promises";
import type { LocalCluster } from "../../cluster/index.js";
import { type AtollClient, connect } from "../../src/client/index.js";
import type { SeededRandom } from "../../src/runtime/simulated/index.js";
import { coordinatingRegion } from "../e2e/support/coordinators.js";
import type { FinalReader } from "./final-reads.js";
import type { LineSink } from "./history/history-file.js";
import type { WorkloadName } from "./history/history-line.js";
import { Recorder } from "./history/recorder.js";
import { multiWorkload } from "./workloads/multi.js";
import { registerWorkload, sessionWorkload } from "./workloads/register.js";
import { setWorkload } from "./workloads/set.js";
import type { Step, Worker } from "./workloads/worker.js";

const WORKLOADS: readonly (readonly [WorkloadName, (worker: Worker) => Step])[] = [
  ["set", setWorkload],
  ["multi", multiWorkload],
  ["register", registerWorkload],
  ["session", sessionWorkload],
];
/** Between two steps of a worker: leaves the machine's cores to the nodes. */
const PAUSE_MS = { min: 2, max: 20 };
/** After a step that failed, so that an outage does not fill the history. */
const PAUSE_AFTER_FAILURE_MS = 100;
const TIMEOUT_MS = 4_000;

interface FleetParts {
  readonly cluster: LocalCluster;
  readonly clientsPerRegion: number;
  readonly random: SeededRandom;
  readonly sink: LineSink;
}

export class Fleet {
  readonly finalReaders: readonly FinalReader[];
  readonly #clients: readonly AtollClient[];
  readonly #workers: readonly { readonly step: Step; readonly random: SeededRandom }[];

  private constructor(clients: readonly AtollClient[], { cluster, sink, random }: FleetParts) {
    const stride = (clients.length + cluster.regions.length) * WORKLOADS.length;
    let processes = 0;
    const recorder = (workload: WorkloadName, region: string) =>
      new Recorder(sink, workload, region, processes++, stride);
    this.#clients = clients;
    this.#workers = clients.flatMap((db, client) =>
      WORKLOADS.map(([workload, steps]) => {
        const name = `${db.region}-${workload}-${client}`;
        const luck = random.split(name);
        const worker: Worker = {
          name,
          db,
          random: luck.split("steps"),
          recorder: recorder(workload, db.region),
          mintedIn: (bucket, key, put) => coordinatingRegion(cluster, bucket, key, put),
        };
        return { step: steps(worker), random: luck.split("pauses") };
      }),
    );
    this.finalReaders = cluster.regions.map((region) => ({
      db: clients.find((client) => client.region === region) ?? missing(region),
      recorders: {
        set: recorder("set", region),
        multi: recorder("multi", region),
        register: recorder("register", region),
        session: recorder("session", region),
      },
    }));
  }

  static async connect(parts: FleetParts): Promise<Fleet> {
    const { cluster, clientsPerRegion } = parts;
    const homes = cluster.regions.flatMap((region) => Array.from({ length: clientsPerRegion }, () => region));
    const options = { endpoints: cluster.endpoints(), timeoutMs: TIMEOUT_MS };
    const clients = await Promise.all(homes.map((region) => connect({ ...options, region })));
    return new Fleet(clients, parts);
  }

  /** Resolves when `signal` has aborted and what was under way then has ended. */
  async work(signal: AbortSignal): Promise<void> {
    await Promise.all(
      this.#workers.map(async ({ step, random }) => {
        while (!signal.aborted) {
          const isServed = await step();
          await delay(isServed ? random.between(PAUSE_MS.min, PAUSE_MS.max) : PAUSE_AFTER_FAILURE_MS);
        }
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }
}

function missing(region: string): never {
  throw new Error(`no client is at home in ${region}`);
}
