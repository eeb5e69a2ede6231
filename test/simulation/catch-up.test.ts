/** A node that was away, lost its disk or went back in time gets what it lacks, once, from whoever has it. */
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/codec/index.js";
import { deleteOf, getOf, putOf, SimulatedCluster } from "../../src/simulator/index.js";

const VALUE = "x".repeat(300);

/** Writes so many keys at a node, as fast as it takes them. */
function load(cluster: SimulatedCluster, nodeId: string, count: number, prefix = "k"): void {
  let left = count;
  for (let i = 0; i < count; i++) {
    cluster.submit(cluster.node(nodeId), putOf(`${prefix}${i}`, VALUE), {}, (outcome) => {
      if (outcome.kind !== "written") throw new Error(JSON.stringify(outcome));
      left--;
    });
    if (i % 500 === 499) cluster.runFor(5);
  }
  cluster.waitUntil("all writes are answered", () => left === 0);
}

/** Bytes on disk whose store key begins with this letter. */
const ofKind =
  (letter: string) =>
  (key: Buffer): boolean =>
    key[0] === letter.charCodeAt(0);

describe("a node that was away for thousands of writes", () => {
  it("gets each row once, in pages, however often it was overwritten", () => {
    const pages: number[] = [];
    const cluster = SimulatedCluster.ready({
      partitions: 1,
      onMessage: (_from, to, message) => {
        if (message.type === "catch-up-page" && to === "eu-1" && message.body.kind === "log")
          pages.push(message.body.rows.length);
      },
    });
    cluster.kill(cluster.node("eu-1"));
    for (let round = 0; round < 5; round++) load(cluster, "us-1", 1_000);
    pages.length = 0;
    cluster.start(cluster.node("eu-1"));
    cluster.converge();
    expect(cluster.counter("eu-1", "catch_up_rows")).toBe(1_000);
    expect(cluster.counter("eu-1", "catch_up_sessions")).toBe(1);
    expect(pages.length).toBeGreaterThan(1);
    cluster.stopAll();
  });

  it("goes on where it was when the link breaks, and adopts nothing before the end", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1 });
    cluster.kill(cluster.node("eu-1"));
    cluster.kill(cluster.node("ap-1"));
    load(cluster, "us-1", 3_000);
    cluster.start(cluster.node("eu-1"));
    const numbers = [cluster.node("us-1").member.number, cluster.node("eu-1").member.number] as const;
    for (const rows of [500, 1_500]) {
      cluster.waitUntil("pages come", () => cluster.counter("eu-1", "catch_up_rows") >= rows);
      const { peers } = cluster.node("eu-1").api.lag();
      expect(peers.find(({ nodeId }) => nodeId === "us-1")?.dotsMissing).toBe(3_000);
      cluster.world.network.dropLink(...numbers);
    }
    cluster.waitUntil("nothing is missing", () => cluster.held("eu-1", "k2999").length === 1);
    cluster.start(cluster.node("ap-1"));
    cluster.converge();
    // A page that was under way is sent again; nothing else.
    expect(cluster.counter("eu-1", "catch_up_rows")).toBeLessThan(3_000 + 2 * 1_000);
    expect(cluster.counter("eu-1", "catch_up_sessions")).toBeGreaterThanOrEqual(3);
    cluster.stopAll();
  });

  it("tells how far it has come, and answers quorum reads as if it had nothing to catch up", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1 });
    cluster.kill(cluster.node("eu-1"));
    load(cluster, "us-1", 3_000);
    cluster.start(cluster.node("eu-1"));
    const { api } = cluster.node("eu-1");
    cluster.waitUntil("pages come", () => cluster.counter("eu-1", "catch_up_rows") >= 500);
    const { catchUp } = api.status();
    expect(catchUp).toMatchObject({ partitions: 1, fullSyncs: 0, dotsTotal: 3_000 });
    expect(catchUp.dotsDone).toBeGreaterThanOrEqual(500);
    expect(catchUp.dotsDone).toBeLessThan(3_000);
    expect(catchUp.rowsReceived).toBe(cluster.counter("eu-1", "catch_up_rows"));
    const read = cluster.begin("eu-1", getOf("k2999"), { consistency: { level: "QUORUM" } });
    expect(cluster.waitFor(read)).toMatchObject({ kind: "read", values: [{ data: Buffer.from(VALUE) }] });
    cluster.converge();
    expect(api.status().catchUp.partitions).toBe(0);
    cluster.stopAll();
  });

  it("goes on with another source when its source dies", () => {
    const served = new Set<string>();
    const cluster = SimulatedCluster.ready({
      partitions: 1,
      onMessage: (from, to, message) => {
        if (message.type === "catch-up-page" && to === "eu-1") served.add(from);
      },
    });
    cluster.kill(cluster.node("eu-1"));
    load(cluster, "us-1", 3_000);
    cluster.waitUntil("ap-1 has them", () => cluster.held("ap-1", "k2999").length === 1);
    cluster.runFor(5_000);
    served.clear();
    cluster.start(cluster.node("eu-1"));
    cluster.waitUntil("pages come", () => cluster.counter("eu-1", "catch_up_rows") >= 1_000);
    const [source] = served;
    if (source === undefined) throw new Error("there is no source");
    cluster.kill(cluster.node(source), true);
    cluster.waitUntil("all is there", () => cluster.held("eu-1", "k2999").length === 1, 10_000);
    expect(served.size).toBe(2);
    expect(cluster.counter("eu-1", "catch_up_rows")).toBeLessThan(3_000 + 1_000);
    cluster.start(cluster.node(source));
    cluster.converge();
    cluster.stopAll();
  });

  it("takes writes, and what others write, while it catches up", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1 });
    cluster.kill(cluster.node("eu-1"));
    load(cluster, "us-1", 3_000);
    cluster.start(cluster.node("eu-1"));
    cluster.waitUntil("pages come", () => cluster.counter("eu-1", "catch_up_rows") > 0);
    for (let i = 0; i < 100; i++) {
      cluster.submit(cluster.node("eu-1"), putOf(`k${i}`, "from eu"), {}, () => undefined);
      cluster.submit(cluster.node("us-1"), putOf(`l${i}`, "from us"), {}, () => undefined);
      cluster.runFor(1);
    }
    cluster.converge();
    expect(cluster.values("ap-1", "k99")).toEqual(["from eu"]);
    expect(cluster.values("eu-1", "l99")).toEqual(["from us"]);
    cluster.stopAll();
  });
});

describe("a source with damage", () => {
  it("with a damaged pointer sends all rows, once, and the log above it", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1, regions: ["eu", "us"] });
    load(cluster, "us-1", 100, "before");
    cluster.put("us-1", "gone", "v", { type: "multi" });
    cluster.converge();
    cluster.kill(cluster.node("eu-1"));
    load(cluster, "us-1", 100);
    cluster.execute(cluster.node("us-1"), deleteOf("gone", "multi"));
    const source = cluster.node("us-1");
    cluster.stop(source);
    let position = 0;
    expect(source.host.disk.flipBit((key) => ofKind("l")(key) && ++position === 150)).toBeDefined();
    cluster.start(source);
    cluster.start(cluster.node("eu-1"));
    cluster.converge(10_000);
    expect(cluster.held("eu-1", "gone", "multi")).toEqual([]);
    expect(cluster.held("eu-1", "k99")).toEqual([VALUE]);
    // All rows, and those that the log still points at.
    expect(cluster.counter("eu-1", "catch_up_rows")).toBeLessThanOrEqual(200 + 100);
    cluster.stopAll();
  });
});

describe("a node whose disk was wiped", () => {
  it("coordinates nothing before it has caught up, and then stamps above all that was deleted", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1, clockOffsetsMs: { "us-1": 300 } });
    cluster.runFor(2_000);
    cluster.put("us-1", "k", "v", { consistency: { level: "ALL" } });
    const deleted = cluster.delete("us-1", "k", { consistency: { level: "ALL" } });
    const node = cluster.node("eu-1");
    cluster.wipe(node);
    cluster.isolate("eu-1");
    cluster.start(node);
    cluster.runFor(50);
    expect(node.api.status().state).toBe("JOINING");
    expect(cluster.put("eu-1", "k", "too early")).toMatchObject({ reason: "NOT_READY" });
    expect(cluster.execute(node, getOf("k"))).toMatchObject({ reason: "QUORUM_UNAVAILABLE" });
    cluster.healAll();
    cluster.waitUntil("it may coordinate", () => node.api.status().state !== "JOINING");
    const written = cluster.put("eu-1", "k", "again", { consistency: { level: "ONE" } });
    if (written.kind !== "written" || deleted.kind !== "written") throw new Error("not written");
    expect(written.hlc).toBeGreaterThan(deleted.hlc);
    cluster.converge();
    for (const { member } of cluster.nodes) expect(cluster.held(member.nodeId, "k")).toEqual(["again"]);
    cluster.stopAll();
  });

  it("votes in no read before it has heard as many as every quorum needs", () => {
    const cluster = SimulatedCluster.ready({ regions: ["eu"], nodesPerRegion: 3, partitions: 1 });
    const node = cluster.node("eu-1");
    cluster.runFor(2_000);
    // What only eu-1 and eu-2 hold, acknowledged by the two.
    cluster.cut("eu-1", "eu-3");
    cluster.cut("eu-2", "eu-3");
    expect(cluster.put("eu-1", "k", "v")).toMatchObject({ kind: "written" });
    cluster.wipe(node);
    cluster.kill(cluster.node("eu-2"));
    cluster.healAll();
    cluster.start(node);
    cluster.runFor(5_000);
    // It caught up with eu-3, which has not got the write: two of three, and it must not be read as absent.
    expect(node.api.status().partitionsCatchingUp).toBe(1);
    expect(cluster.get("eu-3", "k")).toMatchObject({ reason: "QUORUM_UNAVAILABLE" });
    cluster.start(cluster.node("eu-2"));
    cluster.converge();
    expect(cluster.values("eu-3", "k")).toEqual(["v"]);
    expect(node.api.status().state).toBe("READY");
    cluster.stopAll();
  });

  it("takes another incarnation, however soon it starts again, and reuses none of its dots", () => {
    const cluster = SimulatedCluster.ready({ regions: ["eu"], nodesPerRegion: 3, partitions: 1 });
    const node = cluster.node("eu-1");
    const incarnations = new Set([node.api.status().incarnation]);
    for (let round = 0; round < 3; round++) {
      // Only eu-2 gets it before the disk is gone.
      cluster.cut("eu-1", "eu-3");
      expect(cluster.put("eu-1", "k", `v${round}`, { type: "multi" })).toMatchObject({ kind: "written" });
      cluster.wipe(node);
      cluster.cut("eu-1", "eu-2");
      cluster.world.network.heal(node.member.number, cluster.node("eu-3").member.number);
      cluster.start(node);
      cluster.waitUntil("it is heard out or refused", () => {
        if (node.ends.length > 0) cluster.replace(node);
        return node.api.status().state === "CATCHING_UP";
      });
      expect(incarnations).not.toContain(node.api.status().incarnation);
      incarnations.add(node.api.status().incarnation);
      expect(
        cluster.put("eu-1", "k", `w${round}`, { type: "multi", consistency: { level: "ONE" } }),
      ).toMatchObject({ kind: "written" });
      cluster.healAll();
      cluster.converge();
    }
    const siblings = cluster.values("eu-3", "k", { type: "multi", consistency: { level: "ALL" } });
    expect(siblings).toEqual(["v0", "v1", "v2", "w0", "w1", "w2"]);
    cluster.stopAll();
  });
});

describe("a node that loses its disk twice in a second", () => {
  it("uses no dot again, though nobody whom it meets has heard of the life between", () => {
    const cluster = SimulatedCluster.ready({ regions: ["eu"], nodesPerRegion: 3, partitions: 1 });
    const node = cluster.node("eu-1");
    const one = { type: "multi", consistency: { level: "ONE" } } as const;
    cluster.cut("eu-2", "eu-3");
    cluster.runFor(1_000 - (Math.floor(node.host.runtime.clock.wallMs()) % 1_000));
    const beginMs = cluster.world.time.nowMs;
    const incarnations: number[] = [];
    let startedMs = 0;
    for (const [met, missed] of [
      ["eu-2", "eu-3"],
      ["eu-3", "eu-2"],
    ] as const) {
      cluster.wipe(node);
      cluster.cut("eu-1", missed);
      cluster.world.network.heal(node.member.number, cluster.node(met).member.number);
      startedMs = cluster.world.time.nowMs;
      cluster.start(node);
      cluster.waitUntil("it may write", () => node.api.status().state === "CATCHING_UP");
      expect(cluster.put("eu-1", "k", `with ${met}`, one)).toMatchObject({ kind: "written" });
      incarnations.push(node.api.status().incarnation);
    }
    expect(startedMs - beginMs).toBeLessThan(1_000);
    expect(new Set(incarnations).size).toBe(2);
    cluster.healAll();
    cluster.converge();
    const siblings = cluster.values("eu-3", "k", { type: "multi", consistency: { level: "ALL" } });
    expect(siblings).toEqual(["with eu-2", "with eu-3"]);
    cluster.stopAll();
  });
});

describe("a store that went backwards", () => {
  it("is noticed by the mark, votes in no read until it has caught up, and loses nothing", () => {
    const cluster = SimulatedCluster.ready({ regions: ["eu"], nodesPerRegion: 3, partitions: 1 });
    const node = cluster.node("eu-1");
    cluster.put("eu-1", "k", "old", { consistency: { level: "ALL" } });
    const snapshot = node.host.disk.snapshot();
    cluster.cut("eu-1", "eu-3");
    cluster.cut("eu-2", "eu-3");
    cluster.put("eu-2", "k", "new");
    cluster.kill(node);
    node.host.disk.rollback(snapshot, "store");
    cluster.kill(cluster.node("eu-2"));
    cluster.healAll();
    cluster.start(node);
    cluster.runFor(5_000);
    expect(node.api.status().state).toBe("CATCHING_UP");
    expect(cluster.get("eu-3", "k")).toMatchObject({ reason: "QUORUM_UNAVAILABLE" });
    cluster.start(cluster.node("eu-2"));
    cluster.converge();
    expect(cluster.values("eu-3", "k")).toEqual(["new"]);
    cluster.stopAll();
  });

  it("is noticed by its peers when the mark went back with it", () => {
    const cluster = SimulatedCluster.ready({ regions: ["eu"], nodesPerRegion: 3, partitions: 1 });
    const node = cluster.node("eu-1");
    const snapshot = node.host.disk.snapshot();
    for (let i = 0; i < 10; i++) cluster.put("eu-1", `k${i}`, "v", { consistency: { level: "ALL" } });
    cluster.kill(node);
    node.host.disk.rollback(snapshot, "disk");
    cluster.start(node);
    cluster.waitUntil("peers show what was lost", () => {
      if (node.ends.length > 0) cluster.replace(node);
      return cluster.counter("eu-1", "stores_regressed") > 0;
    });
    cluster.converge();
    for (let i = 0; i < 10; i++) expect(cluster.held("eu-1", `k${i}`)).toEqual(["v"]);
    cluster.stopAll();
  });

  it("gives its new writes dots of their own, though it forgot the last ones", () => {
    const cluster = SimulatedCluster.ready({ regions: ["eu"], nodesPerRegion: 3, partitions: 1 });
    const node = cluster.node("eu-1");
    const snapshot = node.host.disk.snapshot();
    cluster.put("eu-1", "k", "forgotten", { type: "multi", consistency: { level: "ALL" } });
    cluster.kill(node);
    node.host.disk.rollback(snapshot, "disk");
    cluster.isolate("eu-1");
    cluster.start(node);
    cluster.runFor(100);
    const alone = { type: "multi", consistency: { level: "ONE" } } as const;
    expect(cluster.put("eu-1", "k", "since", alone)).toMatchObject({ kind: "written" });
    cluster.healAll();
    cluster.waitUntil("it is back", () => {
      if (node.ends.length > 0) cluster.replace(node);
      return node.api.status().state === "READY" && node.api.status().peers.every(({ isAlive }) => isAlive);
    });
    cluster.converge();
    const siblings = cluster.values("eu-2", "k", { type: "multi", consistency: { level: "ALL" } });
    expect(siblings).toEqual(["forgotten", "since"]);
    cluster.stopAll();
  });

  it("loses the tail that was not flushed when its machine loses power, and fetches it", () => {
    const settings = { fsync: "interval", fsyncIntervalMs: 5_000 } as const;
    const cluster = SimulatedCluster.ready({ regions: ["eu"], nodesPerRegion: 3, partitions: 1, settings });
    const node = cluster.node("eu-1");
    cluster.runFor(5_500);
    for (let i = 0; i < 20; i++) cluster.put("eu-1", `k${i}`, "v", { consistency: { level: "ALL" } });
    cluster.kill(node, true);
    cluster.start(node);
    cluster.waitUntil("it is open", () => node.api.status().incarnation > 0);
    expect(cluster.held("eu-1", "k19")).not.toEqual(["v"]);
    cluster.converge();
    for (let i = 0; i < 20; i++) expect(cluster.held("eu-1", `k${i}`)).toEqual(["v"]);
    expect(cluster.counter("eu-1", "stores_regressed")).toBe(1);
    cluster.stopAll();
  });
});

describe("the order of what comes", () => {
  it("is that of each writer's counters, on every link", () => {
    const last = new Map<string, number>();
    const outOfOrder: string[] = [];
    const onMessage = (from: string, to: string, message: Message): void => {
      if (message.type !== "delta") return;
      const { partition, actor, counter } = message.delta;
      const path = `${from} to ${to}: ${partition}/${actor}`;
      if (counter <= (last.get(path) ?? 0)) outOfOrder.push(`${path}:${counter}`);
      last.set(path, counter);
    };
    const cluster = SimulatedCluster.ready({ partitions: 2, nodesPerRegion: 3, onMessage });
    for (let i = 0; i < 300; i++) {
      const node = cluster.nodes[i % 9];
      if (node !== undefined) cluster.submit(node, putOf(`k${i % 20}`, `${i}`), {}, () => undefined);
      if (i % 7 === 0) cluster.runFor(3);
    }
    cluster.converge();
    expect(last.size).toBeGreaterThan(0);
    expect(outOfOrder).toEqual([]);
    cluster.stopAll();
  });
});
