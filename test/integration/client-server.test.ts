/** The SDK against the real server, over a fake node: whether the two ends of the wire mean the same. */
import { describe, expect, it, onTestFinished } from "vitest";
import { type AtollClient, type ConnectOptions, connect, connectAdmin } from "../../src/client/index.js";
import { ServerFixture } from "../unit/server/server-fixture.js";

async function connected(
  options: Partial<ConnectOptions> = {},
): Promise<{ db: AtollClient; fixture: ServerFixture }> {
  const fixture = await ServerFixture.start();
  onTestFinished(() => fixture.close());
  const db = await connect({ endpoints: [fixture.server.addresses.client], ...options });
  onTestFinished(() => db.close());
  return { db, fixture };
}

describe("the SDK and the server", () => {
  it("agree on values of every encoding, on keys of any bytes, on contexts and stamps", async () => {
    const { db, fixture } = await connected();
    expect(db.region).toBe("eu-west");
    const bucket = db.register("b");
    for (const value of ["text", new Uint8Array([0, 255]), { deep: [1, null, "é"] }, 7n]) {
      const key = Buffer.from([0, 0xff, 0x7b]);
      const put = await bucket.put(key, value, { context: Buffer.from("opaque") });
      const read = await bucket.get(key);
      expect(read).toMatchObject({ found: true, value, hlc: put.hlc });
      expect(put.acksReceived).toBe(2);
    }
    const { operation, options } = fixture.nodes.last.asked[0] ?? {};
    expect(operation).toMatchObject({ kind: "put", context: Buffer.from("opaque") });
    expect(options).toMatchObject({ isRetry: false, requestId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    await bucket.delete("k");
    expect(await bucket.get("k")).toMatchObject({ found: false, hlc: 0n });
  });

  it("agree on batches, also those whose values fill more than one reply", async () => {
    const { db, fixture } = await connected();
    const bucket = db.register<Uint8Array>("b");
    const entries = Array.from({ length: 12 }, (_, index) => ({
      key: `k${index}`,
      value: new Uint8Array(900_000).fill(index),
    }));
    const puts = await bucket.putMany(entries);
    expect(puts.map(({ ok }) => ok)).toEqual(entries.map(() => true));
    const ids = fixture.nodes.last.asked.map(({ options }) => options.requestId);
    expect(new Set(ids).size).toBe(12);

    const reads = await bucket.getMany(entries.map(({ key }) => key));
    expect(reads.map((read) => read.ok && read.result.value?.[0])).toEqual(entries.map((_, index) => index));
    const small = Array.from({ length: 1_500 }, (_, index) => ({
      key: `s${index}`,
      value: new Uint8Array(1),
    }));
    expect((await bucket.putMany(small)).every(({ ok }) => ok)).toBe(true);
  });

  it("agree on what failed, and on what state that left", async () => {
    const { db, fixture } = await connected();
    const bucket = db.register("b");
    await expect(bucket.put("k", new Uint8Array(2_000_000))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      reason: "BAD_REQUEST",
      metadata: { field: "value.data" },
      maybeApplied: false,
    });
    await expect(bucket.put("k", new Uint8Array(6_000_000))).rejects.toMatchObject({
      code: "RESOURCE_EXHAUSTED",
    });
    fixture.nodes.last.failure = {
      kind: "failed",
      reason: "QUORUM_TIMEOUT",
      message: "1 of 2",
      metadata: { required: "2", received: "1" },
    };
    await expect(bucket.put("k", 1)).rejects.toMatchObject({
      code: "DEADLINE_EXCEEDED",
      reason: "QUORUM_TIMEOUT",
      metadata: { required: "2", received: "1" },
      maybeApplied: true,
    });
    const [item] = await bucket.putMany([{ key: "k", value: 1 }]);
    expect(item).toMatchObject({ ok: false, error: { reason: "QUORUM_TIMEOUT", maybeApplied: true } });
  });

  it("agree on levels of consistency, by name and by number", async () => {
    const { db, fixture } = await connected();
    const bucket = db.register("b");
    await bucket.get("k", { consistency: "EACH_QUORUM" });
    await bucket.get("k", { consistency: 2 });
    await bucket.get("k");
    expect(fixture.nodes.last.asked.map(({ options }) => options.consistency)).toEqual([
      { level: "EACH_QUORUM" },
      { replicas: 2 },
      undefined,
    ]);
  });

  it("agree on status, lag and digest", async () => {
    const { fixture } = await connected();
    await using admin = connectAdmin(fixture.server.addresses.client);
    expect(await admin.status()).toMatchObject({
      nodeId: "eu-west-1",
      state: "ready",
      peers: [{ nodeId: "us-east-1", roundTripMs: 71.5, queueBytes: 2_048 }],
    });
    expect(await admin.lag()).toMatchObject({ peers: [{ dotsBehind: 3 }], regions: [{ p99Ms: 90.5 }] });
    expect(await admin.digest()).toMatchObject({
      partitions: { 7: "00000000000000ff" },
      all: "0123456789abcdef",
    });
    expect(await admin.digest({ summaryOnly: true })).toMatchObject({ partitions: {} });
  });
});
