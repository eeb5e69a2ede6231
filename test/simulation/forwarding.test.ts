/** Any node takes any request: one that holds no replica of the key finds somebody who does. */
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/codec/index.js";
import type { Outcome } from "../../src/replication/index.js";
import { getOf, putOf, SimulatedCluster } from "../../src/simulator/index.js";

const REQUEST_ID = "ffeeddccbbaa99887766554433221100";

interface Scene {
  readonly cluster: SimulatedCluster;
  /** In eu: the one that holds nothing, and the two that hold the key. */
  readonly outside: string;
  readonly replicas: readonly [string, string];
  /** Set to act when a message is sent. */
  onMessage: (from: string, to: string, message: Message) => void;
}

/** Three nodes a region, of which two hold the one partition. */
function makeScene(options: { readonly clockOffsetsMs?: Record<string, number> } = {}): Scene {
  let scene: Scene | undefined;
  const cluster = SimulatedCluster.ready({
    ...options,
    nodesPerRegion: 3,
    replicas: 2,
    partitions: 1,
    onMessage: (from, to, message) => scene?.onMessage(from, to, message),
  });
  cluster.runFor(2_000);
  const holders = cluster.replicasOf("k").filter((nodeId) => nodeId.startsWith("eu"));
  const outside = ["eu-1", "eu-2", "eu-3"].find((nodeId) => !holders.includes(nodeId)) ?? "";
  const byDistance = holders.toSorted(
    (a, b) => roundTripMs(cluster, outside, a) - roundTripMs(cluster, outside, b),
  );
  const [near, far] = byDistance;
  if (near === undefined || far === undefined) throw new Error("two replicas in eu are needed");
  scene = { cluster, outside, replicas: [near, far], onMessage: () => undefined };
  return scene;
}

function roundTripMs(cluster: SimulatedCluster, from: string, to: string): number {
  const { peers } = cluster.node(from).api.status();
  return peers.find(({ nodeId }) => nodeId === to)?.roundTripMs ?? 0;
}

function said(outcome: Outcome): string {
  return outcome.kind === "failed" ? outcome.reason : outcome.kind;
}

describe("a node that holds no replica of the key", () => {
  it("forwards to a replica of its region, and to no other", () => {
    const scene = makeScene();
    const { cluster, outside } = scene;
    const asked = new Set<string>();
    scene.onMessage = (from, to, message) => {
      if (from === outside && message.type === "forward-request") asked.add(to);
    };
    expect(said(cluster.put(outside, "k", "v"))).toBe("written");
    expect(cluster.values(outside, "k")).toEqual(["v"]);
    expect([...asked]).toEqual([scene.replicas[0]]);
    cluster.stopAll();
  });

  it("forwards to another region when all replicas of its own are dead", () => {
    const { cluster, outside, replicas } = makeScene();
    for (const nodeId of replicas) cluster.kill(cluster.node(nodeId));
    cluster.runFor(100);
    expect(said(cluster.put(outside, "k", "v"))).toBe("written");
    expect(cluster.values(outside, "k")).toEqual(["v"]);
    cluster.stopAll();
  });

  it("says that nothing was done when no replica is alive anywhere", () => {
    const { cluster, outside } = makeScene();
    for (const nodeId of cluster.replicasOf("k")) cluster.kill(cluster.node(nodeId));
    cluster.runFor(4_000);
    const expected = { reason: "QUORUM_UNAVAILABLE", metadata: { required: "1", alive: "0" } };
    expect(cluster.put(outside, "k", "v")).toMatchObject(expected);
    expect(cluster.get(outside, "k")).toMatchObject(expected);
    cluster.stopAll();
  });

  it("has a read answered by the next replica when the first one dies over it", () => {
    const scene = makeScene();
    const { cluster, outside, replicas } = scene;
    cluster.put(replicas[0], "k", "v", { consistency: { level: "ALL" } });
    scene.onMessage = (_from, to, message) => {
      if (message.type === "forward-request" && to === replicas[0]) cluster.kill(cluster.node(to));
    };
    const consistency = { level: "ONE" } as const;
    expect(cluster.values(outside, "k", { consistency })).toEqual(["v"]);
    expect(cluster.counter(outside, "operations_forwarded")).toBe(2);
    cluster.stopAll();
  });

  it("says maybe for a write without a request id when its coordinator dies over it", () => {
    const scene = makeScene();
    const { cluster, outside, replicas } = scene;
    scene.onMessage = (_from, to, message) => {
      if (message.type === "forward-request" && to === replicas[0]) cluster.kill(cluster.node(to));
    };
    expect(said(cluster.put(outside, "k", "v", { type: "multi" }))).toBe("MAYBE_APPLIED");
    expect(cluster.counter(outside, "operations_forwarded")).toBe(1);
    cluster.stopAll();
  });

  it.each(["forward-request", "delta", "ack"] as const)(
    "applies a write with a request id at most once when its coordinator dies at its first %s",
    (moment) => {
      const scene = makeScene();
      const { cluster, outside, replicas } = scene;
      const victim = cluster.node(replicas[0]);
      scene.onMessage = (from, to, message) => {
        const isVictims = moment === "delta" ? from === replicas[0] : to === replicas[0];
        if (message.type !== moment || !isVictims || !victim.isUp) return;
        cluster.world.time.schedule(0, () => cluster.kill(victim));
      };
      const options = { requestId: REQUEST_ID, consistency: { replicas: 3 }, timeoutMs: 2_000 };
      const outcome = cluster.waitFor(cluster.begin(outside, putOf("k", "v", "multi"), options));
      scene.onMessage = () => undefined;
      // The others hold it once one of them has acknowledged it.
      if (moment === "ack") expect(said(outcome)).toBe("written");
      else expect(["written", "MAYBE_APPLIED", "QUORUM_TIMEOUT"]).toContain(said(outcome));
      if (!victim.isUp) cluster.start(victim);
      cluster.converge();
      const siblings = cluster.values(outside, "k", { type: "multi", consistency: { level: "ALL" } });
      expect(siblings).toHaveLength(outcome.kind === "written" || siblings.length > 0 ? 1 : 0);
      cluster.stopAll();
    },
  );

  it("goes on to the next replica when one is new and must not coordinate", () => {
    const scene = makeScene();
    const { cluster, outside, replicas } = scene;
    cluster.put(replicas[1], "k", "before", { consistency: { level: "ALL" } });
    const fresh = cluster.node(replicas[0]);
    cluster.wipe(fresh);
    for (const nodeId of cluster.replicasOf("k"))
      if (nodeId !== replicas[0]) cluster.cut(replicas[0], nodeId);
    cluster.start(fresh);
    cluster.waitUntil("the new one is linked with us", () =>
      cluster.world.network.isLinked(fresh.member.number, cluster.node(outside).member.number),
    );
    cluster.runFor(1_000);
    expect(fresh.api.status().state).toBe("JOINING");
    expect(said(cluster.put(outside, "k", "v", { consistency: { level: "ONE" } }))).toBe("written");
    cluster.healAll();
    cluster.converge();
    cluster.stopAll();
  });
});

describe("a replica that must not coordinate a write", () => {
  it("says why it does not when no other one can", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1 });
    cluster.wipe(cluster.node("eu-1"));
    cluster.isolate("eu-1");
    cluster.start(cluster.node("eu-1"));
    cluster.runFor(1_000);
    expect(said(cluster.put("eu-1", "k", "v"))).toBe("NOT_READY");
    cluster.stopAll();
  });

  it("forwards it while another one can", () => {
    const cluster = SimulatedCluster.ready({ partitions: 1 });
    cluster.node("eu-1").host.clock.step(2_000);
    cluster.runFor(6_000);
    expect(said(cluster.put("eu-1", "k", "v"))).toBe("written");
    expect(cluster.counter("eu-1", "writes_coordinated")).toBe(0);
    expect(said(cluster.execute(cluster.node("eu-1"), getOf("k")))).toBe("read");
    cluster.stopAll();
  });
});
