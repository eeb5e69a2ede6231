/** Ends of values while clocks are wrong, nodes restart, and writes with an end meet writes without one. */
import { describe, expect, it } from "vitest";
import { SimulatedCluster } from "../../src/simulator/index.js";
import { ALL, kept, ONE, runUntil, shown, shownAlone, TYPES, write } from "./lasting.js";

/** Of the default settings. */
const BOUND_MS = 500;
/** What a clock may be off and still be within the bound, however well the way between two nodes is measured. */
const OFF_MS = 480;
const TTL_MS = 10_000;
/** Of a read at one node, and of a turn of reclaiming. */
const SOON_MS = 150;
const NODES = ["ap-1", "eu-1", "us-1"] as const;

function nowMs(cluster: SimulatedCluster): number {
  return cluster.world.time.nowMs;
}

/** Once clocks were compared: what is written before has its end by nobody else's clock. */
function settled(options: ConstructorParameters<typeof SimulatedCluster>[0]): SimulatedCluster {
  const cluster = SimulatedCluster.ready({ partitions: 1, ...options });
  cluster.runFor(3_000);
  return cluster;
}

describe("a clock that is ahead or behind by the bound", () => {
  it("makes a value seem over too early, or too late, by that and no more", () => {
    const cluster = settled({ clockOffsetsMs: { "ap-1": OFF_MS, "us-1": -OFF_MS } });
    const endMs = nowMs(cluster) + TTL_MS;
    cluster.execute(cluster.node("eu-1"), write("register", "v", TTL_MS), { consistency: ALL });
    runUntil(cluster, endMs - OFF_MS - SOON_MS);
    expect(shownAlone(cluster, "register")).toEqual(["v", "v", "v"]);
    runUntil(cluster, endMs - OFF_MS + SOON_MS);
    expect(shownAlone(cluster, "register")).toEqual(["", "v", "v"]);
    runUntil(cluster, endMs + SOON_MS);
    expect(shownAlone(cluster, "register")).toEqual(["", "", "v"]);
    runUntil(cluster, endMs + OFF_MS + SOON_MS);
    expect(shownAlone(cluster, "register")).toEqual(["", "", ""]);
    cluster.stopAll();
  });

  it.each(TYPES)(
    "reclaims no %s before its end by true time, whoever wrote it and whoever reclaims",
    (type) => {
      for (const [late, early] of [
        ["ap-1", "eu-1"],
        ["eu-1", "ap-1"],
        ["us-1", "ap-1"],
      ] as const) {
        const cluster = settled({ clockOffsetsMs: { [late]: -OFF_MS, [early]: OFF_MS } });
        const startMs = nowMs(cluster);
        cluster.execute(cluster.node(late), write(type, "v", TTL_MS), { consistency: ALL });
        const writtenMs = nowMs(cluster);
        runUntil(cluster, startMs + TTL_MS);
        expect(cluster.total("rows_reclaimed")).toBe(0);
        runUntil(cluster, writtenMs + TTL_MS + 2 * BOUND_MS + 2 * OFF_MS + SOON_MS);
        expect(cluster.total("rows_reclaimed")).toBe(1);
        expect(kept(cluster)).toBe(0);
        cluster.stopAll();
      }
    },
  );
});

describe("a clock that is beyond the bound", () => {
  it.each([3_600_000, -3_600_000])("is not what its node reads by, nor reclaims by: %d ms", (byMs) => {
    for (const nodeId of NODES) {
      const cluster = settled({});
      const endMs = nowMs(cluster) + TTL_MS;
      cluster.execute(cluster.node("eu-1"), write("register", "v", TTL_MS), { consistency: ALL });
      runUntil(cluster, endMs - TTL_MS / 2);
      cluster.node(nodeId).host.clock.step(byMs);
      runUntil(cluster, endMs - SOON_MS);
      expect(shownAlone(cluster, "register")).toEqual(["v", "v", "v"]);
      runUntil(cluster, endMs + SOON_MS);
      expect(shownAlone(cluster, "register")).toEqual(["", "", ""]);
      runUntil(cluster, endMs + 2 * BOUND_MS - SOON_MS);
      expect(cluster.total("rows_reclaimed")).toBe(0);
      cluster.stopAll();
    }
  });

  it("reclaims nothing that the only other clock has before its end", () => {
    const cluster = settled({ regions: ["eu"], nodesPerRegion: 2 });
    const endMs = nowMs(cluster) + TTL_MS;
    cluster.execute(cluster.node("eu-1"), write("register", "v", TTL_MS), { consistency: ALL });
    cluster.node("eu-2").host.clock.step(3_600_000);
    runUntil(cluster, endMs - SOON_MS);
    expect(shown(cluster, "eu-1", "register")).toBe("v");
    runUntil(cluster, endMs + 2 * BOUND_MS - SOON_MS);
    expect(cluster.total("rows_reclaimed")).toBe(0);
    cluster.waitUntil("it is reclaimed", () => kept(cluster) === 0, 60_000);
    cluster.stopAll();
  });
});

describe("the lag of reclaiming", () => {
  it("is next to nothing while all is well, grows while too few clocks are in sight, and goes", () => {
    const cluster = settled({});
    const lagMs = (): number => Math.max(...cluster.nodes.map(({ api }) => api.reclaimLagMs));
    const run = (ms: number): number => {
      let most = 0;
      for (let atMs = 0; atMs < ms; atMs += 100) {
        cluster.runFor(100);
        most = Math.max(most, lagMs());
      }
      return most;
    };
    cluster.execute(cluster.node("eu-1"), write("register", "v", TTL_MS), { consistency: ALL });
    expect(run(TTL_MS + 60_000)).toBeLessThan(500);
    cluster.execute(cluster.node("eu-1"), write("register", "v", TTL_MS), { consistency: ALL });
    cluster.kill(cluster.node("us-1"));
    expect(run(TTL_MS + 60_000)).toBeGreaterThan(55_000);
    cluster.start(cluster.node("us-1"));
    cluster.waitUntil("it is reclaimed", () => kept(cluster) === 0);
    cluster.runFor(1_000);
    expect(lagMs()).toBe(0);
    cluster.stopAll();
  });
});

describe("the status of a node", () => {
  /** Of what waits to be removed. */
  const toldBy = (cluster: SimulatedCluster, nodeId: string) => {
    const { reclaimBlockers, rowsToReclaim } = cluster.node(nodeId).api.status();
    return { rows: rowsToReclaim, blockers: reclaimBlockers.map(({ nodeId: id }) => id) };
  };
  const NOTHING = { rows: 0, blockers: [] };

  it("tells how many rows wait to be removed, and whom they wait for while too few clocks are in sight", () => {
    const cluster = settled({});
    for (const type of TYPES)
      cluster.execute(cluster.node("eu-1"), write(type, "v", TTL_MS), { consistency: ALL });
    cluster.execute(cluster.node("eu-1"), write("register", "v", 10 * TTL_MS), { consistency: ALL });
    cluster.runFor(TTL_MS / 2);
    for (const nodeId of NODES) expect(toldBy(cluster, nodeId)).toEqual(NOTHING);
    cluster.kill(cluster.node("us-1"));
    cluster.runFor(TTL_MS + 20_000);
    for (const nodeId of ["ap-1", "eu-1"]) {
      const { reclaimBlockers, rowsToReclaim } = cluster.node(nodeId).api.status();
      expect(rowsToReclaim).toBe(TYPES.length - 1);
      expect(reclaimBlockers).toEqual([
        { nodeId: "us-1", partitions: 1, blockingMs: expect.closeTo(15_000, -4) },
      ]);
    }
    cluster.start(cluster.node("us-1"));
    cluster.waitUntil("they are reclaimed", () => cluster.total("rows_reclaimed") >= TYPES.length - 1);
    cluster.runFor(4_000);
    for (const nodeId of NODES) expect(toldBy(cluster, nodeId)).toEqual(NOTHING);
    cluster.stopAll();
  });

  it("names the node itself while its clock is wrong, and who is first in line and does nothing", () => {
    const cluster = settled({});
    cluster.execute(cluster.node("eu-1"), write("register", "v", TTL_MS), { consistency: ALL });
    const order = cluster.layout.replicaSets[0] ?? [];
    const [first = "", ...next] = order.map(
      (number) => cluster.nodes.find(({ member }) => member.number === number)?.member.nodeId ?? "",
    );
    cluster.node(first).host.clock.step(3_600_000);
    cluster.runFor(TTL_MS + 15_000);
    for (const nodeId of [first, ...next])
      expect([nodeId, toldBy(cluster, nodeId)]).toEqual([nodeId, { rows: 1, blockers: [first] }]);
    cluster.waitUntil("the next in line does it", () => kept(cluster) === 0, 60_000);
    cluster.runFor(4_000);
    for (const nodeId of [first, ...next]) expect(toldBy(cluster, nodeId)).toEqual(NOTHING);
    cluster.stopAll();
  });
});

describe("a node that restarts across an end", () => {
  it.each(TYPES)("shows a %s no longer than until then, and it is reclaimed", (type) => {
    for (const nodeId of NODES) {
      const cluster = settled({});
      const node = cluster.node(nodeId);
      const endMs = nowMs(cluster) + TTL_MS;
      cluster.execute(cluster.node("eu-1"), write(type, "v", TTL_MS), { consistency: ALL });
      const before = shown(cluster, nodeId, type);
      expect(before).not.toBe("");
      cluster.kill(node);
      cluster.runFor(1_000);
      cluster.start(node);
      cluster.waitUntil("it is ready", () => node.api.status().state === "READY");
      runUntil(cluster, endMs - SOON_MS);
      expect(shown(cluster, nodeId, type)).toBe(before);
      cluster.kill(node);
      runUntil(cluster, endMs + 10);
      cluster.start(node);
      cluster.waitUntil("it is ready", () => node.api.status().state === "READY");
      expect(shown(cluster, nodeId, type)).toBe("");
      cluster.waitUntil("it is reclaimed", () => kept(cluster) === 0, 60_000);
      cluster.converge();
      cluster.stopAll();
    }
  });

  it("with all others, long after, shows nothing from its first moment, and reclaims all", () => {
    const cluster = settled({ partitions: 4 });
    for (const type of TYPES)
      cluster.execute(cluster.node("eu-1"), write(type, "v", TTL_MS), { consistency: ALL });
    for (const node of cluster.nodes) cluster.kill(node);
    cluster.runFor(3_600_000);
    for (const node of cluster.nodes) cluster.start(node);
    cluster.waitUntil("all are ready", () =>
      cluster.nodes.every(({ api }) => api.status().state === "READY"),
    );
    for (const type of TYPES) expect(shownAlone(cluster, type)).toEqual(["", "", ""]);
    cluster.waitUntil("all is reclaimed", () => kept(cluster) === 0, 60_000);
    cluster.stopAll();
  });
});

describe("a register with an end", () => {
  it("written over by one without, does not end", () => {
    const cluster = settled({});
    cluster.execute(cluster.node("eu-1"), write("register", "short", TTL_MS), { consistency: ALL });
    cluster.execute(cluster.node("us-1"), write("register", "long"), { consistency: ALL });
    expect(kept(cluster)).toBe(0);
    cluster.runFor(TTL_MS + 60_000);
    expect(shownAlone(cluster, "register")).toEqual(["long", "long", "long"]);
    expect(cluster.total("rows_reclaimed")).toBe(0);
    cluster.stopAll();
  });

  it("over one without, ends, and that does not come back", () => {
    const cluster = settled({});
    cluster.execute(cluster.node("eu-1"), write("register", "long"), { consistency: ALL });
    cluster.execute(cluster.node("us-1"), write("register", "short", TTL_MS), { consistency: ALL });
    cluster.runFor(TTL_MS);
    expect(shownAlone(cluster, "register")).toEqual(["", "", ""]);
    cluster.runFor(60_000);
    expect(cluster.total("rows_reclaimed")).toBe(1);
    expect(shownAlone(cluster, "register")).toEqual(["", "", ""]);
    cluster.stopAll();
  });

  /** They meet before the end, or when one side has reclaimed what it has. */
  it.each([
    ["before its end", TTL_MS / 2],
    ["when it is reclaimed", TTL_MS + 60_000],
  ])("and one without, at once, come to what their stamps say: they meet %s", (_when, apartMs) => {
    for (const [first, second, becomes] of [
      [undefined, TTL_MS, ""],
      [TTL_MS, undefined, "later"],
    ] as const) {
      const cluster = settled({});
      cluster.isolate("us-1");
      cluster.runFor(5_000);
      // The later one at the side of two: they reclaim, and the one alone does not.
      cluster.execute(cluster.node("us-1"), write("register", "earlier", first), { consistency: ONE });
      cluster.runFor(2_000);
      cluster.execute(cluster.node("eu-1"), write("register", "later", second), { consistency: ONE });
      cluster.runFor(apartMs);
      cluster.healAll();
      cluster.converge();
      cluster.runFor(TTL_MS + 60_000);
      expect(shownAlone(cluster, "register")).toEqual([becomes, becomes, becomes]);
      expect(kept(cluster)).toBe(0);
      cluster.stopAll();
    }
  });
});
