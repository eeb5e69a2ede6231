/** Which region coordinated a write: its context names the actor that minted its dot. */

import type { LocalCluster } from "../../../cluster/index.js";
import { actorMember } from "../../../src/causality/index.js";
import type { PutResult } from "../../../src/client/index.js";
import { decodeToken, encodeRowKey } from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";

/** Of a put to a register. */
export function coordinatingRegion(
  cluster: LocalCluster,
  bucket: string,
  key: string,
  { context }: PutResult,
): string | undefined {
  const rowKey = encodeRowKey(DataType.register, bucket, Buffer.from(key));
  const [dot] = decodeToken(rowKey, Buffer.from(context)).live;
  const member = dot === undefined ? undefined : actorMember(dot.actor);
  return cluster.nodes.find(({ number }) => number === member)?.region;
}
