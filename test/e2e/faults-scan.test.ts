/** Nodes killed under a scan, one after the other: every key that was there throughout comes once, in order. */
import { expect, it } from "vitest";
import { backAgain } from "./support/linking.js";
import { TestCluster } from "./support/test-cluster.js";

const KEYS = Array.from({ length: 1_500 }, (_, at) => `k${String(at).padStart(5, "0")}`);
/** Large enough that no window of a connection takes the whole scan at once. */
const VALUE = "x".repeat(4_000);

it("scans on while each node is killed in its turn, and rows come and go", async () => {
  const cluster = await TestCluster.start({ regions: ["eu-west"], nodesPerRegion: 3 });
  const db = await cluster.client("eu-west", { timeoutMs: 20_000 });
  const rows = db.register<string>("rows");
  const written = await rows.putMany(KEYS.map((key) => ({ key, value: VALUE })));
  expect(written.filter(({ ok }) => !ok)).toEqual([]);
  const sets = db.set("sets");
  for (const key of KEYS.slice(0, 40)) await sets.add(key, "a", "b", "c");

  for (const reverse of [false, true]) {
    const nodes = cluster.local.nodes.map(({ id }) => id);
    const found: string[] = [];
    let victim = "";
    for await (const { key, value } of rows.scan({ reverse, pageSize: 50 })) {
      if (value !== VALUE) continue;
      found.push(key);
      if (found.length % 400 === 200) {
        victim = nodes.shift() ?? "";
        if (victim !== "") await cluster.local.kill(victim);
        await rows.put(`${key}-new`, "came meanwhile");
        await sets.remove(KEYS[found.length % 40] ?? "", "a");
      } else if (found.length % 400 === 0 && victim !== "") {
        await backAgain(cluster, victim);
        victim = "";
      }
    }
    if (victim !== "") await backAgain(cluster, victim);
    expect(nodes).toEqual([]);
    expect(found).toEqual(reverse ? KEYS.toReversed() : KEYS);
    const keys: string[] = [];
    for await (const key of sets.keys({ reverse })) keys.push(key);
    expect(keys).toEqual(reverse ? KEYS.slice(0, 40).reverse() : KEYS.slice(0, 40));
  }
});
