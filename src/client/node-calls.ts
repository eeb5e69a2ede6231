import type { kv } from "../wire/index.js";
import type { KvStub } from "./channel.js";
import { readOptions, writeOptions } from "./request-options.js";
import {
  type ValueGet,
  type ValuePut,
  type ValueRead,
  type ValueWritten,
  valueRead,
  valueWritten,
  wirePutTerms,
  wireValue,
} from "./values.js";

/** An attempt under way. */
export interface AttemptCall {
  /** False for what waits on this side: cancelled, it never arrives. Undefined where nobody can tell. */
  readonly hasLeft?: boolean;
  /** Its answer is not waited for any more. */
  cancel(): void;
}

export interface AttemptOptions {
  readonly deadline: Date;
}

/** Called once: with a reply, or with why there is none. */
export type AttemptDone<Reply> = (error: Error | null, reply?: Reply) => void;

/** Asks one node for one thing. */
export type NodeCall<Request, Reply> = (
  request: Request,
  options: AttemptOptions,
  done: AttemptDone<Reply>,
) => AttemptCall;

/** What one node can be asked, however it travels. */
export interface NodeCalls {
  readonly getValue: NodeCall<ValueGet, ValueRead>;
  readonly putValue: NodeCall<ValuePut, ValueWritten>;
  readonly get: NodeCall<kv.GetRequest, kv.GetResponse__Output>;
  readonly delete: NodeCall<kv.DeleteRequest, kv.DeleteResponse__Output>;
  readonly update: NodeCall<kv.UpdateRequest, kv.UpdateResponse__Output>;
  readonly batchGet: NodeCall<kv.BatchGetRequest, kv.BatchGetResponse__Output>;
  readonly batchWrite: NodeCall<kv.BatchWriteRequest, kv.BatchWriteResponse__Output>;
  readonly getLayout: NodeCall<kv.GetLayoutRequest, kv.GetLayoutResponse__Output>;
  readonly scan: KvStub["scan"];
  readonly watch: KvStub["watch"];
}

/** Each as a gRPC call of its own. */
export function unaryCalls(stub: KvStub): NodeCalls {
  return {
    getValue: ({ address, terms }, options, done) =>
      stub.get({ address, options: readOptions(terms) }, options, (error, reply) =>
        done(error, reply && valueRead(reply)),
      ),
    putValue: ({ address, isRetry, requestId, terms, value, ...rest }, options, done) => {
      const request: kv.PutRequest = {
        address,
        value: wireValue(value),
        options: writeOptions(terms, requestId, isRetry),
        ...wirePutTerms(rest),
      };
      return stub.put(request, options, (error, reply) => done(error, reply && valueWritten(reply)));
    },
    get: (request, options, done) => stub.get(request, options, done),
    delete: (request, options, done) => stub.delete(request, options, done),
    update: (request, options, done) => stub.update(request, options, done),
    batchGet: (request, options, done) => stub.batchGet(request, options, done),
    batchWrite: (request, options, done) => stub.batchWrite(request, options, done),
    getLayout: (request, options, done) => stub.getLayout(request, options, done),
    scan: stub.scan.bind(stub),
    watch: stub.watch.bind(stub),
  };
}
