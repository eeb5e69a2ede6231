/** AtollDB by its own SDK: on pipelines, or with a gRPC call for each operation. */
import {
  type AtollClient,
  type AtollSet,
  type CallOptions,
  type Counter,
  connect,
  type Register,
  register,
} from "../../src/client/index.js";
import { OPERATIONS, type Operation } from "../workload/index.js";
import { type Connection, type Driver, DriverError, type Target } from "./driver.js";

/** A cluster that does not answer by then is not there, however long its operations may take. */
const CONNECT_TIMEOUT_MS_MAX = 10_000;
const FIELD = register<Uint8Array>();

export const atoll: Driver = {
  name: "atoll",
  summary: "AtollDB by its SDK, on pipelines",
  operations: new Set(OPERATIONS),
  guarantees,
  connect: (target) => AtollConnection.open(target, true),
};

export const atollUnary: Driver = {
  ...atoll,
  name: "atoll-unary",
  summary: "AtollDB by its SDK, a gRPC call for each operation",
  connect: (target) => AtollConnection.open(target, false),
};

function guarantees({ readConsistency, writeConsistency }: Target): readonly string[] {
  const bucketDefault = "the bucket's, else LOCAL_QUORUM";
  return [
    `reads wait for: ${readConsistency ?? bucketDefault}; writes wait for: ${writeConsistency ?? bucketDefault}`,
    "a write is on disk, flushed (fsync), at each replica that acknowledged it, unless the nodes were told otherwise",
    "every region takes writes; they reach the others afterwards, save with levels that wait for other regions",
  ];
}

class AtollConnection implements Connection {
  readonly #client: AtollClient;
  readonly #registers: Register<Uint8Array>;
  readonly #counters: Counter;
  readonly #sets: AtollSet;
  readonly #maps: ReturnType<typeof mapsOf>;
  readonly #reads: CallTerms;
  readonly #writes: CallTerms;

  private constructor(client: AtollClient, target: Target) {
    this.#client = client;
    this.#registers = client.register<Uint8Array>(target.bucket);
    this.#counters = client.counter(target.bucket);
    this.#sets = client.set(target.bucket);
    this.#maps = mapsOf(client, target.bucket);
    this.#reads = termsOf(target.readConsistency);
    this.#writes = termsOf(target.writeConsistency);
  }

  static async open(target: Target, pipelining: boolean): Promise<AtollConnection> {
    const { endpoints, region, timeoutMs, tls } = target;
    const client = await connect({
      endpoints,
      timeoutMs,
      connectTimeoutMs: Math.min(timeoutMs, CONNECT_TIMEOUT_MS_MAX),
      pipelining,
      ...(region === undefined ? {} : { region }),
      ...(tls === undefined ? {} : { tls }),
    });
    return new AtollConnection(client, target);
  }

  async perform(operation: Operation): Promise<boolean> {
    const { kind, key, value, element, length } = operation;
    switch (kind) {
      case "read":
        return (await this.#registers.get(key, this.#reads)).found;
      case "update":
      case "insert":
        await this.#registers.put(key, value, this.#writes);
        return true;
      case "scan":
        return (await this.#scan(key, length)) > 0;
      case "counter-add":
        await this.#counters.add(key, 1, this.#writes);
        return true;
      case "counter-get":
        await this.#counters.get(key, this.#reads);
        return true;
      case "set-add":
        await this.#sets.add(key, [element], this.#writes);
        return true;
      case "set-remove":
        await this.#sets.remove(key, [element], this.#writes);
        return true;
      case "set-has":
        await this.#sets.has(key, element, this.#reads);
        return true;
      case "set-page":
        await this.#page(key, length);
        return true;
      case "map-put":
        await this.#maps.update(key, (at) => at(element).as(FIELD).put(value), this.#writes);
        return true;
      case "map-get":
        await this.#maps.getAt(key, (at) => at(element).as(FIELD), this.#reads);
        return true;
      case "read-modify-write":
        throw new DriverError("UNSUPPORTED", "a read-modify-write is made of a read and an update");
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #scan(start: string, limit: number): Promise<number> {
    let rows = 0;
    for await (const _row of this.#registers.scan({ start, limit, ...this.#reads })) rows++;
    return rows;
  }

  /** The first page alone. An empty set is no failure: its last member may just have been removed. */
  async #page(key: string, pageSize: number): Promise<void> {
    for await (const _member of this.#sets.members(key, { pageSize, ...this.#reads })) return;
  }
}

/** Without a schema. */
function mapsOf(client: AtollClient, bucket: string) {
  return client.map(bucket);
}

type CallTerms = Pick<CallOptions, "consistency">;

function termsOf(consistency: Target["readConsistency"]): CallTerms {
  return consistency === undefined ? {} : { consistency };
}
