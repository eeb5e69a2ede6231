import { describe, expect, it, vi } from "vitest";
import { AtollError } from "../../../src/client/index.js";
import { RETRY_BUDGET_LIMITS } from "../../../src/client/retry-budget.js";
import { FakeCluster } from "./fake-cluster.js";

/** The AtollError that a call must fail with. */
async function failureOf(call: Promise<unknown>): Promise<AtollError> {
  const outcome = await call.catch((thrown: unknown) => thrown);
  if (outcome instanceof AtollError) return outcome;
  throw new Error(`expected an AtollError, got ${String(outcome)}`);
}

describe("without the caller noticing, a call goes", () => {
  it("to another replica when its node is gone, and comes home when it is back", async () => {
    const cluster = await FakeCluster.start({ eu: 3, us: 1 });
    const bucket = (await cluster.connect()).register("b");
    const key = cluster.keyAt("eu-1", "b");
    await bucket.put(key, 1);

    cluster.node("eu-1").kill();
    cluster.forgetReceived();
    for (let i = 0; i < 5; i += 1) await bucket.put(key, i);
    expect(cluster.receivers("put")).toEqual(["eu-2"]);

    await cluster.node("eu-1").start();
    await vi.waitFor(
      async () => {
        cluster.forgetReceived();
        await bucket.get(key);
        expect(cluster.receivers("get")).toEqual(["eu-1"]);
      },
      { timeout: 30_000, interval: 20 },
    );
  });

  it("to another node of the region when all replicas there are gone: it forwards", async () => {
    const cluster = await FakeCluster.start({ eu: 3, us: 1 });
    const bucket = (await cluster.connect()).register("b");
    const key = cluster.keyAt("eu-1", "b");
    cluster.node("eu-1").kill();
    cluster.node("eu-2").kill();
    await bucket.put(key, 1);
    expect(cluster.receivers("put")).toEqual(["eu-3"]);
  });

  it("to another region when its own is gone", async () => {
    const cluster = await FakeCluster.start({ eu: 3, us: 3 });
    const bucket = (await cluster.connect()).register("b");
    for (const node of cluster.inRegion("eu")) node.kill();
    for (let i = 0; i < 10; i += 1) await bucket.put(`k${i}`, i);
    expect(cluster.receivers("put").every((nodeId) => nodeId.startsWith("us"))).toBe(true);
    expect(new Set(cluster.store.applied).size).toBe(10);
  });

  it("to another region when its own lacks a quorum, for as long as that lasts", async () => {
    const cluster = await FakeCluster.start({ eu: 3, us: 1 });
    const bucket = (await cluster.connect()).register("b");
    const key = cluster.keyAt("eu-1", "b");
    for (const node of cluster.inRegion("eu")) {
      node.behaviour = { does: "refuse", code: "UNAVAILABLE", reason: "QUORUM_UNAVAILABLE" };
    }
    // Far more calls than the retry budget would cover if each were refused at home first.
    for (let i = 0; i < 500; i += 1) await bucket.put(key, i);
    const refused = cluster.inRegion("eu").flatMap((node) => node.requests("put"));
    expect(refused.length).toBeLessThan(10);
    expect(refused.every(({ isRetry }) => !isRetry)).toBe(true);

    for (const node of cluster.inRegion("eu")) node.behaviour = { does: "answer" };
    await vi.waitFor(
      async () => {
        cluster.forgetReceived();
        await bucket.put(key, 1);
        expect(cluster.receivers("put")).toEqual(["eu-1"]);
      },
      { timeout: 30_000, interval: 20 },
    );
  });

  it.each(["NOT_READY", "DRAINING", "CLOCK_DRIFT"] as const)(
    "to another node when its own refuses with %s, and says nothing of a retry",
    async (reason) => {
      const cluster = await FakeCluster.start({ eu: 3 });
      const bucket = (await cluster.connect()).register("b");
      cluster.node("eu-1").behaviour = { does: "refuse", code: "UNAVAILABLE", reason };
      await bucket.put(cluster.keyAt("eu-1", "b"), 1);
      expect(cluster.node("eu-2").requests("put")).toMatchObject([{ isRetry: false }]);
    },
  );

  it("on to the next node when one is silent, long before the deadline", async () => {
    const cluster = await FakeCluster.start({ eu: 3 });
    const bucket = (await cluster.connect()).register("b");
    const key = cluster.keyAt("eu-1", "b");
    await bucket.put(key, 1);
    cluster.node("eu-1").behaviour = { does: "keep-silent" };
    cluster.forgetReceived();

    const startedAtMs = performance.now();
    expect(await bucket.get(key, { timeoutMs: 4_500 })).toMatchObject({ value: 1 });
    // It waits a third of that.
    expect(performance.now() - startedAtMs).toBeLessThan(3_500);
    // The next calls do not ask it again: the breaker is open.
    for (let i = 0; i < 5; i += 1) await bucket.get(key);
    expect(cluster.node("eu-1").requests("get")).toHaveLength(1);
  });

  it("out of a silent region, however many nodes it has", async () => {
    const cluster = await FakeCluster.start({ eu: 8, us: 1 });
    const bucket = (await cluster.connect()).register("b");
    await bucket.put("k", 1);
    for (const node of cluster.inRegion("eu")) node.behaviour = { does: "keep-silent" };
    expect(await bucket.get("k", { timeoutMs: 3_000 })).toMatchObject({ value: 1 });
  });

  it("to a second node when the first is slow, and takes the first answer, whoever gives it", async () => {
    const cluster = await FakeCluster.start({ eu: 2 });
    const bucket = (await cluster.connect()).register("b");
    await bucket.put("k", 1);
    for (const node of cluster.nodes) node.behaviour = { does: "answer", afterMs: 1_500 };
    expect(await bucket.get("k", { timeoutMs: 3_000 })).toMatchObject({ value: 1 });
  });
});

describe("a write that is tried again", () => {
  it("keeps its request id, and is no retry when it was never sent", async () => {
    const cluster = await FakeCluster.start({ eu: 3 });
    const bucket = (await cluster.connect()).register("b");
    cluster.node("eu-1").kill();
    await bucket.put(cluster.keyAt("eu-1", "b"), 1);
    const [second] = cluster.node("eu-2").requests("put");
    expect(second?.isRetry).toBe(false);
    expect(second?.requestId).toMatch(/^[0-9a-f]{32}$/);
  });

  it("is a retry when the connection broke under it", async () => {
    const cluster = await FakeCluster.start({ eu: 3 });
    const bucket = (await cluster.connect()).register("b");
    const key = cluster.keyAt("eu-1", "b");
    await bucket.get(key);
    cluster.node("eu-1").behaviour = { does: "break" };
    await bucket.put(key, 1);
    const [first] = cluster.node("eu-1").requests("put");
    const [second] = cluster.node("eu-2").requests("put");
    expect([first?.isRetry, second?.isRetry]).toEqual([false, true]);
    expect(second?.requestId).toBe(first?.requestId);
  });

  it("is a retry when the first node stayed silent", async () => {
    const cluster = await FakeCluster.start({ eu: 3 });
    const bucket = (await cluster.connect()).register("b");
    cluster.node("eu-1").behaviour = { does: "keep-silent" };
    await bucket.put(cluster.keyAt("eu-1", "b"), 1, { timeoutMs: 3_000 });
    const [first] = cluster.node("eu-1").requests("put");
    const [second] = cluster.node("eu-2").requests("put");
    expect(second).toMatchObject({ isRetry: true, requestId: first?.requestId });
  });

  it("is told MAYBE_APPLIED once, and not tried again", async () => {
    const cluster = await FakeCluster.start({ eu: 3, us: 3 });
    const bucket = (await cluster.connect()).register("b");
    for (const node of cluster.nodes) {
      node.behaviour = { does: "refuse", code: "UNKNOWN", reason: "MAYBE_APPLIED" };
    }
    const failure = await failureOf(bucket.put("k", 1));
    expect(failure).toMatchObject({ code: "UNKNOWN", reason: "MAYBE_APPLIED", maybeApplied: true });
    expect(cluster.nodes.flatMap((node) => node.requests("put"))).toHaveLength(1);
  });

  it("is not tried on a third node when the second cannot tell and the first breaks after all", async () => {
    const cluster = await FakeCluster.start({ eu: 3 });
    const bucket = (await cluster.connect()).register("b");
    cluster.node("eu-1").behaviour = { does: "break", afterMs: 2_000 };
    cluster.node("eu-2").behaviour = { does: "refuse", code: "UNKNOWN", reason: "MAYBE_APPLIED" };
    const failure = await failureOf(bucket.put(cluster.keyAt("eu-1", "b"), 1, { timeoutMs: 3_000 }));
    expect(failure).toMatchObject({ reason: "MAYBE_APPLIED", maybeApplied: true });
    expect(cluster.node("eu-3").requests("put")).toEqual([]);
  });

  it("waits for the silent node when the next one cannot tell whether the write was applied", async () => {
    const cluster = await FakeCluster.start({ eu: 2 });
    const bucket = (await cluster.connect()).register("b");
    cluster.node("eu-1").behaviour = { does: "answer", afterMs: 2_000 };
    cluster.node("eu-2").behaviour = { does: "refuse", code: "UNKNOWN", reason: "MAYBE_APPLIED" };
    await bucket.put(cluster.keyAt("eu-1", "b"), 1, { timeoutMs: 3_000 });
    expect(cluster.node("eu-2").requests("put")).toMatchObject([{ isRetry: true }]);
  });
});

describe("a call fails", () => {
  it.each([
    ["RESOURCE_EXHAUSTED", "OVERLOADED", false],
    ["DEADLINE_EXCEEDED", "QUORUM_TIMEOUT", true],
    ["DEADLINE_EXCEEDED", "DEADLINE_PASSED", false],
    ["FAILED_PRECONDITION", "TOO_MANY_SIBLINGS", false],
    ["INTERNAL", "INTERNAL", true],
    ["INVALID_ARGUMENT", "BAD_REQUEST", false],
  ] as const)("at once with %s %s, which no other node could mend", async (code, reason, maybeApplied) => {
    const cluster = await FakeCluster.start({ eu: 3, us: 1 });
    const bucket = (await cluster.connect()).register("b");
    for (const node of cluster.nodes) node.behaviour = { does: "refuse", code, reason };
    const failure = await failureOf(bucket.put("k", 1));
    const metadata = { required: "2", alive: "1" };
    expect(failure).toMatchObject({ name: "AtollError", code, reason, maybeApplied, metadata });
    expect(cluster.nodes.flatMap((node) => node.requests("put"))).toHaveLength(1);
    expect((await failureOf(bucket.get("k"))).maybeApplied).toBe(false);
  });

  it("with what the servers said when every region lacks its quorum", async () => {
    const cluster = await FakeCluster.start({ eu: 2, us: 2 });
    const bucket = (await cluster.connect()).register("b");
    for (const node of cluster.nodes) {
      node.behaviour = { does: "refuse", code: "UNAVAILABLE", reason: "QUORUM_UNAVAILABLE" };
    }
    const failure = await failureOf(bucket.put("k", 1));
    expect(failure).toMatchObject({ code: "UNAVAILABLE", reason: "QUORUM_UNAVAILABLE", maybeApplied: false });
    // One node a region in each of three rounds.
    expect(cluster.nodes.flatMap((node) => node.requests("put"))).toHaveLength(6);
  });

  it("with UNAVAILABLE when no node is left", async () => {
    const cluster = await FakeCluster.start({ eu: 2, us: 1 });
    const bucket = (await cluster.connect()).register("b");
    for (const node of cluster.nodes) node.kill();
    expect(await failureOf(bucket.put("k", 1))).toMatchObject({ code: "UNAVAILABLE", maybeApplied: false });
  });

  it("with DEADLINE_EXCEEDED in its own time when every node is silent", async () => {
    const cluster = await FakeCluster.start({ eu: 2, us: 1 });
    const bucket = (await cluster.connect()).register("b");
    for (const node of cluster.nodes) node.behaviour = { does: "keep-silent" };
    const startedAtMs = performance.now();
    const failure = await failureOf(bucket.put("k", 1, { timeoutMs: 400 }));
    expect(failure).toMatchObject({ code: "DEADLINE_EXCEEDED", maybeApplied: true });
    // Not in that of calls that name none, which is five seconds.
    expect(performance.now() - startedAtMs).toBeLessThan(4_000);
  });

  it("with CANCELLED as soon as its signal fires, and leaves no listener on it", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const bucket = (await cluster.connect()).register("b");
    const abort = new AbortController();
    const added = vi.spyOn(abort.signal, "addEventListener");
    const removed = vi.spyOn(abort.signal, "removeEventListener");
    await bucket.get("k", { signal: abort.signal });
    cluster.node("eu-1").behaviour = { does: "keep-silent" };
    const write = failureOf(bucket.put("k", 1, { signal: abort.signal }));
    await vi.waitFor(() => expect(cluster.node("eu-1").requests("put")).toHaveLength(1));
    abort.abort(new Error("enough"));
    const failure = await write;
    expect(failure).toMatchObject({ code: "CANCELLED", maybeApplied: true });
    expect(failure.cause).toEqual(new Error("enough"));
    expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([2, 2]);

    const late = await failureOf(bucket.put("k", 1, { signal: abort.signal }));
    expect(late).toMatchObject({ code: "CANCELLED", maybeApplied: false });
  });

  it("without a retry once the retry budget is spent, so that retries cannot multiply the load", async () => {
    const cluster = await FakeCluster.start({ eu: 2 });
    const bucket = (await cluster.connect()).register("b");
    for (const node of cluster.nodes) {
      node.behaviour = { does: "refuse", code: "UNAVAILABLE", reason: "STORAGE_FAILED" };
    }
    const [waves, width] = [12, 50];
    const startedAtMs = performance.now();
    const failures: AtollError[] = [];
    for (let wave = 0; wave < waves; wave += 1) {
      const calls = Array.from({ length: width }, () =>
        failureOf(bucket.get(`k${wave}`, { timeoutMs: 19_000 })),
      );
      failures.push(...(await Promise.all(calls)));
    }
    const attempts = cluster.nodes.flatMap((node) => node.requests("get")).length;
    const calls = waves * width;
    const { tokensMax, tokensPerRequest, tokensPerSecond } = RETRY_BUDGET_LIMITS;
    const tookS = (performance.now() - startedAtMs) / 1_000;
    expect(attempts).toBeGreaterThan(calls + tokensMax);
    expect(attempts).toBeLessThanOrEqual(
      calls + tokensMax + calls * tokensPerRequest + tookS * tokensPerSecond,
    );
    expect(new Set(failures.map(({ code, reason }) => `${code} ${reason}`))).toEqual(
      new Set(["UNAVAILABLE STORAGE_FAILED"]),
    );
    expect(failures.at(-1)?.message).toContain("retry budget is spent");
  });
});
