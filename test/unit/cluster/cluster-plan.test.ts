import { describe, expect, it } from "vitest";
import { type ClusterShape, checkSameShape, planCluster } from "../../../cluster/cluster-plan.js";

describe("a plan", () => {
  it("has a link from every node to every other, and no port twice", async () => {
    const plan = await planCluster({ regions: ["a", "b", "c"], nodesPerRegion: 2 }, false);
    const pairs = plan.links?.routes.map((route) => `${route.from} ${route.to}`) ?? [];
    expect(new Set(pairs).size).toBe(6 * 5);
    for (const route of plan.links?.routes ?? []) expect(route.from).not.toBe(route.to);
    const addresses = [
      ...plan.nodes.flatMap((node) => [node.client, node.peer, node.admin]),
      ...(plan.links?.routes.map((route) => route.listen) ?? []),
      plan.links?.control,
    ];
    expect(new Set(addresses).size).toBe(6 * 3 + 6 * 5 + 1);
    expect(addresses.every((address) => /^127\.0\.0\.1:(1[7-9]|2\d|3[01])\d{3}$/.test(address ?? ""))).toBe(
      true,
    );
  });

  it("has no links when it is direct", async () => {
    expect((await planCluster({ regions: ["a"], direct: true }, false)).links).toBeNull();
  });

  it.each<[ClusterShape, string]>([
    [{ regions: [] }, "1 to 64 regions"],
    [{ regions: ["a", "a"] }, "named twice"],
    [{ regions: ["../../etc"] }, "no name for a region"],
    [{ regions: [""] }, "no name for a region"],
    [{ regions: ["eu", "eu-1"] }, "would be called as node eu-1"],
    [{ nodesPerRegion: 0 }, "nodes per region"],
    [{ nodesPerRegion: 1.5 }, "nodes per region"],
    [{ partitions: 100 }, "power of two"],
    [{ replicas: 17 }, "replicas"],
    [{ nodesPerRegion: 2, replicas: 3 }, "3 replicas in each region need as many nodes there, not 2"],
    [{ direct: true, wan: true }, "choose one"],
  ])("refuses %j", async (shape, message) => {
    await expect(planCluster(shape, false)).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining(message),
    });
  });
});

describe("asking for a cluster that is there", () => {
  it("takes the same shape, or parts of it, and says what is different", async () => {
    const shape = { regions: ["a", "b"], nodesPerRegion: 1, wan: true };
    const plan = await planCluster(shape, false);
    checkSameShape(plan, shape, "x");
    checkSameShape(plan, {}, "x");
    expect(() => checkSameShape(plan, { regions: ["b", "a"], replicas: 2 }, "x")).toThrow(
      "regions is a,b, not b,a; replicas is 3, not 2",
    );
  });
});
