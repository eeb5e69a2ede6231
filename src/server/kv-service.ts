/** KvService over a node: its methods as gRPC calls. Holds no state of its own but the count of calls in flight. */
import type { NodeApi } from "../node/index.js";
import type { Failure } from "../replication/index.js";
import type { kv } from "../wire/index.js";
import { type Call, decodeCall } from "./call.js";
import { isFailure } from "./failure.js";
import { kvMethods } from "./kv-methods.js";
import type { Limits } from "./limits.js";
import { pipelineCall } from "./pipeline-call.js";
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
  const { calls, limits, node, observe } = parts;
  const headers = new ReplyHeaders(parts.identity, node);
  const methods = kvMethods({ ...parts, headers });
  const unary = <Request, Reply extends object>(method: string, work: UnaryWork<Request, Reply>) =>
    unaryCall(method, calls, observe, work);
  const callOf = (options: kv.RequestOptions__Output | null, remainingMs: number): Call | Failure =>
    decodeCall(options, remainingMs, node, limits);
  return {
    Get: unary("Get", methods.Get),
    Put: unary("Put", methods.Put),
    Delete: unary("Delete", methods.Delete),
    Update: unary("Update", methods.Update),
    BatchGet: unary("BatchGet", methods.BatchGet),
    BatchWrite: unary("BatchWrite", methods.BatchWrite),
    GetLayout: unary("GetLayout", methods.GetLayout),
    Scan: streamCall<kv.ScanRequest__Output, kv.ScanResponse>(
      "Scan",
      calls,
      observe,
      async (stream, remainingMs) => {
        const call = callOf(stream.request.options, remainingMs);
        return isFailure(call) ? call : scan(node, headers, limits, stream, call, parts);
      },
    ),
    Watch: streamCall<kv.WatchRequest__Output, kv.WatchResponse>(
      "Watch",
      calls,
      observe,
      async (stream, remainingMs) => {
        const call = callOf(stream.request.options, remainingMs);
        return isFailure(call) ? call : watch(node, headers, limits, stream, call);
      },
    ),
    Pipeline: pipelineCall({ node, headers, limits, calls, observe, methods }),
  };
}
