/**
 * etcd by its gRPC API, version 3: the two calls of its KV service that a load needs, in a description of our own with
 * only the fields that it uses.
 */
import { Client, credentials } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import { z } from "zod";
import type { Operation } from "../workload/index.js";
import { type Connection, type Driver, DriverError, type Target } from "./driver.js";

/** Without etcd's package, which the paths below have. */
const PROTO = {
  nested: {
    KV: {
      methods: {
        Range: { requestType: "RangeRequest", responseType: "RangeResponse", comment: "" },
        Put: { requestType: "PutRequest", responseType: "PutResponse", comment: "" },
      },
    },
    RangeRequest: {
      fields: {
        key: { type: "bytes", id: 1 },
        rangeEnd: { type: "bytes", id: 2 },
        limit: { type: "int64", id: 3 },
        serializable: { type: "bool", id: 7 },
      },
    },
    KeyValue: { fields: { key: { type: "bytes", id: 1 }, value: { type: "bytes", id: 5 } } },
    RangeResponse: { fields: { kvs: { rule: "repeated" as const, type: "KeyValue", id: 2 } } },
    PutRequest: { fields: { key: { type: "bytes", id: 1 }, value: { type: "bytes", id: 2 } } },
    PutResponse: { fields: {} },
  },
};

const Found = z.object({ kvs: z.array(z.unknown()) });

export const etcd: Driver = {
  name: "etcd",
  summary:
    "etcd by its gRPC API (v3); --consistency LOCAL_ONE reads without asking the others (serializable)",
  operations: new Set(["read", "update", "insert", "scan", "read-modify-write"]),
  guarantees: (target) => [
    "a write is on disk, flushed (fsync), at a majority of all members; one leader takes all writes, in one order",
    isSerializable(target)
      ? "reads are serializable: of one member, which may be behind"
      : "reads are linearizable: the leader asks a majority whether it still leads",
    "between regions each write and each linearizable read waits for the round trip to a majority",
  ],
  connect: (target) => EtcdConnection.open(target),
};

type Method = "Range" | "Put";

class EtcdConnection implements Connection {
  readonly #target: Target;
  readonly #clients: readonly Client[];
  readonly #methods = methodsOf();
  #turn = 0;

  private constructor(target: Target) {
    this.#target = target;
    this.#clients = target.endpoints.map((endpoint) => new Client(endpoint, credentials.createInsecure()));
  }

  static async open(target: Target): Promise<EtcdConnection> {
    if (target.tls !== undefined) throw new DriverError("INVALID", "this driver knows no TLS");
    if (target.endpoints.length === 0) throw new DriverError("INVALID", "name a server with --endpoint");
    const connection = new EtcdConnection(target);
    try {
      await connection.#call("Range", { key: Buffer.from("\0"), limit: 1, serializable: true });
      return connection;
    } catch (cause) {
      await connection.close();
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new DriverError(
        "UNAVAILABLE",
        `no etcd answers at ${target.endpoints.join(", ")}: ${why}`,
        cause,
      );
    }
  }

  async perform({ kind, key, length, value }: Operation): Promise<boolean> {
    const { bucket } = this.#target;
    const name = Buffer.from(`${bucket}/${key}`);
    const serializable = isSerializable(this.#target);
    switch (kind) {
      case "read":
        return Found.parse(await this.#call("Range", { key: name, serializable })).kvs.length > 0;
      case "update":
      case "insert":
        await this.#call("Put", { key: name, value });
        return true;
      case "scan": {
        // The byte after the slash: the end of the bucket.
        const rangeEnd = Buffer.from(`${bucket}0`);
        const request = { key: name, rangeEnd, limit: length, serializable };
        return Found.parse(await this.#call("Range", request)).kvs.length > 0;
      }
      default:
        throw new DriverError("UNSUPPORTED", `etcd has no ${kind}`);
    }
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
  }

  #call(name: Method, request: object): Promise<unknown> {
    const method = this.#methods[name];
    const client = this.#clients[this.#turn++ % this.#clients.length];
    if (client === undefined) throw new DriverError("INVALID", "there is no server to ask");
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        `/etcdserverpb.KV/${name}`,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        { deadline: Date.now() + this.#target.timeoutMs },
        (error, reply) => (error === null ? resolve(reply) : reject(named(error))),
      );
    });
  }
}

function isSerializable({ readConsistency }: Target): boolean {
  return readConsistency === "ONE" || readConsistency === "LOCAL_ONE" || readConsistency === 1;
}

function methodsOf() {
  const service = fromJSON(PROTO, { defaults: true, longs: String }).KV;
  if (service === undefined || "format" in service || !service.Range || !service.Put)
    throw new Error("the description of etcd's KV service is not whole");
  return { Range: service.Range, Put: service.Put };
}

const CODE_NAMES: Readonly<Record<number, string>> = {
  4: "DEADLINE_EXCEEDED",
  8: "RESOURCE_EXHAUSTED",
  14: "UNAVAILABLE",
};

/** Counted by name, as the other drivers' failures are. */
function named(error: { readonly code: number; readonly message: string }): DriverError {
  return new DriverError(CODE_NAMES[error.code] ?? `GRPC_${error.code}`, error.message, error);
}
