/** Scan: streams the rows of a bucket in the order of their keys, page by page, no faster than the client reads. */
import type { ServerWritableStream } from "@grpc/grpc-js";
import { afterKey, encodeRowKey, type RowKeyRange, rowKeysOfBucket } from "../codec/index.js";
import { DataType } from "../crdt/index.js";
import type { NodeApi } from "../node/index.js";
import { type Failure, failure, type PageRow, Scan } from "../replication/index.js";
import { partitionOfPrefix } from "../topology/index.js";
import type { kv } from "../wire/index.js";
import { bucketProblem, TYPES } from "./address-decoding.js";
import { type Call, run } from "./call.js";
import { badRequest, isFailure } from "./failure.js";
import type { Limits } from "./limits.js";
import { encodeScanRow } from "./reply-encoding.js";
import type { ReplyHeaders } from "./reply-header.js";
import type { CallsInFlight, ItemCounter } from "./unary-call.js";

const PAGE_SIZE_DEFAULT = 100;
const PAGE_SIZE_MAX = 1_000;
/** A reply ends with the row that takes it beyond. */
const REPLY_BYTES_MAX = 1024 * 1024;

type ScanStream = ServerWritableStream<kv.ScanRequest__Output, kv.ScanResponse>;

/** Until the last row that was asked for, or the client has gone. Ends the stream, unless it failed. */
export async function scan(
  node: Pick<NodeApi, "execute" | "layout">,
  headers: ReplyHeaders,
  limits: Limits,
  stream: ScanStream,
  call: Call,
  { calls, countItems }: { readonly calls: CallsInFlight; readonly countItems: ItemCounter },
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
    for (const reply of repliesOf(rows, isEnd)) {
      const isSent = await sent(stream, { header: headers.of(call.session), ...reply }, calls.draining);
      if (stream.cancelled) return undefined;
      countItems("scan_rows", reply.rows.length);
      if (!isSent) return failure("DRAINING", "this node is shutting down; go on at another one");
    }
    if (isEnd || left === 0) break;
  }
  stream.end();
  return undefined;
}

function nextRows(merged: Scan, limit: number): Promise<readonly PageRow[] | Failure> {
  return new Promise((done) => merged.next(limit, done));
}

/**
 * Waits until the reply has gone out, which a client that does not read holds up: nothing is read ahead for it. False: it
 * has not, because the client has gone, or because the node is not to wait for it any longer.
 */
function sent(stream: ScanStream, reply: kv.ScanResponse, draining: AbortSignal): Promise<boolean> {
  return new Promise((done) => {
    const end = (isSent: boolean): void => {
      stream.off("cancelled", giveUp);
      draining.removeEventListener("abort", giveUp);
      done(isSent);
    };
    const giveUp = (): void => end(false);
    if (stream.cancelled || draining.aborted) return done(false);
    stream.once("cancelled", giveUp);
    draining.addEventListener("abort", giveUp, { once: true });
    stream.write(reply, () => end(true));
  });
}

/** One page as replies that are not too large: a reader holds one in memory. The last of them says whether it ends. */
function* repliesOf(
  rows: readonly PageRow[],
  isEnd: boolean,
): Generator<{ readonly rows: kv.ScanRow[]; readonly nextPageToken: Buffer | string | Uint8Array }> {
  let reply: kv.ScanRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (bytes > REPLY_BYTES_MAX) {
      yield { rows: reply, nextPageToken: reply.at(-1)?.key ?? NO_TOKEN };
      reply = [];
      bytes = 0;
    }
    reply.push(encodeScanRow(row));
    bytes += row.rowKey.length + row.context.length;
    if (row.reading.kind === "values") for (const { data } of row.reading.values) bytes += data.length;
  }
  yield { rows: reply, nextPageToken: isEnd ? NO_TOKEN : (reply.at(-1)?.key ?? NO_TOKEN) };
}

const NO_TOKEN = Buffer.alloc(0);

function decodeRange(request: kv.ScanRequest__Output, limits: Limits): RowKeyRange | Failure {
  const { bucket, end, isKeysOnly, isReverse, pageSize, pageToken, prefix, start } = request;
  const type = TYPES.get(request.type);
  if (type === undefined) return badRequest("type", `unknown data type ${String(request.type)}`);
  if ((type === DataType.set || type === DataType.map) && !isKeysOnly)
    return badRequest(
      "is_keys_only",
      "must be true for sets and maps: read the elements of each key with Get",
    );
  const problem = bucketProblem(bucket, "bucket");
  if (problem !== undefined) return problem;
  if (pageSize > PAGE_SIZE_MAX) return badRequest("page_size", `${pageSize}; the limit is ${PAGE_SIZE_MAX}`);
  for (const [field, bytes] of Object.entries({ prefix, start, end, page_token: pageToken }))
    if (bytes.length > limits.keyBytes)
      return badRequest(field, `${bytes.length} bytes; no key has over ${limits.keyBytes}`);
  const keys = { prefix, start, end: end.length === 0 ? undefined : end };
  const range = rowKeysOfBucket(type, bucket, keys, isReverse);
  if (pageToken.length === 0) return range;
  const after = encodeRowKey(type, bucket, pageToken);
  const isInside = range.from <= after && after < range.to;
  return isInside ? afterKey(range, after) : badRequest("page_token", "is not one of a scan of these keys");
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
