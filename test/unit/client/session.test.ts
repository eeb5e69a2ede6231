import { describe, expect, it } from "vitest";
import { actorOf, VersionVector } from "../../../src/causality/index.js";
import { encodeSession } from "../../../src/codec/index.js";
import { FakeCluster } from "./fake-cluster.js";

/** A token after so many writes. */
function tokenAt(counter: number): Buffer {
  return encodeSession(new Map([[1, VersionVector.from([[actorOf(1, 1), counter]])]]), 7);
}

describe("a session", () => {
  it("carries what it has seen from call to call, of every kind, and to another process", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const node = cluster.node("eu-1");
    let answers = 0;
    node.session = () => tokenAt(++answers);
    const session = (await cluster.connect()).session();
    await session.register("b").put("k", 1);
    await session.counter("b").add("k", 1);
    await session.set("b").has("k", "m");
    await session.register("b").getMany(["k"]);
    await session.register("b").putMany([{ key: "k", value: 2 }]);
    await session.flag("b").get("k");
    const sent = node.received.filter(({ method }) => method !== "getLayout");
    expect(sent.map(({ sessionToken }) => sessionToken)).toEqual([
      "010000",
      ...[1, 2, 3, 4, 5].map((counter) => tokenAt(counter).toString("hex")),
    ]);
    expect(session.token).toMatch(/^[\w-]{4,64}$/);

    const other = (await cluster.connect()).session(session.token);
    await other.register("b").get("k");
    expect(node.requests("get").at(-1)?.sessionToken).toBe(tokenAt(6).toString("hex"));
  });

  it("is nothing that the calls of the client itself know of", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const db = await cluster.connect();
    db.session();
    await db.register("b").get("k");
    expect(cluster.node("eu-1").requests("get")).toMatchObject([{ sessionToken: "" }]);
  });

  it("goes to another node when one is behind, which is not blamed for it", async () => {
    const cluster = await FakeCluster.start({ eu: 3 });
    const db = await cluster.connect();
    const key = cluster.keyAt("eu-1", "b");
    cluster.node("eu-1").behaviour = { does: "refuse", code: "UNAVAILABLE", reason: "SESSION_BEHIND" };
    const session = db.session();
    await session.register("b").put(key, 1);
    expect(cluster.node("eu-2").requests("put")).toMatchObject([{ isRetry: false }]);
    cluster.node("eu-1").behaviour = { does: "answer" };
    cluster.forgetReceived();
    await session.register("b").get(key);
    expect(cluster.receivers("get")).toEqual(["eu-1"]);
  });

  it("ends with SESSION_BEHIND where every node is, and at once with SESSION_LOST", async () => {
    const cluster = await FakeCluster.start({ eu: 2 });
    const bucket = (await cluster.connect()).session().register("b");
    const refuseAll = (
      code: "UNAVAILABLE" | "FAILED_PRECONDITION",
      reason: "SESSION_BEHIND" | "SESSION_LOST",
    ) => {
      for (const node of cluster.nodes) node.behaviour = { does: "refuse", code, reason };
    };
    refuseAll("UNAVAILABLE", "SESSION_BEHIND");
    await expect(bucket.put("k", 1)).rejects.toMatchObject({ reason: "SESSION_BEHIND", maybeApplied: false });
    refuseAll("FAILED_PRECONDITION", "SESSION_LOST");
    cluster.forgetReceived();
    await expect(bucket.get("k")).rejects.toMatchObject({ reason: "SESSION_LOST" });
    expect(cluster.nodes.flatMap((node) => node.requests("get"))).toHaveLength(1);
  });
});
