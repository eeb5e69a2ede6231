/** What comes of addresses that pass to nodes of another cluster while a client goes by them. */
import { credentials } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished } from "vitest";
import { FailoverCall } from "../../../src/client/failover-call.js";
import { AtollError } from "../../../src/client/index.js";
import { NodeHandle } from "../../../src/client/node-handle.js";
import { RetryBudget } from "../../../src/client/retry-budget.js";
import type { kv } from "../../../src/wire/index.js";
import { FakeCluster } from "./fake-cluster.js";
import type { Behaviour } from "./fake-node.js";

const STRAY: Behaviour = { does: "refuse", code: "FAILED_PRECONDITION", reason: "WRONG_CLUSTER" };

async function failureOf(call: Promise<unknown>): Promise<AtollError> {
  const outcome = await call.catch((thrown: unknown) => thrown);
  if (outcome instanceof AtollError) return outcome;
  throw new Error(`expected an AtollError, got ${String(outcome)}`);
}

describe("a client of one cluster", () => {
  it("names it in every request, so that no other one serves it", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const node = cluster.node("eu-1");
    const db = await cluster.connect({ timeoutMs: 20_000 });
    const bucket = db.register("b");
    node.watches = [{ replies: [{ resumeToken: Buffer.from("t") }] }];
    await bucket.put("k", 1);
    await bucket.get("k");
    await bucket.delete("k");
    await db.counter("b").add("k", 1);
    await bucket.getMany(["k"]);
    await bucket.putMany([{ key: "k", value: 1 }]);
    await db.atomic((to) => [to.register("b").put("k", 1)]);
    for await (const _ of bucket.scan()) break;
    await using watch = bucket.watch();
    await watch.ready();
    const sent = node.received.filter(({ method }) => method !== "getLayout");
    expect(new Set(sent.map(({ method }) => method)).size).toBe(8);
    expect(sent.map(({ clusterId }) => clusterId)).toEqual(sent.map(() => "test"));
  });

  it("goes past a node of another cluster, and sends a write on as new", async () => {
    const cluster = await FakeCluster.start({ eu: 2 });
    const bucket = (await cluster.connect({ timeoutMs: 20_000 })).register("b");
    cluster.node("eu-1").behaviour = STRAY;
    await bucket.put(cluster.keyAt("eu-1", "b"), 1);
    expect(cluster.node("eu-1").requests("put")).toHaveLength(1);
    expect(cluster.node("eu-2").requests("put")).toMatchObject([{ isRetry: false }]);
  });

  it("does so at no cost to the retry budget: it burdens no node of its own", async () => {
    const cluster = await FakeCluster.start({ eu: 2 });
    cluster.node("eu-1").behaviour = STRAY;
    const handles = cluster.nodes.map(
      ({ address, nodeId, region }) =>
        new NodeHandle(nodeId, region, address, {
          security: credentials.createInsecure(),
          pipelineTo: undefined,
        }),
    );
    onTestFinished(() => {
      for (const handle of handles) handle.close();
    });
    const get = FailoverCall.run<kv.GetResponse__Output>({
      send: (stub, _isRetry, options, done) =>
        stub.get(
          { address: { type: "DATA_TYPE_REGISTER", bucket: "b", key: Buffer.from("k") } },
          options,
          done,
        ),
      candidates: () => handles.values(),
      isWrite: false,
      deadlineMs: performance.now() + 20_000,
      signal: undefined,
      budget: new RetryBudget({ tokensMax: 0, tokensPerRequest: 0, tokensPerSecond: 0 }, performance.now()),
      limits: { roundsMax: 1, attemptsMax: 8, patienceMs: () => 20_000 },
    });
    expect(await get).toMatchObject({ found: false, header: { nodeId: "eu-2" } });
  });

  it("is told so, and where, when all its addresses are of another: each is asked once", async () => {
    const cluster = await FakeCluster.start({ eu: 2, us: 1 });
    const bucket = (await cluster.connect({ timeoutMs: 20_000 })).register("b");
    for (const node of cluster.nodes) node.behaviour = STRAY;
    const failure = await failureOf(bucket.put("k", 1));
    expect(failure).toMatchObject({
      code: "FAILED_PRECONDITION",
      reason: "WRONG_CLUSTER",
      maybeApplied: false,
    });
    const addresses = cluster.nodes.map(({ address }) => `${address}: refused: WRONG_CLUSTER`);
    expect(addresses).toContain(failure.message);
    expect(cluster.nodes.map((node) => node.requests("put").length)).toEqual([1, 1, 1]);
  });

  it.each(["eu-1", "eu-2"])("is told what ails its own nodes while there are some, %s", async (own) => {
    const cluster = await FakeCluster.start({ eu: 2 });
    const bucket = (await cluster.connect({ timeoutMs: 20_000 })).register("b");
    const key = cluster.keyAt("eu-1", "b");
    for (const node of cluster.nodes) node.behaviour = STRAY;
    cluster.node(own).behaviour = { does: "refuse", code: "UNAVAILABLE", reason: "NOT_READY" };
    expect(await failureOf(bucket.get(key))).toMatchObject({ code: "UNAVAILABLE", reason: "NOT_READY" });
    cluster.node(own).behaviour = { does: "break" };
    expect(await failureOf(bucket.put(key, 1))).toMatchObject({ code: "UNAVAILABLE", maybeApplied: true });
  });

  it("has a watch that ends with it, and does not wait for a cluster that is gone", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const bucket = (await cluster.connect({ timeoutMs: 20_000 })).register<string>("b");
    const begun = { replies: [{ resumeToken: Buffer.from("t") }] };
    cluster.node("eu-1").watches = [
      { ...begun, ends: "DRAINING" },
      { replies: [], ends: "WRONG_CLUSTER" },
    ];
    await using watch = bucket.watch();
    await expect(watch.next()).rejects.toMatchObject({ reason: "WRONG_CLUSTER" });
  });
});
