/** Scan: streams the rows of a bucket in the order of their keys, page by page, no faster than the client reads. */
import { once } from "node:events";
import type { ServerWritableStream } from "@grpc/grpc-js";
import { type RowKeyRange, rowKeysOfBucket } from "../codec/index.js";
import { DataType } from "../crdt/index.js";
import type { NodeApi } from "../node/index.js";
import { type Failure, type PageRow, Scan } from "../replication/index.js";
import { partitionOfPrefix } from "../topology/index.js";
import type { kv } from "../wire/index.js";
import { bucketProblem, TYPES } from "./address-decoding.js";
import { type Call, run } from "./call.js";
import { badRequest, isFailure, unimplemented } from "./failure.js";
import type { Limits } from "./limits.js";
import { decodePageToken } from "./read-decoding.js";
import { encodeScanRow } from "./reply-encoding.js";
import type { ReplyHeaders } from "./reply-header.js";

const PAGE_SIZE_DEFAULT = 100;
const PAGE_SIZE_MAX = 1_000;

type ScanStream = ServerWritableStream<kv.ScanRequest__Output, kv.ScanResponse>;

/** Until the last row that was asked for, or the client has gone. Ends the stream, unless it failed. */
export async function scan(
  node: Pick<NodeApi, "execute" | "layout">,
  headers: ReplyHeaders,
  limits: Limits,
  stream: ScanStream,
  call: Call,
): Promise<Failure | undefined> {
  const { request } = stream;
  const range = decodeRange(request, limits);
  if (isFailure(range)) return range;
  const merged = new Scan(partitionsOf(request, node), range, (partition, left, limit, done) => {
    const { isKeysOnly } = request;
    run(node, { kind: "range", partition, range: left, limit, isKeysOnly }, call, done);
  });
  const pageSize = request.pageSize === 0 ? PAGE_SIZE_DEFAULT : request.pageSize;
  let left = request.limit === 0 ? Number.POSITIVE_INFINITY : request.limit;
  while (!stream.cancelled) {
    const wanted = Math.min(pageSize, left);
    const rows = await nextRows(merged, wanted);
    if ("kind" in rows) return rows;
    left -= rows.length;
    const isEnd = rows.length < wanted;
    const isRoom = stream.write({
      header: headers.of(call.session),
      rows: rows.map(encodeScanRow),
      nextPageToken: Buffer.from((isEnd ? undefined : rows.at(-1)?.rowKey) ?? "", "latin1"),
    });
    if (isEnd || left === 0) break;
    // A client that reads slowly holds one page more, and nothing is read ahead for it.
    if (!isRoom) await Promise.race([once(stream, "drain"), once(stream, "cancelled")]);
  }
  stream.end();
  return undefined;
}

function nextRows(merged: Scan, limit: number): Promise<readonly PageRow[] | Failure> {
  return new Promise((done) => merged.next(limit, done));
}

function decodeRange(request: kv.ScanRequest__Output, limits: Limits): RowKeyRange | Failure {
  const { bucket, end, isReverse, pageSize, pageToken, prefix, start } = request;
  const type = TYPES.get(request.type);
  if (type === undefined) return badRequest("type", `unknown data type ${String(request.type)}`);
  if (type === DataType.set || type === DataType.map) return unimplemented("a scan of sets or maps");
  const problem = bucketProblem(bucket, "bucket");
  if (problem !== undefined) return problem;
  if (pageSize > PAGE_SIZE_MAX) return badRequest("page_size", `${pageSize}; the limit is ${PAGE_SIZE_MAX}`);
  for (const [field, bytes] of Object.entries({ prefix, start, end }))
    if (bytes.length > limits.keyBytes)
      return badRequest(field, `${bytes.length} bytes; no key has over ${limits.keyBytes}`);
  const after = decodePageToken(pageToken);
  if (after === "malformed") return badRequest("page_token", "is not one that this store gave out");
  const keys = { prefix, start, end: end.length === 0 ? undefined : end };
  return rowKeysOfBucket(type, bucket, keys, isReverse, after);
}

/** All keys with a prefix that has a whole tag are of one partition. */
function partitionsOf(
  { bucket, prefix }: kv.ScanRequest__Output,
  { layout }: Pick<NodeApi, "layout">,
): number[] {
  const only = partitionOfPrefix(bucket, prefix, layout.partitionCount);
  if (only !== undefined) return [only];
  return Array.from({ length: layout.partitionCount }, (_, partition) => partition);
}
