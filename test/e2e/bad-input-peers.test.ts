/** Hostile bytes on the peer port of a node that works: it stays, it serves, and its data is what it was. */
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { INCARNATION_MAX } from "../../src/causality/index.js";
import { SeededRandom } from "../../src/runtime/simulated/index.js";
import { fuzzedFrames } from "./support/fuzzed-frames.js";
import { report } from "./support/report.js";
import { frameOf, RoguePeer } from "./support/rogue-peer.js";
import { TestCluster } from "./support/test-cluster.js";

const SHAPE = { regions: ["us-east", "eu-west"], nodesPerRegion: 2 };
const ABSENT = "us-east-1";
const TARGET = "eu-west-2";
const FRAMES = 150;

/** A cluster with data in which one node was stopped, and what is known of it. */
async function clusterWithoutOne(): Promise<{ cluster: TestCluster; before: string; incarnation: number }> {
  const cluster = await TestCluster.start(SHAPE);
  const db = await cluster.client("eu-west");
  for (let n = 0; n < 50; n++) await db.register("data").put(`k${n}`, n);
  await cluster.converge();
  const { all } = await cluster.digest(TARGET);
  const { incarnation } = await cluster.status(ABSENT);
  await cluster.local.stop(ABSENT);
  return { cluster, before: all, incarnation };
}

/** Nobody died, nothing changed, both regions serve, and the absent node finds its place again. */
async function expectUnharmed(cluster: TestCluster, pid: number, before: string): Promise<void> {
  expect(await cluster.pid(TARGET)).toBe(pid);
  expect((await cluster.digest(TARGET)).all).toBe(before);
  await cluster.local.start(ABSENT);
  await cluster.converge();
  expect((await cluster.digest(ABSENT)).all).toBe(before);
  for (const region of SHAPE.regions) {
    const db = await cluster.client(region);
    for (let n = 0; n < 20; n++) {
      await db.register("data").put(`${region}-${n}`, n, { consistency: "ALL" });
      expect((await db.register("data").get(`k${n}`, { consistency: "ALL" })).value).toBe(n);
    }
  }
  await cluster.converge();
}

it("survives frames that are no frames, from who says it is a member", async () => {
  const { cluster, before, incarnation } = await clusterWithoutOne();
  const pid = await cluster.pid(TARGET);
  const rogue = await RoguePeer.start(cluster, ABSENT, TARGET, { incarnation: incarnation + 1 });
  await rogue.connect();
  const frames = fuzzedFrames(new SeededRandom(1));
  await rogue.send(Array.from({ length: FRAMES }, () => frames.next().value));
  await rogue.close();
  report({ linksEnded: rogue.ends });
  expect(rogue.ends).toBeGreaterThan(20);
  await expectUnharmed(cluster, pid, before);
});

it("takes no stamp and no incarnation from the end of time", async () => {
  const { cluster, before, incarnation } = await clusterWithoutOne();
  const pid = await cluster.pid(TARGET);
  const rogue = await RoguePeer.start(cluster, ABSENT, TARGET, { incarnation: incarnation + 1 });
  await rogue.connect();
  const hlc = 2n ** 64n - 1n;
  const times = { sentMs: 1, echoMs: 0, echoDelayMs: 0, wallMs: Date.now() };
  await rogue.send([frameOf({ type: "heartbeat", ...times, hlc, isHeard: true })]);
  await delay(200);
  await rogue.close();
  await expectUnharmed(cluster, pid, before);
  await cluster.local.stop(ABSENT);
  const ancient = await RoguePeer.start(cluster, ABSENT, TARGET, { incarnation: INCARNATION_MAX });
  expect(await ancient.refusal()).toMatch(/incarnation/i);
  await ancient.close();
  await cluster.local.start(ABSENT);
});
