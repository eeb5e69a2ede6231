/** Batches of writes of any type: in parallel with a result each, or as one; and batches of reads. */
import { describe, expect, expectTypeOf, it } from "vitest";
import { type BatchResult, counter, type WriteResult } from "../../../src/client/index.js";
import { FakeCluster } from "./fake-cluster.js";

async function listed<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

describe("a batch of writes", () => {
  it("has writes of every type, each sent to a node that holds its key, with a result of its own", async () => {
    const cluster = await FakeCluster.start({ eu: 3 });
    const db = await cluster.connect();
    await db.set("s").add("old", "m");
    const results = await db.batch((to) => [
      to.register<{ n: number }>("r").put("a", { n: 1 }),
      to.multi<string>("m").put("a", "x"),
      to.counter("c").add("a", 5),
      to.counter("c").subtract("a", 2),
      to.flag("f").enable("a"),
      to.set("s").add("a", "m1", "m2"),
      to.set("s").clear("old"),
      to.map("p", { n: counter() }).update("a", (map) => map.n.add(3)),
      to.register("r").delete("b"),
    ]);
    expectTypeOf(results).toEqualTypeOf<BatchResult<WriteResult>[]>();
    expect(results.map(({ key, ok }) => [key, ok])).toEqual([
      ...Array(6).fill(["a", true]),
      ["old", true],
      ["a", true],
      ["b", true],
    ]);
    expect(await db.register("r").get("a")).toMatchObject({ value: { n: 1 } });
    expect(await db.counter("c").get("a")).toBe(3);
    expect(await db.flag("f").get("a")).toBe(true);
    expect(await listed(db.set("s").members("a"))).toEqual(["m1", "m2"]);
    expect(await db.set("s").size("old")).toBe(0);
    expect(await db.map("p", { n: counter() }).getAt("a", (map) => map.n)).toBe(3);
    expect(cluster.receivers("batchWrite").length).toBeGreaterThan(1);
  });

  it("tells which of its writes failed, and fails as a whole for one that cannot be", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const db = await cluster.connect();
    cluster
      .node("eu-1")
      .itemErrors.set("bad", { code: 9, message: "no", reason: "ERROR_REASON_CONDITION_FAILED" });
    const results = await db.batch((to) => [
      to.counter("c").add("good"),
      to.register("r").put("bad", 1, { ifAbsent: true }),
    ]);
    expect(results).toMatchObject([{ ok: true }, { ok: false, error: { reason: "CONDITION_FAILED" } }]);
    const sent = cluster.node("eu-1").requests("batchWrite").length;
    for (const build of [
      () => db.batch((to) => [to.counter("c").add("x", 0.5)]),
      () => db.batch((to) => [to.counter("c/d").add("x")]),
      () => db.atomic((to) => [to.register("r").put("", 1)]),
      () => db.atomic(() => []),
    ])
      await expect(build()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(cluster.node("eu-1").requests("batchWrite").length).toBe(sent);
    expect(await db.batch(() => [])).toEqual([]);
  });

  it("that is atomic is one request with one outcome, also when it is tried again", async () => {
    const cluster = await FakeCluster.start({ eu: 2 });
    const db = await cluster.connect();
    const home = cluster.keyAt("eu-1", "shop");
    cluster.node("eu-1").behaviour = { does: "break" };
    const result = await db.atomic(
      (to) => [
        to.register("shop").put(home, "o1"),
        to.counter("shop").add(home),
        to.set("shop").add(home, "m"),
      ],
      { consistency: "QUORUM" },
    );
    expectTypeOf(result).toEqualTypeOf<WriteResult>();
    expect(result).toMatchObject({ acksReceived: 2, region: "eu" });
    const requests = cluster.nodes.flatMap((node) => node.requests("batchWrite"));
    expect(requests.map(({ isRetry, size }) => [isRetry, size])).toEqual([
      [false, 3],
      [true, 3],
    ]);
    expect(new Set(requests.map(({ requestId }) => requestId)).size).toBe(1);
  });

  it("that is atomic fails as one", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const db = await cluster.connect();
    cluster.node("eu-1").behaviour = { does: "refuse", code: "FAILED_PRECONDITION", reason: "NOT_ATOMIC" };
    await expect(
      db.atomic((to) => [to.counter("c").add("a"), to.counter("c").add("b")]),
    ).rejects.toMatchObject({ reason: "NOT_ATOMIC", maybeApplied: false });
  });
});

describe("batches of one type", () => {
  it("read counters, flags and multis, and write multis", async () => {
    const cluster = await FakeCluster.start({ eu: 3 });
    const db = await cluster.connect();
    await db.counter("c").add("a", 7);
    await db.flag("f").enable("a");
    const written = await db.multi<string>("m").putMany([
      { key: "a", value: "x" },
      { key: "a", value: "y" },
      { key: "", value: "z" },
    ]);
    expect(written.map(({ ok }) => ok)).toEqual([true, true, false]);
    expect(await db.counter("c").getMany(["a", "b"])).toEqual([
      { key: "a", ok: true, result: 7 },
      { key: "b", ok: true, result: 0 },
    ]);
    expect(await db.flag("f").getMany(["a", "b"])).toMatchObject([{ result: true }, { result: false }]);
    expect(await db.multi("m").getMany(["a", "b"])).toMatchObject([
      { result: { values: ["x", "y"] } },
      { result: { values: [] } },
    ]);
  });
});
