import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Connection,
  type Driver,
  driverNamed,
  reasonOf,
  type Target,
} from "../../../../bench/drivers/index.js";
import { RespReader } from "../../../../bench/drivers/resp.js";
import { operation } from "./operation.js";

/** As much of Redis as the driver uses; each command can be made to fail or to hang. */
class FakeRedis {
  readonly commands: string[][] = [];
  readonly sockets = new Set<Socket>();
  readonly stored = new Map<string, string>();
  acknowledging = 0;
  isHanging = false;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((socket) => {
      this.sockets.add(socket);
      const reader = new RespReader();
      socket.on("data", (chunk) => {
        for (const command of reader.push(chunk)) {
          if (!Array.isArray(command)) continue;
          const parts = command.map(String);
          this.commands.push(parts);
          if (!this.isHanging) socket.write(this.#reply(parts));
        }
      });
      socket.on("error", () => {});
    });
  }

  async start(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return `127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #reply([name = "", key = "", value = ""]: readonly string[]): string {
    switch (name) {
      case "GET": {
        const found = this.stored.get(key);
        return found === undefined ? "$-1\r\n" : `$${found.length}\r\n${found}\r\n`;
      }
      case "SET":
        this.stored.set(key, value);
        return "+OK\r\n";
      case "WAIT":
        return `:${this.acknowledging}\r\n`;
      case "SSCAN":
        return "*2\r\n$1\r\n0\r\n*1\r\n$1\r\ne\r\n";
      case "HSET":
        return "-OOM command not allowed\r\n";
      case "PING":
        return "+PONG\r\n";
      default:
        return ":1\r\n";
    }
  }
}

let server: FakeRedis;
let endpoint: string;
let connection: Connection | undefined;

beforeEach(async () => {
  server = new FakeRedis();
  endpoint = await server.start();
});
afterEach(async () => {
  await connection?.close();
  connection = undefined;
  await server.stop();
});

function driver(name = "redis"): Driver {
  const found = driverNamed(name);
  if (found === undefined) throw new Error(name);
  return found;
}

async function open(name = "redis", target: Partial<Target> = {}): Promise<Connection> {
  connection = await driver(name).connect({
    endpoints: [endpoint],
    bucket: "b",
    timeoutMs: 5_000,
    ...target,
  });
  return connection;
}

async function reasonFor(work: Promise<unknown>): Promise<string> {
  return await work.then(() => "none", reasonOf);
}

describe("the driver of redis", () => {
  it("writes and reads values, and tells what is not there", async () => {
    const db = await open();
    expect(await db.perform(operation("read"))).toBe(false);
    expect(await db.perform(operation("insert"))).toBe(true);
    expect(await db.perform(operation("read"))).toBe(true);
    expect(server.stored.get("b:v:k")).toBe("v");
  });

  it("counts, and keeps sets and maps under names of their own", async () => {
    const db = await open();
    for (const kind of [
      "counter-add",
      "counter-get",
      "set-add",
      "set-has",
      "set-remove",
      "set-page",
    ] as const)
      expect(await db.perform(operation(kind))).toBe(true);
    expect(server.commands.slice(1).map((command) => command.slice(0, 2).join(" "))).toEqual([
      ...["INCR b:c:k", "GET b:c:k", "SADD b:s:k", "SISMEMBER b:s:k", "SREM b:s:k", "SSCAN b:s:k"],
    ]);
  });

  it("sends many on one connection, or each on its own", async () => {
    const many = async (db: Connection) =>
      await Promise.all(
        Array.from({ length: 20 }, (_, at) => db.perform(operation("insert", { key: `k${at}` }))),
      );
    await many(await open());
    expect(server.sockets.size).toBe(1);
    await connection?.close();
    const single = await open("redis-unpipelined");
    await many(single);
    await many(single);
    expect(server.sockets.size).toBe(21);
  });

  it("waits for replicas where it is asked to", async () => {
    const db = await open("redis", { writeConsistency: 3 });
    expect(await reasonFor(db.perform(operation("update")))).toBe("WAIT_TIMEOUT");
    server.acknowledging = 2;
    expect(await db.perform(operation("update"))).toBe(true);
    expect(server.commands.at(-1)).toEqual(["WAIT", "2", "2500"]);
    expect(await reasonFor(open("redis", { writeConsistency: "QUORUM" }))).toBe("INVALID");
  });

  it("fails one operation where the server refuses one", async () => {
    const db = await open();
    const [refused, done] = await Promise.allSettled([
      db.perform(operation("map-put")),
      db.perform(operation("insert")),
    ]);
    expect(refused.status === "rejected" ? reasonOf(refused.reason) : "").toBe("OOM");
    expect(done).toEqual({ status: "fulfilled", value: true });
  });

  it("gives up in time, and goes on with a new connection", async () => {
    const db = await open("redis", { timeoutMs: 200 });
    server.isHanging = true;
    expect(await reasonFor(db.perform(operation("read")))).toBe("TIMEOUT");
    server.isHanging = false;
    expect(await db.perform(operation("insert"))).toBe(true);
    for (const socket of server.sockets) socket.destroy();
    await expect.poll(async () => await reasonFor(db.perform(operation("read")))).toBe("none");
  });

  it("says that nothing answers", async () => {
    await server.stop();
    expect(await reasonFor(open())).toBe("UNAVAILABLE");
    server = new FakeRedis();
    await server.start();
  });
});
