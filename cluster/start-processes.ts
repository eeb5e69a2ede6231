/** Starts processes of a cluster that exists on disk, and waits until they are ready. */
import { endpointOf } from "./address.js";
import { messageOf } from "./cluster-error.js";
import type { ClusterFile, ClusterNode } from "./cluster-file.js";
import type { ClusterFolder } from "./cluster-folder.js";
import { LinksControl } from "./links/index.js";
import { writeNodeConfig } from "./node-config.js";
import { findProcess, startProcess } from "./processes.js";
import type { Programs } from "./programs.js";
import {
  type Awaited,
  type NotReady,
  notReady,
  probeNode,
  waitUntilEnded,
  waitUntilReady,
} from "./readiness.js";
import { removedMembers } from "./removed-members.js";

const READY_TIMEOUT_MS = 30_000;
/** A node that was removed hears so from the first peer that it reaches. */
const REFUSED_TIMEOUT_MS = 15_000;

interface BringUp {
  /** Those that do not run. */
  readonly nodes: readonly ClusterNode[];
  readonly programs: Programs;
  /** The process without which the cluster shall not go on. */
  readonly ownerPid?: number | undefined;
  readonly progress?: ((ready: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A node that is no member of the cluster any more. */
export interface RemovedNode extends NotReady {
  /** Of the first layout without it. */
  readonly layoutVersion: number;
}

export interface BroughtUp {
  /** What cannot be used. */
  readonly failures: readonly NotReady[];
  /** Nodes that the others know to be removed; none of them is among the failures. */
  readonly removed: readonly RemovedNode[];
}

/**
 * Starts the nodes, and before them the links if there should be any and are not. Resolves with what came of it; rejects
 * with `FAILED` when a process cannot even be tried, or `signal` aborts.
 */
export async function bringUp(
  folder: ClusterFolder,
  cluster: ClusterFile,
  request: BringUp,
): Promise<BroughtUp> {
  const links = await startLinks(folder, cluster, request);
  const nodes: Awaited[] = [];
  for (const node of request.nodes) nodes.push(await startNode(folder, cluster, node, request.programs));
  const awaited = links === undefined ? nodes : [links, ...nodes];
  const failures = await waitUntilReady(
    awaited,
    READY_TIMEOUT_MS,
    (ready) => request.progress?.(ready, awaited.length),
    request.signal ?? new AbortController().signal,
  );
  const removed = await awaitRemoved(folder, cluster, nodes);
  const isRemoved = (name: string) => removed.some((node) => node.name === name);
  return {
    failures: failures.filter(({ name }) => !isRemoved(name)),
    removed,
  };
}

/** Those of the started nodes that the others know to be removed, once they know it, too, and have ended. */
async function awaitRemoved(
  folder: ClusterFolder,
  cluster: ClusterFile,
  started: readonly Awaited[],
): Promise<readonly RemovedNode[]> {
  const processes = await Promise.all(cluster.nodes.map(({ id }) => findProcess(folder.node(id))));
  const running = cluster.nodes.filter((_node, at) => processes[at]?.isPaused === false);
  const versions = await removedMembers(running);
  const removed = started.map(async (one): Promise<RemovedNode | []> => {
    const layoutVersion = versions.get(one.name);
    if (layoutVersion === undefined) return [];
    const hasEnded = await waitUntilEnded(one, REFUSED_TIMEOUT_MS);
    const why = hasEnded ? `ended with ${one.process.ending}` : "runs still: it has not heard a peer";
    return { ...notReady(one, why), layoutVersion };
  });
  return (await Promise.all(removed)).flat();
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
