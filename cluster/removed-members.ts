/**
 * Which nodes are no members any more, as those say that run. A node that was removed does not know it: it starts, takes
 * requests, and ends as soon as it hears a peer. Whoever starts it should not take it for ready in between.
 */
import { z } from "zod";
import { endpointOf } from "./address.js";
import type { ClusterNode } from "./cluster-file.js";
import { requestLoopback } from "./loopback-http.js";

const TIMEOUT_MS = 1000;

const AdminPage = z.object({
  removed: z.array(z.object({ nodeId: z.string(), layoutVersion: z.number() })),
});

/** By id, the version of the layout that removed it; none where nobody answers who knows. */
export async function removedMembers(nodes: readonly ClusterNode[]): Promise<ReadonlyMap<string, number>> {
  const told = await Promise.all(nodes.map(removedAccordingTo));
  return new Map(told.flat().map(({ nodeId, layoutVersion }) => [nodeId, layoutVersion]));
}

async function removedAccordingTo({ admin }: ClusterNode): Promise<z.infer<typeof AdminPage>["removed"]> {
  const target = { ...endpointOf(admin), method: "GET", path: "/", timeoutMs: TIMEOUT_MS } as const;
  try {
    const { body } = await requestLoopback(target);
    return AdminPage.parse(JSON.parse(body)).removed;
  } catch {
    // It is paused, or ends just now. Others may know.
    return [];
  }
}
