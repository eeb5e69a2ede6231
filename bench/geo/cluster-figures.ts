/** What the nodes of a local cluster say of themselves: bytes to their peers, and whether they hold the same. */
import { setTimeout as delay } from "node:timers/promises";
import type { LocalCluster } from "../../cluster/index.js";
import { connectAdmin } from "../../src/client/index.js";

const METRICS_TIMEOUT_MS = 5_000;
const DIGEST_TIMEOUT_MS = 20_000;
const POLL_MS = 100;

/** Bytes that each node has sent to its peers since it started; undefined for one that does not answer. */
export async function peerBytes(admins: readonly string[]): Promise<(number | undefined)[]> {
  return await Promise.all(
    admins.map(async (admin) => {
      try {
        const signal = AbortSignal.timeout(METRICS_TIMEOUT_MS);
        const text = await (await fetch(`http://${admin}/metrics`, { signal })).text();
        const bytes = /^atoll_peer_bytes_sent_total (\S+)$/m.exec(text)?.[1];
        return bytes === undefined ? undefined : Number(bytes);
      } catch {
        return undefined;
      }
    }),
  );
}

/** What was sent between two looks: a node that was away, or restarted meanwhile, counts with what it has sent since. */
export function sentBetween(
  before: readonly (number | undefined)[],
  after: readonly (number | undefined)[],
): number {
  return after.reduce<number>((sum, bytes = 0, at) => {
    const first = before[at] ?? 0;
    return sum + (bytes >= first ? bytes - first : bytes);
  }, 0);
}

/**
 * Milliseconds until the nodes of all regions hold equal data, for clusters with as many nodes in a region as copies;
 * undefined when they do not in time.
 */
export async function convergenceMs(
  cluster: LocalCluster,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  const startMs = performance.now();
  const admins = cluster.nodes.map(({ client }) => connectAdmin(client));
  try {
    while (performance.now() - startMs < timeoutMs && !signal.aborted) {
      const looks = await Promise.allSettled(
        admins.map((admin) => admin.digest({ summaryOnly: true, timeoutMs: DIGEST_TIMEOUT_MS })),
      );
      const digests = looks.map((look) => (look.status === "fulfilled" ? look.value.all : undefined));
      if (digests.every((digest) => digest !== undefined && digest === digests[0]))
        return performance.now() - startMs;
      await delay(POLL_MS);
    }
    return undefined;
  } finally {
    await Promise.allSettled(admins.map((admin) => admin[Symbol.asyncDispose]()));
  }
}
