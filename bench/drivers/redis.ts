/** Redis and what speaks its protocol: all operations on one connection, or each on one that nobody else uses meanwhile. */
import { OPERATIONS, type Operation, type OperationKind } from "../workload/index.js";
import { type Connection, type Driver, DriverError, type Target } from "./driver.js";
import { RedisSocket } from "./redis-socket.js";
import type { RespReply } from "./resp.js";

/** It has no order of keys to scan. */
const KINDS: readonly OperationKind[] = OPERATIONS.filter((kind) => kind !== "scan");

export const redis: Driver = {
  name: "redis",
  summary:
    "Redis by RESP2, pipelined on one connection; --write-consistency N waits for N - 1 replicas (WAIT)",
  operations: new Set(KINDS),
  guarantees,
  connect: (target) => RedisConnection.open(target, true),
};

export const redisUnpipelined: Driver = {
  ...redis,
  name: "redis-unpipelined",
  summary: "the same with a connection for each operation in flight",
  connect: (target) => RedisConnection.open(target, false),
};

function guarantees(target: Target): readonly string[] {
  const replicas = replicasOf(target);
  return [
    "reads and writes go to one server; a write is on its disk as its appendfsync says (by default within a second)",
    replicas === 0
      ? "replicas get a write some time after it was acknowledged"
      : `a write is acknowledged by ${replicas} replicas in memory (WAIT), and may still be lost in a fail-over`,
    "one server takes all writes of a key; other regions only read",
  ];
}

class RedisConnection implements Connection {
  readonly #target: Target;
  readonly #endpoint: string;
  readonly #isPipelined: boolean;
  readonly #replicas: number;
  /** Not in use; pipelined: the one. No more than operations in flight. */
  readonly #idle: RedisSocket[] = [];
  readonly #all = new Set<RedisSocket>();
  #opening: Promise<RedisSocket> | undefined;

  private constructor(target: Target, endpoint: string, isPipelined: boolean) {
    this.#target = target;
    this.#endpoint = endpoint;
    this.#isPipelined = isPipelined;
    this.#replicas = replicasOf(target);
  }

  static async open(target: Target, isPipelined: boolean): Promise<RedisConnection> {
    const [endpoint, ...more] = target.endpoints;
    if (endpoint === undefined || more.length > 0)
      throw new DriverError("INVALID", "this driver asks one server: name one with --endpoint");
    const connection = new RedisConnection(target, endpoint, isPipelined);
    const socket = await connection.#open();
    await socket.ask(["PING"]);
    connection.#idle.push(socket);
    return connection;
  }

  async perform(operation: Operation): Promise<boolean> {
    const socket = await this.#take();
    try {
      return await this.#ask(socket, operation);
    } finally {
      if (!this.#isPipelined && !socket.isBroken) this.#idle.push(socket);
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#all) socket.close();
  }

  async #ask(socket: RedisSocket, operation: Operation): Promise<boolean> {
    const { element, kind, key, length, value } = operation;
    const name = (type: string): string => `${this.#target.bucket}:${type}:${key}`;
    switch (kind) {
      case "read":
        return (await socket.ask(["GET", name("v")])) !== null;
      case "update":
      case "insert":
        return await this.#write(socket, ["SET", name("v"), value]);
      case "counter-add":
        return await this.#write(socket, ["INCR", name("c")]);
      case "counter-get":
        await socket.ask(["GET", name("c")]);
        return true;
      case "set-add":
        return await this.#write(socket, ["SADD", name("s"), element]);
      case "set-remove":
        return await this.#write(socket, ["SREM", name("s"), element]);
      case "set-has":
        await socket.ask(["SISMEMBER", name("s"), element]);
        return true;
      case "set-page":
        await socket.ask(["SSCAN", name("s"), "0", "COUNT", String(length)]);
        return true;
      case "map-put":
        return await this.#write(socket, ["HSET", name("m"), element, value]);
      case "map-get":
        await socket.ask(["HGET", name("m"), element]);
        return true;
      default:
        throw new DriverError("UNSUPPORTED", `Redis has no ${kind}`);
    }
  }

  async #write(socket: RedisSocket, command: readonly (string | Uint8Array)[]): Promise<boolean> {
    const written = socket.ask(command);
    if (this.#replicas === 0) {
      await written;
      return true;
    }
    // Half of the time, so that the server still tells how many acknowledged.
    const waitMs = Math.ceil(this.#target.timeoutMs / 2);
    const waited = socket.ask(["WAIT", String(this.#replicas), String(waitMs)]);
    const [, acknowledged] = await Promise.all([written, waited]);
    checkReplicas(acknowledged, this.#replicas);
    return true;
  }

  async #take(): Promise<RedisSocket> {
    if (!this.#isPipelined) return this.#idle.pop() ?? (await this.#open());
    const [socket] = this.#idle;
    if (socket !== undefined && !socket.isBroken) return socket;
    // All who wait take the same new one.
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    const opened = await this.#opening;
    this.#idle[0] = opened;
    return opened;
  }

  async #open(): Promise<RedisSocket> {
    const socket = await RedisSocket.open(this.#endpoint, this.#target.timeoutMs);
    for (const known of this.#all) if (known.isBroken) this.#all.delete(known);
    this.#all.add(socket);
    return socket;
  }
}

function checkReplicas(acknowledged: RespReply, required: number): void {
  if (typeof acknowledged === "number" && acknowledged >= required) return;
  throw new DriverError(
    "WAIT_TIMEOUT",
    `${String(acknowledged)} of ${required} replicas acknowledged in time`,
  );
}

/** Of how many an acknowledged write is, beside the server that took it. */
function replicasOf({ readConsistency, writeConsistency }: Target): number {
  if (writeConsistency === undefined) return 0;
  if (typeof writeConsistency === "number" && readConsistency === undefined) return writeConsistency - 1;
  throw new DriverError(
    "INVALID",
    "this driver knows no consistency levels: --write-consistency 2 waits for one replica beside the server",
  );
}
