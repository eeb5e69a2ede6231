/** A node that is there and does nothing: worse than a dead one, since nobody is told. */
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { History } from "./support/history.js";
import { Load } from "./support/load.js";
import { until } from "./support/polling.js";
import { report } from "./support/report.js";
import { TestCluster } from "./support/test-cluster.js";

const REGIONS = ["us-east", "eu-west"];
const PAUSED = "us-east-2";
/** Longer than the failure timeout, so that both are seen: a node not yet known to be gone, and one that is. */
const PAUSE_MS = 6_000;
/** The failure timeout and a heartbeat. */
const NOTICED_MS = 3_500;
/** What a call may take by default, and a busy machine. */
const TIMEOUT_MS = 5_000 + 500;

it("keeps serving beside a paused node, which catches up afterwards", async () => {
  const cluster = await TestCluster.start({ regions: REGIONS, nodesPerRegion: 3 });
  const clients = await Promise.all(REGIONS.map((region) => cluster.client(region)));
  const history = new History();
  const load = Load.start(clients, history);
  await until("writes before the pause", () => (history.writes.length > 200 ? undefined : "few"));
  await cluster.local.pause(PAUSED);
  const [written, pausedAtMs] = [history.writes.length, performance.now()];
  await delay(PAUSE_MS);
  await cluster.local.resume(PAUSED);
  const during = history.writes.slice(written);
  await load.stop();

  const convergedMs = await cluster.converge();
  const aware = during.filter(({ startedAtMs }) => startedAtMs > pausedAtMs + NOTICED_MS);
  const tookMs = during.map((write) => write.tookMs).toSorted((a, b) => a - b);
  const slowestAwareMs = Math.max(...aware.map((write) => write.tookMs));
  report({
    during: during.length,
    p50Ms: tookMs[Math.floor(tookMs.length * 0.5)],
    p99Ms: tookMs[Math.floor(tookMs.length * 0.99)],
    slowestMs: tookMs.at(-1),
    slowestAwareMs,
    maybe: history.count("maybe"),
    convergedMs,
    failures: history.failures(),
  });
  expect(during.length).toBeGreaterThan(200);
  expect(tookMs.at(-1)).toBeLessThan(TIMEOUT_MS);
  // Only what the paused node had in hand stays unknown: no other node can tell what became of it.
  expect(history.count("maybe")).toBeLessThanOrEqual(clients.length * Load.workersPerClient);
  expect(history.count("refused")).toBe(0);
  expect(aware.filter(({ outcome }) => outcome.kind !== "acknowledged")).toEqual([]);
  expect(slowestAwareMs).toBeLessThan(2_000);
  for (const db of clients) expect(await history.brokenIn(db, Load.bucket)).toEqual([]);
});
