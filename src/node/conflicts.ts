/** Pages of the conflict log, in the terms of operators: keys, and the regions of the writers. */
import { actorMember } from "../causality/index.js";
import { type ConflictSide, decodeRowKey, leafOf } from "../codec/index.js";
import { DataType } from "../crdt/index.js";
import type { ConflictLog } from "../replica/index.js";
import { type Failure, failure } from "../replication/index.js";
import { StoreError } from "../runtime/index.js";
import type { LayoutView } from "../topology/index.js";
import type { ConflictPage, ConflictQuery, NotedConflict } from "./node-api.js";

/** A page looks at no more, so that no turn takes long; what it leaves is for the next one. */
const SCAN_RECORDS = 1_000;
/** A page ends with the record that takes it beyond: a caller holds one in memory. */
const PAGE_BYTES = 1024 * 1024;

type Records = Pick<ConflictLog, "numbersBelow" | "read">;

/** @param fail the disk cannot be read */
export function conflictPage(
  log: Records,
  view: LayoutView,
  query: ConflictQuery,
  fail: (error: StoreError) => void,
): ConflictPage | Failure {
  try {
    return readPage(log, view, query);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    fail(error);
    return failure("STORAGE_FAILED", "the store failed and is opened anew; try again");
  }
}

function readPage(log: Records, view: LayoutView, query: ConflictQuery): ConflictPage {
  const conflicts: NotedConflict[] = [];
  const side = (write: ConflictSide): NotedConflict["kept"] => ({
    ...write,
    region: view.memberByNumber(actorMember(write.dot.actor))?.region,
  });
  const { first, last } = log.numbersBelow(query.below);
  const end = Math.max(first, last + 1 - SCAN_RECORDS);
  let bytes = 0;
  for (let number = last; number >= end; number--) {
    const record = log.read(number);
    if (record === undefined) continue;
    const { type, bucket, key, element } = decodeRowKey(record.rowKey);
    if (query.bucket !== undefined && bucket !== query.bucket) continue;
    if (!key.subarray(0, query.prefix.length).equals(query.prefix)) continue;
    const { kept, discarded, notedAtMs } = record;
    const path = type === DataType.map ? leafOf(element).path : [];
    conflicts.push({ bucket, key, path, notedAtMs, kept: side(kept), discarded: side(discarded) });
    bytes += record.rowKey.length + kept.data.length + discarded.data.length;
    if (conflicts.length >= query.limit || bytes > PAGE_BYTES)
      return { kind: "conflicts", conflicts, below: number > first ? number : undefined };
  }
  return { kind: "conflicts", conflicts, below: end > first ? end : undefined };
}
