/** A dead member is removed: the others go on without it, and it is refused when it comes back. */
import { describe, expect, it } from "vitest";
import type { RemovalOutcome } from "../../src/node/index.js";
import { NodeKeeper, putOf, type RunningNode, SimulatedCluster } from "../../src/simulator/index.js";
import { copiesHeld, rowsOf, tombstones } from "./inspected.js";

type Options = Parameters<typeof SimulatedCluster.ready>[0];

const QUORUM = { consistency: { level: "QUORUM" } } as const;
const ALL = { consistency: { level: "ALL" } } as const;
const ONE = { consistency: { level: "ONE" } } as const;

/** A cluster whose nodes are built again when they end, as a server does. */
function kept(options: Options = {}): SimulatedCluster {
  const owner = {
    ended: (node: RunningNode) => keeper.ended(node),
    startFailed: (node: RunningNode, error: Error) => keeper.startFailed(node, error),
  };
  const cluster = new SimulatedCluster({ ...options, owner });
  const keeper = new NodeKeeper(cluster, true, {
    tell: (text) => cluster.log.push(text),
    ended: () => undefined,
    losesAcknowledged: () => undefined,
    mayLose: () => false,
  });
  keeper.startAll();
  cluster.waitUntil("all are ready", () => cluster.nodes.every(({ api }) => api.status().state === "READY"));
  return cluster;
}

function remove(cluster: SimulatedCluster, at: string, nodeId: string): RemovalOutcome {
  let outcome: RemovalOutcome | undefined;
  cluster.node(at).api.removeMember(nodeId, (answer) => {
    outcome = answer;
  });
  cluster.waitUntil("an answer", () => outcome !== undefined);
  if (outcome === undefined) throw new Error("unreachable");
  return outcome;
}

/** `key = value`, or what else became of it. */
function quarantineOf(cluster: SimulatedCluster, nodeId: string): string[] {
  const texts = cluster
    .node(nodeId)
    .quarantine.map(
      ({ key, state }) => `${key} ${state.kind === "value" ? `= ${state.data}` : `is ${state.kind}`}`,
    );
  return [...new Set(texts)].sort();
}

function refusalOf(outcome: RemovalOutcome): string {
  return outcome.kind === "failed" ? `${outcome.reason} ${outcome.message}` : "none";
}

function staying(cluster: SimulatedCluster, ...gone: readonly string[]): RunningNode[] {
  return cluster.nodes.filter(({ member }) => !gone.includes(member.nodeId));
}

function isSettled(nodes: readonly RunningNode[], version: number): boolean {
  return nodes.every(
    ({ api, isUp }) =>
      isUp &&
      api.layout.version === version &&
      api.status().state === "READY" &&
      api.status().peers.every(({ isAlive }) => isAlive),
  );
}

/** Kills it, waits until it is missed, and has it removed. */
function killAndRemove(cluster: SimulatedCluster, at: string, nodeId: string): void {
  cluster.kill(cluster.node(nodeId));
  cluster.runFor(5_000);
  expect(remove(cluster, at, nodeId)).toEqual({ kind: "removed", layoutVersion: 2 });
  const others = staying(cluster, nodeId);
  cluster.waitUntil("all have the layout", () => isSettled(others, 2));
}

describe("a dead member", () => {
  it("has the copies that were held for it go to a replica that stays", () => {
    const cluster = kept({ regions: ["eu"], nodesPerRegion: 5, partitions: 1 });
    const [coordinator = "", home = "", third = ""] = cluster.replicasOf("k");
    for (const nodeId of [home, third]) cluster.kill(cluster.node(nodeId));
    cluster.runFor(5_000);
    const written = cluster.execute(cluster.node(coordinator), putOf("k", "v"), { isSloppy: true });
    expect(written).toMatchObject({ kind: "written", fallbackAcks: 1 });
    cluster.start(cluster.node(third));
    cluster.runFor(10_000);
    expect(copiesHeld(cluster)).toBe(1);
    killAndRemove(cluster, coordinator, home);
    cluster.waitUntil("nobody holds a copy", () => copiesHeld(cluster) === 0, 30_000);
    expect(cluster.total("fallback_dropped")).toBe(0);
    expect(cluster.values(third, "k", ALL)).toEqual(["v"]);
    cluster.stopAll();
  });

  it("is removed while others write, and what it kept from being purged is purged", () => {
    const options = { regions: ["eu", "us"], nodesPerRegion: 2, partitions: 2 };
    const cluster = kept({ ...options, settings: { requestIdWindowMs: 5_000 } });
    for (let i = 0; i < 20; i++) cluster.put("eu-1", `k${i}`, "v", ALL);
    cluster.kill(cluster.node("us-1"));
    cluster.runFor(5_000);
    for (let i = 0; i < 10; i++) cluster.delete("eu-2", `k${i}`, QUORUM);
    cluster.runFor(30_000);
    expect(tombstones(cluster)).toBe(30);
    let failed = 0;
    for (let i = 0; i < 200; i++)
      cluster.world.time.schedule(i * 20, () =>
        cluster.submit(cluster.node("eu-2"), putOf(`w${i}`, "v"), ONE, ({ kind }) => {
          if (kind === "failed") failed++;
        }),
      );
    cluster.runFor(1_000);
    expect(remove(cluster, "eu-1", "us-1")).toEqual({ kind: "removed", layoutVersion: 2 });
    const others = staying(cluster, "us-1");
    cluster.waitUntil("all have the layout", () => isSettled(others, 2), 10_000);
    cluster.waitUntil("all are purged", () => tombstones(cluster) === 0, 60_000);
    expect(failed).toBeLessThan(100);
    for (const { api } of others) {
      expect(api.status().peers.map(({ nodeId }) => nodeId)).not.toContain("us-1");
      expect(api.hints().map(({ nodeId }) => nodeId)).not.toContain("us-1");
    }
    cluster.waitUntil("no log is kept", () =>
      others.every((node) => rowsOf(cluster, node)[0]?.logEntries === 0),
    );
    cluster.stopAll();
  });

  it("leaves its place to others of its region, which catch up before they vote", () => {
    const cluster = kept({ regions: ["eu"], nodesPerRegion: 5, partitions: 16 });
    for (let i = 0; i < 60; i++) cluster.put("eu-1", `k${i}`, `v${i}`, QUORUM);
    const heldBefore = cluster.node("eu-1").api.status().partitionsHeld;
    killAndRemove(cluster, "eu-1", "eu-4");
    expect(cluster.node("eu-1").api.status().partitionsHeld).toBeGreaterThan(heldBefore);
    const { layout } = cluster.node("eu-1").api;
    for (const set of layout.replicaSets) expect(set).toHaveLength(3);
    cluster.runFor(5_000);
    for (let i = 0; i < 60; i++)
      for (const { member } of staying(cluster, "eu-4"))
        expect(cluster.values(member.nodeId, `k${i}`, ONE)).toEqual([`v${i}`]);
    cluster.stopAll();
  });

  it("is unknown to one that was away during the removal until that one is back", () => {
    const cluster = kept({ nodesPerRegion: 2, partitions: 4 });
    cluster.kill(cluster.node("ap-2"));
    killAndRemoveWithout(cluster, "eu-1", "us-2", "ap-2");
    cluster.start(cluster.node("ap-2"));
    cluster.waitUntil("it has learned", () => isSettled(staying(cluster, "us-2"), 2));
    // What it was told survives a restart, though its configuration says otherwise.
    cluster.kill(cluster.node("ap-2"));
    cluster.start(cluster.node("ap-2"));
    cluster.runFor(50);
    expect(cluster.node("ap-2").api.layout.version).toBe(2);
    cluster.stopAll();
  });

  it("comes back, is told, and ends; nothing changes for the others", () => {
    const cluster = kept({ nodesPerRegion: 2, partitions: 2 });
    cluster.put("eu-1", "k", "before", ALL);
    cluster.isolate("us-1");
    cluster.runFor(5_000);
    expect(cluster.put("us-1", "k", "alone", ONE).kind).toBe("written");
    expect(remove(cluster, "eu-1", "us-1").kind).toBe("removed");
    const others = staying(cluster, "us-1");
    cluster.waitUntil("all have the layout", () => isSettled(others, 2));
    cluster.healAll();
    cluster.waitUntil("it has ended", () => cluster.node("us-1").isRemoved, 20_000);
    cluster.runFor(10_000);
    expect(isSettled(others, 2)).toBe(true);
    for (const { member } of others) expect(cluster.held(member.nodeId, "k")).toEqual(["before"]);
    expect(quarantineOf(cluster, "us-1")).toEqual(["k = alone"]);
    cluster.stopAll();
  });
});

/** As `killAndRemove`, with another one that is away. */
function killAndRemoveWithout(cluster: SimulatedCluster, at: string, nodeId: string, away: string): void {
  cluster.kill(cluster.node(nodeId));
  cluster.runFor(5_000);
  expect(remove(cluster, at, nodeId).kind).toBe("removed");
  cluster.waitUntil("all that are there have the layout", () =>
    staying(cluster, nodeId, away).every(({ api }) => api.layout.version === 2),
  );
}

describe("removing a member", () => {
  it("is refused when it is alive, unknown, the node itself, or the last of its region", () => {
    const cluster = kept({ partitions: 1 });
    expect(refusalOf(remove(cluster, "eu-1", "us-1"))).toMatch(/^REMOVAL_REFUSED node us-1 is alive/);
    expect(refusalOf(remove(cluster, "eu-1", "eu-1"))).toMatch(/^REMOVAL_REFUSED node eu-1 cannot remove/);
    expect(refusalOf(remove(cluster, "eu-1", "us-9"))).toMatch(/^BAD_REQUEST node_id: us-9 is not a member/);
    cluster.stopAll();
  });

  it("says by which layout it was removed", () => {
    const cluster = kept({ nodesPerRegion: 2, partitions: 1 });
    killAndRemove(cluster, "eu-1", "us-1");
    cluster.waitUntil("it is there again", () => cluster.node("eu-1").api.status().state === "READY");
    expect(refusalOf(remove(cluster, "eu-1", "us-1"))).toMatch(
      /^REMOVAL_REFUSED us-1 was removed by layout 2; nothing was done/,
    );
    cluster.stopAll();
  });

  it("is refused on the smaller side of a partition", () => {
    const cluster = kept({ nodesPerRegion: 2, partitions: 1 });
    cluster.cutRegions("us", "eu");
    cluster.cutRegions("us", "ap");
    cluster.runFor(5_000);
    expect(refusalOf(remove(cluster, "us-1", "eu-1"))).toMatch(/reaches 2 of the 5 members/);
    expect(remove(cluster, "eu-1", "us-1").kind).toBe("removed");
    cluster.stopAll();
  });

  it("of two members at once, asked of two nodes, ends with one layout for all", () => {
    for (const [first, second] of [
      ["us-1", "us-2"],
      ["us-2", "us-1"],
    ] as const) {
      const cluster = kept({ regions: ["eu", "us"], nodesPerRegion: 4, partitions: 4 });
      for (const nodeId of [first, second]) cluster.kill(cluster.node(nodeId));
      cluster.runFor(5_000);
      const outcomes: RemovalOutcome[] = [];
      cluster.node("eu-1").api.removeMember(first, (outcome) => outcomes.push(outcome));
      cluster.node("eu-2").api.removeMember(second, (outcome) => outcomes.push(outcome));
      const others = staying(cluster, first, second);
      cluster.waitUntil("both are answered", () => outcomes.length === 2);
      expect(outcomes.map(({ kind }) => kind)).toEqual(["removed", "removed"]);
      const isOne = (): boolean => {
        const sets = others.map(({ api }) => JSON.stringify(api.layout));
        return others.every(({ api }) => api.layout.version === 2) && new Set(sets).size === 1;
      };
      cluster.waitUntil("all have one layout", isOne);
      const left = [first, second].filter((nodeId) =>
        cluster.node("eu-1").api.layout.members.some((member) => member.nodeId === nodeId),
      );
      expect(left).toHaveLength(1);
      cluster.runFor(5_000);
      expect(remove(cluster, "eu-1", left[0] ?? "").kind).toBe("removed");
      cluster.waitUntil("all have the next", () => isSettled(others, 3));
      cluster.stopAll();
    }
  });

  it("of one member, asked of two nodes at once, is one removal", () => {
    const cluster = kept({ nodesPerRegion: 2, partitions: 4 });
    cluster.kill(cluster.node("us-2"));
    cluster.runFor(5_000);
    for (const at of ["eu-1", "ap-1"]) cluster.node(at).api.removeMember("us-2", () => undefined);
    cluster.waitUntil("all have it", () => isSettled(staying(cluster, "us-2"), 2));
    expect(cluster.log.filter((line) => line.includes("two changes were made at once"))).toEqual([]);
    cluster.stopAll();
  });
});

describe("what only a removed member had", () => {
  /** us-1 alone for a while, then removed, and back. */
  function returned(cluster: SimulatedCluster, alone: () => void): void {
    cluster.isolate("us-1");
    cluster.runFor(5_000);
    alone();
    expect(remove(cluster, "eu-1", "us-1").kind).toBe("removed");
    cluster.waitUntil("all have the layout", () => isSettled(staying(cluster, "us-1"), 2));
    cluster.healAll();
    cluster.waitUntil(
      "it has ended",
      () => cluster.node("us-1").isRemoved && !cluster.node("us-1").isUp,
      20_000,
    );
  }

  it("is found: puts, deletes of both types, siblings, and the last of what was overwritten; nothing that others have", () => {
    const cluster = kept({ nodesPerRegion: 2, partitions: 2 });
    for (const key of ["shared", "gone"]) cluster.put("us-1", key, "before", ALL);
    for (const key of ["m", "m-gone"]) cluster.put("us-1", key, "before", { ...ALL, type: "multi" });
    cluster.runFor(10_000);
    returned(cluster, () => {
      for (const value of ["one", "two", "three"]) cluster.put("us-1", "k", value, ONE);
      cluster.put("us-1", "m", "sibling", { ...ONE, type: "multi" });
      cluster.delete("us-1", "gone", ONE);
      cluster.delete("us-1", "m-gone", { ...ONE, type: "multi" });
    });
    expect(quarantineOf(cluster, "us-1")).toEqual([
      "gone is deleted",
      "k = three",
      "m = sibling",
      "m-gone is deleted",
    ]);
    expect(cluster.held("eu-1", "m", "multi")).toEqual(["before"]);
    cluster.stopAll();
  });

  it("is found after a crash, which loses what was known of the others, and though the log was cut", () => {
    const settings = { requestIdWindowMs: 1_000, maxHintWindowMs: 20_000 };
    const cluster = kept({ nodesPerRegion: 2, partitions: 2, settings });
    cluster.put("us-1", "shared", "before", ALL);
    cluster.runFor(10_000);
    returned(cluster, () => {
      for (let i = 0; i < 50; i++) cluster.put("us-1", `k${i}`, "alone", ONE);
      cluster.runFor(90_000);
      expect(cluster.counter("us-1", "log_entries_trimmed")).toBeGreaterThan(40);
      cluster.kill(cluster.node("us-1"));
      cluster.start(cluster.node("us-1"));
      cluster.runFor(2_000);
      cluster.put("us-1", "last", "alone", ONE);
    });
    const names = Array.from({ length: 50 }, (_, i) => `k${i} = alone`);
    expect(quarantineOf(cluster, "us-1")).toEqual([...names, "last = alone"].sort());
    cluster.stopAll();
  });

  it("is told page by page", () => {
    const cluster = kept({ nodesPerRegion: 2, partitions: 1 });
    returned(cluster, () => {
      for (let i = 0; i < 900; i++) cluster.begin("us-1", putOf(`k${i}`, "v"), ONE);
      cluster.runFor(1_000);
      for (let i = 0; i < 3; i++) cluster.begin("us-1", putOf(`l${i}`, "x".repeat(700_000)), ONE);
      cluster.runFor(5_000);
    });
    expect(quarantineOf(cluster, "us-1")).toHaveLength(903);
    cluster.stopAll();
  });
});
