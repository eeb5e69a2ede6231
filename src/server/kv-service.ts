/**
 * KvService over a node: checks requests, hands operations to the node, and puts outcomes on the wire. Holds no state
 * of its own but the count of calls in flight.
 */
import type { NodeApi } from "../node/index.js";
import type { Failure, Operation } from "../replication/index.js";
import type { kv } from "../wire/index.js";
import { batchGet } from "./batch-get.js";
import { batchWrite } from "./batch-write.js";
import { type Call, decodeCall, run } from "./call.js";
import { countElements } from "./counting.js";
import { isFailure, notStarted, toStatus, unimplemented } from "./failure.js";
import type { Limits } from "./limits.js";
import { decodeDelete, decodePut } from "./operation-decoding.js";
import { decodeGet } from "./read-decoding.js";
import {
  encodeDelete,
  encodeLayout,
  encodePut,
  encodeRead,
  encodeUpdate,
  expectRead,
  expectWritten,
  type WriteOutcome,
} from "./reply-encoding.js";
import { type Identity, ReplyHeaders } from "./reply-header.js";
import { scan } from "./scanning.js";
import { streamCall } from "./stream-call.js";
import {
  type CallsInFlight,
  type ItemCounter,
  type RequestObserver,
  type UnaryWork,
  unaryCall,
} from "./unary-call.js";
import { decodeUpdate } from "./update-decoding.js";
import { watch } from "./watching.js";

/** What the service needs of a node. */
type KvNode = Pick<NodeApi, "execute" | "layout" | "watch">;

export interface KvServiceParts {
  readonly node: KvNode;
  readonly identity: Identity;
  readonly limits: Limits;
  readonly calls: CallsInFlight;
  readonly observe: RequestObserver;
  readonly countItems: ItemCounter;
}

/** The handlers to register with a gRPC server. */
export function kvServiceHandlers(parts: KvServiceParts): kv.KvServiceHandlers {
  const { node, limits } = parts;
  const headers = new ReplyHeaders(parts.identity, node);
  const unary = <Request, Reply extends object>(method: string, work: UnaryWork<Request, Reply>) =>
    unaryCall(method, parts.calls, parts.observe, work);
  const callOf = (options: kv.RequestOptions__Output | null, remainingMs: number): Call | Failure =>
    decodeCall(options, remainingMs, node, limits);
  /** A write of one key: all of them differ only in their messages. */
  const write =
    <Request extends { options: kv.RequestOptions__Output | null }, Reply extends object>(
      decode: (request: Request) => Operation | Failure,
      encode: (written: WriteOutcome, header: kv.ReplyHeader) => Reply,
    ): UnaryWork<Request, Reply> =>
    (request, remainingMs, answer) => {
      const call = callOf(request.options, remainingMs);
      const operation = decode(request);
      if (isFailure(call)) return answer(call);
      if (isFailure(operation)) return answer(operation);
      run(node, operation, call, (outcome) => {
        const written = expectWritten(outcome);
        answer(isFailure(written) ? written : encode(written, headers.of(call.session)));
      });
    };
  return {
    Get: unary<kv.GetRequest__Output, kv.GetResponse>("Get", (request, remainingMs, answer) => {
      const call = callOf(request.options, remainingMs);
      const operation = decodeGet(request, limits);
      if (isFailure(call)) return answer(call);
      if (isFailure(operation)) return answer(operation);
      if (operation.kind === "list" && request.isCountOnly)
        return countElements(node, operation, call, (result) =>
          answer(
            typeof result === "number" ? { header: headers.of(call.session), cardinality: result } : result,
          ),
        );
      run(node, operation, call, (outcome) => {
        const read = expectRead(outcome);
        answer(isFailure(read) ? read : encodeRead(read, headers.of(call.session)));
      });
    }),
    Put: unary<kv.PutRequest__Output, kv.PutResponse>(
      "Put",
      write((request) => decodePut(request, "", limits), encodePut),
    ),
    Delete: unary<kv.DeleteRequest__Output, kv.DeleteResponse>(
      "Delete",
      write((request) => decodeDelete(request, "", limits), encodeDelete),
    ),
    Update: unary<kv.UpdateRequest__Output, kv.UpdateResponse>(
      "Update",
      write((request) => decodeUpdate(request, "", limits), encodeUpdate),
    ),
    BatchGet: unary<kv.BatchGetRequest__Output, kv.BatchGetResponse>("BatchGet", (...call) => {
      parts.countItems("batch_get_items", call[0].addresses.length);
      batchGet(node, headers, limits, ...call);
    }),
    BatchWrite: unary<kv.BatchWriteRequest__Output, kv.BatchWriteResponse>("BatchWrite", (...call) => {
      parts.countItems("batch_write_items", call[0].items.length);
      batchWrite(node, headers, limits, ...call);
    }),
    GetLayout: unary<kv.GetLayoutRequest__Output, kv.GetLayoutResponse>("GetLayout", (request, _, answer) => {
      const { layout } = node;
      if (layout.version === 0) {
        answer(notStarted());
        return;
      }
      const isCurrent = BigInt(request.knownVersion) >= BigInt(layout.version);
      answer({ header: headers.current(), layout: isCurrent ? null : encodeLayout(layout) });
    }),
    Scan: streamCall<kv.ScanRequest__Output, kv.ScanResponse>(
      "Scan",
      parts.calls,
      parts.observe,
      async (stream, remainingMs) => {
        const call = callOf(stream.request.options, remainingMs);
        return isFailure(call) ? call : scan(node, headers, limits, stream, call, parts);
      },
    ),
    Watch: streamCall<kv.WatchRequest__Output, kv.WatchResponse>(
      "Watch",
      parts.calls,
      parts.observe,
      async (stream, remainingMs) => {
        const call = callOf(stream.request.options, remainingMs);
        return isFailure(call) ? call : watch(node, headers, limits, stream, call);
      },
    ),
    Pipeline: (call) => void call.emit("error", toStatus(unimplemented("Pipeline"))),
  };
}
