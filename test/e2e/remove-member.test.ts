/** A dead member is removed by command, comes back, and leaves what only it has in quarantine. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { atoll } from "./cli-fixture.js";
import { until } from "./support/polling.js";
import { TestCluster } from "./support/test-cluster.js";

const GONE = "us-east-2";
const STAYING = ["eu-west-1", "eu-west-2", "us-east-1"];

it("removes a dead member, refuses it when it is back, and saves what only it has", async () => {
  const cluster = await TestCluster.start({ regions: ["eu-west", "us-east"], nodesPerRegion: 2 });
  const clientOf = (nodeId: string) => cluster.local.node(nodeId).client;
  const at = (nodeId: string, ...args: string[]) => atoll([...args, "--endpoint", clientOf(nodeId)]);
  const remove = (...args: string[]) => at("eu-west-1", "admin", "remove-member", ...args);

  expect(await at("us-east-2", "put", "cart", "shared")).toMatchObject({ code: 0 });
  await cluster.converge();
  expect(await remove(GONE)).toMatchObject({ code: 2, stderr: expect.stringContaining("--yes") });
  const alive = await remove(GONE, "--yes");
  expect([alive.code, alive.stderr]).toEqual([1, expect.stringContaining("is alive; stop it for good")]);

  await cluster.local.partition(GONE);
  await until("it is missed", async () => {
    const { peers } = await cluster.status("eu-west-1");
    return peers.some(({ nodeId, isAlive }) => nodeId === GONE && isAlive) ? "it is alive" : undefined;
  });
  // The command would go to the other node of the region, which the cluster can reach.
  const weights = Object.fromEntries([GONE, ...STAYING].map((id) => [id, id === GONE ? 1 : 0]));
  const client = await cluster.client("us-east", { balancing: { policy: "weighted", weights } });
  const bucket = client.register("default");
  expect((await bucket.put("alone", "text", { consistency: "ONE" })).acksReceived).toBe(1);
  expect((await bucket.delete("cart", { consistency: "ONE" })).acksReceived).toBe(1);
  const removed = await remove(GONE, "--yes", "--json");
  expect([removed.code, removed.stdout]).toEqual([0, '{"layoutVersion":2}\n']);
  for (const nodeId of STAYING)
    await until(`${nodeId} has the layout`, async () => {
      const { layoutVersion, peers, state } = await cluster.status(nodeId);
      return layoutVersion === 2 && state === "ready" && peers.length === 2
        ? undefined
        : `layout ${layoutVersion}, ${state}`;
    });

  await cluster.local.heal();
  await until("it has ended", async () =>
    (await cluster.local.pid(GONE)) === undefined ? undefined : "it runs",
  );
  const folder = join(cluster.local.dataDir, GONE);
  const said = readFileSync(join(folder, "output.log"), "utf8");
  expect(said).toContain(`node ${GONE} was removed from the cluster`);
  expect(said).toContain("2 writes that no other member is known to have are in ");
  const data = ["--data", join(folder, "data")];
  const list = await atoll(["admin", "quarantine", "list", "--json", ...data]);
  expect(JSON.parse(list.stdout)).toMatchObject({
    files: [{ bucket: "default", type: "register", values: 1, deletes: 1, damaged: 0 }],
  });
  const exported = await atoll(["admin", "quarantine", "export", ...data]);
  expect([exported.code, exported.stdout]).toEqual([1, '{"key":"alone","value":"text"}\n']);
  expect(await at("us-east-1", "get", "cart")).toMatchObject({ code: 0, stdout: "shared\n" });
  expect(await at("us-east-1", "get", "alone")).toMatchObject({ code: 3 });
  const imported = await atoll(["import", "-", "--endpoint", clientOf("us-east-1")], {
    stdin: exported.stdout,
  });
  expect(imported.code).toBe(0);
  expect(await at("eu-west-1", "get", "alone")).toMatchObject({ code: 0, stdout: "text\n" });
  // Again: the same is not written a second time.
  await expect(cluster.local.start(GONE)).rejects.toThrow(
    `${GONE} was removed from the cluster by layout 2. The others refused it, so it has ended again.`,
  );
  expect(await cluster.local.pid(GONE)).toBeUndefined();
  const twice = await remove(GONE, "--yes");
  expect([twice.code, twice.stderr]).toEqual([1, expect.stringContaining(`${GONE} was removed by layout 2`)]);
  const again = await atoll(["admin", "quarantine", "list", "--json", ...data]);
  expect(again.stdout).toBe(list.stdout);
});
