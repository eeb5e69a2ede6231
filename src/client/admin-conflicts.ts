/** The conflict log of a node, page by page. */
import type { admin } from "../wire/index.js";
import type { Conflict, ConflictSide } from "./admin-reports.js";
import { AtollError } from "./atoll-error.js";
import { checkBucket, type Key, keyBytes } from "./key.js";
import { ENCODINGS, plainBytes } from "./value-codec.js";

const PAGE_SIZE = 100;

/** Which conflicts to list, and what of them. */
export interface ConflictSelection {
  /** Default: every bucket. */
  readonly bucket?: string;
  /** Only keys that begin with this. */
  readonly prefix?: Key;
  /** The most to list. Default: all. */
  readonly limit?: number;
  /** Fetch the values, too. Default: false. */
  readonly values?: boolean;
}

export async function* listConflicts(
  { bucket, limit = Number.POSITIVE_INFINITY, prefix, values = false }: ConflictSelection,
  call: (request: admin.ListConflictsRequest) => Promise<admin.ListConflictsResponse__Output>,
): AsyncGenerator<Conflict, void, undefined> {
  if (!(limit >= 1) || (Number.isFinite(limit) && !Number.isInteger(limit)))
    throw AtollError.invalid("limit", `limit is ${limit}: use a whole number from 1`);
  const selection = {
    ...(bucket === undefined ? {} : { bucket: checkBucket(bucket) }),
    ...(prefix === undefined ? {} : { prefix: keyBytes(prefix, "prefix") }),
    isValuesShown: values,
  };
  let left = limit;
  let pageToken = "";
  do {
    const page = await call({ ...selection, pageToken, pageSize: Math.min(PAGE_SIZE, left) });
    for (const conflict of page.conflicts) yield conflictOf(conflict, values);
    left -= page.conflicts.length;
    pageToken = page.nextPageToken;
  } while (pageToken !== "" && left > 0);
}

function conflictOf(conflict: admin.Conflict__Output, hasValues: boolean): Conflict {
  const { bucket, key, path, notedAtMs, kept, discarded } = conflict;
  if (kept === null || discarded === null) throw new Error("the node told of half a conflict");
  return {
    bucket,
    key: plainBytes(key),
    path: path.map(plainBytes),
    notedAtMs: Number(notedAtMs),
    kept: sideOf(kept, hasValues),
    discarded: sideOf(discarded, hasValues),
  };
}

function sideOf(side: admin.ConflictSide__Output, hasValues: boolean): ConflictSide {
  const { data, dot, encoding, hlc, isDelete, region, sizeBytes } = side;
  return {
    region: region === "" ? undefined : region,
    dot,
    hlc: BigInt(hlc),
    isDelete,
    sizeBytes: Number(sizeBytes),
    // One that only a newer node has is shown as its bytes.
    encoding: ENCODINGS.find((known) => known === encoding) ?? "bytes",
    data: hasValues && !isDelete ? plainBytes(data) : undefined,
  };
}
