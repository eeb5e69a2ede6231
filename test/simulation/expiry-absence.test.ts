/** Who was away when values ended and were reclaimed brings nothing of them back, and loses nothing that it was told meanwhile. */
import { describe, expect, it } from "vitest";
import { SimulatedCluster } from "../../src/simulator/index.js";
import { tombstones } from "./inspected.js";
import { ALL, kept, ONE, shown, shownAlone, TYPES, write } from "./lasting.js";

const TTL_MS = 10_000;
const LONGER_MS = 150_000;
/** One more than two: without three clocks nobody knows the time well enough to reclaim. */
const REGIONS = ["ap", "eu", "sa", "us"];
const NOTHING = REGIONS.map(() => "");

/** One of each type in one partition; the register replaced a value without an end. */
function withValues(
  settings: { maxHintWindowMs?: number; requestIdWindowMs?: number } = {},
): SimulatedCluster {
  const cluster = SimulatedCluster.ready({ partitions: 1, regions: REGIONS, settings });
  cluster.execute(cluster.node("ap-1"), write("register", "old"), { consistency: ALL });
  for (const type of TYPES) {
    const outcome = cluster.execute(cluster.node("eu-1"), write(type, "v", TTL_MS), { consistency: ALL });
    expect(outcome.kind).toBe("written");
  }
  return cluster;
}

function expectNothing(cluster: SimulatedCluster): void {
  for (const type of TYPES) {
    expect([type, ...shownAlone(cluster, type)]).toEqual([type, ...NOTHING]);
    expect([type, shown(cluster, "us-1", type, ALL)]).toEqual([type, ""]);
  }
}

function waitUntilNothingIsLeft(cluster: SimulatedCluster): void {
  cluster.waitUntil("nothing is left", () => tombstones(cluster) === 0 && kept(cluster) === 0);
}

describe("what ends while a member is away", () => {
  it("does not come back with it, nor once nothing is left of it", () => {
    const cluster = withValues();
    const away = cluster.node("us-1");
    cluster.kill(away);
    cluster.waitUntil("all is reclaimed", () => kept(cluster) === 0);
    cluster.runFor(60_000);
    // Until all have seen it, a register is remembered as gone.
    expect(tombstones(cluster)).toBe(3);
    cluster.start(away);
    cluster.converge();
    expectNothing(cluster);
    waitUntilNothingIsLeft(cluster);
    cluster.converge();
    expectNothing(cluster);
    cluster.stopAll();
  });

  it("does not come back with it where no log tells any more that it was removed", () => {
    const windowMs = 60_000;
    const cluster = withValues({ maxHintWindowMs: windowMs, requestIdWindowMs: TTL_MS });
    cluster.kill(cluster.node("us-1"));
    cluster.waitUntil("all is reclaimed", () => kept(cluster) === 0);
    cluster.runFor(2 * windowMs);
    expect(cluster.total("hints_expired")).toBeGreaterThan(0);
    cluster.start(cluster.node("us-1"));
    cluster.converge();
    expectNothing(cluster);
    waitUntilNothingIsLeft(cluster);
    cluster.stopAll();
  });

  it("does not come back with a disk of before, once all have purged it", () => {
    const cluster = withValues();
    const back = cluster.node("us-1");
    const snapshot = back.host.disk.snapshot();
    cluster.runFor(TTL_MS);
    waitUntilNothingIsLeft(cluster);
    cluster.kill(back);
    back.host.disk.rollback(snapshot, "disk");
    cluster.start(back);
    cluster.waitUntil("it has heard of the others", () => kept(cluster) === 0);
    cluster.converge();
    expectNothing(cluster);
    waitUntilNothingIsLeft(cluster);
    expectNothing(cluster);
    cluster.stopAll();
  });
});

describe("what is written for longer at the side of one, while the others reclaim what was there", () => {
  it.each([
    ["before its end", TTL_MS / 2],
    ["after its end", TTL_MS + 1],
    ["long after it", TTL_MS + 60_000],
  ])("stays: %s", (_when, atMs) => {
    const cluster = withValues();
    cluster.isolate("us-1");
    cluster.runFor(atMs);
    for (const type of TYPES)
      expect(
        cluster.execute(cluster.node("us-1"), write(type, "new", LONGER_MS), { consistency: ONE }).kind,
      ).toBe("written");
    cluster.runFor(20_000);
    expect(cluster.total("rows_reclaimed")).toBeGreaterThan(0);
    cluster.healAll();
    cluster.converge();
    // Of the counter, what this node has counted: nothing before.
    const expected = { register: "new", multi: "new", counter: "1", flag: "there", set: "there", map: "new" };
    for (const type of TYPES)
      expect([type, ...shownAlone(cluster, type)]).toEqual([type, ...REGIONS.map(() => expected[type])]);
    cluster.runFor(LONGER_MS);
    expectNothing(cluster);
    waitUntilNothingIsLeft(cluster);
    cluster.stopAll();
  });
});

describe("what was put at the side of one, before what the others put with an end", () => {
  it.each([
    ["before that end", TTL_MS / 2],
    ["when that is reclaimed, and only its tombstone tells of it", TTL_MS + 60_000],
  ])("has lost, and does not show when it comes: %s", (_when, apartMs) => {
    const cluster = SimulatedCluster.ready({ partitions: 1, regions: REGIONS });
    cluster.isolate("us-1");
    cluster.execute(cluster.node("us-1"), write("register", "older"), { consistency: ONE });
    cluster.runFor(2_000);
    cluster.execute(cluster.node("eu-1"), write("register", "newer", TTL_MS), { consistency: ONE });
    cluster.runFor(apartMs);
    expect(tombstones(cluster)).toBe(apartMs > TTL_MS ? 3 : 0);
    cluster.healAll();
    cluster.converge();
    cluster.runFor(TTL_MS);
    expect(shownAlone(cluster, "register")).toEqual(NOTHING);
    waitUntilNothingIsLeft(cluster);
    expect(shownAlone(cluster, "register")).toEqual(NOTHING);
    cluster.stopAll();
  });
});
