/** The pipeline of a fake node: what comes on it is handed to the same methods as a call of its own, in the same bytes. */
import { Metadata, type ServerDuplexStream, type sendUnaryData } from "@grpc/grpc-js";
import {
  type Asking,
  beginPipelineFrame,
  LEVELS,
  type PipelinedGet,
  type PipelinedPut,
  PipelineItems,
  type PipelineReply,
  type PipelineRequest,
  writeReply,
} from "../../../src/codec/index.js";
import { ValueEncoding } from "../../../src/crdt/index.js";
import { decodeStatusDetails, type kv, kvService, STATUS_DETAILS_KEY } from "../../../src/wire/index.js";
import { ENCODING_NAMES, LEVEL_NAMES, TYPE_NAMES } from "./pipeline-names.js";

export type PipelineStream = ServerDuplexStream<kv.PipelineRequest__Output, kv.PipelineResponse>;

type Done = (error: Parameters<sendUnaryData<object>>[0], reply: Buffer | undefined) => void;
export type CarriedMethod = (body: Buffer, done: Done) => void;

/** A method of the service, taking and giving bytes. */
export function carried<Request, Reply>(
  codec: { requestDeserialize: (body: Buffer) => Request; responseSerialize: (reply: Reply) => Buffer },
  method: (call: { readonly request: Request }, done: sendUnaryData<Reply>) => void,
): CarriedMethod {
  return (body, done) =>
    method({ request: codec.requestDeserialize(body) }, (error, reply) =>
      done(error, reply ? codec.responseSerialize(reply) : undefined),
    );
}

const NEVER = String(2n ** 64n - 1n);

export class FakePipeline {
  readonly #stream: PipelineStream;
  readonly #methods: Readonly<Record<string, CarriedMethod>>;
  readonly #header: () => kv.ReplyHeader;
  #clusterId = "";
  #toldLayout = -1;

  constructor(
    stream: PipelineStream,
    methods: Readonly<Record<string, CarriedMethod>>,
    header: () => kv.ReplyHeader,
  ) {
    this.#stream = stream;
    this.#methods = methods;
    this.#header = header;
    stream.on("data", ({ frame }: kv.PipelineRequest__Output) => this.#take(frame));
    stream.on("error", () => undefined);
    stream.on("end", () => stream.end());
  }

  #take(frame: Buffer): void {
    const items = PipelineItems.ofRequests(frame);
    for (let item = items.next(); item !== undefined; item = items.next()) this.#do(item);
  }

  #do(item: PipelineRequest): void {
    switch (item.kind) {
      case "hello":
        this.#clusterId = item.clusterId;
        return this.#send();
      case "get":
        return this.#run("Get", item.id, this.#getBody(item), (body) => readOf(item.id, body));
      case "put":
        return this.#run("Put", item.id, this.#putBody(item), (body) => writtenOf(item.id, body));
      case "call":
        return this.#run(item.method, item.id, item.body, (body) => ({ kind: "reply", id: item.id, body }));
    }
  }

  #run(name: string, id: number, body: Buffer, replyOf: (body: Buffer) => PipelineReply): void {
    const method = this.#methods[name];
    if (method === undefined) throw new Error(`the fake has no method ${name} on its pipeline`);
    method(body, (error, reply) => {
      if (reply !== undefined) this.#send(replyOf(reply));
      else this.#send(failedOf(id, error));
    });
  }

  /** Says who answers first, and again when the layout is another one. */
  #send(reply?: PipelineReply): void {
    const frame = beginPipelineFrame();
    const { clusterId = "", layoutVersion, nodeId = "", region = "" } = this.#header();
    const version = Number(layoutVersion);
    if (version !== this.#toldLayout)
      writeReply(frame, { kind: "hello", clusterId, nodeId, region, layoutVersion: version });
    this.#toldLayout = version;
    if (reply !== undefined) writeReply(frame, reply);
    this.#stream.write({ frame: frame.take() });
  }

  #getBody({ address, asking }: PipelinedGet): Buffer {
    return kvService.Get.requestSerialize({ address: addressOf(address), options: this.#optionsOf(asking) });
  }

  #putBody({ address, asking, condition, context, ttlMs, value }: PipelinedPut): Buffer {
    return kvService.Put.requestSerialize({
      address: addressOf(address),
      value: { data: value.data, encoding: ENCODING_NAMES[value.encoding] ?? "VALUE_ENCODING_UNSPECIFIED" },
      context,
      options: this.#optionsOf(asking),
      ttlMs: ttlMs === "never" ? NEVER : ttlMs,
      ifAbsent: condition === "absent",
      ifContext: condition === "unchanged",
    });
  }

  #optionsOf({ consistency, isRetry, isSloppy, requestId, sessionToken }: Asking): kv.RequestOptions {
    return {
      clusterId: this.#clusterId,
      consistency:
        consistency === 0
          ? null
          : consistency > LEVELS
            ? { replicas: consistency - LEVELS }
            : { level: LEVEL_NAMES[consistency] ?? "CONSISTENCY_LEVEL_UNSPECIFIED" },
      requestId: requestId ?? "",
      isRetry,
      isSloppy,
      sessionToken: sessionToken ?? "",
    };
  }
}

function addressOf({ bucket, key, type }: PipelinedGet["address"]): kv.Address {
  return { type: TYPE_NAMES[type] ?? "DATA_TYPE_UNSPECIFIED", bucket, key };
}

function sessionOf(header: kv.ReplyHeader__Output | null): Buffer | undefined {
  return header === null || header.sessionToken.length === 0 ? undefined : header.sessionToken;
}

function readOf(id: number, body: Buffer): PipelineReply {
  const { context, header, values } = kvService.Get.responseDeserialize(body);
  const shown = values.map(({ data, encoding, expiresAtMs, hlc }) => ({
    data,
    encoding: ENCODINGS.get(encoding) ?? ValueEncoding.bytes,
    hlc: BigInt(hlc),
    expiresAtMs: Number(expiresAtMs),
  }));
  return { kind: "read", id, values: shown, context, sessionToken: sessionOf(header) };
}

const ENCODINGS: ReadonlyMap<unknown, ValueEncoding> = new Map([
  ["VALUE_ENCODING_TEXT", ValueEncoding.text],
  ["VALUE_ENCODING_MSGPACK", ValueEncoding.msgpack],
  ["VALUE_ENCODING_JSON", ValueEncoding.json],
]);

function writtenOf(id: number, body: Buffer): PipelineReply {
  const { header, hlc, ...written } = kvService.Put.responseDeserialize(body);
  return { kind: "written", id, hlc: BigInt(hlc), sessionToken: sessionOf(header), ...written };
}

function failedOf(id: number, error: Parameters<Done>[0]): PipelineReply {
  const code = error?.code ?? 2;
  const [trailer] = (error?.metadata ?? new Metadata()).get(STATUS_DETAILS_KEY);
  const told = Buffer.isBuffer(trailer) ? decodeStatusDetails(trailer) : undefined;
  const message = error?.details ?? "";
  return { kind: "failed", id, code, reason: "", message, metadata: {}, ...told };
}
