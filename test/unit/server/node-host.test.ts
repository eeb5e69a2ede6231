import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { NodeEnd } from "../../../src/node/index.js";
import type { Operation, Outcome } from "../../../src/replication/index.js";
import { NodeHost } from "../../../src/server/node-host.js";
import { FakeNodes, fakeLayout } from "./fake-node.js";

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const get: Operation = {
  kind: "get",
  address: { type: 1, bucket: "b", key: Buffer.from("k") },
  element: [],
};
const options = {
  consistency: undefined,
  timeoutMs: 1_000,
  requestId: undefined,
  isRetry: false,
  isSloppy: false,
  session: undefined,
};
const storageFailed: NodeEnd = { kind: "storage-failed", message: "the disk is full", isDiskFull: true };
const behind: NodeEnd = { kind: "incarnation-behind", message: "a peer knows 6", knownIncarnation: 6 };
const refused: NodeEnd = { kind: "identity-refused", message: "two nodes are eu-west-1" };

describe("NodeHost", () => {
  let nodes: FakeNodes;
  let refusals: string[];
  let host: NodeHost;

  beforeEach(() => {
    vi.useFakeTimers();
    nodes = new FakeNodes();
    refusals = [];
    host = new NodeHost({
      log,
      rescue: async () => "all is well",
      onOver: ({ message }) => refusals.push(message),
      build: (minimumIncarnation, onEnd) =>
        nodes.build({
          listen: { host: "127.0.0.1", port: 0 },
          layoutAt: fakeLayout,
          minimumIncarnation,
          onEnd,
        }),
    });
  });

  afterEach(async () => {
    await host.stop();
    vi.useRealTimers();
  });

  const outcome = (): Outcome => {
    let answer: Outcome | undefined;
    host.execute(get, options, (given) => {
      answer = given;
    });
    if (answer === undefined) throw new Error("no outcome");
    return answer;
  };
  const settle = () => vi.advanceTimersByTimeAsync(0);

  it("answers NOT_READY until the first node has started, then passes operations on", async () => {
    expect(outcome()).toMatchObject({ kind: "failed", reason: "NOT_READY" });
    expect(host.layout.version).toBe(0);
    await host.start();
    expect(outcome()).toMatchObject({ kind: "read" });
    expect(host.layout.clusterId).toBe("test");
  });

  it("passes on why the first node cannot start, and leaves nothing open", async () => {
    nodes.prepare = (node) => {
      node.startError = new Error("the data folder belongs to cluster x");
    };
    await expect(host.start()).rejects.toThrow("the data folder belongs to cluster x");
    expect(nodes.last.isStopped).toBe(true);
    expect(nodes.released).toBe(1);
  });

  it("builds another node when the disk failed, and says so meanwhile", async () => {
    await host.start();
    nodes.last.end(storageFailed);
    await settle();
    expect(outcome()).toMatchObject({
      reason: "STORAGE_FAILED",
      message: "the disk is full; nothing was done",
    });
    expect(host.status()).toMatchObject({ state: "RECOVERING", reason: "the disk is full", incarnation: 1 });
    expect(nodes.built[0]?.isStopped).toBe(true);
    expect(nodes.released).toBe(1);
    expect(nodes.built).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(500);
    expect(nodes.built).toHaveLength(2);
    expect(outcome()).toMatchObject({ kind: "read" });
    expect(host.status().state).toBe("READY");
  });

  it("waits longer each time while a new node cannot start, up to five seconds", async () => {
    await host.start();
    const startedAt = performance.now();
    const attempts: number[] = [];
    nodes.prepare = (node) => {
      attempts.push(Math.round(performance.now() - startedAt));
      node.startError = new Error("still full");
    };
    nodes.last.end(storageFailed);
    await vi.advanceTimersByTimeAsync(14_000);
    expect(attempts).toEqual([500, 1_500, 3_500, 7_500, 12_500]);
    expect(outcome()).toMatchObject({ reason: "STORAGE_FAILED", message: "still full; nothing was done" });
    expect(nodes.released).toBe(nodes.built.length);
  });

  it("waits longer for a node that ends again soon, and not for one that lived", async () => {
    await host.start();
    const endAndWait = async (ageMs: number) => {
      await vi.advanceTimersByTimeAsync(ageMs);
      const before = nodes.built.length;
      nodes.last.end(storageFailed);
      const endedAt = performance.now();
      while (nodes.built.length === before) await vi.advanceTimersByTimeAsync(10);
      return Math.round(performance.now() - endedAt);
    };
    expect(await endAndWait(100)).toBe(500);
    expect(await endAndWait(100)).toBe(1_000);
    expect(await endAndWait(100)).toBe(2_000);
    expect(await endAndWait(20_000)).toBe(500);
  });

  it("starts above the incarnation that a peer knew", async () => {
    await host.start();
    nodes.last.end(behind);
    await vi.advanceTimersByTimeAsync(500);
    expect(nodes.built.map((node) => node.minimumIncarnation)).toEqual([0, 7]);
  });

  it("starts above it also when the first node learns it before it has started", async () => {
    nodes.prepare = (node) => {
      nodes.prepare = () => {};
      node.start = () => node.end(behind);
    };
    const starting = host.start();
    await vi.advanceTimersByTimeAsync(500);
    await starting;
    expect(nodes.built.map((node) => node.minimumIncarnation)).toEqual([0, 7]);
    expect(nodes.released).toBe(1);
  });

  it("builds the next node at once when the layout has changed", async () => {
    await host.start();
    nodes.last.end({ kind: "layout-changed", message: "layout 2 takes the place of 1" });
    await vi.advanceTimersByTimeAsync(10);
    expect(nodes.built).toHaveLength(2);
    expect(outcome()).toMatchObject({ kind: "read" });
  });

  it("takes out what only a removed node has before it is closed, and builds no other", async () => {
    await host.start();
    nodes.last.end({ kind: "removed", message: "REMOVED 2" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(refusals).toEqual(["REMOVED 2; all is well"]);
    expect(nodes.built).toHaveLength(1);
    expect(nodes.last.isStopped).toBe(true);
  });

  it("reports a refused identity once, and builds no further node", async () => {
    await host.start();
    nodes.last.end(refused);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(refusals).toEqual(["two nodes are eu-west-1"]);
    expect(nodes.built).toHaveLength(1);
    expect(nodes.last.isStopped).toBe(true);
    expect(outcome()).toMatchObject({ reason: "NOT_READY" });
  });

  it("rejects the start when the identity is refused before it has started", async () => {
    nodes.prepare = (node) => {
      node.start = () => node.end(refused);
    };
    await expect(host.start()).rejects.toThrow("two nodes are eu-west-1");
    expect(nodes.released).toBe(1);
  });

  it("reports an identity that is refused to a node built later", async () => {
    await host.start();
    nodes.prepare = (node) => {
      node.start = () => node.end(refused);
    };
    nodes.last.end(storageFailed);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(refusals).toEqual(["two nodes are eu-west-1"]);
    expect(nodes.built).toHaveLength(2);
  });

  it("counts on over the nodes it had", async () => {
    await host.start();
    nodes.last.counts = { writes_coordinated: 5, batches: 1 };
    nodes.last.end(storageFailed);
    await settle();
    expect(host.counters()).toEqual({ writes_coordinated: 5, batches: 1 });
    nodes.prepare = (node) => {
      node.counts = { writes_coordinated: 2, reads: 9 };
    };
    await vi.advanceTimersByTimeAsync(500);
    expect(host.counters()).toEqual({ writes_coordinated: 7, batches: 1, reads: 9 });
  });

  it("refuses with DRAINING from the drain on, and stops the node once", async () => {
    await host.start();
    host.drain();
    expect(outcome()).toMatchObject({ reason: "DRAINING" });
    expect(host.status().state).toBe("DRAINING");
    await Promise.all([host.stop(), host.stop()]);
    expect(nodes.last.stopCalls).toBe(1);
    expect(outcome()).toMatchObject({ reason: "DRAINING" });
  });

  it("stops in the middle of a pause", async () => {
    await host.start();
    nodes.last.end(storageFailed);
    await settle();
    await host.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(nodes.built).toHaveLength(1);
  });

  it("gives a node that does not stop ten seconds", async () => {
    await host.start();
    nodes.last.stop = () => {};
    let isStopped = false;
    const stopping = host.stop().then(() => {
      isStopped = true;
    });
    await vi.advanceTimersByTimeAsync(9_999);
    expect(isStopped).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await stopping;
    expect(nodes.released).toBe(1);
  });
});
