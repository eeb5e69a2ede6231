/** Starts processes of a cluster that exists on disk, and waits until they are ready. */
import { endpointOf } from "./address.js";
import { messageOf } from "./cluster-error.js";
import type { ClusterFile, ClusterNode } from "./cluster-file.js";
import type { ClusterFolder } from "./cluster-folder.js";
import { LinksControl } from "./links/index.js";
import { writeNodeConfig } from "./node-config.js";
import { findProcess, startProcess } from "./processes.js";
import type { Programs } from "./programs.js";
import { type Awaited, probeNode, waitUntilReady } from "./readiness.js";

const READY_TIMEOUT_MS = 30_000;

interface BringUp {
  /** Those that do not run. */
  readonly nodes: readonly ClusterNode[];
  readonly programs: Programs;
  /** The process without which the cluster shall not go on. */
  readonly ownerPid?: number | undefined;
  readonly progress?: ((ready: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Starts the nodes, and before them the links if there should be any and are not. Rejects with `FAILED`. */
export async function bringUp(folder: ClusterFolder, cluster: ClusterFile, request: BringUp): Promise<void> {
  const awaited: Awaited[] = [];
  const links = await startLinks(folder, cluster, request);
  if (links !== undefined) awaited.push(links);
  for (const node of request.nodes) awaited.push(await startNode(folder, cluster, node, request.programs));
  await waitUntilReady(
    awaited,
    READY_TIMEOUT_MS,
    (ready) => request.progress?.(ready, awaited.length),
    request.signal ?? new AbortController().signal,
  );
}

async function startLinks(
  folder: ClusterFolder,
  cluster: ClusterFile,
  { programs, ownerPid }: BringUp,
): Promise<Awaited | undefined> {
  const files = folder.links();
  if (cluster.links === null || (await findProcess(files)) !== undefined) return undefined;
  const owner = ownerPid === undefined ? [] : ["--owner", String(ownerPid)];
  const process = await startProcess(files, [...programs.links, "--cluster", folder.clusterFile, ...owner]);
  const control = new LinksControl(endpointOf(cluster.links.control));
  const probe = () => control.cuts().then(() => undefined, messageOf);
  return { name: "the links process", process, probe, logs: [files.output] };
}

async function startNode(
  folder: ClusterFolder,
  cluster: ClusterFile,
  node: ClusterNode,
  programs: Programs,
): Promise<Awaited> {
  const files = folder.node(node.id);
  writeNodeConfig(cluster, node, files);
  const process = await startProcess(files, [...programs.node, "start", "--config", files.config, "--json"]);
  return { name: node.id, process, probe: () => probeNode(node.admin), logs: [files.output, files.log] };
}
