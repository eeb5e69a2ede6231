/** A node that is there and does nothing: worse than a dead one, since nobody is told. */
import { expect, it } from "vitest";
import { History } from "./support/history.js";
import { Load } from "./support/load.js";
import { until } from "./support/polling.js";
import { report } from "./support/report.js";
import { TestCluster } from "./support/test-cluster.js";

const REGIONS = ["us-east", "eu-west"];
const PAUSED = "us-east-2";
/** What a call may take by default. */
const TIMEOUT_MS = 5_000;

it("keeps serving beside a paused node, which catches up afterwards", async () => {
  const cluster = await TestCluster.start({ regions: REGIONS, nodesPerRegion: 3 });
  const clients = await Promise.all(REGIONS.map((region) => cluster.client(region)));
  const history = new History();
  const load = Load.start(clients, history);
  await load.goesOn("before the pause");
  const written = history.writes.length;
  await cluster.local.pause(PAUSED);
  for (const { id } of cluster.local.nodes.filter((node) => node.id !== PAUSED))
    await until(`${id} notices`, async () => {
      const { peers } = await cluster.status(id);
      return peers.some(({ nodeId, isAlive }) => nodeId === PAUSED && isAlive) ? "not yet" : undefined;
    });
  const noticedAtMs = performance.now();
  // Also of those that wait for the paused node when it stops: their calls end while it still says nothing.
  await load.goesOn("beside the paused node");
  await cluster.local.resume(PAUSED);
  const during = history.writes.slice(written);
  await load.stop();

  const convergedMs = await cluster.converge();
  const aware = during.filter(({ startedAtMs }) => startedAtMs > noticedAtMs);
  const tookMs = during.map((write) => write.tookMs).toSorted((a, b) => a - b);
  report({
    during: during.length,
    p50Ms: tookMs[Math.floor(tookMs.length * 0.5)],
    p99Ms: tookMs[Math.floor(tookMs.length * 0.99)],
    slowestMs: tookMs.at(-1),
    slowestAwareMs: Math.max(...aware.map((write) => write.tookMs)),
    maybe: history.count("maybe"),
    convergedMs,
    failures: history.failures(),
  });
  // A call that had its time anew at a second node would take twice that.
  expect(tookMs.at(-1)).toBeLessThan(2 * TIMEOUT_MS);
  // Only what the paused node had in hand stays unknown: no other node can tell what became of it.
  expect(history.count("maybe")).toBeLessThanOrEqual(clients.length * Load.workersPerClient);
  expect(history.count("refused")).toBe(0);
  expect(aware.filter(({ outcome }) => outcome.kind !== "acknowledged")).toEqual([]);
  for (const db of clients) expect(await history.brokenIn(db, Load.bucket)).toEqual([]);
});
