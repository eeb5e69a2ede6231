/** What the processes of a cluster use, as Linux tells it under /proc and as they count it themselves. */
import { readdirSync, readFileSync } from "node:fs";
import type { LocalCluster } from "../cluster/index.js";
import { peerBytes } from "./geo/index.js";

const NS_PER_US = 1_000;
const KIB_PER_MIB = 1_024;

/** Resident memory of one process, MiB. */
interface Memory {
  /** Its own: objects, buffers, caches, stacks. */
  readonly ownMib: number;
  /** Pages of files that it has mapped, tables of the store above all; the system takes them back when it needs to. */
  readonly mappedMib: number;
}

export class NodeUsage {
  readonly #pids: readonly number[];
  readonly #admins: readonly string[];

  private constructor(pids: readonly number[], admins: readonly string[]) {
    this.#pids = pids;
    this.#admins = admins;
  }

  static async of(cluster: LocalCluster): Promise<NodeUsage> {
    const pids = await Promise.all(cluster.nodes.map(({ id }) => cluster.pid(id)));
    const running = pids.filter((pid) => pid !== undefined);
    if (running.length < pids.length) throw new Error("a node of the cluster does not run");
    return new NodeUsage(
      running,
      cluster.nodes.map(({ admin }) => admin),
    );
  }

  /** Microseconds on a core since they started, all threads of all nodes. */
  cpuUs(): number {
    return this.#pids.reduce((sum, pid) => sum + cpuUsOf(pid), 0);
  }

  memory(): Memory[] {
    return this.#pids.map((pid) => {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      const mib = (name: string): number =>
        Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / KIB_PER_MIB;
      return { ownMib: mib("RssAnon"), mappedMib: mib("RssFile") };
    });
  }

  /** Bytes that each node has sent to its peers. */
  async peerBytes(): Promise<number[]> {
    return (await peerBytes(this.#admins)).map((bytes) => bytes ?? Number.NaN);
  }
}

/** The first number of a thread's `schedstat`: nanoseconds on a core. A thread that ended meanwhile is left out. */
function cpuUsOf(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  let ns = 0;
  for (const thread of readdirSync(tasks)) {
    try {
      ns += Number(readFileSync(`${tasks}/${thread}/schedstat`, "utf8").split(" ")[0]);
    } catch {
      // It ended since the folder was read.
    }
  }
  return ns / NS_PER_US;
}
