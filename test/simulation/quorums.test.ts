/** Whom each consistency level waits for, what is refused before anything is written, and what a shortage says. */
import { describe, expect, it } from "vitest";
import type { Consistency, Outcome } from "../../src/replication/index.js";
import { getOf, putOf, SimulatedCluster } from "../../src/simulator/index.js";

/** Needed replicas by level, in three regions of three. */
const LEVELS: readonly (readonly [Consistency, number])[] = [
  [{ level: "ONE" }, 1],
  [{ level: "TWO" }, 2],
  [{ level: "THREE" }, 3],
  [{ level: "LOCAL_ONE" }, 1],
  [{ level: "LOCAL_QUORUM" }, 2],
  [{ level: "QUORUM" }, 5],
  [{ level: "EACH_QUORUM" }, 6],
  [{ level: "ALL" }, 9],
  [{ replicas: 1 }, 1],
  [{ replicas: 3 }, 3],
  [{ replicas: 4 }, 4],
  [{ replicas: 9 }, 9],
];
const nameOf = (consistency: Consistency): string =>
  "level" in consistency ? consistency.level : String(consistency.replicas);

function shortage(outcome: Outcome): Record<string, unknown> {
  return outcome.kind === "failed" ? { reason: outcome.reason, ...outcome.metadata } : { kind: outcome.kind };
}

describe("three regions of three nodes", () => {
  it("waits for exactly the replicas that each level names, and says how many came", () => {
    const cluster = SimulatedCluster.ready({ nodesPerRegion: 3, partitions: 1 });
    // Believed to be alive for three more seconds, and silent: only the three of the region can acknowledge.
    cluster.cutRegions("eu", "us");
    cluster.cutRegions("eu", "ap");
    const options = { timeoutMs: 1_000 };
    const attempts = LEVELS.map(([consistency, required]) => ({
      level: nameOf(consistency),
      required,
      write: cluster.begin("eu-1", putOf(nameOf(consistency), "v"), { ...options, consistency }),
      read: cluster.begin("eu-2", getOf("k"), { ...options, consistency }),
    }));
    for (const { level, required, write, read } of attempts) {
      const written = cluster.waitFor(write);
      const got = cluster.waitFor(read);
      if (required <= 3) {
        expect([level, written.kind, got.kind]).toEqual([level, "written", "read"]);
        if (written.kind === "written") expect(written.acksReceived).toBeGreaterThanOrEqual(required);
        continue;
      }
      const received = level === "EACH_QUORUM" ? "2" : "3";
      const expected = { reason: "QUORUM_TIMEOUT", required: String(required), received };
      expect([level, shortage(written)]).toEqual([level, expected]);
      expect([level, shortage(got)]).toEqual([level, expected]);
    }
    // What was written stands, and lands.
    cluster.healAll();
    cluster.converge();
    for (const [consistency] of LEVELS)
      for (const nodeId of ["eu-3", "us-1", "ap-2"])
        expect(cluster.held(nodeId, nameOf(consistency))).toEqual(["v"]);
    cluster.stopAll();
  });

  it("refuses before it writes when too few replicas live, with exact numbers", () => {
    const cluster = SimulatedCluster.ready({ nodesPerRegion: 3, partitions: 1 });
    for (const { member } of [...cluster.inRegion("us"), cluster.node("ap-1"), cluster.node("ap-2")])
      cluster.kill(cluster.node(member.nodeId));
    cluster.runFor(1_000);
    const alive = new Map([
      ["QUORUM", "4"],
      ["EACH_QUORUM", "3"],
      ["ALL", "4"],
      ["9", "4"],
    ]);
    for (const [consistency, required] of LEVELS) {
      const level = nameOf(consistency);
      const written = cluster.put("eu-1", level, "v", { consistency });
      const got = cluster.get("eu-1", level, { consistency });
      const count = alive.get(level);
      if (count === undefined) {
        expect([level, written.kind, got.kind]).toEqual([level, "written", "read"]);
        continue;
      }
      const expected = { reason: "QUORUM_UNAVAILABLE", required: String(required), alive: count };
      expect([level, shortage(written)]).toEqual([level, expected]);
      expect([level, shortage(got)]).toEqual([level, expected]);
      for (const nodeId of ["eu-1", "eu-2", "eu-3", "ap-3"]) expect(cluster.held(nodeId, level)).toEqual([]);
    }
    expect(cluster.counter("eu-1", "writes_coordinated")).toBe(LEVELS.length - alive.size);
    cluster.stopAll();
  });

  it("keeps local levels going when all other regions are gone, and refuses them only without a local majority", () => {
    const cluster = SimulatedCluster.ready({ nodesPerRegion: 3, partitions: 1 });
    for (const region of ["us", "ap"]) for (const node of cluster.inRegion(region)) cluster.kill(node, true);
    for (const level of ["LOCAL_ONE", "LOCAL_QUORUM", "ONE", "TWO", "THREE"] as const) {
      expect(cluster.put("eu-2", "k", level, { consistency: { level } })).toMatchObject({ kind: "written" });
      expect(cluster.values("eu-3", "k", { consistency: { level } })).toEqual([level]);
    }
    cluster.kill(cluster.node("eu-2"));
    expect(cluster.put("eu-1", "k", "two left")).toMatchObject({ kind: "written" });
    cluster.kill(cluster.node("eu-3"));
    cluster.runFor(4_000);
    expect(shortage(cluster.put("eu-1", "k", "one left"))).toEqual({
      reason: "QUORUM_UNAVAILABLE",
      required: "2",
      alive: "1",
    });
    expect(cluster.held("eu-1", "k")).toEqual(["two left"]);
    cluster.stopAll();
  });

  it("refuses EACH_QUORUM while one region is short, whatever the others have", () => {
    const cluster = SimulatedCluster.ready({ nodesPerRegion: 3, partitions: 1 });
    cluster.kill(cluster.node("us-1"));
    cluster.kill(cluster.node("us-2"));
    cluster.runFor(100);
    const consistency = { level: "EACH_QUORUM" } as const;
    const expected = { reason: "QUORUM_UNAVAILABLE", required: "6", alive: "5" };
    expect(shortage(cluster.put("eu-1", "k", "v", { consistency }))).toEqual(expected);
    cluster.start(cluster.node("us-2"));
    cluster.waitUntil("us-2 is back", () => cluster.node("us-2").api.status().state === "READY");
    cluster.runFor(1_000);
    expect(cluster.put("eu-1", "k", "v", { consistency })).toMatchObject({ kind: "written" });
    cluster.stopAll();
  });
});

describe("levels that the replica set cannot meet", () => {
  it("refuses numbers above and below it as bad requests, naming the field", () => {
    const cluster = SimulatedCluster.ready({ nodesPerRegion: 1, regions: ["eu", "us"], partitions: 1 });
    const bad: Consistency[] = [
      { replicas: 3 },
      { replicas: 0 },
      { replicas: -1 },
      { replicas: 1.5 },
      { level: "THREE" },
    ];
    for (const consistency of bad) {
      const expected = { reason: "BAD_REQUEST", field: "options.consistency" };
      expect(shortage(cluster.put("eu-1", "k", "v", { consistency }))).toEqual(expected);
      expect(shortage(cluster.get("eu-1", "k", { consistency }))).toEqual(expected);
    }
    expect(cluster.total("writes_coordinated")).toBe(0);
    for (const consistency of [{ replicas: 2 }, { level: "TWO" }, { level: "ALL" }] as const)
      expect(cluster.put("eu-1", "k", "v", { consistency })).toMatchObject({ acksReceived: 2 });
    cluster.stopAll();
  });
});
