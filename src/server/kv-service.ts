/**
 * KvService over a node: checks requests, hands operations to the node, and puts outcomes on the wire. Holds no state
 * of its own but the count of calls in flight.
 */
import type { NodeApi } from "../node/index.js";
import {
  type Failure,
  failure,
  type Operation,
  type OperationOptions,
  type Outcome,
} from "../replication/index.js";
import type { kv } from "../wire/index.js";
import { batchGet } from "./batch-get.js";
import { batchWrite } from "./batch-write.js";
import { countElements } from "./counting.js";
import { isFailure, toStatus, unimplemented } from "./failure.js";
import type { Limits } from "./limits.js";
import { decodeDelete, decodePut } from "./operation-decoding.js";
import { decodeOptions } from "./options-decoding.js";
import { decodeGet } from "./read-decoding.js";
import {
  encodeDelete,
  encodeLayout,
  encodePut,
  encodeRead,
  encodeUpdate,
  expectRead,
  expectWritten,
} from "./reply-encoding.js";
import { type Identity, ReplyHeaders } from "./reply-header.js";
import { type CallsInFlight, type RequestObserver, type UnaryWork, unaryCall } from "./unary-call.js";
import { decodeUpdate } from "./update-decoding.js";

/** What the service needs of a node. */
type KvNode = Pick<NodeApi, "execute" | "layout">;

export interface KvServiceParts {
  readonly node: KvNode;
  readonly identity: Identity;
  readonly limits: Limits;
  readonly calls: CallsInFlight;
  readonly observe: RequestObserver;
}

/** The handlers to register with a gRPC server. */
export function kvServiceHandlers(parts: KvServiceParts): kv.KvServiceHandlers {
  const { node, limits } = parts;
  const headers = new ReplyHeaders(parts.identity, node);
  const unary = <Request, Reply extends object>(method: string, work: UnaryWork<Request, Reply>) =>
    unaryCall(method, parts.calls, parts.observe, work);
  return {
    Get: unary<kv.GetRequest__Output, kv.GetResponse>("Get", (request, remainingMs, answer) => {
      const options = decodeOptions(request.options, "options", remainingMs, limits);
      const operation = decodeGet(request, limits);
      if (!isFailure(operation) && operation.kind === "list" && request.isCountOnly)
        return countElements(node, operation, options, (result) =>
          answer(typeof result === "number" ? { header: headers.current(), cardinality: result } : result),
        );
      run(node, operation, options, (outcome) => {
        const read = expectRead(outcome);
        answer(isFailure(read) ? read : encodeRead(read, headers.current()));
      });
    }),
    Put: unary<kv.PutRequest__Output, kv.PutResponse>("Put", (request, remainingMs, answer) => {
      const options = decodeOptions(request.options, "options", remainingMs, limits);
      run(node, decodePut(request, "", limits), options, (outcome) => {
        const written = expectWritten(outcome);
        answer(isFailure(written) ? written : encodePut(written, headers.current()));
      });
    }),
    Delete: unary<kv.DeleteRequest__Output, kv.DeleteResponse>("Delete", (request, remainingMs, answer) => {
      const options = decodeOptions(request.options, "options", remainingMs, limits);
      run(node, decodeDelete(request, "", limits), options, (outcome) => {
        const written = expectWritten(outcome);
        answer(isFailure(written) ? written : encodeDelete(written, headers.current()));
      });
    }),
    BatchGet: unary<kv.BatchGetRequest__Output, kv.BatchGetResponse>("BatchGet", (...call) =>
      batchGet(node, headers, limits, ...call),
    ),
    BatchWrite: unary<kv.BatchWriteRequest__Output, kv.BatchWriteResponse>("BatchWrite", (...call) =>
      batchWrite(node, headers, limits, ...call),
    ),
    GetLayout: unary<kv.GetLayoutRequest__Output, kv.GetLayoutResponse>("GetLayout", (request, _, answer) => {
      const { layout } = node;
      if (layout.version === 0) {
        answer(failure("NOT_READY", "this node is starting; nothing was done"));
        return;
      }
      const isCurrent = BigInt(request.knownVersion) >= BigInt(layout.version);
      answer({ header: headers.current(), layout: isCurrent ? null : encodeLayout(layout) });
    }),
    Update: unary<kv.UpdateRequest__Output, kv.UpdateResponse>("Update", (request, remainingMs, answer) => {
      const options = decodeOptions(request.options, "options", remainingMs, limits);
      run(node, decodeUpdate(request, "", limits), options, (outcome) => {
        const written = expectWritten(outcome);
        answer(isFailure(written) ? written : encodeUpdate(written, headers.current()));
      });
    }),
    Scan: (call) => void call.emit("error", toStatus(unimplemented("Scan"))),
    Watch: (call) => void call.emit("error", toStatus(unimplemented("Watch"))),
    Pipeline: (call) => void call.emit("error", toStatus(unimplemented("Pipeline"))),
  };
}

/** Hands an operation to the node, unless it or the way it is asked was found wrong: then that is its outcome. */
function run(
  node: KvNode,
  operation: Operation | Failure,
  options: OperationOptions | Failure,
  done: (outcome: Outcome) => void,
): void {
  if (isFailure(operation)) done(operation);
  else if (isFailure(options)) done(options);
  else node.execute(operation, options, done);
}
