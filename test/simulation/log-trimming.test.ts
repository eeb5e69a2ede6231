/** The log is the hint, and it keeps request ids: how long it must be, and how short it becomes. */
import { describe, expect, it } from "vitest";
import { putOf, type RunningNode, SimulatedCluster } from "../../src/simulator/index.js";

const WINDOW_MS = 300_000;
const settings = { requestIdWindowMs: WINDOW_MS };

const idOf = (i: number): string => i.toString(16).padStart(32, "0");

/** Records on a node's disk of one kind: "l" for the log, "q" for request ids. */
function records(node: RunningNode, kind: string): number {
  const next = String.fromCharCode(kind.charCodeAt(0) + 1);
  return node.host.disk.snapshot().bytes.range(kind, next, Number.MAX_SAFE_INTEGER, false).length;
}

/** One write a second, each under a request id of its own. */
function writeFor(cluster: SimulatedCluster, seconds: number, first = 0): number {
  for (let i = first; i < first + seconds; i++) {
    const node = cluster.nodes[i % cluster.nodes.length];
    if (node?.isUp === true)
      cluster.submit(node, putOf(`k${i % 20}`, `${i}`), { requestId: idOf(i) }, () => undefined);
    cluster.runFor(1_000);
  }
  return first + seconds;
}

describe("the log of a healthy cluster", () => {
  it("holds little more than the window of request ids, for each node", () => {
    const windowMs = 120_000;
    const cluster = SimulatedCluster.ready({ settings: { requestIdWindowMs: windowMs }, partitions: 2 });
    writeFor(cluster, 600);
    for (const node of cluster.nodes) {
      // The window, a quarter of it until its age is noticed, and the rounds.
      expect(records(node, "l")).toBeLessThan((windowMs / 1_000) * 1.25 + 30);
      expect(records(node, "l")).toBeGreaterThan(windowMs / 1_000 - 10);
      expect(records(node, "q")).toBe(records(node, "l"));
    }
    cluster.converge();
    cluster.stopAll();
  });

  it("answers a retry inside the window with the first outcome, after a restart too", () => {
    const cluster = SimulatedCluster.ready({ settings, partitions: 1, regions: ["eu"], nodesPerRegion: 3 });
    const written = cluster.execute(cluster.node("eu-1"), putOf("k", "once"), { requestId: idOf(1) });
    cluster.put("eu-2", "k", "since");
    cluster.runFor(WINDOW_MS - 20_000);
    for (const node of cluster.nodes) {
      cluster.stop(node);
      cluster.start(node);
      cluster.runFor(3_000);
    }
    const retry = cluster.execute(cluster.node("eu-3"), putOf("k", "once"), {
      requestId: idOf(1),
      isRetry: true,
    });
    if (written.kind !== "written" || retry.kind !== "written") throw new Error("not written");
    expect(retry.hlc).toBe(written.hlc);
    expect(cluster.values("eu-1", "k")).toEqual(["since"]);
    cluster.stopAll();
  });

  it("keeps request ids through a step of the wall clock", () => {
    const cluster = SimulatedCluster.ready({ settings, partitions: 1, regions: ["eu"], nodesPerRegion: 2 });
    cluster.execute(cluster.node("eu-1"), putOf("k", "once"), { requestId: idOf(1) });
    cluster.runFor(10_000);
    for (const { host } of cluster.nodes) host.clock.step(24 * 3_600_000);
    cluster.runFor(20_000);
    for (const node of cluster.nodes) expect(records(node, "q")).toBe(1);
    cluster.stopAll();
  });
});

describe("a node that is away", () => {
  it("finds the log that it lacks, however long it takes, and is sent nothing else", () => {
    const cluster = SimulatedCluster.ready({ settings, partitions: 1 });
    let next = writeFor(cluster, 200);
    cluster.converge();
    cluster.kill(cluster.node("eu-1"));
    next = writeFor(cluster, 900, next);
    cluster.start(cluster.node("eu-1"));
    cluster.converge();
    // Twenty keys were written over and over: each is sent once.
    expect(cluster.counter("eu-1", "catch_up_rows")).toBe(20);
    writeFor(cluster, 500, next);
    expect(records(cluster.node("us-1"), "l")).toBeLessThan((WINDOW_MS / 1_000) * 1.25 + 30);
    cluster.stopAll();
  });

  it("with a wiped disk gets all rows, though the log no longer begins at the beginning", () => {
    const cluster = SimulatedCluster.ready({ settings, partitions: 1, regions: ["eu"], nodesPerRegion: 3 });
    writeFor(cluster, 700);
    cluster.wipe(cluster.node("eu-2"));
    cluster.start(cluster.node("eu-2"));
    cluster.waitUntil("it votes", () => cluster.node("eu-2").api.status().state === "READY");
    cluster.converge();
    expect(cluster.counter("eu-2", "catch_up_rows")).toBeGreaterThanOrEqual(20);
    cluster.stopAll();
  });
});
