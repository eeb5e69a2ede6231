/**
 * Where a cluster keeps what:
 *
 *     cluster.json                      what it is made of
 *     links.pid, links.log              the links process
 *     <node>/node.json, node.pid        how a node is started, and as which process it runs
 *     <node>/node.log, output.log       what it logs, and what it says before it can
 *     <node>/data/                      its store
 */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { ClusterError, messageOf } from "./cluster-error.js";
import type { ClusterFile } from "./cluster-file.js";

const TAIL_LINES = 15;

/** The files of one process. */
export interface ProcessFiles {
  readonly folder: string;
  readonly pid: string;
  /** Named on the command line of the process: how it is told from another one that got its pid. */
  readonly marker: string;
  readonly output: string;
}

export interface NodeFiles extends ProcessFiles {
  readonly config: string;
  readonly data: string;
  readonly log: string;
}

export class ClusterFolder {
  readonly path: string;
  readonly clusterFile: string;

  /** The folder does not have to be there yet. */
  constructor(path: string) {
    this.path = resolvedPath(path);
    this.clusterFile = join(this.path, "cluster.json");
  }

  create(): void {
    try {
      mkdirSync(this.path, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new ClusterError("INVALID", `${this.path} can be no folder for a cluster: ${messageOf(error)}`);
    }
  }

  isEmpty(): boolean {
    return readdirSync(this.path).length === 0;
  }

  node(id: string): NodeFiles {
    const folder = join(this.path, id);
    const config = join(folder, "node.json");
    return {
      folder,
      config,
      marker: config,
      pid: join(folder, "node.pid"),
      data: join(folder, "data"),
      log: join(folder, "node.log"),
      output: join(folder, "output.log"),
    };
  }

  links(): ProcessFiles {
    return {
      folder: this.path,
      pid: join(this.path, "links.pid"),
      marker: this.clusterFile,
      output: join(this.path, "links.log"),
    };
  }

  /** Removes what `cluster` put here, and the folder too unless somebody else put something there. */
  remove(cluster: ClusterFile): void {
    for (const node of cluster.nodes) rmSync(this.node(node.id).folder, { recursive: true, force: true });
    const links = this.links();
    for (const path of [links.pid, links.output, this.clusterFile]) rmSync(path, { force: true });
    try {
      rmdirSync(this.path);
    } catch {
      // Not empty: the rest is not ours.
    }
  }
}

/** Undefined when there is no file or no pid in it. */
export function readPid(files: ProcessFiles): number | undefined {
  const text = readOrEmpty(files.pid).trim();
  // 0 and 1 are pids with a meaning of their own for `kill`.
  return /^[1-9]\d{0,9}$/.test(text) && text !== "1" ? Number(text) : undefined;
}

export function writePid(files: ProcessFiles, pid: number): void {
  writeFileSync(files.pid, `${pid}\n`);
}

export function removePid(files: ProcessFiles): void {
  rmSync(files.pid, { force: true });
}

/** The last lines of those of the files that have any. */
export function logTail(paths: readonly string[]): string {
  const tails = paths.map((path) => readOrEmpty(path).trimEnd().split("\n").slice(-TAIL_LINES).join("\n"));
  return tails.filter((tail) => tail !== "").join("\n");
}

/** Without symbolic links, so that one folder has one name whichever way it was reached. */
function resolvedPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const absolute = resolve(path);
    const parent = resolve(absolute, "..");
    return parent === absolute ? absolute : join(resolvedPath(parent), absolute.slice(parent.length));
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
