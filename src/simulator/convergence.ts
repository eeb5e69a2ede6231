/** Whether replicas have come to hold the same. */
import type { DigestReport, NodeApi } from "../node/index.js";

/** As far as the node knows, no replica of its partitions lacks a dot. */
export function isQuiet(api: NodeApi): boolean {
  const { peers } = api.lag();
  return (
    api.status().state === "READY" && peers.every((peer) => peer.dotsBehind === 0 && peer.dotsMissing === 0)
  );
}

/** The first partition of which two replicas hold different data; undefined when there is none. */
export function difference(reports: readonly DigestReport[]): string | undefined {
  const digests = new Map<number, string>();
  for (const { partitions } of reports)
    for (const [partition, digest] of partitions) {
      const other = digests.get(partition) ?? digest;
      if (other !== digest) return `digests of partition ${partition}: ${other}, ${digest}`;
      digests.set(partition, digest);
    }
  return undefined;
}
