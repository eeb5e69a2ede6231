/** A whole region gone: the others take over for its clients, and give them back. */
import { expect, it } from "vitest";
import { AtollError } from "../../src/client/index.js";
import { coordinatingRegion } from "./support/coordinators.js";
import { History } from "./support/history.js";
import { Load } from "./support/load.js";
import { until } from "./support/polling.js";
import { report } from "./support/report.js";
import { TestCluster } from "./support/test-cluster.js";

const REGIONS = ["us-east", "eu-west", "ap-northeast"];
const LOST = "us-east";

/** Of what is written into connections whose end the client has not seen yet. */
function onlyMaybeApplied(error: unknown): undefined {
  if (!(error instanceof AtollError && error.maybeApplied)) throw error;
}

it("serves the clients of a killed region elsewhere, and at home again once it is back", async () => {
  const cluster = await TestCluster.start({ regions: REGIONS, nodesPerRegion: 2 });
  const clients = await Promise.all(REGIONS.map((region) => cluster.client(region)));
  const [orphan] = clients;
  if (orphan === undefined) throw new Error("a client for each region");
  const bucket = orphan.register<string>("home");
  const servedFrom = async (key: string) =>
    coordinatingRegion(cluster.local, "home", key, await bucket.put(key, "x"));
  expect(await servedFrom("before")).toBe(LOST);

  let visits = 0;
  const history = new History();
  const load = Load.start(clients, history);
  await load.goesOn("before the kill");
  await cluster.local.kill(LOST);
  await until("the client to be served elsewhere", async () => {
    const region = await servedFrom(`during-${visits++}`).catch(onlyMaybeApplied);
    return region === LOST || region === undefined ? `served from ${region}` : undefined;
  });
  await load.goesOn("when the region has just gone");
  const noticedAtMs = performance.now();
  await load.goesOn("while the region is gone");
  const during = history.writes.filter(({ startedAtMs }) => startedAtMs > noticedAtMs);

  await cluster.local.start(LOST);
  await until("the client to come home", async () => {
    const region = await servedFrom(`back-${visits++}`);
    return region === LOST ? undefined : `served from ${region}`;
  });
  await load.stop();
  const convergedMs = await cluster.converge();
  const slowestMs = Math.max(...during.map(({ tookMs }) => tookMs));
  report({
    acknowledged: history.count("acknowledged"),
    maybe: history.count("maybe"),
    refused: history.count("refused"),
    during: during.length,
    slowestMs,
    convergedMs,
    failures: history.failures(),
  });
  expect(during.filter(({ outcome }) => outcome.kind !== "acknowledged")).toEqual([]);
  for (const db of clients) expect(await history.brokenIn(db, Load.bucket)).toEqual([]);
});
