/** ListConflicts: pages of the node's conflict log, with values only for who asks for them. */
import { formatDot } from "../causality/index.js";
import { ValueEncoding } from "../crdt/index.js";
import type { NodeApi, NotedConflict } from "../node/index.js";
import type { Failure } from "../replication/index.js";
import type { admin } from "../wire/index.js";
import { bucketProblem } from "./address-decoding.js";
import { badRequest } from "./failure.js";

const PAGE_SIZE_DEFAULT = 100;
const PAGE_SIZE_MAX = 1_000;
const TOKEN = /^\d{1,15}$/;

const ENCODINGS: Readonly<Record<ValueEncoding, string>> = {
  [ValueEncoding.bytes]: "bytes",
  [ValueEncoding.text]: "text",
  [ValueEncoding.msgpack]: "msgpack",
  [ValueEncoding.json]: "json",
};

export function listConflicts(
  node: Pick<NodeApi, "conflicts">,
  { bucket, isValuesShown, pageSize, pageToken, prefix }: admin.ListConflictsRequest__Output,
): admin.ListConflictsResponse | Failure {
  const problem = bucket === "" ? undefined : bucketProblem(bucket, "bucket");
  if (problem !== undefined) return problem;
  if (pageSize > PAGE_SIZE_MAX) return badRequest("page_size", `${pageSize}; the limit is ${PAGE_SIZE_MAX}`);
  if (pageToken !== "" && !TOKEN.test(pageToken))
    return badRequest("page_token", "is not one of a list of conflicts");
  const page = node.conflicts({
    bucket: bucket === "" ? undefined : bucket,
    prefix,
    limit: pageSize === 0 ? PAGE_SIZE_DEFAULT : pageSize,
    below: pageToken === "" ? undefined : Number(pageToken),
  });
  if (page.kind === "failed") return page;
  return {
    conflicts: page.conflicts.map((conflict) => encodeConflict(conflict, isValuesShown)),
    nextPageToken: page.below === undefined ? "" : String(page.below),
  };
}

function encodeConflict(
  { bucket, key, path, notedAtMs, kept, discarded }: NotedConflict,
  isValuesShown: boolean,
): admin.Conflict {
  return {
    bucket,
    key,
    path: [...path],
    notedAtMs,
    kept: encodeSide(kept, isValuesShown),
    discarded: encodeSide(discarded, isValuesShown),
  };
}

function encodeSide(
  { data, dot, encoding, hlc, isDelete, region, sizeBytes }: NotedConflict["kept"],
  isValuesShown: boolean,
): admin.ConflictSide {
  return {
    region: region ?? "",
    dot: formatDot(dot),
    hlc: hlc.toString(),
    isDelete,
    sizeBytes,
    encoding: ENCODINGS[encoding],
    ...(isValuesShown ? { data } : {}),
  };
}
