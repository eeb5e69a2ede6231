/** Records on the disks of a run, for who looks on from outside. */
import { openRecord, RecordDamagedError } from "../codec/index.js";
import type { SimulatedHost } from "../runtime/simulated/index.js";

/** Undefined for one that is damaged. */
export function opened<T>(
  key: string,
  bytes: Buffer,
  read: Parameters<typeof openRecord<T>>[2],
): T | undefined {
  try {
    return openRecord(Buffer.from(key, "latin1"), bytes, read);
  } catch (error) {
    if (error instanceof RecordDamagedError) return undefined;
    throw error;
  }
}

/** Of the store key of a row, a log entry, a mark or a partition. */
export function partitionOf(key: string): number {
  return key.charCodeAt(1) * 256 + key.charCodeAt(2);
}

/** More than a run has of any kind. */
const RECORDS_MAX = 100_000;

/** What lies on a disk now, with keys from one on and up to before another. */
export function* recordsOn(
  { disk }: Pick<SimulatedHost, "disk">,
  { from, to }: { readonly from: string; readonly to: string },
): Generator<[key: string, value: Buffer]> {
  const { bytes } = disk.snapshot();
  for (const key of bytes.range(from, to, RECORDS_MAX, false)) {
    const value = bytes.get(key);
    if (value !== undefined) yield [key, value];
  }
}
