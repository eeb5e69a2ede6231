import { createServer, type Server, type Socket } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { AtollError, type ConnectOptions, connect } from "../../../src/client/index.js";
import { FakeCluster } from "./fake-cluster.js";

/** An endpoint that accepts connections and never says a word. */
async function silentEndpoint(): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `127.0.0.1:${address.port}`;
}

describe("connect", () => {
  it("tries all endpoints: one that answers is enough", async () => {
    const cluster = await FakeCluster.start({ eu: 2 });
    cluster.node("eu-1").kill();
    const endpoints = [cluster.node("eu-1").address, await silentEndpoint(), cluster.node("eu-2").address];
    const db = await connect({ endpoints });
    await db.register("b").put("k", 1);
    await db.close();
  });

  it("keeps trying until its time is up, so that it may start before the cluster", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    cluster.node("eu-1").kill();
    const connecting = cluster.connect();
    await new Promise((resolve) => setImmediate(resolve));
    await cluster.node("eu-1").start();
    await (await connecting).register("b").put("k", 1);
  });

  it("fails with UNAVAILABLE that names the endpoints when none answers", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const { address } = cluster.node("eu-1");
    cluster.node("eu-1").kill();
    const connecting = connect({ endpoints: [address], connectTimeoutMs: 300 });
    await expect(connecting).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining(address),
    });
  });

  it("fails with DEADLINE_EXCEEDED when the endpoints are silent, and with CANCELLED when aborted", async () => {
    const endpoints = [await silentEndpoint()];
    const late = connect({ endpoints, connectTimeoutMs: 300 });
    await expect(late).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
    const aborted = connect({ endpoints, signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it("says which regions there are when asked for another", async () => {
    const cluster = await FakeCluster.start({ eu: 1, us: 1 });
    await expect(cluster.connect({ region: "mars" })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: 'the cluster has no region "mars"; it has: eu, us',
    });
  });

  it("refuses a layout that contradicts itself", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const layout = cluster.layout();
    cluster.layout = () => ({ ...layout, replicaSets: [{ members: [9] }] });
    await expect(cluster.connect()).rejects.toMatchObject({ code: "INTERNAL" });
  });

  it.each<[Partial<ConnectOptions>, string]>([
    [{ endpoints: [] }, "endpoints has 0 entries"],
    [{ endpoints: ["localhost"] }, "is not host:port"],
    [{ endpoints: ["localhost:99999"] }, "is not host:port"],
    [{ timeoutMs: 0 }, "timeoutMs is 0"],
    [{ connectTimeoutMs: Number.NaN }, "timeoutMs is NaN"],
    [{ consistency: 0 }, "consistency 0 is unknown"],
    [{ balancing: { policy: "weighted", weights: { "eu-1": -1 } } }, 'the weight of node "eu-1" is -1'],
  ])("refuses %j", async (options, message) => {
    const connecting = connect({ endpoints: ["127.0.0.1:7400"], ...options });
    await expect(connecting).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining(message),
    });
  });
});

describe("bad calls", () => {
  it("are refused with INVALID_ARGUMENT that names the field, before anything is sent", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const db = await cluster.connect();
    const bucket = db.register("b");
    const fieldOf = async (call: Promise<unknown>): Promise<unknown> => {
      const thrown = await call.catch((error: unknown) => error);
      return thrown instanceof AtollError && thrown.code === "INVALID_ARGUMENT" && thrown.metadata.field;
    };
    expect(await fieldOf(bucket.get(""))).toBe("key");
    expect(await fieldOf(bucket.get(new Uint8Array(0)))).toBe("key");
    expect(await fieldOf(bucket.get("\ud800"))).toBe("key");
    expect(await fieldOf(bucket.put("k", undefined))).toBe("value");
    expect(await fieldOf(bucket.put("k", "\udfff"))).toBe("value");
    expect(await fieldOf(bucket.get("k", { consistency: 1.5 }))).toBe("consistency");
    expect(await fieldOf(bucket.get("k", { timeoutMs: -1 }))).toBe("timeoutMs");
    expect(() => db.register("no spaces")).toThrow(/bucket "no spaces" is no name/);
    expect(cluster.receivers("get")).toEqual([]);
  });
});

describe("close", () => {
  it("waits for the calls under way, refuses further ones, and may be repeated", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const db = await cluster.connect();
    const bucket = db.register("b");
    cluster.node("eu-1").behaviour = { does: "answer", afterMs: 100 };
    const write = bucket.put("k", 1);
    const closing = db.close();
    await expect(bucket.get("k")).rejects.toMatchObject({ code: "FAILED_PRECONDITION" });
    expect(await write).toMatchObject({ acksReceived: 2 });
    await Promise.all([closing, db.close(), db[Symbol.asyncDispose]()]);
  });

  it("leaves no connection and no timer behind, even with nodes that are being probed", async () => {
    const cluster = await FakeCluster.start({ eu: 3, us: 1 });
    const db = await cluster.connect();
    const bucket = db.register("b");
    cluster.node("eu-1").kill();
    cluster.node("eu-2").behaviour = { does: "keep-silent" };
    for (const nodeId of ["eu-1", "eu-2", "eu-3"]) {
      await bucket.put(cluster.keyAt(nodeId, "b"), 1, { timeoutMs: 1_000 });
    }
    await db.close();
    for (const node of cluster.nodes) node.kill();
    await vi.waitFor(
      () => {
        const left = process.getActiveResourcesInfo().filter((name) => /TCP|HTTP2/i.test(name));
        expect(left).toEqual([]);
      },
      { timeout: 20_000 },
    );
    const checks = cluster.node("eu-2").healthChecks;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(cluster.node("eu-2").healthChecks).toBe(checks);
  });
});
