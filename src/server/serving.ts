/** When a node counts as ready: the one answer for health checks, `/readyz` and metrics. */
import type { NodeStatus } from "../node/index.js";

/** A node takes requests while it is ready, and while it catches up on some partitions. */
export function isServing(status: NodeStatus): boolean {
  return status.state === "READY" || status.state === "CATCHING_UP";
}
