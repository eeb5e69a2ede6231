/** A cluster is gone, and another one serves at its address: what the clients of the first read and write there. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { actorOf, VersionVector } from "../../src/causality/index.js";
import { type AtollClient, connect } from "../../src/client/index.js";
import { clusterMark, encodeSession } from "../../src/codec/index.js";
import { AtollServer, parseConfig } from "../../src/server/index.js";
import { SILENT } from "../unit/server/server-fixture.js";

/** A cluster of one node, in a folder of its own. */
async function startCluster(client: string): Promise<AtollServer> {
  const folder = await mkdtemp(join(tmpdir(), "atoll-wrong-cluster-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const listen = { client, peer: "127.0.0.1:0", admin: "127.0.0.1:0" };
  const config = parseConfig({ node: "eu-west-1", region: "eu-west", data: folder, listen });
  const server = await AtollServer.start(config, { log: SILENT });
  onTestFinished(() => server.stop());
  return server;
}

async function connectedTo(server: AtollServer): Promise<AtollClient> {
  const db = await connect({ endpoints: [server.addresses.client], timeoutMs: 20_000 });
  onTestFinished(() => db.close());
  return db;
}

/** Calls of every kind. */
const CALLS: Readonly<Record<string, (db: AtollClient) => Promise<unknown>>> = {
  get: (db) => db.register("b").get("k"),
  "a get of elements": (db) => db.set("b").size("k"),
  put: (db) => db.register("b").put("k", "of the first"),
  delete: (db) => db.register("b").delete("k"),
  update: (db) => db.counter("b").add("k", 1),
  "an atomic batch": (db) => db.atomic((to) => [to.register("b").put("k", "of the first")]),
  scan: async (db) => {
    for await (const _ of db.register("b").scan());
  },
  watch: (db) => db.register("b").watch().next(),
  "a watch of what exists": (db) => db.register("b").watch({ withExisting: true }).next(),
};

describe("a token of another cluster", () => {
  it("is refused: of a session, of a watch and of a scan; one that has seen nothing is of any", async () => {
    const db = await connectedTo(await startCluster("127.0.0.1:0"));
    const other = await connectedTo(await startCluster("127.0.0.1:0"));
    const { token: unused } = db.session();
    await other.session(unused).register("b").get("k");

    const dots = new Map([[0, VersionVector.from([[actorOf(1, 1), 1]])]]);
    const session = encodeSession(dots, clusterMark("elsewhere")).toString("base64url");
    const refusal = {
      code: "FAILED_PRECONDITION",
      reason: "WRONG_CLUSTER",
      maybeApplied: false,
      message: expect.stringMatching(/session token is of another cluster .*: begin a new session/),
    };
    await expect(other.session(session).register("b").get("k")).rejects.toMatchObject(refusal);
    await expect(other.session(session).register("b").put("k", "v")).rejects.toMatchObject(refusal);

    await using watch = db.register("b").watch();
    await watch.ready();
    await expect(
      other
        .register("b")
        .watch({ since: watch.token ?? "" })
        .next(),
    ).rejects.toMatchObject({
      code: "FAILED_PRECONDITION",
      reason: "WRONG_CLUSTER",
      message: expect.stringMatching(/resume token is of another cluster .*: begin the watch anew/),
    });
    await using again = db.register("b").watch({ since: watch.token ?? "" });
    await again.ready();

    await db.register("b").putMany(["k1", "k2"].map((key) => ({ key, value: key })));
    const scan = db.register("b").scan({ limit: 1 });
    for await (const { key } of scan) expect(key).toBe("k1");
    const { pageToken } = scan;
    await expect(other.register("b").scan({ pageToken }).next()).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      metadata: { field: "pageToken" },
    });
    expect((await db.register("b").scan({ pageToken }).next()).value).toMatchObject({ key: "k2" });
  });
});

describe("a client whose cluster has made way for another at the same address", () => {
  it("is refused whatever it asks, a watch that was under way ends, and the other holds none of it", async () => {
    const first = await startCluster("127.0.0.1:0");
    const address = first.addresses.client;
    const db = await connectedTo(first);
    await db.register("b").put("k", "of the first");
    await using underWay = db.register("b").watch();
    await underWay.ready();
    await first.stop();

    const second = await startCluster(address);
    const other = await connectedTo(second);
    await other.register("b").put("k", "of the second");

    await expect(underWay.next()).rejects.toMatchObject({ reason: "WRONG_CLUSTER" });
    for (const [name, call] of Object.entries(CALLS))
      await expect(call(db), name).rejects.toMatchObject({
        code: "FAILED_PRECONDITION",
        reason: "WRONG_CLUSTER",
        maybeApplied: false,
        message: expect.stringMatching(
          new RegExp(`^${address}: .* cluster "cluster-\\w+", .* cluster "cluster-\\w+"; .*: connect anew`),
        ),
      });
    const [written] = await db.register("b").putMany([{ key: "k", value: "of the first" }]);
    const [read] = await db.register("b").getMany(["k"]);
    expect([written, read]).toMatchObject([
      { ok: false, error: { reason: "WRONG_CLUSTER" } },
      { ok: false, error: { reason: "WRONG_CLUSTER" } },
    ]);

    const keys: string[] = [];
    for await (const { key, value } of other.register("b").scan()) keys.push(`${key} ${String(value)}`);
    expect(keys).toEqual(["k of the second"]);
    expect(await other.counter("b").get("k")).toBe(0);
  });
});
