/** What people are told when not all that was to be started is ready: what happened, what is left, what to do next. */
import { ClusterError } from "./cluster-error.js";
import type { ClusterFile } from "./cluster-file.js";
import type { ClusterFolder } from "./cluster-folder.js";
import type { NotReady } from "./readiness.js";
import type { BroughtUp, RemovedNode } from "./start-processes.js";

/** Nothing is left of what was tried: the logs are quoted, for they may be gone, too. */
export function nothingStarted(failures: readonly NotReady[]): ClusterError {
  return new ClusterError("FAILED", `${failures.map(quoted).join("\n")}\nNothing of it runs now.`);
}

/** What could be started runs; this did not. Undefined when there is nothing to tell. */
export function startFailure(
  { failures, removed }: Pick<BroughtUp, "failures" | "removed">,
  folder: ClusterFolder,
  { nodes }: ClusterFile,
): ClusterError | undefined {
  if (failures.length + removed.length === 0) return undefined;
  const failed = failures.map((failure) => {
    // The links process has no name to start it by: it comes back with any node.
    const named = nodes.find(({ id }) => id === failure.name) ?? nodes[0];
    const next = failure.hasEnded
      ? `Mend that, then start it: atoll cluster start ${named?.id} --data ${folder.path}`
      : `It runs, and may become ready yet: atoll cluster status --data ${folder.path}`;
    return `${quoted(failure)}\nMore in ${failure.logs.join(" and ")}.\n${next}`;
  });
  const accounts = [...failed, ...removed.map((node) => removalNote(node, folder))];
  return new ClusterError("FAILED", `${accounts.join("\n")}\nWhat else was started runs.`);
}

/** What became of a node that is no member any more, and of what only it has. */
export function removalNote({ name, layoutVersion, hasEnded }: RemovedNode, folder: ClusterFolder): string {
  const { data } = folder.node(name);
  const state = hasEnded
    ? "The others refused it, so it has ended again."
    : "It runs, and does not know it yet, for it reaches none of the others: what is written there is lost to the cluster.";
  return (
    `${name} was removed from the cluster by layout ${layoutVersion}. ${state} Its data stays in ${data}.\n` +
    `What only it has: atoll admin quarantine list --data ${data}, and quarantine export to take it out.\n` +
    "Then empty that folder, or leave the node stopped: under its number it is never a member again."
  );
}

function quoted({ name, why, said }: NotReady): string {
  return `${name} ${why}\n${said}`;
}
