import { describe, expect, it, vi } from "vitest";
import { connect } from "../../../src/client/index.js";
import { FakeCluster } from "./fake-cluster.js";

describe("a client of one region", () => {
  it("reads and writes values at a replica of its region", async () => {
    const cluster = await FakeCluster.start({ eu: 3, us: 3 });
    const db = await cluster.connect({ region: "eu" });
    const profiles = db.register<{ name: string }>("profiles");
    const key = cluster.keyAt("eu-2", "profiles");

    const put = await profiles.put(key, { name: "Ada" });
    expect(put).toEqual({
      hlc: 1n,
      context: Buffer.from("w1"),
      acksReceived: 2,
      fallbackAcks: 0,
      region: "eu",
    });
    expect(await profiles.get(key)).toEqual({
      found: true,
      value: { name: "Ada" },
      context: Buffer.from("w1"),
      hlc: 1n,
      region: "eu",
    });
    expect(await profiles.delete(key)).toEqual({ hlc: 2n, acksReceived: 2, fallbackAcks: 0, region: "eu" });
    expect(await profiles.get(key)).toMatchObject({ found: false, value: undefined, hlc: 0n });
    expect([cluster.receivers("put"), cluster.receivers("get"), cluster.receivers("delete")]).toEqual([
      ["eu-2"],
      ["eu-2"],
      ["eu-2"],
    ]);
  });

  it("keeps the siblings of a multi until a put with their context resolves them", async () => {
    const cluster = await FakeCluster.start({ eu: 2 });
    const carts = (await cluster.connect()).multi<string[]>("carts");
    await carts.put("u42", ["milk"]);
    await carts.put("u42", ["eggs"]);

    const read = await carts.get("u42");
    expect(read.values).toEqual([["milk"], ["eggs"]]);
    await carts.put("u42", read.values.flat(), { context: read.context });
    expect((await carts.get("u42")).values).toEqual([["milk", "eggs"]]);
  });

  it("without a region, lives in that of the first endpoint", async () => {
    const cluster = await FakeCluster.start({ eu: 1, us: 1 });
    const db = await connect({ endpoints: [cluster.node("us-1").address, cluster.node("eu-1").address] });
    expect(db.region).toBe("us");
    await db.close();
  });

  it("passes the consistency on, by name or by number, and its own default", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const db = await cluster.connect({ consistency: "ONE" });
    const bucket = db.register("b");
    await bucket.get("k");
    await bucket.get("k", { consistency: "EACH_QUORUM" });
    await bucket.get("k", { consistency: 2 });
    expect(
      cluster
        .node("eu-1")
        .requests("get")
        .map(({ consistency }) => consistency),
    ).toEqual([
      { choice: "level", level: "CONSISTENCY_LEVEL_ONE" },
      { choice: "level", level: "CONSISTENCY_LEVEL_EACH_QUORUM" },
      { choice: "replicas", replicas: 2 },
    ]);
  });

  it("spreads its reads when asked to take turns", async () => {
    const cluster = await FakeCluster.start({ eu: 2 });
    const bucket = (await cluster.connect({ balancing: "round-robin" })).register("b");
    for (let i = 0; i < 6; i += 1) await bucket.get("k");
    expect(cluster.nodes.map((node) => node.requests("get").length)).toEqual([3, 3]);
  });

  it("fetches a newer layout once when a reply tells of it, and goes where it says", async () => {
    const cluster = await FakeCluster.start({ eu: 3 }, 1);
    cluster.outside.add("eu-3");
    const bucket = (await cluster.connect()).register("b");
    await bucket.get("k");
    cluster.outside.clear();
    cluster.version = 2;
    cluster.forgetReceived();

    await Promise.all(Array.from({ length: 20 }, () => bucket.get("k")));
    const key = cluster.keyAt("eu-3", "b");
    await vi.waitFor(async () => {
      await bucket.get(key);
      expect(cluster.receivers("get")).toContain("eu-3");
    });
    const fetches = cluster.nodes.flatMap((node) => node.requests("getLayout"));
    expect(fetches).toHaveLength(1);
  });
});

describe("many keys at once", () => {
  it("are split by the node that holds them, and answered in order", async () => {
    const cluster = await FakeCluster.start({ eu: 3, us: 1 });
    const bucket = (await cluster.connect()).register<number>("b");
    const keys = Array.from({ length: 300 }, (_, index) => `key-${index}`);

    const puts = await bucket.putMany(keys.map((key, value) => ({ key, value })));
    expect(puts.map(({ key, ok }) => [key, ok])).toEqual(keys.map((key) => [key, true]));
    expect(cluster.receivers("batchWrite")).toEqual(["eu-1", "eu-2", "eu-3"]);

    const reads = await bucket.getMany([...keys, "missing"]);
    expect(reads.map((read) => read.ok && read.result.value)).toEqual([...keys.keys(), undefined]);
    const sizes = cluster.inRegion("eu").map((node) => node.requests("batchGet").map(({ size }) => size));
    expect(sizes.flat().reduce((sum, size) => sum + size, 0)).toBe(301);
    for (const node of cluster.inRegion("eu")) {
      const own = node.requests("batchGet").reduce((sum, { size }) => sum + size, 0);
      expect(own).toBeGreaterThan(50);
    }
  });

  it("fail one by one: what is wrong with one key leaves the others as they are", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const bucket = (await cluster.connect()).register<unknown>("b");
    cluster.node("eu-1").itemErrors.set("bad", { code: 9, reason: "ERROR_REASON_TOO_MANY_SIBLINGS" });
    const results = await bucket.putMany([
      { key: "good", value: 1 },
      { key: "", value: 2 },
      { key: "loop", value: Symbol("no value") },
      { key: "bad", value: 3 },
    ]);
    expect(
      results.map((result) => (result.ok ? "ok" : `${result.error.code} ${result.error.reason}`)),
    ).toEqual([
      "ok",
      "INVALID_ARGUMENT undefined",
      "INVALID_ARGUMENT undefined",
      "FAILED_PRECONDITION TOO_MANY_SIBLINGS",
    ]);
  });

  it("go to another region singly when their quorum is lacking, under a new request id", async () => {
    const cluster = await FakeCluster.start({ eu: 1, us: 1 });
    const bucket = (await cluster.connect()).register<number>("b");
    cluster.node("eu-1").itemErrors.set("k2", { code: 14, reason: "ERROR_REASON_QUORUM_UNAVAILABLE" });
    const results = await bucket.putMany([
      { key: "k1", value: 1 },
      { key: "k2", value: 2 },
    ]);
    expect(results.map((result) => result.ok && result.result.region)).toEqual(["eu", "us"]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true]);
    const [home] = cluster.node("eu-1").requests("batchWrite");
    const [away] = cluster.node("us-1").requests("batchWrite");
    expect([home?.size, away?.size, away?.isRetry]).toEqual([2, 1, false]);
    expect(away?.requestId).not.toBe(home?.requestId);
  });

  it("are not sent under a new id when an earlier attempt may have applied them", async () => {
    const cluster = await FakeCluster.start({ eu: 2, us: 1 });
    const bucket = (await cluster.connect()).register<number>("b");
    const key = cluster.keyAt("eu-1", "b");
    await bucket.get(key);
    cluster.node("eu-1").behaviour = { does: "break" };
    const lacking = { code: 14, reason: "ERROR_REASON_QUORUM_UNAVAILABLE" } as const;
    cluster.node("eu-2").itemErrors.set(key, lacking);
    const [result] = await bucket.putMany([{ key, value: 1 }]);
    expect(result).toMatchObject({ ok: false, error: { reason: "QUORUM_UNAVAILABLE", maybeApplied: true } });
    const [first] = cluster.node("eu-1").requests("batchWrite");
    const ids = cluster.nodes.flatMap((node) =>
      node.requests("batchWrite").map(({ requestId }) => requestId),
    );
    expect(ids).toEqual([first?.requestId, first?.requestId]);
  });

  it("are read singly when the reply to the batch has no room for them", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const bucket = (await cluster.connect()).register<number>("b");
    await bucket.put("large", 1);
    cluster.node("eu-1").itemErrors.set("large", { code: 8, reason: "ERROR_REASON_OVERLOADED" });
    const [read] = await bucket.getMany(["large"]);
    expect(read).toMatchObject({ ok: true, result: { value: 1 } });
    expect(cluster.node("eu-1").requests("get")).toHaveLength(1);
  });

  it("fail over together when their node dies", async () => {
    const cluster = await FakeCluster.start({ eu: 3, us: 1 });
    const bucket = (await cluster.connect()).register<number>("b");
    const keys = Array.from({ length: 60 }, (_, index) => `key-${index}`);
    await bucket.putMany(keys.map((key, value) => ({ key, value })));
    cluster.node("eu-1").kill();
    const reads = await bucket.getMany(keys);
    expect(reads.map((read) => read.ok && read.result.value)).toEqual([...keys.keys()]);
  });
});
