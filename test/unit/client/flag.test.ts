import { expect, it } from "vitest";
import { FakeCluster } from "./fake-cluster.js";

it("a flag is off, on, and off again", async () => {
  const cluster = await FakeCluster.start({ eu: 1 });
  const beta = (await cluster.connect()).flag("beta");
  expect(await beta.get("u1")).toBe(false);
  expect(await beta.enable("u1")).toMatchObject({ acksReceived: 2, region: "eu" });
  expect([await beta.get("u1"), await beta.get("u2")]).toEqual([true, false]);
  await beta.disable("u1", { consistency: "EACH_QUORUM" });
  expect(await beta.get("u1")).toBe(false);
  expect(cluster.node("eu-1").requests("update").at(-1)?.consistency).toMatchObject({
    level: "CONSISTENCY_LEVEL_EACH_QUORUM",
  });
});
