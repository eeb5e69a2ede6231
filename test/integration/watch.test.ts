/** Watches of the SDK against a real node: what a change shows, tokens, what is there already, and how a watch ends. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from "vitest";
import {
  type AtollClient,
  type Change,
  connect,
  counter,
  type RegisterShown,
  set,
  type Watch,
} from "../../src/client/index.js";
import { AtollServer, parseConfig } from "../../src/server/index.js";
import { SILENT } from "../unit/server/server-fixture.js";

let folder: string;
let server: AtollServer;
let db: AtollClient;

async function start(port: number): Promise<AtollServer> {
  const listen = { client: `127.0.0.1:${port}`, peer: "127.0.0.1:0", admin: "127.0.0.1:0" };
  const config = parseConfig({ node: "eu-west-1", region: "eu-west", data: folder, listen });
  return AtollServer.start(config, { log: SILENT });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "atoll-watch-"));
  server = await start(0);
  db = await connect({ endpoints: [server.addresses.client], timeoutMs: 20_000 });
});

afterEach(async () => {
  await db.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function take<Item>(watch: Watch<Item>, count: number): Promise<Item[]> {
  const items: Item[] = [];
  while (items.length < count) {
    const { done, value } = await watch.next();
    if (done === true) throw new Error(`the watch ended after ${items.length}`);
    items.push(value);
  }
  return items;
}

describe("a watch", () => {
  it("shows registers with contexts and stamps, and goes on from its token", async () => {
    const users = db.register<string>("b");
    await users.put("u0", "before");
    await using watch = users.watch({ prefix: "u" });
    expectTypeOf(watch).toEqualTypeOf<Watch<Change<RegisterShown<string>>>>();
    expect(watch.token).toBeUndefined();
    await watch.ready();
    const { token } = watch;
    const put = await users.put("u1", "Ada");
    const [ada] = await take(watch, 1);
    expect(ada).toMatchObject({ kind: "put", key: "u1", value: "Ada", hlc: put.hlc, initial: false });
    expect(ada?.dots).toEqual([expect.stringMatching(/^\d+:\d+:1$/)]);
    await users.delete("u1", { context: ada?.context ?? new Uint8Array() });
    const [gone] = await take(watch, 1);
    expect(gone).toMatchObject({ kind: "deleted", key: "u1", value: undefined });
    await users.put("v1", "is not watched");
    await users.put("u2", "Bob");
    await using again = users.watch({ prefix: "u", since: token ?? "" });
    const both = await take(again, 2);
    expect(both.map(({ key, kind }) => `${key} ${kind}`).sort()).toEqual(["u1 deleted", "u2 put"]);
  });

  it("shows every other type, and keys as bytes", async () => {
    const [carts, views, beta, tags, places] = [
      db.multi<string>("b"),
      db.counter("b"),
      db.flag("b"),
      db.set("b"),
      db.map("b", { visits: counter(), tags: set() }),
    ];
    const watches = [carts.watch(), views.watch(), beta.watch(), tags.watch(), places.watch()] as const;
    const [ofCarts, ofViews, ofBeta, ofTags, ofPlaces] = watches;
    await Promise.all(watches.map((watch) => watch.ready()));
    const key = Buffer.from("k");
    await carts.put(key, "one");
    await carts.put(key, "two");
    await views.add(key, 3);
    await beta.enable(key);
    await tags.add(key, "x");
    await places.update(key, (place) => [place.visits.add(2), place.tags.add("y")]);
    let siblings = await take(ofCarts, 1);
    if (siblings[0]?.values.length === 1) siblings = await take(ofCarts, 1);
    expect(siblings[0]?.values.toSorted()).toEqual(["one", "two"]);
    expect(await take(ofViews, 1)).toMatchObject([{ key: "k", kind: "put", value: 3 }]);
    expect(await take(ofBeta, 1)).toMatchObject([{ kind: "put", value: true }]);
    expect(await take(ofTags, 1)).toMatchObject([{ kind: "put", member: "x" }]);
    expect(await take(ofPlaces, 2)).toMatchObject([
      { kind: "put", entry: { path: ["visits"], type: "counter", value: 2 } },
      { kind: "put", entry: { path: ["tags"], type: "set", member: "y" } },
    ]);
    await beta.disable(key);
    await tags.remove(key, "x");
    await places.clear(key);
    expect(await take(ofBeta, 1)).toMatchObject([{ kind: "deleted", value: false }]);
    expect(await take(ofTags, 1)).toMatchObject([{ kind: "deleted", member: "x" }]);
    const gone = await take(ofPlaces, 2);
    expect(gone.map(({ kind, entry }) => [kind, entry.path[0]]).sort()).toEqual([
      ["deleted", "tags"],
      ["deleted", "visits"],
    ]);
    await using bytes = tags.watch({ key: "k", keys: "bytes" });
    await bytes.ready();
    await tags.add(key, "z");
    expect((await take(bytes, 1))[0]?.key).toEqual(new Uint8Array(key));
    for (const watch of watches) await watch.return();
  });

  it("ends when it is left, returned or aborted, also while it waits", async () => {
    const bucket = db.register("b");
    const returned = bucket.watch();
    const waiting = returned.next();
    await returned.ready();
    await returned.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    const aborting = new AbortController();
    const aborted = bucket.watch({ signal: aborting.signal });
    await aborted.ready();
    const next = aborted.next();
    aborting.abort();
    await expect(next).rejects.toMatchObject({ code: "CANCELLED" });
    expect(await aborted.next()).toEqual({ done: true, value: undefined });
    const unused = bucket.watch();
    await unused.ready();
    await unused.return();
    for (const bad of [{ key: "k", prefix: "p" }, { since: "!" }, { since: "abc", withExisting: true }])
      expect(() => bucket.watch(bad)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    await expect(bucket.watch({ since: "abcd" }).next()).rejects.toMatchObject({ reason: "BAD_REQUEST" });
    const open = bucket.watch();
    await open.ready();
    const last = open.next();
    await db.close();
    await expect(last).rejects.toMatchObject({ code: "FAILED_PRECONDITION" });
  });

  it("goes on when its node comes back, and leaves out what it has shown", async () => {
    const bucket = db.register<number>("b");
    const watch = bucket.watch();
    await watch.ready();
    const port = Number(server.addresses.client.split(":")[1]);
    for (let at = 0; at < 30; at++) await bucket.put(`k${at}`, at);
    const before = await take(watch, 20);
    await server.stop();
    server = await start(port);
    const after = take(watch, 11);
    for (;;) {
      try {
        await bucket.put("k30", 30);
        break;
      } catch {}
    }
    const keys = [...before, ...(await after)].map(({ key }) => key);
    expect(new Set(keys).size).toBe(31);
    await watch.return();
  });
});

describe("a watch with what exists", () => {
  it("gives every key once and then what changes, of every type", async () => {
    const users = db.register<string>("b");
    for (const key of ["u1", "u2", "v1"]) await users.put(key, `first ${key}`);
    await using watch = users.watch({ prefix: "u", withExisting: true });
    await watch.ready();
    await users.put("u3", "later");
    const changes = await take(watch, 4);
    const seen = changes.map(({ initial, key, value }) => ({ initial, key, value }));
    expect(seen.slice(0, 2)).toEqual([
      { initial: true, key: "u1", value: "first u1" },
      { initial: true, key: "u2", value: "first u2" },
    ]);
    // Written when the watch had begun: it is there, and it is a change.
    expect(seen.slice(2)).toEqual([
      { initial: true, key: "u3", value: "later" },
      { initial: false, key: "u3", value: "later" },
    ]);
    await db.set("b").add("s", "x", "y");
    await db.map("b", { visits: counter() }).update("m", (map) => map.visits.add(1));
    await using members = db.set("b").watch({ withExisting: true });
    expect((await take(members, 2)).map(({ member }) => member)).toEqual(["x", "y"]);
    await using one = db.map("b", { visits: counter() }).watch({ key: "m", withExisting: true });
    expect(await take(one, 1)).toMatchObject([{ initial: true, entry: { path: ["visits"], value: 1 } }]);
    await using register = users.watch({ key: "u1", withExisting: true });
    expect(await take(register, 1)).toMatchObject([{ initial: true, key: "u1", value: "first u1" }]);
  });

  it("misses nothing of what is written while it begins", async () => {
    const bucket = db.register<number>("b");
    const written = new Map<string, number>();
    let isOver = false;
    const writer = async (name: string): Promise<void> => {
      for (let at = 0; !isOver; at++) {
        const key = `${name}${at % 7}`;
        await bucket.put(key, at);
        written.set(key, at);
      }
    };
    const writers = ["a", "b", "c"].map(writer);
    const shown = new Map<string, number>();
    const watch = bucket.watch({ withExisting: true });
    for await (const { key, value } of watch) {
      if (value !== undefined) shown.set(key, value);
      if (shown.size === 21 && !isOver) {
        isOver = true;
        await Promise.all(writers);
        await bucket.put("last", 0);
        written.set("last", 0);
      }
      if (shown.has("last") && [...written].every(([name, at]) => shown.get(name) === at)) break;
    }
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(written));
  });
});
