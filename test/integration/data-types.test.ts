/** The SDK's data types, sessions and conditions against one real node. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type AtollClient,
  connect,
  connectAdmin,
  counter,
  flag,
  map,
  register,
  set,
} from "../../src/client/index.js";
import { AtollServer, parseConfig } from "../../src/server/index.js";
import { SILENT } from "../unit/server/server-fixture.js";

let folder: string;
let server: AtollServer;
let db: AtollClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "atoll-data-types-"));
  const listen = { client: "127.0.0.1:0", peer: "127.0.0.1:0", admin: "127.0.0.1:0" };
  const buckets = { logged: { conflict_log: true } };
  const config = parseConfig({ node: "eu-west-1", region: "eu-west", data: folder, listen, buckets });
  server = await AtollServer.start(config, { log: SILENT });
  db = await connect({ endpoints: [server.addresses.client], timeoutMs: 20_000 });
});

afterAll(async () => {
  await db?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function listed<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("the SDK and a node agree on", () => {
  it("counters", async () => {
    const views = db.counter("views");
    expect(await views.get("home")).toBe(0);
    await Promise.all([views.add("home", 40), views.add("home"), views.subtract("home", 44)]);
    expect(await views.get("home")).toBe(-3);
    expect((await views.clear("home")).acksReceived).toBe(1);
    expect(await views.get("home")).toBe(0);
    await views.add("home", Number.MAX_SAFE_INTEGER);
    expect(await views.get("home")).toBe(Number.MAX_SAFE_INTEGER);
    await expect(views.add("home", 1)).rejects.toMatchObject({ reason: "BAD_REQUEST" });
  });

  it("flags", async () => {
    const beta = db.flag("beta");
    expect(await beta.get("u1")).toBe(false);
    await beta.enable("u1");
    expect([await beta.get("u1"), await beta.get("u2")]).toEqual([true, false]);
    await beta.disable("u1");
    expect(await beta.get("u1")).toBe(false);
  });

  it("sets of text and of bytes", async () => {
    const tags = db.set("tags");
    const numbered = Array.from({ length: 250 }, (_, at) => `n${String(at).padStart(3, "0")}`);
    await tags.add("post", numbered);
    await tags.add("post", "é", "crdt");
    await tags.remove("post", "n007", "never there");
    const left = ["crdt", ...numbered.filter((member) => member !== "n007"), "é"];
    expect(await listed(tags.members("post"))).toEqual(left);
    expect(await listed(tags.members("post", { pageSize: 7 }))).toEqual(left);
    expect(await tags.size("post")).toBe(left.length);
    expect([await tags.has("post", "é"), await tags.has("post", "n007")]).toEqual([true, false]);
    await expect(listed(tags.members("post", { pageSize: 1_001 }))).rejects.toMatchObject({
      metadata: { field: "page_size" },
    });
    await tags.clear("post");
    expect(await tags.size("post")).toBe(0);

    const raw = db.set("tags", { members: "bytes" });
    await raw.add("bytes", Uint8Array.of(0, 0xff));
    expect(await listed(raw.members("bytes"))).toEqual([Uint8Array.of(0, 0xff)]);
  });

  it("maps with a schema and without", async () => {
    const places = db.map("places", {
      name: register<string>(),
      visits: counter(),
      open: flag(),
      tags: set(),
      address: map({ city: register<string>() }),
    });
    const many = Array.from({ length: 150 }, (_, at) => `t${at}`);
    await places.update("p1", (place) => [
      place.name.put("Café"),
      place.visits.add(3),
      place.open.enable(),
      place.tags.add(...many),
      place.address.city.put("Paris"),
    ]);
    const value = { name: "Café", visits: 3, open: true, tags: new Set(many), address: { city: "Paris" } };
    expect(await places.get("p1")).toEqual({ found: true, value });
    expect(await places.get("p1", { pageSize: 60 })).toEqual({ found: true, value });
    expect(await places.getAt("p1", (place) => place.visits)).toBe(3);
    expect(await places.getAt("p1", (place) => place.name)).toBe("Café");
    expect(await places.getAt("p1", (place) => place.open)).toBe(true);
    expect(await places.getAt("p1", (place) => place.address)).toEqual({ city: "Paris" });
    expect((await places.getAt("p1", (place) => place.tags)).size).toBe(150);
    expect(await places.has("p1", (place) => place.tags, "t77")).toBe(true);
    await places.remove("p1", (place) => place.tags);
    await places.update("p1", (place) => [place.address.$clear(), place.open.disable(), place.visits.add(1)]);
    expect(await listed(db.map("places").entries("p1"))).toEqual([
      { path: ["name"], type: "register", value: "Café", expiresAt: undefined },
      { path: ["visits"], type: "counter", value: 4, expiresAt: undefined },
    ]);
    await db.map("places").update("p1", (at) => at("x", "y").as(set()).add("m"));
    expect((await db.map("places").getAt("p1", (at) => at("x"))).length).toBe(1);
    await places.clear("p1");
    expect((await places.get("p1")).found).toBe(false);
    await expect(places.update("p1", () => [])).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("when what a read shows expires, of every type", async () => {
    const begunMs = Date.now();
    const inAnHour = { ttlMs: 3_600_000 };
    const isInAnHour = (end: Date | undefined): boolean =>
      end !== undefined && Math.abs(end.getTime() - begunMs - inAnHour.ttlMs) < 60_000;

    const tries = db.counter("ending");
    await tries.add("u1", 2, inAnHour);
    await tries.add("u1", 1, { ttlMs: 60_000 });
    const counted = await tries.getWithExpiry("u1");
    expect([counted.value, isInAnHour(counted.expiresAt)]).toEqual([3, true]);
    const [row] = await listed(tries.scan());
    expect(row).toEqual({ key: "u1", value: 3, expiresAt: counted.expiresAt });
    await tries.add("u1");
    expect(await tries.getWithExpiry("u1")).toEqual({ value: 4, expiresAt: undefined });
    expect(await tries.getWithExpiry("u2")).toEqual({ value: 0, expiresAt: undefined });

    const online = db.flag("ending");
    await online.enable("u1", inAnHour);
    const enabled = await online.getWithExpiry("u1");
    expect([enabled.value, isInAnHour(enabled.expiresAt)]).toEqual([true, true]);
    expect(await online.getWithExpiry("u2")).toEqual({ value: false, expiresAt: undefined });

    const room = db.set("ending");
    await room.add("r1", ["ada"], inAnHour);
    await room.add("r1", "bob");
    const member = await room.hasWithExpiry("r1", "ada");
    expect([member.value, isInAnHour(member.expiresAt)]).toEqual([true, true]);
    expect(await room.hasWithExpiry("r1", "bob")).toEqual({ value: true, expiresAt: undefined });
    expect(await room.hasWithExpiry("r1", "cy")).toEqual({ value: false, expiresAt: undefined });

    const carts = db.multi<string>("ending");
    await carts.put("c1", "a", inAnHour);
    expect(isInAnHour((await carts.get("c1")).expiresAt)).toBe(true);
    await carts.put("c1", "b");
    const [siblings] = await listed(carts.scan());
    expect(siblings).toMatchObject({ values: ["b", "a"], expiresAt: undefined });

    const places = db.map("ending", { name: register<string>(), visits: counter(), tags: set() });
    await places.update("p1", (place) => [place.name.put("Café"), place.tags.add("tea")], inAnHour);
    await places.update("p1", (place) => place.visits.add(1));
    const name = await places.getAtWithExpiry("p1", (place) => place.name);
    expect([name.value, isInAnHour(name.expiresAt)]).toEqual(["Café", true]);
    const visits = await places.getAtWithExpiry("p1", (place) => place.visits);
    expect(visits).toEqual({ value: 1, expiresAt: undefined });
    const tea = await places.hasWithExpiry("p1", (place) => place.tags, "tea");
    expect([tea.value, isInAnHour(tea.expiresAt)]).toEqual([true, true]);
    const ends = (await listed(places.entries("p1"))).map(({ expiresAt }) => isInAnHour(expiresAt));
    expect(ends).toEqual([true, true, false]);
  });

  it("scans of every type, and of large values page by page", async () => {
    const users = db.register<string>("scanned");
    const keys = Array.from({ length: 300 }, (_, at) => `eu:${String(at).padStart(3, "0")}`);
    await users.putMany([...keys, "us:1"].map((key) => ({ key, value: `v of ${key}` })));
    const rows = await listed(users.scan({ prefix: "eu:" }));
    expect(rows.map(({ key, value }) => [key, value])).toEqual(keys.map((key) => [key, `v of ${key}`]));
    await users.put("eu:007", "seen", { ifUnchanged: rows[7]?.context ?? new Uint8Array() });
    expect(await listed(users.keys({ reverse: true, limit: 2 }))).toEqual(["us:1", "eu:299"]);
    const half = users.keys({ start: "eu:100", end: "eu:200", pageSize: 7, limit: 50 });
    const begun = await listed(half);
    const rest = await listed(
      users.keys({ start: "eu:100", end: "eu:200", pageToken: half.pageToken ?? "" }),
    );
    expect([...begun, ...rest]).toEqual(keys.slice(100, 200));

    const blobs = db.register<Uint8Array>("blobs");
    const large = new Uint8Array(600_000).fill(7);
    await blobs.putMany(keys.slice(0, 9).map((key) => ({ key, value: large })));
    expect((await listed(blobs.scan())).map(({ value }) => value.length)).toEqual(Array(9).fill(600_000));

    await db.multi("scanned").put("m", 1);
    await db.multi("scanned").put("m", 2);
    expect(await listed(db.multi("scanned").scan())).toMatchObject([{ key: "m", values: [2, 1] }]);
    await db.counter("scanned").add("c", -4);
    expect(await listed(db.counter("scanned").scan())).toEqual([{ key: "c", value: -4 }]);
    await db.flag("scanned").enable("on");
    await db.flag("scanned").enable("off");
    await db.flag("scanned").disable("off");
    expect(await listed(db.flag("scanned").keys())).toEqual(["on"]);
    for (const key of ["s1", "s2", "s3"]) await db.set("scanned").add(key, keys);
    await db.set("scanned").clear("s2");
    expect(await listed(db.set("scanned").keys({ pageSize: 1 }))).toEqual(["s1", "s3"]);
    expect(await listed(db.set("scanned").keys({ reverse: true }))).toEqual(["s3", "s1"]);
    await db.map("scanned").update("p", (at) => at("a", "b").as(counter()).add(1));
    expect(await listed(db.map("scanned").keys({ keys: "bytes" }))).toEqual([Uint8Array.of(0x70)]);
    expect(await listed(db.session().register("scanned").keys({ limit: 1 }))).toEqual(["eu:000"]);
  });

  it("the end of a scan, when the server stops while nobody reads it", async () => {
    const own = await mkdtemp(join(tmpdir(), "atoll-scan-drain-"));
    const listen = { client: "127.0.0.1:0", peer: "127.0.0.1:0", admin: "127.0.0.1:0" };
    const config = parseConfig({ node: "eu-west-1", region: "eu-west", data: own, listen });
    const other = await AtollServer.start(config, { log: SILENT });
    await using client = await connect({ endpoints: [other.addresses.client], timeoutMs: 20_000 });
    const blobs = client.register<Uint8Array>("blobs");
    for (let at = 0; at < 20; at++) await blobs.put(`k${at}`, new Uint8Array(600_000));
    expect((await listed(blobs.keys())).length).toBe(20);
    const metrics = await (await fetch(`http://${other.addresses.admin}/metrics`)).text();
    expect(metrics).toContain("atoll_scan_rows_total 20\n");
    const scan = blobs.scan({ pageSize: 1 });
    await scan.next();
    const startedAtMs = performance.now();
    await other.stop();
    // It waits five seconds for what does not end, and the scan has four times as long.
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
    await expect(listed(scan)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await rm(own, { recursive: true, force: true });
  });

  it("batches of all types, each by itself and as one", async () => {
    const fields = { n: counter(), tags: set() };
    const apart = await db.batch((to) => [
      to.register("apart").put("a", 1),
      to.counter("apart").add("b", 5),
      to.set("apart").add("c", "m"),
      to.register("apart").put("a", 2, { ifUnchanged: new Uint8Array([9]) }),
      to.map("apart", fields).update("d", (map) => [map.n.add(2), map.tags.add("x")]),
    ]);
    expect(apart.map(({ ok }) => ok)).toEqual([true, true, true, false, true]);
    expect(await db.counter("apart").getMany(["b", "none"])).toMatchObject([{ result: 5 }, { result: 0 }]);
    expect(await db.map("apart", fields).get("d")).toMatchObject({ value: { n: 2, tags: new Set(["x"]) } });

    const order = { id: "o1" };
    await db.set("shop").add("{u1}:old", "m1", "m2");
    const together = await db.atomic((to) => [
      to.register<typeof order>("shop").put("{u1}:o1", order, { ifAbsent: true }),
      to.counter("shop").add("{u1}:orders"),
      to.set("shop").add("{u1}:open", "o1"),
      to.flag("shop").enable("{u1}:active"),
      to.multi("shop").put("{u1}:notes", "first"),
      to.map("shop", fields).update("{u1}:stats", (map) => map.n.add(3)),
      to.set("shop").clear("{u1}:old"),
    ]);
    expect(together.acksReceived).toBe(1);
    expect(await db.register("shop").get("{u1}:o1")).toMatchObject({ value: order });
    expect(await db.counter("shop").get("{u1}:orders")).toBe(1);
    expect(await db.set("shop").has("{u1}:open", "o1")).toBe(true);
    expect(await db.flag("shop").get("{u1}:active")).toBe(true);
    expect(await db.set("shop").size("{u1}:old")).toBe(0);

    const again = db.atomic((to) => [
      to.counter("shop").add("{u1}:orders"),
      to.register("shop").put("{u1}:o1", order, { ifAbsent: true }),
    ]);
    await expect(again).rejects.toMatchObject({
      reason: "CONDITION_FAILED",
      metadata: { field: "items[1]" },
    });
    const far = db.atomic((to) => [
      to.counter("shop").add("{u1}:orders"),
      ...Array.from({ length: 20 }, (_, at) => to.flag("shop").enable(`{u${at + 2}}:active`)),
    ]);
    await expect(far).rejects.toMatchObject({
      reason: "NOT_ATOMIC",
      message: expect.stringContaining("{tag}"),
    });
    const twice = db.atomic((to) => [
      to.counter("shop").add("{u1}:orders"),
      to.counter("shop").add("{u1}:orders", 2),
    ]);
    await expect(twice).rejects.toMatchObject({ code: "INVALID_ARGUMENT", metadata: { field: "items[1]" } });
    expect(await db.counter("shop").get("{u1}:orders")).toBe(1);
    const session = db.session();
    await session.atomic((to) => [
      to.counter("shop").add("{u1}:orders"),
      to.flag("shop").disable("{u1}:active"),
    ]);
    expect(await session.counter("shop").get("{u1}:orders")).toBe(2);
  });

  it("what a put may be bound to", async () => {
    for (const bucket of [db.register<string>("slots"), db.multi<string>("slots")]) {
      const first = await bucket.put("s1", "ada", { ifAbsent: true });
      const refusal = { code: "FAILED_PRECONDITION", reason: "CONDITION_FAILED", maybeApplied: false };
      await expect(bucket.put("s1", "bob", { ifAbsent: true })).rejects.toMatchObject(refusal);
      const { context } = await bucket.get("s1");
      await bucket.put("s1", "ada 2", { ifUnchanged: context });
      for (const old of [context, first.context])
        await expect(bucket.put("s1", "bob", { ifUnchanged: old })).rejects.toMatchObject(refusal);
      const absent = await bucket.get("s2");
      await bucket.put("s2", "eve", { ifUnchanged: absent.context });
      await expect(bucket.put("s2", "bob", { ifUnchanged: absent.context })).rejects.toMatchObject(refusal);
    }
    const slots = db.register("slots");
    const { context } = await slots.get("s1");
    for (const options of [{ ifUnchanged: context, context }, { ifUnchanged: new Uint8Array() }])
      await expect(slots.put("s1", "x", options)).rejects.toMatchObject({
        metadata: { field: "ifUnchanged" },
      });
  });

  it("sessions, also beside each other and in another process", async () => {
    const session = db.session();
    const bucket = session.register<number>("carts");
    await Promise.all(Array.from({ length: 40 }, (_, at) => bucket.put(`u${at}`, at)));
    const { token } = session;
    expect(token).toMatch(/^[\w-]{4,2048}$/);
    await using elsewhere = await connect({ endpoints: [server.addresses.client], timeoutMs: 20_000 });
    const resumed = elsewhere.session(token);
    expect(await resumed.register("carts").get("u7")).toMatchObject({ value: 7 });
    await resumed.counter("carts").add("u7", 1);
    expect(() => db.session("nonsense")).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  it("writes that their caller has named, and sends again", async () => {
    await using again = await connect({ endpoints: [server.addresses.client], timeoutMs: 20_000 });
    for (const client of [db, again]) {
      const named = { requestId: "message 17" };
      const counts = client.counter("named");
      await counts.add("a", 5, named);
      await counts.add("b", 7, { ...named, firstAttempt: client === db });
      const batch = await client.batch(
        (to) => [to.counter("named").add("a"), to.counter("named").add("a")],
        named,
      );
      expect(batch.map(({ ok }) => ok)).toEqual([true, true]);
      await client.atomic((to) => [to.counter("named").add("a", 10), to.set("named").add("a", "m")], named);
      await client.multi<string>("named").put("a", "sibling", named);
      await client.multi<string>("named").putMany([{ key: "a", value: "other" }], named);
      expect([await counts.get("a"), await counts.get("b")]).toEqual([17, 7]);
      expect((await client.multi("named").get("a")).values.length).toBe(2);
      await client.set("named").remove("a", ["m"], { requestId: "message 18" });
      expect(await client.set("named").size("a")).toBe(0);
    }
    const { hlc } = await db.register("named").put("a", 1, { requestId: "x", ifAbsent: true });
    expect(await again.register("named").put("a", 2, { requestId: "x", ifAbsent: true })).toMatchObject({
      hlc,
    });
    await db.register("named").delete("a", { requestId: "y" });
    await db.register("named").put("a", 3);
    await again.register("named").delete("a", { requestId: "y" });
    expect(await db.register("named").get("a")).toMatchObject({ value: 3 });
  });

  it("what last-write-wins discarded", async () => {
    for (const bucket of ["logged", "unlogged"]) {
      const names = db.register<string>(bucket);
      const { context } = await names.put("k", "first");
      await names.put("k", "unseen");
      await names.put("k", "late", { context });
      expect(await names.get("k")).toMatchObject({ value: "late" });
    }
    await using admin = connectAdmin(server.addresses.client);
    const conflicts = await listed(admin.conflicts());
    expect(conflicts).toMatchObject([
      {
        bucket: "logged",
        path: [],
        kept: { region: "eu-west", isDelete: false, sizeBytes: 4, encoding: "text", data: undefined },
        discarded: { region: "eu-west", sizeBytes: 6, data: undefined },
      },
    ]);
    const [conflict] = conflicts;
    expect(Buffer.from(conflict?.key ?? []).toString()).toBe("k");
    expect(conflict?.kept.hlc).toBeGreaterThan(conflict?.discarded.hlc ?? 0n);
    expect(Math.abs(Date.now() - (conflict?.notedAtMs ?? 0))).toBeLessThan(60_000);
    const [shown] = await listed(admin.conflicts({ bucket: "logged", prefix: "k", limit: 1, values: true }));
    expect(Buffer.from(shown?.discarded.data ?? []).toString()).toBe("unseen");
    expect(await listed(admin.conflicts({ bucket: "unlogged" }))).toEqual([]);
    expect(await listed(admin.conflicts({ prefix: "other" }))).toEqual([]);
  });
});
