/** A node that speaks the real protocol over real sockets and keeps its data in a shared map: what the SDK meets. */
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { service as healthService } from "grpc-health-check";
import type { ErrorCode, ErrorReason } from "../../../src/client/index.js";
import { encodeStatusDetails, type kv, kvService, STATUS_DETAILS_KEY } from "../../../src/wire/index.js";
import { isOfElements } from "./fake-elements.js";
import { type CarriedMethod, carried, FakePipeline, type PipelineStream } from "./fake-pipeline.js";
import { type ScanStream, scannedPages, scannedRows } from "./fake-scan.js";
import type { FakeStore } from "./fake-store.js";

/** What a node does with a request it got. */
export type Behaviour =
  | { readonly does: "answer"; readonly afterMs?: number }
  /** Like a paused process: takes everything and says nothing. */
  | { readonly does: "keep-silent" }
  /** Silent to data calls, yet passes its health checks. */
  | { readonly does: "stall" }
  /** Like a process killed in the middle: the connection breaks once the request is there. */
  | { readonly does: "break"; readonly afterMs?: number }
  | { readonly does: "refuse"; readonly code: ErrorCode; readonly reason?: ErrorReason };

export interface FakeWatch {
  readonly replies: readonly kv.WatchResponse[];
  readonly ends?: keyof typeof WATCH_ENDS;
}

/** The codes of what can end a watch. */
const WATCH_ENDS = {
  DRAINING: "UNAVAILABLE",
  RESYNC: "OUT_OF_RANGE",
  WRONG_CLUSTER: "FAILED_PRECONDITION",
} as const;

type WatchStream = ServerWritableStream<kv.WatchRequest__Output, kv.WatchResponse>;

/** One request as it arrived. */
export interface Received {
  readonly method: string;
  readonly requestId: string;
  readonly isRetry: boolean;
  /** As hexadecimal digits. */
  readonly sessionToken: string;
  readonly clusterId: string;
  readonly consistency: kv.Consistency__Output | null;
  /** Keys or items in it. */
  readonly size: number;
}

interface Request {
  readonly options: kv.RequestOptions__Output | null;
}

const NODE_WIDE: readonly (ErrorReason | undefined)[] = ["NOT_READY", "DRAINING", "STORAGE_FAILED"];

export class FakeNode {
  readonly nodeId: string;
  readonly region: string;
  readonly received: Received[] = [];
  behaviour: Behaviour = { does: "answer" };
  /** Fails single items of batches: by the item's key. */
  itemErrors = new Map<string, kv.ItemError>();
  /** The token that answers a request of a session, by the one that it came with. */
  session: (sent: Buffer) => Buffer = (sent) => sent;
  healthChecks = 0;
  /** That clients have opened. */
  pipelines = 0;
  /** False: it takes pipelines and says nothing on them, like a process that hangs. */
  greets = true;
  /** Pages of a scan that went out. */
  pagesSent = 0;
  /** What comes of a scan after so many pages. */
  scanEnd: { readonly afterPages: number; readonly does: "break" | "stall" | "drain" } | undefined;
  /** What each watch from now on is sent, and how it ends then; the last one stays open. */
  watches: readonly FakeWatch[] = [];
  readonly watched: kv.WatchRequest__Output[] = [];
  /** Scans that clients ended before their end. */
  scansCancelled = 0;
  readonly #store: FakeStore;
  readonly #layout: () => kv.Layout;
  #port = 0;
  #server: Server | undefined;

  constructor(nodeId: string, region: string, store: FakeStore, layout: () => kv.Layout) {
    this.nodeId = nodeId;
    this.region = region;
    this.#store = store;
    this.#layout = layout;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Listens, on the port it had before if it had one. */
  async start(security = ServerCredentials.createInsecure()): Promise<void> {
    const server = new Server();
    const store = this.#store;
    const methods = {
      Get: this.#method("get", (request: kv.GetRequest__Output) =>
        isOfElements(request.address) ? store.elements.read(request) : store.get(request.address),
      ),
      Update: this.#method("update", (request: kv.UpdateRequest__Output) =>
        store.update(request, idOf(request)),
      ),
      Put: this.#method("put", (request: kv.PutRequest__Output) => store.put(request, idOf(request))),
      Delete: this.#method("delete", (request: kv.DeleteRequest__Output) =>
        store.delete(request.address, idOf(request)),
      ),
      BatchGet: this.#method("batchGet", ({ addresses }: kv.BatchGetRequest__Output) => ({
        results: addresses.map((address) => this.#itemError(address) ?? { value: store.read(address) }),
      })),
      BatchWrite: this.#method("batchWrite", (request: kv.BatchWriteRequest__Output) => ({
        results: request.items.map((item, index) => {
          const own = item.requestId.toString("hex");
          const id = own !== "" ? own : request.isAtomic ? idOf(request) : `${idOf(request)}/${index}`;
          const address = (item.put ?? item.delete ?? item.update)?.address ?? null;
          return this.#itemError(address) ?? writtenItem(store, item, id);
        }),
      })),
    };
    server.addService(kvService, {
      ...methods,
      Scan: (stream: ScanStream) => void this.#scan(stream),
      Watch: (stream: WatchStream) => this.#watch(stream),
      GetLayout: this.#method("getLayout", ({ knownVersion }: kv.GetLayoutRequest__Output & Request) => {
        const layout = this.#layout();
        return { layout: BigInt(String(layout.version)) > BigInt(knownVersion) ? layout : null };
      }),
      Pipeline: (stream: PipelineStream) =>
        this.#pipeline(stream, {
          Get: carried(kvService.Get, methods.Get),
          Put: carried(kvService.Put, methods.Put),
          Delete: carried(kvService.Delete, methods.Delete),
          Update: carried(kvService.Update, methods.Update),
          BatchGet: carried(kvService.BatchGet, methods.BatchGet),
          BatchWrite: carried(kvService.BatchWrite, methods.BatchWrite),
        }),
    });
    server.addService(healthService, {
      check: (_call: unknown, done: sendUnaryData<{ status: string }>) => {
        this.healthChecks += 1;
        const { behaviour } = this;
        if (behaviour.does === "keep-silent") return;
        const isServing = behaviour.does !== "refuse" || !NODE_WIDE.includes(behaviour.reason);
        done(null, { status: isServing ? "SERVING" : "NOT_SERVING" });
      },
    });
    this.#port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(this.address, security, (error, port) => {
        if (error === null) resolve(port);
        else reject(error);
      });
    });
    this.#server = server;
  }

  /** Ends every connection at once and stops listening. */
  kill(): void {
    this.#server?.forceShutdown();
    this.#server = undefined;
  }

  requests(method: string): readonly Received[] {
    return this.received.filter((received) => received.method === method);
  }

  #pipeline(stream: PipelineStream, methods: Readonly<Record<string, CarriedMethod>>): void {
    this.pipelines += 1;
    if (this.greets) new FakePipeline(stream, methods, () => this.#header({ options: null }));
  }

  #method<Asked, Reply extends object>(method: string, answer: (request: Asked) => Reply) {
    return (call: { readonly request: Asked & Request }, done: sendUnaryData<object>): void => {
      const { request } = call;
      this.received.push(receivedOf(method, request));
      const { behaviour } = this;
      const reply = (): void => done(null, { header: this.#header(request), ...answer(request) });
      switch (behaviour.does) {
        case "answer":
          if (behaviour.afterMs === undefined) reply();
          else setTimeout(reply, behaviour.afterMs).unref();
          return;
        case "break":
          if (behaviour.afterMs === undefined) this.kill();
          else setTimeout(() => this.kill(), behaviour.afterMs).unref();
          return;
        case "refuse":
          done(refusal(behaviour.code, behaviour.reason));
          return;
      }
    };
  }

  async #scan(stream: ScanStream): Promise<void> {
    const { request } = stream;
    this.received.push(receivedOf("scan", request));
    stream.on("cancelled", () => {
      this.scansCancelled += 1;
    });
    const { behaviour } = this;
    if (behaviour.does === "keep-silent" || behaviour.does === "stall") return;
    if (behaviour.does === "break") return this.kill();
    if (behaviour.does === "refuse") {
      stream.emit("error", refusal(behaviour.code, behaviour.reason));
      return;
    }
    let pages = 0;
    for (const page of scannedPages(
      scannedRows(this.#store.rows(request.type, request.bucket), request),
      request,
    )) {
      if (stream.cancelled) return;
      if (pages === this.scanEnd?.afterPages) {
        if (this.scanEnd.does === "break") this.kill();
        if (this.scanEnd.does === "drain") stream.emit("error", refusal("UNAVAILABLE", "DRAINING"));
        return;
      }
      await new Promise<void>((sent) => {
        stream.write({ header: this.#header(request), ...page }, () => sent());
      });
      this.pagesSent += 1;
      pages += 1;
    }
    stream.end();
  }

  #watch(stream: WatchStream): void {
    const { request } = stream;
    this.received.push(receivedOf("watch", request));
    this.watched.push(request);
    const [watch, ...others] = this.watches;
    this.watches = others;
    for (const reply of watch?.replies ?? []) stream.write({ header: this.#header(request), ...reply });
    if (watch?.ends !== undefined) stream.emit("error", refusal(WATCH_ENDS[watch.ends], watch.ends));
  }

  #header(request: Request) {
    return {
      clusterId: "test",
      nodeId: this.nodeId,
      region: this.region,
      layoutVersion: this.#layout().version ?? 0,
      sessionToken: this.#sessionToken(request),
    };
  }

  #sessionToken({ options }: Request): Buffer {
    const sent = options?.sessionToken ?? Buffer.alloc(0);
    return sent.length === 0 ? sent : this.session(sent);
  }

  #itemError(address: kv.Address__Output | null): { error: kv.ItemError } | undefined {
    const error = this.itemErrors.get(address?.key.toString() ?? "");
    return error === undefined ? undefined : { error };
  }
}

function writtenItem(store: FakeStore, item: kv.BatchWriteItem__Output, id: string): kv.BatchWriteResult {
  if (item.put) return { put: store.put(item.put, id) };
  if (item.delete) return { delete: store.delete(item.delete.address, id) };
  if (item.update) return { update: store.update(item.update, id) };
  return { error: { code: status.INVALID_ARGUMENT } };
}

function idOf({ options }: Request): string {
  return options?.requestId.toString("hex") ?? "";
}

function receivedOf(method: string, request: Request | (Request & { items: unknown[] })): Received {
  const { options } = request;
  const listed = "items" in request ? request.items : "addresses" in request ? request.addresses : [];
  return {
    method,
    requestId: idOf(request),
    isRetry: options?.isRetry ?? false,
    sessionToken: options?.sessionToken.toString("hex") ?? "",
    clusterId: options?.clusterId ?? "",
    consistency: options?.consistency ?? null,
    size: Array.isArray(listed) ? listed.length : 0,
  };
}

/** An error as the server sends it. */
export function refusal(code: ErrorCode, reason: ErrorReason | undefined) {
  const metadata = new Metadata();
  const details = `refused: ${reason ?? code}`;
  if (reason !== undefined) {
    const info = { code: status[code], message: details, reason, metadata: { required: "2", alive: "1" } };
    metadata.set(STATUS_DETAILS_KEY, encodeStatusDetails(info));
  }
  return { code: status[code], details, metadata };
}
