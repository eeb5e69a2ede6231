/**
 * How a node's disk gets full, and has room again. Two ways, since the better one needs rights:
 *
 *   small folders   each node's data folder is a tmpfs of its own. It is shrunk to what it holds plus a little, so that
 *                   a write fails half done with ENOSPC. Needs a mount namespace of this process's own.
 *   file sizes      the node's process may not write past a small file size (RLIMIT_FSIZE, by prlimit): its writes to
 *                   any file that long fail with EFBIG, and a store that is opened again soon fails again.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, renameSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { LocalCluster } from "../../../cluster/index.js";

const run = promisify(execFile);
/** Room for the beginning of what is written next, and for little more. */
const SLACK_BYTES = 6_000;
const ROOM_BYTES = 1024 ** 3;

export type FullDiskMeans = "small folders" | "file sizes" | "none";

export interface FullDisk {
  fill(nodeId: string): Promise<void>;
  free(nodeId: string): Promise<void>;
  /** Once no node runs any more. */
  close(): Promise<void>;
}

/** Undefined for `none`. */
export async function fullDisks(means: FullDiskMeans, cluster: LocalCluster): Promise<FullDisk | undefined> {
  if (means === "none") return undefined;
  return means === "small folders" ? await smallFolders(cluster) : fileSizes(cluster);
}

function dataFolder(cluster: LocalCluster, nodeId: string): string {
  return join(cluster.dataDir, nodeId, "data");
}

/** A tmpfs for every node, with its data moved there. The nodes are stopped and started again for it. */
async function smallFolders(cluster: LocalCluster): Promise<FullDisk> {
  await Promise.all(cluster.regions.map((region) => cluster.stop(region)));
  for (const { id } of cluster.nodes) {
    const folder = dataFolder(cluster, id);
    const aside = `${folder}.aside`;
    renameSync(folder, aside);
    mkdirSync(folder);
    await run("mount", ["-t", "tmpfs", "-o", `size=${ROOM_BYTES}`, "tmpfs", folder]);
    cpSync(aside, folder, { recursive: true });
    rmSync(aside, { recursive: true });
  }
  await Promise.all(cluster.regions.map((region) => cluster.start(region)));
  const resize = (nodeId: string, bytes: number) =>
    run("mount", ["-o", `remount,size=${bytes}`, dataFolder(cluster, nodeId)]);
  return {
    async fill(nodeId) {
      const { blocks, bfree, bsize } = statfsSync(dataFolder(cluster, nodeId));
      await resize(nodeId, (blocks - bfree) * bsize + SLACK_BYTES);
    },
    async free(nodeId) {
      await resize(nodeId, ROOM_BYTES);
    },
    async close() {
      for (const { id } of cluster.nodes) await run("umount", [dataFolder(cluster, id)]);
    },
  };
}

/** Takes effect on the process that runs: one that is started anew may write. */
function fileSizes(cluster: LocalCluster): FullDisk {
  const limit = async (nodeId: string, bytes: number | "unlimited") => {
    const pid = await cluster.pid(nodeId);
    if (pid !== undefined) await run("prlimit", ["--pid", String(pid), `--fsize=${bytes}:`]);
  };
  return {
    async fill(nodeId) {
      await limit(nodeId, SLACK_BYTES);
    },
    async free(nodeId) {
      await limit(nodeId, "unlimited");
    },
    async close() {},
  };
}
