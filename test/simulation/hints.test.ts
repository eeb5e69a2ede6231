/** Peers that are away: what is kept for them, for how long, and what becomes of it. */
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/codec/index.js";
import type { PeerHints } from "../../src/replication/index.js";
import { deleteOf, putOf, type RunningNode, SimulatedCluster } from "../../src/simulator/index.js";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** A window of request ids that ends before anything else does. */
const QUICK = { requestIdWindowMs: 10_000 };

function hintsFor(cluster: SimulatedCluster, at: string, peer: string): PeerHints {
  const hints = cluster
    .node(at)
    .api.hints()
    .find(({ nodeId }) => nodeId === peer);
  if (hints === undefined) throw new Error(`${at} says nothing of ${peer}`);
  return hints;
}

/** At any moment, at every node that runs. */
function expectBalance(cluster: SimulatedCluster): void {
  for (const { api, isUp, member } of cluster.nodes) {
    if (!isUp) continue;
    const hints = api.hints();
    const sum = (of: (peer: PeerHints) => number): number =>
      hints.reduce((total, peer) => total + of(peer), 0);
    for (const { nodeId, created, delivered, expired, dropped, pending } of hints)
      expect([member.nodeId, nodeId, created]).toEqual([
        member.nodeId,
        nodeId,
        delivered + expired + dropped + pending,
      ]);
    const { hints_created = 0, hints_delivered = 0, hints_expired = 0, hints_dropped = 0 } = api.counters();
    expect(hints_created).toBe(hints_delivered + hints_expired + hints_dropped + sum((peer) => peer.pending));
    expect(api.counters().hints_unaccounted ?? 0).toBe(0);
  }
}

/** The keys `k0` and so on, once each. */
function write(cluster: SimulatedCluster, nodeId: string, count: number, value = "v"): void {
  let left = count;
  for (let i = 0; i < count; i++) {
    cluster.submit(cluster.node(nodeId), putOf(`k${i}`, value), {}, (outcome) => {
      if (outcome.kind !== "written") throw new Error(JSON.stringify(outcome));
      left--;
    });
    if (i % 50 === 49) cluster.runFor(5);
  }
  cluster.waitUntil("all are answered", () => left === 0);
}

/** Kinds of catch-up pages that a node was sent. */
function pagesTo(nodeId: string) {
  const kinds = new Set<string>();
  const onMessage = (_from: string, to: string, message: Message): void => {
    if (message.type === "catch-up-page" && to === nodeId) kinds.add(message.body.kind);
  };
  return { kinds, onMessage };
}

function logEntries(node: RunningNode): number {
  return node.host.disk.snapshot().bytes.range("l", "m", 1e9, false).length;
}

describe("a peer that is away within the window", () => {
  it("gets exactly the hints that were made for it", () => {
    const { kinds, onMessage } = pagesTo("eu-1");
    const cluster = SimulatedCluster.ready({ partitions: 2, settings: QUICK, onMessage });
    write(cluster, "us-1", 30);
    cluster.converge();
    cluster.runFor(60_000);
    cluster.kill(cluster.node("eu-1"));
    cluster.runFor(5_000);
    write(cluster, "us-1", 100, "while away");
    cluster.execute(cluster.node("us-1"), deleteOf("k0"));
    cluster.runFor(10 * MINUTE_MS);
    expect(hintsFor(cluster, "us-1", "eu-1")).toMatchObject({
      created: 101,
      pending: 101,
      isFullSyncDue: false,
    });
    expect(hintsFor(cluster, "us-1", "eu-1").oldestAgeMs).toBeGreaterThan(10 * MINUTE_MS);
    expect(hintsFor(cluster, "ap-1", "eu-1")).toMatchObject({ created: 101, pending: 101 });
    expect(hintsFor(cluster, "us-1", "ap-1")).toMatchObject({ created: 0, pending: 0 });
    kinds.clear();
    cluster.start(cluster.node("eu-1"));
    cluster.converge();
    cluster.runFor(5_000);
    expect(kinds).toEqual(new Set(["log"]));
    expect(hintsFor(cluster, "us-1", "eu-1")).toMatchObject({
      created: 101,
      delivered: 101,
      pending: 0,
      oldestAgeMs: 0,
    });
    expectBalance(cluster);
    // Nobody waits for it any more.
    cluster.runFor(60_000);
    expect(logEntries(cluster.node("us-1"))).toBe(0);
    cluster.stopAll();
  });

  it("is sent only what it lacks when its link breaks for a moment", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1, settings: QUICK });
    write(cluster, "us-1", 20);
    cluster.converge();
    cluster.cut("eu-1", "us-1");
    cluster.runFor(10_000);
    write(cluster, "us-1", 5, "again");
    cluster.runFor(2_000);
    // From ap-1 it has them.
    const { created, delivered, pending } = hintsFor(cluster, "us-1", "eu-1");
    expect([created, delivered, pending]).toEqual([5, 0, 5]);
    cluster.healAll();
    cluster.converge();
    cluster.runFor(5_000);
    expect(hintsFor(cluster, "us-1", "eu-1")).toMatchObject({ delivered: 5, pending: 0 });
    expectBalance(cluster);
    cluster.stopAll();
  });
});

describe("a peer that is away beyond the window", () => {
  it("gets a full sync, and nothing is lost or comes back", () => {
    const { kinds, onMessage } = pagesTo("eu-1");
    const settings = { ...QUICK, maxHintWindowMs: HOUR_MS };
    const cluster = SimulatedCluster.ready({ partitions: 2, settings, onMessage });
    write(cluster, "us-1", 40);
    cluster.put("us-1", "gone", "v", { type: "multi" });
    cluster.converge();
    cluster.kill(cluster.node("eu-1"));
    write(cluster, "us-1", 20, "while away");
    cluster.execute(cluster.node("us-1"), deleteOf("gone", "multi"));
    cluster.runFor(HOUR_MS - 60_000);
    expect(hintsFor(cluster, "us-1", "eu-1")).toMatchObject({ pending: 21, isFullSyncDue: false });
    cluster.runFor(120_000);
    expect(hintsFor(cluster, "us-1", "eu-1")).toMatchObject({
      created: 21,
      expired: 21,
      pending: 0,
      isFullSyncDue: true,
    });
    write(cluster, "us-1", 10, "later");
    expect(hintsFor(cluster, "us-1", "eu-1")).toMatchObject({ created: 21, pending: 0 });
    cluster.runFor(60_000);
    expect(logEntries(cluster.node("us-1"))).toBe(0);
    kinds.clear();
    cluster.start(cluster.node("eu-1"));
    cluster.converge();
    expect(kinds).toContain("rows");
    expect(cluster.held("eu-1", "gone", "multi")).toEqual([]);
    expect(cluster.held("eu-1", "k5")).toEqual(["later"]);
    cluster.runFor(5_000);
    expect(hintsFor(cluster, "us-1", "eu-1")).toMatchObject({ isFullSyncDue: false, oldestAgeMs: 0 });
    expectBalance(cluster);
    cluster.stopAll();
  });

  it("is synced though more is written all the time: its log is kept from when it is back", () => {
    // The full sync of a megabyte takes longer than the window of request ids.
    const settings = { ...QUICK, maxHintWindowMs: 60_000, catchUpBytesPerSecond: 25_000 };
    const cluster = SimulatedCluster.ready({ partitions: 1, settings });
    write(cluster, "us-1", 1_000, "x".repeat(1_000));
    cluster.converge();
    cluster.kill(cluster.node("eu-1"));
    cluster.runFor(80_000);
    write(cluster, "us-1", 10);
    cluster.runFor(40_000);
    cluster.start(cluster.node("eu-1"));
    for (let i = 0; i < 300; i++) {
      cluster.submit(cluster.node("us-1"), putOf(`l${i}`, "v"), {}, () => undefined);
      cluster.runFor(200);
    }
    cluster.converge();
    // Every row once, and those that were written meanwhile once more.
    expect(cluster.counter("eu-1", "catch_up_rows")).toBeGreaterThanOrEqual(1_000);
    expect(cluster.counter("eu-1", "catch_up_rows")).toBeLessThan(1_000 + 2 * 300);
    cluster.stopAll();
  });
});

describe("a peer that comes and goes", () => {
  it("does not begin its window anew before it has all that it lacks", () => {
    const settings = { ...QUICK, maxHintWindowMs: HOUR_MS };
    const cluster = SimulatedCluster.ready({ partitions: 1, settings });
    write(cluster, "us-1", 20);
    cluster.converge();
    cluster.kill(cluster.node("eu-1"));
    write(cluster, "us-1", 20, "while away");
    for (let round = 0; round < 5; round++) {
      cluster.runFor(11 * 60_000);
      cluster.start(cluster.node("eu-1"));
      // Long enough to be seen, too short to get everything.
      cluster.waitUntil("it is seen", () =>
        cluster
          .node("us-1")
          .api.status()
          .peers.some(({ nodeId, isAlive }) => nodeId === "eu-1" && isAlive),
      );
      cluster.kill(cluster.node("eu-1"));
    }
    expect(hintsFor(cluster, "us-1", "eu-1").oldestAgeMs).toBeGreaterThan(55 * 60_000);
    cluster.runFor(6 * 60_000);
    expect(hintsFor(cluster, "us-1", "eu-1")).toMatchObject({ isFullSyncDue: true, pending: 0 });
    expectBalance(cluster);
    cluster.start(cluster.node("eu-1"));
    cluster.converge();
    cluster.stopAll();
  });

  it("begins it anew once it had all", () => {
    const settings = { ...QUICK, maxHintWindowMs: HOUR_MS };
    const cluster = SimulatedCluster.ready({ partitions: 1, settings });
    for (let round = 0; round < 3; round++) {
      cluster.kill(cluster.node("eu-1"));
      write(cluster, "us-1", 20, `${round}`);
      cluster.runFor(40 * 60_000);
      expect(hintsFor(cluster, "us-1", "eu-1")).toMatchObject({ isFullSyncDue: false, pending: 20 });
      cluster.start(cluster.node("eu-1"));
      cluster.converge();
      cluster.runFor(5_000);
    }
    expect(hintsFor(cluster, "us-1", "eu-1")).toMatchObject({ created: 60, delivered: 60, expired: 0 });
    expectBalance(cluster);
    cluster.stopAll();
  });
});

describe("the budget", () => {
  it("cuts the log for the peer that is away longest, and for no other", () => {
    const settings = { ...QUICK, hintBudgetBytes: 50_000 };
    const cluster = SimulatedCluster.ready({
      partitions: 1,
      regions: ["eu"],
      nodesPerRegion: 5,
      replicas: 5,
      settings,
    });
    write(cluster, "eu-1", 10);
    cluster.converge();
    cluster.kill(cluster.node("eu-5"));
    write(cluster, "eu-1", 700);
    cluster.runFor(5_000);
    cluster.kill(cluster.node("eu-4"));
    cluster.runFor(5_000);
    expect(hintsFor(cluster, "eu-1", "eu-5").isFullSyncDue).toBe(false);
    write(cluster, "eu-1", 700, "more");
    cluster.runFor(5_000);
    expect(hintsFor(cluster, "eu-1", "eu-5")).toMatchObject({
      dropped: 1_400,
      pending: 0,
      isFullSyncDue: true,
    });
    expect(hintsFor(cluster, "eu-1", "eu-4")).toMatchObject({
      dropped: 0,
      pending: 700,
      isFullSyncDue: false,
    });
    cluster.runFor(60_000);
    expect(logEntries(cluster.node("eu-1"))).toBe(700);
    for (const nodeId of ["eu-4", "eu-5"]) cluster.start(cluster.node(nodeId));
    cluster.converge();
    cluster.runFor(5_000);
    expect(hintsFor(cluster, "eu-1", "eu-4")).toMatchObject({ delivered: 700, pending: 0 });
    expectBalance(cluster);
    cluster.stopAll();
  });
});

describe("restarts while a peer is away", () => {
  it("of those that keep its hints lose neither them nor the time of the first loss", () => {
    const settings = { ...QUICK, maxHintWindowMs: HOUR_MS };
    const cluster = SimulatedCluster.ready({ partitions: 2, settings });
    write(cluster, "us-1", 30);
    cluster.converge();
    cluster.runFor(60_000);
    cluster.kill(cluster.node("eu-1"));
    write(cluster, "us-1", 50, "while away");
    cluster.runFor(30 * 60_000);
    for (const nodeId of ["us-1", "ap-1"]) {
      cluster.kill(cluster.node(nodeId), true);
      cluster.start(cluster.node(nodeId));
      cluster.runFor(20_000);
      expect(hintsFor(cluster, nodeId, "eu-1").oldestAgeMs).toBeGreaterThan(29 * 60_000);
      // What is pending then is created anew, from what is known of the peer: where the log begins.
      expect(hintsFor(cluster, nodeId, "eu-1")).toMatchObject({ created: 50, pending: 50 });
    }
    cluster.start(cluster.node("eu-1"));
    cluster.converge();
    cluster.runFor(5_000);
    for (const nodeId of ["us-1", "ap-1"])
      expect(hintsFor(cluster, nodeId, "eu-1")).toMatchObject({ delivered: 50, pending: 0 });
    expect(cluster.counter("eu-1", "catch_up_rows")).toBe(50);
    expectBalance(cluster);
    cluster.stopAll();
  });

  it("count nothing anew that the peer had before it was away", () => {
    const cluster = SimulatedCluster.ready({ partitions: 2 });
    write(cluster, "us-1", 200);
    cluster.converge();
    cluster.kill(cluster.node("eu-1"));
    cluster.runFor(5_000);
    write(cluster, "us-1", 50, "while away");
    for (const losesUnsynced of [true, false]) {
      cluster.kill(cluster.node("us-1"), losesUnsynced);
      cluster.start(cluster.node("us-1"));
      cluster.runFor(20_000);
      expect(hintsFor(cluster, "us-1", "eu-1")).toMatchObject({ created: 50, pending: 50 });
    }
    cluster.start(cluster.node("eu-1"));
    cluster.converge();
    cluster.runFor(5_000);
    expect(hintsFor(cluster, "us-1", "eu-1")).toMatchObject({ created: 50, delivered: 50, pending: 0 });
    expectBalance(cluster);
    cluster.stopAll();
  });

  it("count nothing that a peer had which was lost only while they were down", () => {
    const cluster = SimulatedCluster.ready({ partitions: 2 });
    write(cluster, "us-1", 200);
    cluster.converge();
    // It is written down every now and then what a peer has.
    cluster.runFor(60_000);
    cluster.kill(cluster.node("us-1"), true);
    cluster.kill(cluster.node("eu-1"));
    cluster.start(cluster.node("us-1"));
    cluster.runFor(20_000);
    expect(hintsFor(cluster, "us-1", "eu-1").oldestAgeMs).toBeGreaterThan(0);
    expect(hintsFor(cluster, "us-1", "eu-1")).toMatchObject({ created: 0, pending: 0 });
    write(cluster, "us-1", 50, "while away");
    cluster.runFor(2_000);
    expect(hintsFor(cluster, "us-1", "eu-1")).toMatchObject({ created: 50, pending: 50 });
    expectBalance(cluster);
    cluster.stopAll();
  });

  it("count what the peer got of its hints before as delivered then", () => {
    const cluster = SimulatedCluster.ready({ partitions: 2 });
    write(cluster, "us-1", 200);
    cluster.converge();
    cluster.kill(cluster.node("eu-1"));
    write(cluster, "us-1", 50, "while away");
    cluster.runFor(5_000);
    cluster.start(cluster.node("eu-1"));
    cluster.converge();
    cluster.runFor(5_000);
    expect(hintsFor(cluster, "us-1", "eu-1")).toMatchObject({ delivered: 50, pending: 0 });
    cluster.kill(cluster.node("eu-1"));
    cluster.runFor(5_000);
    cluster.kill(cluster.node("us-1"), true);
    cluster.start(cluster.node("us-1"));
    cluster.runFor(20_000);
    expect(hintsFor(cluster, "us-1", "eu-1")).toMatchObject({ created: 0, delivered: 0, pending: 0 });
    expectBalance(cluster);
    cluster.stopAll();
  });

  it("do not make what the peer has a part of what its hints take of the budget", () => {
    const { kinds, onMessage } = pagesTo("eu-1");
    const settings = { hintBudgetBytes: 50_000 };
    const cluster = SimulatedCluster.ready({ partitions: 1, settings, onMessage });
    write(cluster, "us-1", 1_400);
    cluster.converge();
    cluster.kill(cluster.node("eu-1"));
    write(cluster, "us-1", 10, "while away");
    cluster.runFor(20_000);
    expect(hintsFor(cluster, "us-1", "eu-1")).toMatchObject({ pending: 10, isFullSyncDue: false });
    for (const nodeId of ["us-1", "ap-1"]) {
      cluster.kill(cluster.node(nodeId), true);
      cluster.start(cluster.node(nodeId));
      cluster.runFor(20_000);
      expect(hintsFor(cluster, nodeId, "eu-1")).toMatchObject({ dropped: 0, isFullSyncDue: false });
    }
    kinds.clear();
    cluster.start(cluster.node("eu-1"));
    cluster.converge();
    expect(kinds).toEqual(new Set(["log"]));
    cluster.stopAll();
  });

  it("count what a peer that lost its disk will not get from the log as dropped", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1, settings: QUICK });
    write(cluster, "us-1", 30);
    cluster.converge();
    cluster.wipe(cluster.node("eu-1"));
    write(cluster, "us-1", 50, "while away");
    cluster.isolate("ap-1");
    cluster.runFor(10_000);
    const pending = hintsFor(cluster, "us-1", "eu-1").pending;
    expect(pending).toBe(50);
    cluster.start(cluster.node("eu-1"));
    cluster.healAll();
    cluster.converge();
    cluster.runFor(5_000);
    const { created, delivered, dropped } = hintsFor(cluster, "us-1", "eu-1");
    expect([created, delivered + dropped]).toEqual([50, 50]);
    expectBalance(cluster);
    cluster.stopAll();
  });
});
