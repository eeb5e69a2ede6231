import { credentials } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { NodeHandle } from "../../../src/client/node-handle.js";
import { FakeCluster } from "./fake-cluster.js";
import type { FakeNode } from "./fake-node.js";

async function handleOfFake(): Promise<{ fake: FakeNode; node: NodeHandle }> {
  const cluster = await FakeCluster.start({ eu: 1 });
  const fake = cluster.node("eu-1");
  const node = new NodeHandle("eu-1", "eu", fake.address, {
    security: credentials.createInsecure(),
    pipelineTo: undefined,
  });
  onTestFinished(() => node.close());
  return { fake, node };
}

describe("a node, as a client knows it", () => {
  it("is avoided after a failure, until it passes a health check", async () => {
    const { fake, node } = await handleOfFake();
    fake.behaviour = { does: "refuse", code: "UNAVAILABLE", reason: "DRAINING" };
    node.failed("failure", performance.now());
    expect(node.isAvoided).toBe(true);
    await vi.waitFor(() => expect(fake.healthChecks).toBeGreaterThan(1), { timeout: 20_000 });
    expect(node.isAvoided).toBe(true);
    fake.behaviour = { does: "answer" };
    await vi.waitFor(() => expect(node.isAvoided).toBe(false), { timeout: 20_000 });
  });

  it("is avoided for no longer than one check when only a request was slow", async () => {
    const { node } = await handleOfFake();
    node.failed("silence", performance.now());
    expect(node.isAvoided).toBe(true);
    await vi.waitFor(() => expect(node.isAvoided).toBe(false), { timeout: 20_000 });
  });

  it("averages its answer times, the newest weighing a fifth", async () => {
    const { node } = await handleOfFake();
    expect(node.latencyMs).toBeUndefined();
    node.answered(10);
    node.answered(20);
    expect(node.latencyMs).toBe(12);
  });

  it("once closed, opens no connection and starts no check", async () => {
    const { fake, node } = await handleOfFake();
    node.close();
    node.failed("silence", performance.now());
    expect(() => node.calls).toThrow(expect.objectContaining({ code: "UNAVAILABLE" }));
    expect(fake.healthChecks).toBe(0);
  });
});
