/** Nodes killed in the middle of their work, again and again: no write that a client was told of is lost. */
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { History } from "./support/history.js";
import { Load } from "./support/load.js";
import { report } from "./support/report.js";
import { TestCluster } from "./support/test-cluster.js";

const REGIONS = ["us-east", "eu-west"];
const KILLS = 6;

it("survives the kill of any node under load", async () => {
  const cluster = await TestCluster.start({ regions: REGIONS, nodesPerRegion: 3 });
  const clients = await Promise.all(REGIONS.map((region) => cluster.client(region)));
  const history = new History();
  const load = Load.start(clients, history);
  const { nodes } = cluster.local;
  for (let kill = 0; kill < KILLS; kill++) {
    // Any moment of a node's life: also while it catches up from the kill before.
    await delay(Math.random() * 1_000);
    const victim = nodes[(kill * 4) % nodes.length]?.id ?? "";
    await cluster.local.kill(victim);
    await delay(Math.random() * 1_000);
    await load.goesOn(`without ${victim}`);
    await cluster.local.start(victim);
  }
  await load.stop();

  const convergedMs = await cluster.converge();
  report({
    kills: KILLS,
    acknowledged: history.count("acknowledged"),
    maybe: history.count("maybe"),
    refused: history.count("refused"),
    convergedMs,
    failures: history.failures(),
  });
  for (const db of clients) expect(await history.brokenIn(db, Load.bucket)).toEqual([]);
});
