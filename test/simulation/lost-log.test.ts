/** A store that lost what it had flushed: its log or its mark tells, and it hears the others out before it votes again. */
import { describe, expect, it } from "vitest";
import { type RunningNode, SimulatedCluster } from "../../src/simulator/index.js";

const QUORUM = { consistency: { level: "QUORUM" } } as const;

function withWrites(): { cluster: SimulatedCluster; node: RunningNode } {
  const cluster = SimulatedCluster.ready({ regions: ["eu"], nodesPerRegion: 3, partitions: 1 });
  const node = cluster.node("eu-1");
  for (let i = 0; i < 20; i++) {
    cluster.put("eu-2", `k${i}`, `v${i}`, QUORUM);
    if (i !== 10) continue;
    // What it holds by now is in a table, and safe.
    cluster.stop(node);
    cluster.start(node);
    cluster.converge();
  }
  cluster.runFor(1_000);
  return { cluster, node };
}

function expectAllBack(cluster: SimulatedCluster): void {
  cluster.converge();
  for (let i = 0; i < 20; i++) expect(cluster.held("eu-1", `k${i}`)).toEqual([`v${i}`]);
  cluster.stopAll();
}

describe("a node that lost a part of its store", () => {
  it("because its log was damaged, is in doubt, catches up, and has it all again", () => {
    const { cluster, node } = withWrites();
    expect(node.host.disk.flipLogBit()).toBeGreaterThan(0);
    cluster.isolate("eu-1");
    cluster.kill(node);
    cluster.start(node);
    cluster.waitUntil("it runs", () => node.api.inspect() !== undefined);
    expect(node.api.inspect()?.partitions[0]?.doubt).toBeDefined();
    cluster.healAll();
    expectAllBack(cluster);
  });

  it("because a flush failed, ends, and has it all again after a power cut", () => {
    const { cluster, node } = withWrites();
    node.host.disk.failNextSync("IO");
    expect(cluster.put("eu-1", "k20", "v", QUORUM)).toMatchObject({ reason: "MAYBE_APPLIED" });
    expect(node.ends).toMatchObject([{ kind: "storage-failed" }]);
    node.ends.length = 0;
    cluster.kill(node, true);
    cluster.start(node);
    expectAllBack(cluster);
  });
});
