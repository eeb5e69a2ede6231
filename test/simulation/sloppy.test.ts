/** Sloppy writes: taken with copies on nodes that hold no replica, which survive whatever comes, and go home. */
import { describe, expect, it } from "vitest";
import type { NodeSettings } from "../../src/node/index.js";
import type { Outcome } from "../../src/replication/index.js";
import { SimulatedCluster } from "../../src/simulator/index.js";
import { copiesHeld, tombstones } from "./inspected.js";

const ALL = { consistency: { level: "ALL" } } as const;
const SLOPPY = { isSloppy: true } as const;

interface Scene {
  readonly cluster: SimulatedCluster;
  /** The one replica that is left, and the two that are to be away. */
  readonly coordinator: string;
  readonly away: readonly [string, string];
  /** Nodes of the region without a replica. */
  readonly others: readonly string[];
}

/** One region of five nodes, and one partition on three of them. */
function scene(settings: Partial<NodeSettings> = {}): Scene {
  const cluster = SimulatedCluster.ready({
    regions: ["eu"],
    nodesPerRegion: 5,
    partitions: 1,
    settings,
  });
  const [coordinator = "", first = "", second = ""] = cluster.replicasOf("k");
  const others = cluster.nodes
    .map(({ member }) => member.nodeId)
    .filter((nodeId) => ![coordinator, first, second].includes(nodeId));
  return { cluster, coordinator, away: [first, second], others };
}

function killBoth({ cluster, away }: Scene): void {
  for (const nodeId of away) cluster.kill(cluster.node(nodeId));
  cluster.runFor(5_000);
}

function startBoth({ cluster, away }: Scene): void {
  for (const nodeId of away) cluster.start(cluster.node(nodeId));
}

/** So long fallbacks do not get through to homes. */
const HELD_BACK_MS = 60_000;

/**
 * A put that only its coordinator and the fallbacks have, whereupon the coordinator loses its disk. Then all links are
 * up, clocks and views are told, and no copy gets home for a while.
 */
function orphan(now: Scene, value: string, meanwhile: () => void = () => undefined): void {
  const { cluster, coordinator, away, others } = now;
  for (const home of away) cluster.cut(coordinator, home);
  cluster.runFor(5_000);
  const number = (nodeId: string): number => cluster.node(nodeId).member.number;
  for (const from of others)
    for (const to of away) cluster.messageFaults.disturb(number(from), number(to), { drop: 1 }, HELD_BACK_MS);
  expect(cluster.put(coordinator, "k", value, SLOPPY)).toMatchObject({ kind: "written", fallbackAcks: 1 });
  cluster.runFor(1_000);
  cluster.wipe(cluster.node(coordinator));
  meanwhile();
  cluster.healAll();
  cluster.start(cluster.node(coordinator));
  cluster.runFor(HELD_BACK_MS / 2);
}

function refused(outcome: Outcome): string {
  return outcome.kind === "failed" ? outcome.reason : outcome.kind;
}

describe("a sloppy write", () => {
  it("is taken where a strict one is refused, and says who has it", () => {
    const now = scene();
    const { cluster, coordinator } = now;
    killBoth(now);
    expect(refused(cluster.put(coordinator, "k", "strict"))).toBe("QUORUM_UNAVAILABLE");
    expect(cluster.put(coordinator, "k", "v", SLOPPY)).toMatchObject({
      kind: "written",
      acksReceived: 1,
      fallbackAcks: 1,
    });
    cluster.runFor(1_000);
    expect(copiesHeld(cluster)).toBe(2);
    expect(cluster.delete(coordinator, "k", SLOPPY)).toMatchObject({ acksReceived: 1, fallbackAcks: 1 });
    cluster.stopAll();
  });

  it("uses no fallback while enough replicas are alive, and is refused where even so too few are", () => {
    const now = scene();
    const { cluster, coordinator, away, others } = now;
    cluster.kill(cluster.node(away[0]));
    cluster.runFor(5_000);
    expect(cluster.put(coordinator, "k", "v", SLOPPY)).toMatchObject({ acksReceived: 2, fallbackAcks: 0 });
    cluster.kill(cluster.node(away[1]));
    for (const nodeId of others) cluster.kill(cluster.node(nodeId));
    cluster.runFor(5_000);
    expect(refused(cluster.put(coordinator, "k", "w", SLOPPY))).toBe("QUORUM_UNAVAILABLE");
    cluster.stopAll();
  });

  it("never answers a read: no fallback votes", () => {
    const now = scene();
    const { cluster, coordinator } = now;
    killBoth(now);
    cluster.put(coordinator, "k", "v", SLOPPY);
    expect(cluster.values(coordinator, "k")).toEqual(["! QUORUM_UNAVAILABLE"]);
    expect(cluster.held(coordinator, "k")).toEqual(["v"]);
    cluster.stopAll();
  });

  it("comes by way of a node without a replica as well", () => {
    const now = scene();
    killBoth(now);
    const [other = ""] = now.others;
    expect(now.cluster.put(other, "k", "v", SLOPPY)).toMatchObject({ acksReceived: 1, fallbackAcks: 1 });
    now.cluster.stopAll();
  });

  it("has its copies handed home, after which they are forgotten", () => {
    const now = scene();
    const { cluster, coordinator } = now;
    killBoth(now);
    for (let i = 0; i < 30; i++) cluster.put(coordinator, `k${i}`, "v", SLOPPY);
    cluster.runFor(1_000);
    expect(copiesHeld(cluster)).toBe(60);
    const heldFor = now.others.flatMap((nodeId) => cluster.node(nodeId).api.hints());
    for (const home of now.away)
      expect(heldFor.reduce((sum, hints) => sum + (hints.nodeId === home ? hints.copiesHeld : 0), 0)).toBe(
        30,
      );
    startBoth(now);
    cluster.waitUntil("they are home", () => copiesHeld(cluster) === 0, 30_000);
    cluster.converge();
    expect(cluster.total("fallback_held")).toBe(60);
    expect(cluster.total("fallback_delivered")).toBe(60);
    expect(cluster.total("fallback_dropped")).toBe(0);
    expect(cluster.values(now.away[0], "k7", ALL)).toEqual(["v"]);
    cluster.stopAll();
  });
});

describe("a copy", () => {
  it("is all that is left when the coordinator loses its disk; it comes home, over a restart of the fallback", () => {
    const now = scene();
    const { cluster, coordinator, away, others } = now;
    cluster.put(coordinator, "k", "before", ALL);
    killBoth(now);
    expect(cluster.put(coordinator, "k", "v", SLOPPY).kind).toBe("written");
    cluster.runFor(500);
    cluster.wipe(cluster.node(coordinator));
    for (const nodeId of others) {
      cluster.kill(cluster.node(nodeId), true);
      cluster.start(cluster.node(nodeId));
    }
    cluster.start(cluster.node(coordinator));
    startBoth(now);
    cluster.waitUntil("they are home", () => copiesHeld(cluster) === 0, 60_000);
    cluster.converge();
    for (const nodeId of [coordinator, ...away]) expect(cluster.held(nodeId, "k")).toEqual(["v"]);
    cluster.stopAll();
  });

  it("keeps everybody from closing the actor that minted it, before it is home", () => {
    const now = scene();
    const { cluster, coordinator, away } = now;
    cluster.put(coordinator, "k", "before", ALL);
    orphan(now, "v");
    expect(cluster.total("actors_closed")).toBe(0);
    expect(copiesHeld(cluster)).toBe(2);
    cluster.waitUntil("they are home", () => copiesHeld(cluster) === 0, 2 * HELD_BACK_MS);
    cluster.waitUntil("the actor is closed", () => cluster.total("actors_closed") > 0);
    cluster.converge();
    for (const nodeId of [coordinator, ...away]) expect(cluster.held(nodeId, "k")).toEqual(["v"]);
    cluster.stopAll();
  });

  it("keeps everybody from purging, so that nothing deleted returns with it", () => {
    const now = scene();
    const { cluster, coordinator, away } = now;
    const replicas = [coordinator, ...away];
    cluster.put(away[0], "k", "before", ALL);
    orphan(now, "v", () =>
      expect(cluster.delete(away[0], "k", { consistency: { level: "QUORUM" } }).kind).toBe("written"),
    );
    expect(tombstones(cluster)).toBe(3);
    cluster.waitUntil("they are home", () => copiesHeld(cluster) === 0, 2 * HELD_BACK_MS);
    cluster.waitUntil("all are purged", () => tombstones(cluster) === 0, 60_000);
    cluster.converge();
    for (const nodeId of replicas) expect(cluster.held(nodeId, "k")).toEqual([]);
    cluster.stopAll();
  });

  it("is refused when there is no room", () => {
    const now = scene({ fallbackBytesMax: 1_000 });
    const { cluster, coordinator } = now;
    killBoth(now);
    expect(cluster.put(coordinator, "k", "v", SLOPPY).kind).toBe("written");
    const large = cluster.put(coordinator, "k", "x".repeat(1_000), { ...SLOPPY, timeoutMs: 500 });
    expect(large).toMatchObject({ reason: "QUORUM_TIMEOUT", metadata: { required: "2", received: "1" } });
    expect(cluster.total("fallback_refused")).toBe(2);
    cluster.stopAll();
  });
});

describe("without a live replica in the region", () => {
  it("a write is forwarded to the nearest live one elsewhere", () => {
    const cluster = SimulatedCluster.ready({ regions: ["ap", "eu", "us"], nodesPerRegion: 4, partitions: 1 });
    const local = cluster.replicasOf("k").filter((nodeId) => nodeId.startsWith("eu"));
    const outside = cluster.inRegion("eu").find(({ member }) => !local.includes(member.nodeId));
    for (const nodeId of local) cluster.kill(cluster.node(nodeId));
    cluster.runFor(5_000);
    const at = outside?.member.nodeId ?? "";
    expect(cluster.put(at, "k", "v")).toMatchObject({ kind: "written", fallbackAcks: 0 });
    expect(cluster.counter(at, "operations_forwarded")).toBe(1);
    cluster.stopAll();
  });
});
