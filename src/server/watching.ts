/** Watch: streams changes as they become visible in this region, no faster than the client reads. */
import type { ServerWritableStream } from "@grpc/grpc-js";
import {
  CodecError,
  clusterMark,
  decodeRowKey,
  decodeWatch,
  encodeRowKey,
  rowKeysBelow,
  rowKeysOfBucket,
} from "../codec/index.js";
import { DataType } from "../crdt/index.js";
import type { NodeApi } from "../node/index.js";
import type { Failure, WatchChange, WatchHandle, WatchListener, WatchPlan } from "../replication/index.js";
import { type Layout, partitionOf, partitionOfPrefix } from "../topology/index.js";
import type { kv } from "../wire/index.js";
import { bucketProblem, TYPES } from "./address-decoding.js";
import type { Call } from "./call.js";
import { badRequest, isFailure, tokenProblem } from "./failure.js";
import type { Limits } from "./limits.js";
import { encodeElement, encodeReading } from "./reply-encoding.js";
import type { ReplyHeaders } from "./reply-header.js";

/** A token of a bucket is some kilobytes: with every change it would outweigh them. */
const TOKEN_PERIOD_MS = 1_000;
/** The token of a watch of thousands of partitions, on each of which nodes of several regions write. */
const TOKEN_BYTES_MAX = 1024 * 1024;

type WatchStream = ServerWritableStream<kv.WatchRequest__Output, kv.WatchResponse>;

/** Until the client has gone, or the watch fails. */
export function watch(
  node: Pick<NodeApi, "watch" | "layout">,
  headers: ReplyHeaders,
  limits: Limits,
  stream: WatchStream,
  { session }: Pick<Call, "session">,
): Promise<Failure | undefined> {
  const plan = decodePlan(stream.request, node.layout, limits);
  if (isFailure(plan)) return Promise.resolve(plan);
  return new Promise((done) => {
    const writer = new WatchWriter(stream, headers, node.layout.clusterId, session, done);
    const handle = node.watch(plan, writer);
    if (isFailure(handle)) done(handle);
    else writer.start(handle);
  });
}

/** Writes what a watch shows, one page at a time, and its token every now and then. */
class WatchWriter implements WatchListener {
  readonly #stream: WatchStream;
  readonly #headers: ReplyHeaders;
  /** Of the cluster: behind each token. */
  readonly #mark: Buffer;
  readonly #session: Call["session"];
  readonly #done: (failure: Failure | undefined) => void;
  #handle: WatchHandle | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sentMoves = 0;
  #sentAtMs = 0;

  constructor(
    stream: WatchStream,
    headers: ReplyHeaders,
    clusterId: string,
    session: Call["session"],
    done: (failure: Failure | undefined) => void,
  ) {
    this.#mark = Buffer.alloc(MARK_BYTES);
    this.#mark.writeUInt32BE(clusterMark(clusterId));
    this.#stream = stream;
    this.#headers = headers;
    this.#session = session;
    this.#done = done;
  }

  start(handle: WatchHandle): void {
    this.#handle = handle;
    this.#stream.on("cancelled", () => this.failed(undefined));
  }

  began(): void {
    if (this.#handle !== undefined) this.#session?.covers(this.#handle.seen());
    this.#write(this.#headers.of(this.#session), [], true);
    this.#handle?.pull();
    this.#timer = setInterval(() => {
      const isIdle = this.#stream.writableLength === 0;
      if (isIdle && this.#isTokenDue) this.#write(this.#headers.current(), [], true);
    }, TOKEN_PERIOD_MS);
  }

  /** The next page is read once this one has left: a client that reads slowly has nothing queued up for it. */
  changed(changes: readonly WatchChange[]): void {
    this.#write(this.#headers.current(), changes, this.#isTokenDue, () => this.#handle?.pull());
  }

  failed(failure: Failure | undefined): void {
    clearInterval(this.#timer);
    this.#handle?.close();
    this.#done(failure);
  }

  get #isTokenDue(): boolean {
    return this.#handle?.moves !== this.#sentMoves && performance.now() - this.#sentAtMs >= TOKEN_PERIOD_MS;
  }

  #write(
    header: kv.ReplyHeader,
    changes: readonly WatchChange[],
    hasToken: boolean,
    left: () => void = () => undefined,
  ): void {
    if (this.#handle === undefined || this.#stream.cancelled) return;
    if (hasToken) [this.#sentMoves, this.#sentAtMs] = [this.#handle.moves, performance.now()];
    const resumeToken = hasToken ? Buffer.concat([this.#handle.token(), this.#mark]) : NO_TOKEN;
    this.#stream.write({ header, changes: changes.map(encodeChange), resumeToken }, left);
  }
}

const NO_TOKEN = Buffer.alloc(0);
const MARK_BYTES = 4;

function decodePlan(request: kv.WatchRequest__Output, layout: Layout, limits: Limits): WatchPlan | Failure {
  const { bucket, key, prefix } = request;
  const type = TYPES.get(request.type);
  if (type === undefined) return badRequest("type", `unknown data type ${String(request.type)}`);
  const problem = bucketProblem(bucket, "bucket");
  if (problem !== undefined) return problem;
  for (const [field, bytes] of Object.entries({ prefix, key }))
    if (bytes.length > limits.keyBytes)
      return badRequest(field, `${bytes.length} bytes; no key has over ${limits.keyBytes}`);
  if (key.length > 0 && prefix.length > 0)
    return badRequest("key", "is given instead of a prefix, not beside one");
  const range =
    key.length > 0
      ? rowKeysBelow(encodeRowKey(type, bucket, key))
      : rowKeysOfBucket(type, bucket, { prefix, start: NO_TOKEN, end: undefined }, false);
  const partitions = partitionsOf(request, layout.partitionCount);
  const from = decodeFrom(request.resumeToken, partitions, layout);
  return from !== undefined && isFailure(from) ? from : { range, partitions, from };
}

function partitionsOf({ bucket, key, prefix }: kv.WatchRequest__Output, partitionCount: number): number[] {
  if (key.length > 0) return [partitionOf(bucket, key, partitionCount)];
  const only = partitionOfPrefix(bucket, prefix, partitionCount);
  return only === undefined ? Array.from({ length: partitionCount }, (_, partition) => partition) : [only];
}

function decodeFrom(
  token: Buffer,
  partitions: readonly number[],
  layout: Layout,
): WatchPlan["from"] | Failure {
  if (token.length === 0) return undefined;
  if (token.length > TOKEN_BYTES_MAX)
    return badRequest("resume_token", `${token.length} bytes; no token has over ${TOKEN_BYTES_MAX}`);
  try {
    const markAt = Math.max(0, token.length - MARK_BYTES);
    const from = decodeWatch(token.subarray(0, markAt));
    const stray = tokenProblem(token.readUInt32BE(markAt), layout, "resume token", "begin the watch anew");
    if (stray !== undefined) return stray;
    if (from.size === partitions.length && partitions.every((partition) => from.has(partition))) return from;
    return badRequest("resume_token", "is of a watch of other keys");
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return badRequest("resume_token", "is not one that this store gave out; begin without one");
  }
}

function encodeChange({ dots, hlc, isDeleted, partition, reading, ...row }: WatchChange): kv.Change {
  const { key, type } = decodeRowKey(row.rowKey);
  const shown =
    type === DataType.set || type === DataType.map
      ? { element: encodeElement({ ...row, reading }) }
      : encodeReading(reading);
  return {
    key,
    isDeleted,
    ...shown,
    context: row.context,
    hlc: hlc.toString(),
    partition,
    dots: dots.map(({ actor, counter }) => ({ actor, counter })),
  };
}
