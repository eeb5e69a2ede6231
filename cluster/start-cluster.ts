/** Creates a cluster, or starts the one that a folder holds. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClusterError } from "./cluster-error.js";
import { type ClusterFile, createClusterFile, readClusterFile } from "./cluster-file.js";
import { ClusterFolder } from "./cluster-folder.js";
import { type ClusterShape, checkSameShape, planCluster } from "./cluster-plan.js";
import { LocalCluster } from "./local-cluster.js";
import { builtPrograms, type Programs } from "./programs.js";
import { nothingStarted, removalNote, startFailure } from "./start-account.js";
import { bringUp } from "./start-processes.js";

export interface StartOptions extends ClusterShape {
  /** Without it, a new folder among the system's temporary ones. */
  readonly dataDir?: string | undefined;
  /** `down` removes the folder. By default, when no `dataDir` was given. */
  readonly temporary?: boolean | undefined;
  /** The cluster goes on when this process ends. Else it ends with it, however it ends (except with `direct`). */
  readonly detach?: boolean | undefined;
  /** What its processes run. By default the built programs. */
  readonly programs?: Programs | undefined;
  /** Hears how many of the processes are ready. */
  readonly progress?: ((ready: number, total: number) => void) | undefined;
  /** Hears what is to be known of a start that succeeds, or that succeeds in part. */
  readonly note?: ((text: string) => void) | undefined;
  /** Gives up, and stops what was started. */
  readonly signal?: AbortSignal | undefined;
}

/** Not all of a cluster that had been there before could be started. What could, runs. */
export class PartialStart extends ClusterError {
  readonly cluster: LocalCluster;
  constructor(cluster: LocalCluster, { code, message }: ClusterError) {
    super(code, message);
    this.cluster = cluster;
  }
}

/**
 * Resolves when every node is ready, but for those that were removed from the cluster. Rejects with `ClusterError`:
 * `INVALID` for options that make no sense or are not those of the cluster in the folder, `FAILED` when it already runs
 * or a node does not become ready within thirty seconds, with the end of that node's log. A new cluster is started whole
 * or not at all. Of one that was there before, who runs goes on, and the error is a `PartialStart`; unless nobody does.
 */
export async function startCluster(options: StartOptions = {}): Promise<LocalCluster> {
  const programs = options.programs ?? builtPrograms();
  const existing = await existingCluster(options);
  const { folder, file } = existing ?? (await createCluster(options));
  const cluster = LocalCluster.open(folder.path, programs);
  try {
    const { failures, removed } = await bringUp(folder, file, {
      nodes: file.nodes,
      programs,
      ownerPid: options.detach === true ? undefined : process.pid,
      progress: options.progress,
      signal: options.signal,
    });
    const pids = await Promise.all(file.nodes.map((node) => cluster.pid(node.id)));
    const isAlive = existing !== undefined && pids.some((pid) => pid !== undefined);
    if (!isAlive && failures.length > 0) throw nothingStarted(failures);
    for (const node of removed) options.note?.(removalNote(node, folder));
    const failure = startFailure({ failures, removed: [] }, folder, file);
    if (failure !== undefined) throw new PartialStart(cluster, failure);
    return cluster;
  } catch (error) {
    if (!(error instanceof PartialStart)) await cluster.down({ graceMs: 2000 });
    throw error;
  }
}

interface ClusterOnDisk {
  readonly folder: ClusterFolder;
  readonly file: ClusterFile;
}

async function existingCluster(options: StartOptions): Promise<ClusterOnDisk | undefined> {
  if (options.dataDir === undefined) return undefined;
  const folder = new ClusterFolder(options.dataDir);
  const file = readClusterFile(folder.clusterFile);
  if (file === undefined) return undefined;
  if (await LocalCluster.open(folder.path).isRunning()) {
    const message = `the cluster in ${folder.path} is already running: stop it, or name another folder`;
    throw new ClusterError("FAILED", message);
  }
  if (file.temporary && options.temporary === true) {
    // Nobody stopped it in order; what it left behind was not meant to be kept.
    folder.remove(file);
    return undefined;
  }
  checkSameShape(file, options, folder.path);
  return { folder, file };
}

async function createCluster(options: StartOptions): Promise<ClusterOnDisk> {
  const file = await planCluster(options, options.temporary ?? options.dataDir === undefined);
  const folder = new ClusterFolder(options.dataDir ?? mkdtempSync(join(tmpdir(), "atoll-cluster-")));
  folder.create();
  if (!folder.isEmpty()) {
    const message = `${folder.path} is not empty and holds no cluster: name another folder`;
    throw new ClusterError("INVALID", message);
  }
  createClusterFile(folder.clusterFile, file);
  return { folder, file };
}
