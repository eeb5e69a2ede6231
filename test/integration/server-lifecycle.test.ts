import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { kv } from "../../src/wire/index.js";
import { FakeNodes } from "../unit/server/fake-node.js";
import { CALL_LIMIT_MS, call, failureOf, proto, ServerFixture } from "../unit/server/server-fixture.js";

const address: kv.Address = { type: "DATA_TYPE_REGISTER", bucket: "b", key: Buffer.from("k") };
const started: ServerFixture[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((fixture) => fixture.close()));
});

async function start(settings?: object, nodes?: FakeNodes): Promise<ServerFixture> {
  const fixture = await ServerFixture.start(settings, nodes);
  started.push(fixture);
  return fixture;
}

const get = (fixture: ServerFixture, deadline?: number) =>
  call<kv.GetResponse__Output>((...rest) => fixture.kv.get({ address }, ...rest), deadline);

describe("draining", () => {
  it("answers what is in flight, refuses what is new, and then stops", async () => {
    const fixture = await start();
    const node = fixture.nodes.last;
    node.isHolding = true;
    const inFlight = get(fixture);
    await expect.poll(() => node.heldCount, { timeout: CALL_LIMIT_MS }).toBe(1);
    const stopping = fixture.server.stop();
    expect((await fixture.http("/readyz")).status).toBe(503);
    expect((await fixture.http("/livez")).status).toBe(200);
    expect(await failureOf(get(fixture))).toMatchObject({ code: "UNAVAILABLE", reason: "DRAINING" });
    expect(node.isStopped).toBe(false);
    node.release();
    expect(await inFlight).toMatchObject({ found: false });
    await stopping;
    expect(node.isStopped).toBe(true);
    expect(fixture.nodes.released).toBe(1);
    expect(await fixture.server.ended).toEqual({ kind: "stopped" });
    await expect(fixture.http("/livez")).rejects.toThrow();
    expect(await failureOf(get(fixture))).toMatchObject({ code: "UNAVAILABLE", reason: undefined });
  });

  it("is told to those who watch its health, before their stream ends", async () => {
    const fixture = await start();
    const seen: number[] = [];
    const watch = fixture.kv.makeServerStreamRequest(
      "/grpc.health.v1.Health/Watch",
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes[1],
      proto.bytes(1, ""),
    );
    watch.on("data", (status: number) => seen.push(status));
    watch.on("error", () => {});
    await expect.poll(() => seen, { timeout: CALL_LIMIT_MS }).toEqual([1]);
    await fixture.server.stop();
    expect(seen).toEqual([1, 2]);
  });

  it("waits five seconds for what does not end, no longer", async () => {
    const fixture = await start();
    fixture.nodes.last.isHolding = true;
    const stuck = failureOf(get(fixture, Date.now() + 60_000));
    await expect.poll(() => fixture.nodes.last.heldCount, { timeout: CALL_LIMIT_MS }).toBe(1);
    const startedAt = performance.now();
    await fixture.server.stop();
    const tookMs = performance.now() - startedAt;
    expect(tookMs).toBeGreaterThan(4_900);
    expect(tookMs).toBeLessThan(30_000);
    expect((await stuck).code).not.toBe("OK");
    // By the end of its connection, and not by a ping that nobody answers, half a minute later.
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect(fixture.nodes.last.isStopped).toBe(true);
  });

  it("does not wait for a client that went away", async () => {
    const fixture = await start();
    const node = fixture.nodes.last;
    node.isHolding = true;
    const cancelled = new Promise((resolve) => {
      const abandoned = fixture.kv.get({ address }, resolve);
      void expect
        .poll(() => node.heldCount, { timeout: CALL_LIMIT_MS })
        .toBe(1)
        .then(() => abandoned.cancel());
    });
    expect(await cancelled).toMatchObject({ details: "Cancelled on client" });
    node.isHolding = false;
    node.release();
    expect(await get(fixture)).toMatchObject({ found: false });
  });
});

describe("a node that ends", () => {
  it("by its disk is built again on the same ports", async () => {
    const fixture = await start();
    const { addresses } = fixture.server;
    fixture.nodes.last.end({ kind: "storage-failed", message: "the disk is full", isDiskFull: true });
    expect(await failureOf(get(fixture))).toMatchObject({
      code: "UNAVAILABLE",
      reason: "STORAGE_FAILED",
      message: "the disk is full; nothing was done",
    });
    const unready = await fixture.http("/readyz");
    expect(unready.status).toBe(503);
    expect(await unready.json()).toMatchObject({ state: "RECOVERING", reason: "the disk is full" });
    await expect
      .poll(async () => (await fixture.http("/readyz")).status, { timeout: CALL_LIMIT_MS })
      .toBe(200);
    await get(fixture);
    expect(fixture.nodes.built).toHaveLength(2);
    expect(fixture.nodes.plans[1]?.listen.port).toBe(7_999);
    expect(fixture.server.addresses).toEqual(addresses);
  });

  it("by its identity is reported, and its requests are refused until it is stopped", async () => {
    const fixture = await start();
    fixture.nodes.last.end({ kind: "identity-refused", message: "two nodes are eu-west-1" });
    expect(await fixture.server.ended).toEqual({
      kind: "identity-refused",
      message: "two nodes are eu-west-1",
    });
    expect(await failureOf(get(fixture))).toMatchObject({ code: "UNAVAILABLE", reason: "NOT_READY" });
  });
});

describe("a start that fails", () => {
  it.each(["client", "admin"] as const)("names the port that is in use: %s", async (name) => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const bound = taken.address();
    const port = typeof bound === "object" ? bound?.port : undefined;
    const listen = { client: "127.0.0.1:0", peer: "127.0.0.1:0", admin: "127.0.0.1:0" };
    const nodes = new FakeNodes();
    const starting = start({ listen: { ...listen, [name]: `127.0.0.1:${port}` } }, nodes);
    await expect(starting).rejects.toThrow(
      `listen.${name}: cannot listen on 127.0.0.1:${port}: port ${port} is in use by another process; ` +
        `stop it, or choose another port with --${name}`,
    );
    expect(nodes.built).toEqual([]);
    taken.close();
  });

  it("passes on what the node says, and frees the ports", async () => {
    const nodes = new FakeNodes();
    nodes.prepare = (node) => {
      node.startError = new Error("the data folder belongs to cluster x");
    };
    await expect(start({}, nodes)).rejects.toThrow("the data folder belongs to cluster x");
    expect(nodes.released).toBe(1);
    const client = nodes.last.layout.members[0]?.clientAddress ?? "";
    const port = Number(client.split(":")[1]);
    const probe = createServer().listen(port, "127.0.0.1");
    await once(probe, "listening");
    probe.close();
  });

  it("says which TLS file cannot be read", async () => {
    const tls = { cert: "/nonexistent/cert.pem", key: "k", ca: "a" };
    await expect(start({ tls })).rejects.toThrow("tls.cert: cannot be read");
  });
});

describe("the id of a cluster of one", () => {
  it("is drawn once, and kept in the data folder", async () => {
    const data = await mkdtemp(join(tmpdir(), "atoll-id-"));
    try {
      const first = await start({ data });
      const { clusterId } = first.nodes.last.layout;
      expect(clusterId).toMatch(/^cluster-[0-9a-f]{16}$/);
      await first.server.stop();
      const second = await start({ data });
      expect(second.nodes.last.layout.clusterId).toBe(clusterId);
      await second.server.stop();
      await writeFile(join(data, "cluster-id"), "");
      await expect(start({ data })).rejects.toThrow(/cluster-id is empty/);
      const named = await start({ data, cluster: { id: "named" } });
      expect(named.nodes.last.layout.clusterId).toBe("named");
      expect(await readFile(join(data, "cluster-id"), "utf8")).toBe("");
    } finally {
      await rm(data, { recursive: true });
    }
    expect(existsSync(data)).toBe(false);
  });
});
