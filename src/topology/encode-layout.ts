/**
 * Layouts as bytes: JSON, which operators can read, with its fields in one fixed order and no white space, so that
 * equal layouts are equal bytes and have equal hashes.
 */
import xxhash from "xxhash-wasm";
import { readLayout } from "./check-layout.js";
import type { Layout } from "./layout.js";
import { LayoutError } from "./layout-error.js";

const { h64Raw } = await xxhash();

/** 65,536 partitions on nine nodes take under 3 MB. */
const MAX_LAYOUT_BYTES = 16 * 1024 * 1024;

/** The canonical bytes. Throws `LayoutError` when they would be more than 16 MiB. */
export function encodeLayout(layout: Layout): Buffer {
  const bytes = Buffer.from(
    JSON.stringify({
      version: layout.version,
      clusterId: layout.clusterId,
      partitionCount: layout.partitionCount,
      replicasPerRegion: layout.replicasPerRegion,
      numbersUsedUpTo: layout.numbersUsedUpTo,
      removed: layout.removed?.map(({ number, nodeId, layoutVersion }) => ({
        number,
        nodeId,
        layoutVersion,
      })),
      members: layout.members.map((member) => ({
        number: member.number,
        nodeId: member.nodeId,
        region: member.region,
        zone: member.zone,
        host: member.host,
        clientAddress: member.clientAddress,
        peerAddress: member.peerAddress,
        adminAddress: member.adminAddress,
      })),
      replicaSets: layout.replicaSets,
    }),
  );
  checkSize(bytes);
  return bytes;
}

/** The layout in these bytes, which need not be canonical. Throws `LayoutError`, and nothing else, on anything else. */
export function decodeLayout(bytes: Uint8Array): Layout {
  checkSize(bytes);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  } catch (error) {
    throw new LayoutError("the layout is not JSON: the file or message is damaged or not a layout", {
      cause: error,
    });
  }
  return readLayout(value);
}

/** 16 hexadecimal digits (xxHash64 of the canonical bytes): equal layouts have equal hashes. */
export function layoutHash(layout: Layout): string {
  return h64Raw(encodeLayout(layout)).toString(16).padStart(16, "0");
}

function checkSize(bytes: Uint8Array): void {
  if (bytes.length <= MAX_LAYOUT_BYTES) return;
  throw new LayoutError(`the layout takes ${bytes.length} bytes; at most ${MAX_LAYOUT_BYTES} are supported`);
}
