import { describe, expect, it } from "vitest";
import { FakeCluster } from "./fake-cluster.js";

describe("a counter", () => {
  it("is added to, subtracted from, read and cleared", async () => {
    const cluster = await FakeCluster.start({ eu: 2 });
    const views = (await cluster.connect()).counter("views");
    expect(await views.get("home")).toBe(0);
    expect(await views.add("home")).toMatchObject({ acksReceived: 2, fallbackAcks: 0 });
    await views.add("home", 9);
    await views.subtract("home", 12);
    await views.subtract("home");
    expect(await views.get("home")).toBe(-3);
    await views.clear("home");
    expect(await views.get("home")).toBe(0);
  });

  it("counts once, whatever is tried again: an addition keeps its request id", async () => {
    const cluster = await FakeCluster.start({ eu: 3 });
    const views = (await cluster.connect()).counter("views");
    const key = cluster.keyAt("eu-1", "views");
    await views.get(key);
    cluster.node("eu-1").behaviour = { does: "break" };
    await views.add(key, 1);
    const [first] = cluster.node("eu-1").requests("update");
    const [second] = cluster.node("eu-2").requests("update");
    expect(second).toMatchObject({ isRetry: true, requestId: first?.requestId });
    expect(second?.requestId).toMatch(/^[0-9a-f]{32}$/);
  });

  it("is never rounded: beyond 2^53 - 1 it is an error that has the digits", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const views = (await cluster.connect()).counter("views");
    await views.add("k", Number.MAX_SAFE_INTEGER);
    expect(await views.get("k")).toBe(Number.MAX_SAFE_INTEGER);
    await views.add("k", 2);
    await expect(views.get("k")).rejects.toMatchObject({
      name: "AtollError",
      code: "OUT_OF_RANGE",
      metadata: { bucket: "views", key: "k", value: "9007199254740993" },
    });
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("takes no %s", async (amount) => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const views = (await cluster.connect()).counter("views");
    const refusal = { code: "INVALID_ARGUMENT", metadata: { field: "amount" } };
    await expect(views.add("k", amount)).rejects.toMatchObject(refusal);
    await expect(views.subtract("k", amount)).rejects.toMatchObject(refusal);
    expect(cluster.receivers("update")).toEqual([]);
  });
});
