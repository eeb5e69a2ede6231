/**
 * What the unary methods of KvService do, whoever brings the request: a gRPC call of its own, or a frame of a pipeline.
 * Each checks its request, hands operations to the node, and turns outcomes into messages.
 */
import type { NodeApi } from "../node/index.js";
import { type Failure, failure, type Operation } from "../replication/index.js";
import type { kv } from "../wire/index.js";
import { batchGet } from "./batch-get.js";
import { batchWrite } from "./batch-write.js";
import { decodeCall, run } from "./call.js";
import { countElements } from "./counting.js";
import { isFailure } from "./failure.js";
import type { Limits } from "./limits.js";
import { decodeDelete, decodePut } from "./operation-decoding.js";
import { decodeGet } from "./read-decoding.js";
import {
  encodeCounted,
  encodeDelete,
  encodeLayout,
  encodePut,
  encodeRead,
  encodeUpdate,
  expectRead,
  expectWritten,
  type WriteOutcome,
} from "./reply-encoding.js";
import type { ReplyHeaders } from "./reply-header.js";
import type { ItemCounter, UnaryWork } from "./unary-call.js";
import { decodeUpdate } from "./update-decoding.js";

interface KvMethodParts {
  readonly node: Pick<NodeApi, "execute" | "layout">;
  readonly headers: ReplyHeaders;
  readonly limits: Limits;
  readonly countItems: ItemCounter;
}

export interface KvMethods {
  readonly Get: UnaryWork<kv.GetRequest__Output, kv.GetResponse>;
  readonly Put: UnaryWork<kv.PutRequest__Output, kv.PutResponse>;
  readonly Delete: UnaryWork<kv.DeleteRequest__Output, kv.DeleteResponse>;
  readonly Update: UnaryWork<kv.UpdateRequest__Output, kv.UpdateResponse>;
  readonly BatchGet: UnaryWork<kv.BatchGetRequest__Output, kv.BatchGetResponse>;
  readonly BatchWrite: UnaryWork<kv.BatchWriteRequest__Output, kv.BatchWriteResponse>;
  readonly GetLayout: UnaryWork<kv.GetLayoutRequest__Output, kv.GetLayoutResponse>;
}

export function kvMethods({ countItems, headers, limits, node }: KvMethodParts): KvMethods {
  /** A write of one key: all of them differ only in their messages. */
  const write =
    <Request extends { options: kv.RequestOptions__Output | null }, Reply extends object>(
      decode: (request: Request) => Operation | Failure,
      encode: (written: WriteOutcome, header: kv.ReplyHeader) => Reply,
    ): UnaryWork<Request, Reply> =>
    (request, remainingMs, answer) => {
      const call = decodeCall(request.options, remainingMs, node, limits);
      const operation = decode(request);
      if (isFailure(call)) return answer(call);
      if (isFailure(operation)) return answer(operation);
      run(node, operation, call, (outcome) => {
        const written = expectWritten(outcome);
        answer(isFailure(written) ? written : encode(written, headers.of(call.session)));
      });
    };
  return {
    Get: (request, remainingMs, answer) => {
      const call = decodeCall(request.options, remainingMs, node, limits);
      const operation = decodeGet(request, limits);
      if (isFailure(call)) return answer(call);
      if (isFailure(operation)) return answer(operation);
      if (operation.kind === "list" && request.isCountOnly)
        return countElements(node, operation, call, (result) =>
          answer(isFailure(result) ? result : encodeCounted(result, headers.of(call.session))),
        );
      run(node, operation, call, (outcome) => {
        const read = expectRead(outcome);
        answer(isFailure(read) ? read : encodeRead(read, headers.of(call.session)));
      });
    },
    Put: write((request) => decodePut(request, "", limits), encodePut),
    Delete: write((request) => decodeDelete(request, "", limits), encodeDelete),
    Update: write((request) => decodeUpdate(request, "", limits), encodeUpdate),
    BatchGet: (...call) => {
      countItems("batch_get_items", call[0].addresses.length);
      batchGet(node, headers, limits, ...call);
    },
    BatchWrite: (...call) => {
      countItems("batch_write_items", call[0].items.length);
      batchWrite(node, headers, limits, ...call);
    },
    GetLayout: (request, _remainingMs, answer) => {
      const { layout } = node;
      if (layout.version === 0)
        return answer(failure("NOT_READY", "this node is starting; nothing was done"));
      const isCurrent = BigInt(request.knownVersion) >= BigInt(layout.version);
      answer({ header: headers.current(), layout: isCurrent ? null : encodeLayout(layout) });
    },
  };
}
