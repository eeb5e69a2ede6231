/** Regions that cannot hear each other, one way or both: each serves on, and what they wrote meets after the cut. */
import { expect, it } from "vitest";
import { z } from "zod";
import type { AtollClient } from "../../src/client/index.js";
import { atoll } from "./cli-fixture.js";
import { History } from "./support/history.js";
import { Load } from "./support/load.js";
import { until } from "./support/polling.js";
import { report } from "./support/report.js";
import { TestCluster } from "./support/test-cluster.js";

const REGIONS = ["us-east", "eu-west", "ap-northeast"];
/** The failure timeout and a heartbeat: until then, a node may count on who is gone. */
const NOTICED_MS = 15_000;

/** Until `observer` counts on no node of `region`. */
async function untilUnheard(cluster: TestCluster, observer: string, region: string): Promise<void> {
  await until(
    `${observer} to notice that ${region} is cut off`,
    async () => {
      const { peers } = await cluster.status(observer);
      const alive = peers.filter((peer) => peer.region === region && peer.isAlive);
      return alive.length === 0 ? undefined : `${alive.map(({ nodeId }) => nodeId)} counts as alive`;
    },
    NOTICED_MS,
  );
}

const Side = z.strictObject({
  region: z.string(),
  dot: z.string(),
  hlc: z.string(),
  writtenAt: z.iso.datetime(),
  logical: z.number(),
  deleted: z.boolean(),
  sizeBytes: z.number(),
});
const WithValue = Side.extend({ encoding: z.string(), value: z.unknown() });
/** Of `atoll admin conflicts --json`. */
const conflictsOf = <SideShape extends z.ZodType>(side: SideShape) =>
  z.strictObject({
    conflicts: z.array(
      z.strictObject({
        bucket: z.string(),
        key: z.string(),
        path: z.array(z.string()),
        notedAt: z.iso.datetime(),
        kept: side,
        discarded: side,
      }),
    ),
  });

it("serves on both sides of a one-way cut, and converges after it", async () => {
  const cluster = await TestCluster.start({ regions: REGIONS, nodesPerRegion: 1 });
  const clients = await Promise.all(REGIONS.map((region) => cluster.client(region)));
  const history = new History();
  const load = Load.start(clients, history);
  await cluster.local.partition("us-east", "eu-west", { oneWay: true });
  // Also the side that still hears the other must stop counting on it.
  await untilUnheard(cluster, "us-east-1", "eu-west");
  await untilUnheard(cluster, "eu-west-1", "us-east");
  const written = history.writes.length;
  await load.goesOn("during the cut");
  await load.stop();
  const during = history.writes.slice(written);
  expect(during.filter(({ outcome }) => outcome.kind !== "acknowledged")).toEqual([]);
  // Neither side reaches all regions, but the third one does: the client finds it.
  const everywhere = await clients[0]?.register("all").put("k", 1, { consistency: "EACH_QUORUM" });
  expect(everywhere?.acksReceived).toBe(REGIONS.length);

  await cluster.local.heal();
  const convergedMs = await cluster.converge();
  report({
    acknowledged: history.count("acknowledged"),
    maybe: history.count("maybe"),
    slowestMs: Math.max(...history.writes.map(({ tookMs }) => tookMs)),
    convergedMs,
    failures: history.failures(),
  });
  expect(history.count("refused")).toBe(0);
  for (const db of clients) expect(await history.brokenIn(db, Load.bucket)).toEqual([]);
});

it("converges after both sides of a split wrote the same keys: one winner, or all siblings", async () => {
  const cluster = await TestCluster.start(
    { regions: REGIONS, nodesPerRegion: 1 },
    { buckets: { reg: { conflict_log: true } } },
  );
  const [cut, rest] = ["us-east", "eu-west"];
  const clients = [await cluster.client(cut), await cluster.client(rest)];
  const keys = Array.from({ length: 40 }, (_, n) => `k${n}`);
  const history = new History();
  const writeAll = async (db: AtollClient, round: string) => {
    for (const key of keys) await history.put(db.register("reg"), key, `${db.region} ${round} ${key}`);
  };
  for (const db of clients) await writeAll(db, "before");
  for (const key of keys) await clients[0]?.multi("carts").put(key, "before");
  await cluster.converge();

  await cluster.local.partition(cut);
  await untilUnheard(cluster, "us-east-1", rest);
  await untilUnheard(cluster, "eu-west-1", cut);
  await Promise.all(
    clients.map(async (db) => {
      await writeAll(db, "during");
      const carts = db.multi<string>("carts");
      for (const key of keys) {
        const { values, context } = await carts.get(key);
        expect(values).toEqual(["before"]);
        await carts.put(key, `${db.region} 1`, { context });
        await carts.put(key, `${db.region} 2`);
      }
    }),
  );
  // One side deletes what it sees; what the other wrote meanwhile it does not see, and that stays.
  const cutCarts = clients[0]?.multi<string>("carts");
  await cutCarts?.delete("k0", { context: (await cutCarts.get("k0")).context });
  // Only the other side has what this user wrote, so that is where his session is served, wherever he asks.
  const session = clients[0]?.session();
  await session?.register("users").put("u1", "mine");
  expect((await clients[1]?.register("users").get("u1"))?.found).toBe(false);
  const moved = clients[1]?.session(session?.token).register("users");
  expect(await moved?.get("u1", { timeoutMs: 20_000 })).toMatchObject({ value: "mine", region: cut });
  // Nobody can ask the other side whether it knows the write; unless nobody can have sent it before.
  const balances = clients.map((db) => db.counter("balances"));
  const named = { requestId: "payment 7" };
  await expect(balances[0]?.add("u1", 5, named)).rejects.toMatchObject({ reason: "MAYBE_APPLIED" });
  await balances[0]?.add("u1", 5, { ...named, firstAttempt: true });
  await expect(balances[1]?.add("u1", 5, named)).rejects.toMatchObject({ reason: "MAYBE_APPLIED" });
  expect(history.count("acknowledged")).toBe(history.writes.length);
  const digests = await Promise.all(cluster.local.nodes.map(({ id }) => cluster.digest(id)));
  expect(new Set(digests.map(({ all }) => all)).size).toBe(2);

  await cluster.local.heal();
  report({ convergedMs: await cluster.converge() });
  const side = (region: string) => [`${region} 1`, `${region} 2`];
  for (const db of [...clients, await cluster.client("ap-northeast")]) {
    expect(await history.brokenIn(db, "reg")).toEqual([]);
    for (const key of keys) {
      const { values } = await db.multi<string>("carts").get(key);
      const expected = key === "k0" ? side(rest) : [...side(rest), ...side(cut)];
      expect(values.toSorted(), `${key} in ${db.region}`).toEqual(expected);
    }
  }
  await balances[1]?.add("u1", 5, named);
  expect(await balances[1]?.get("u1")).toBe(5);
  await Promise.all([cut, rest].map((region) => expectConflicts(cluster, region, history)));
  await expectValuesOnRequest(cluster, cut);
});

/** What a region's node tells that the stamps decided against: of each key that both sides wrote, the write that lost. */
async function expectConflicts(cluster: TestCluster, region: string, history: History): Promise<void> {
  const { conflicts } = conflictsOf(Side).parse(JSON.parse(await listed(cluster, region, "--json")));
  const writes = history.writes.filter(({ value }) => value.includes(" during "));
  const sides = conflicts.flatMap(({ kept, discarded, key }) =>
    [kept, discarded].map((side) => ({ key, ...side })),
  );
  const told = sides.map(({ hlc, key, region, sizeBytes }) => `${key} ${region} ${hlc} ${sizeBytes}`);
  // Of writes before the split two may have met as well.
  const made = writes.map(({ key, outcome, value }) => {
    const hlc = outcome.kind === "acknowledged" ? outcome.hlc : undefined;
    return `${key} ${value.split(" ")[0]} ${hlc} ${value.length}`;
  });
  expect(told.filter((side) => made.includes(side)).toSorted()).toEqual(made.toSorted());
  for (const { bucket, discarded, kept, path } of conflicts) {
    expect([bucket, path, kept.deleted, discarded.deleted]).toEqual(["reg", [], false, false]);
    // Both sides may have given the same stamp; then the writer decides.
    expect(BigInt(kept.hlc)).toBeGreaterThanOrEqual(BigInt(discarded.hlc));
  }
}

async function expectValuesOnRequest(cluster: TestCluster, region: string): Promise<void> {
  const ask = (...args: string[]) => listed(cluster, region, "--bucket", "reg", "--prefix", "k39", ...args);
  const [document, hidden, values] = await Promise.all([ask("--values", "--json"), ask(), ask("--values")]);
  const shown = conflictsOf(WithValue).parse(JSON.parse(document));
  expect(shown.conflicts.map(({ key }) => key)).toEqual(["k39"]);
  const [k39] = shown.conflicts;
  expect([k39?.kept.value, k39?.discarded.value]).toEqual(
    [k39?.kept, k39?.discarded].map((side) => `${side?.region} during k39`),
  );
  expect(hidden).toMatch(/^reg +k39 +kept +\S+ .*\n +discarded /m);
  expect([hidden.includes("during"), values.includes("during k39")]).toEqual([false, true]);
}

/** What `atoll admin conflicts` prints of a region's node. */
async function listed(cluster: TestCluster, region: string, ...args: string[]): Promise<string> {
  const endpoint = cluster.local.node(`${region}-1`).client;
  const { code, stderr, stdout } = await atoll(["admin", "conflicts", "--endpoint", endpoint, ...args]);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout;
}
