/** Two processes that say they are one node: one of them gives up and says why, and the cluster does not mind. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { History } from "./support/history.js";
import { Load } from "./support/load.js";
import { ANY_PORTS, configFile, NodeProcess, temporaryFolder } from "./support/node-process.js";
import { until } from "./support/polling.js";
import { report } from "./support/report.js";
import { TestCluster } from "./support/test-cluster.js";

const REGIONS = ["us-east", "eu-west"];
const DOUBLED = "us-east-1";
/** Peers refuse a double for ten seconds before it believes them: an old link of its own may look like another. */
const GIVES_UP_MS = 30_000;

it("survives two processes with one node id", async () => {
  const cluster = await TestCluster.start({ regions: REGIONS, nodesPerRegion: 2 });
  const clients = await Promise.all(REGIONS.map((region) => cluster.client(region)));
  const history = new History();
  const load = Load.start(clients, history);
  const pid = await cluster.pid(DOUBLED);
  const settings: unknown = JSON.parse(
    readFileSync(join(cluster.local.dataDir, DOUBLED, "node.json"), "utf8"),
  );

  const config = configFile({ ...Object(settings), log: { level: "error" } });
  const double = new NodeProcess([
    "--config",
    config,
    "--data",
    join(temporaryFolder(), "data"),
    ...ANY_PORTS,
  ]);
  const startMs = performance.now();
  const { code, stderr } = await double.exit(GIVES_UP_MS);
  expect(stderr).toMatch(/error: .*another live process is node us-east-1; stop one of the two/);
  expect(code).toBe(1);
  expect(await cluster.pid(DOUBLED)).toBe(pid);
  await until("the node to have its peers", async () => {
    const lost = (await cluster.status(DOUBLED)).peers.filter(({ isAlive }) => !isAlive);
    return lost.length === 0 ? undefined : `lost ${lost.map(({ nodeId }) => nodeId)}`;
  });

  await load.stop();
  const convergedMs = await cluster.converge();
  report({
    gaveUpMs: performance.now() - startMs,
    acknowledged: history.count("acknowledged"),
    maybe: history.count("maybe"),
    convergedMs,
    failures: history.failures(),
  });
  expect(history.count("refused")).toBe(0);
  for (const db of clients) expect(await history.brokenIn(db, Load.bucket)).toEqual([]);
});
