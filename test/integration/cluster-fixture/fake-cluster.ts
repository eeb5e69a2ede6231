/** Clusters whose nodes are `fake-node.mjs` and whose links run from the sources; all of them end with the test. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalCluster, type Programs, type StartOptions, startCluster } from "../../../cluster/index.js";
import { requestLoopback } from "../../../cluster/loopback-http.js";

const ROOT = join(import.meta.dirname, "..", "..", "..");

export const FAKE_PROGRAMS: Programs = {
  node: [join(import.meta.dirname, "fake-node.mjs")],
  links: [join(ROOT, "dist", "cluster", "links-process.js")],
};

/** Temporary folders and the clusters in them. */
export class FakeClusters {
  readonly #folders: string[] = [];
  readonly #clusters: LocalCluster[] = [];

  folder(): string {
    const path = realpathSync(mkdtempSync(join(tmpdir(), "atoll-test-")));
    this.#folders.push(path);
    return path;
  }

  async start(options: StartOptions): Promise<LocalCluster> {
    return this.adopt(await startCluster({ programs: FAKE_PROGRAMS, ...options }));
  }

  /** It ends with the test. */
  adopt(cluster: LocalCluster): LocalCluster {
    this.#clusters.push(cluster);
    return cluster;
  }

  async endAll(): Promise<void> {
    for (const cluster of this.#clusters.splice(0)) await cluster.down({ graceMs: 0 });
    for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  }
}

/** What a fake node says when it is told to dial another: `reached`, or how it failed. */
export async function dial(
  cluster: LocalCluster,
  from: string,
  to: string,
): Promise<"reached" | "silence" | "refused"> {
  const [host = "", port] = cluster.node(from).admin.split(":");
  const path = `/dial?peer=${to}`;
  const reply = await requestLoopback({ host, port: Number(port), method: "GET", path, timeoutMs: 5000 });
  return reply.status === 200 ? "reached" : reply.status === 504 ? "silence" : "refused";
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
