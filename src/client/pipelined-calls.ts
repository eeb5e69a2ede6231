import { kvService } from "../wire/index.js";
import type { KvStub } from "./channel.js";
import { type AttemptOptions, type NodeCall, type NodeCalls, unaryCalls } from "./node-calls.js";
import { Pipeline } from "./pipeline.js";
import type { PipelinedOperation } from "./pipelined-operation.js";
import { CallOperation, GetOperation, PutOperation } from "./pipelined-operations.js";

/** What is larger goes as a call of its own: others need not wait behind it, and no frame outgrows what a node takes. */
const REQUEST_BYTES_MAX = 64 * 1024;

/** A unary method, as the generated code has it. */
interface Method<Request, Reply> {
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (body: Buffer) => Reply;
}

/** The unary calls to a node on one stream; what is large, and what is a stream itself, goes beside it. */
export class PipelinedCalls implements NodeCalls {
  readonly #stub: KvStub;
  readonly #clusterId: string;
  readonly #beside: NodeCalls;
  #pipeline: Pipeline | undefined;

  readonly get: NodeCalls["get"];
  readonly delete: NodeCalls["delete"];
  readonly update: NodeCalls["update"];
  readonly batchGet: NodeCalls["batchGet"];
  readonly batchWrite: NodeCalls["batchWrite"];
  readonly getLayout: NodeCalls["getLayout"];
  readonly scan: NodeCalls["scan"];
  readonly watch: NodeCalls["watch"];

  /** @param clusterId a node of another one does nothing for this client */
  constructor(stub: KvStub, clusterId: string) {
    this.#stub = stub;
    this.#clusterId = clusterId;
    this.#beside = unaryCalls(stub);
    this.get = this.#pipelined("Get", kvService.Get, this.#beside.get);
    this.delete = this.#pipelined("Delete", kvService.Delete, this.#beside.delete);
    this.update = this.#pipelined("Update", kvService.Update, this.#beside.update);
    this.batchGet = this.#pipelined("BatchGet", kvService.BatchGet, this.#beside.batchGet);
    this.batchWrite = this.#pipelined("BatchWrite", kvService.BatchWrite, this.#beside.batchWrite);
    this.getLayout = this.#beside.getLayout;
    this.scan = this.#beside.scan;
    this.watch = this.#beside.watch;
  }

  readonly getValue: NodeCalls["getValue"] = (get, options, done) => {
    const operation = new GetOperation(get, deadlineMsOf(options), done);
    return isLarge(operation) ? this.#beside.getValue(get, options, done) : this.#ask(operation);
  };

  readonly putValue: NodeCalls["putValue"] = (put, options, done) => {
    const operation = new PutOperation(put, deadlineMsOf(options), done);
    return isLarge(operation) ? this.#beside.putValue(put, options, done) : this.#ask(operation);
  };

  /** What was asked may end. Idempotent. */
  close(): void {
    this.#pipeline?.close();
  }

  #pipelined<Request, Reply>(
    name: string,
    { requestSerialize, responseDeserialize }: Method<Request, Reply>,
    beside: NodeCall<Request, Reply>,
  ): NodeCall<Request, Reply> {
    return (request, options, done) => {
      const call = { method: name, body: requestSerialize(request) };
      const operation = new CallOperation(call, responseDeserialize, deadlineMsOf(options), done);
      return isLarge(operation) ? beside(request, options, done) : this.#ask(operation);
    };
  }

  #ask(operation: PipelinedOperation): PipelinedOperation {
    if (this.#pipeline === undefined || this.#pipeline.isOver)
      this.#pipeline = new Pipeline(this.#stub, this.#clusterId);
    this.#pipeline.ask(operation);
    return operation;
  }
}

function isLarge({ bytes }: PipelinedOperation): boolean {
  return bytes > REQUEST_BYTES_MAX;
}

function deadlineMsOf({ deadline }: AttemptOptions): number {
  return performance.now() + deadline.getTime() - Date.now();
}
