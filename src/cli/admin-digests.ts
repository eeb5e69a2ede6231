/** Whether nodes hold the same data, by their digests. */
import type { NodeDigest } from "../client/index.js";
import { failed } from "./failure.js";

export interface DigestComparison {
  /** Every partition is the same on all of the nodes that hold it. */
  readonly equal: boolean;
  readonly nodes: readonly { readonly endpoint: string; readonly nodeId: string; readonly all: string }[];
  /** The partitions that are not, by number. */
  readonly differing: readonly number[];
}

/**
 * Compares by partition, because nodes that hold different partitions have different digests over all of them.
 * Nodes that share no partition cannot be compared: that throws, for `equal` would mean nothing.
 */
export function compareDigests(
  endpoints: readonly string[],
  digests: readonly NodeDigest[],
): DigestComparison {
  const hashes = new Map<string, string>();
  const differing = new Set<string>();
  let isAnyShared = false;
  for (const { partitions } of digests) {
    for (const [partition, hash] of Object.entries(partitions)) {
      const known = hashes.get(partition);
      if (known === undefined) hashes.set(partition, hash);
      else {
        isAnyShared = true;
        if (known !== hash) differing.add(partition);
      }
    }
  }
  if (!isAnyShared) throw failed("these nodes share no partition, so there is nothing to compare");
  return {
    equal: differing.size === 0,
    nodes: digests.map(({ nodeId, all }, at) => ({ endpoint: endpoints[at] ?? "", nodeId, all })),
    differing: [...differing].map(Number).toSorted((left, right) => left - right),
  };
}
