import { describe, expect, expectTypeOf, it } from "vitest";
import {
  type AtollClient,
  type Codec,
  counter,
  flag,
  type MapEntry,
  map,
  type RecordValue,
  record,
  register,
  set,
} from "../../../src/client/index.js";
import { FakeCluster } from "./fake-cluster.js";

const FIELDS = {
  name: register<string>(),
  visits: counter(),
  open: flag(),
  tags: set<string>(),
  raw: set({ members: "bytes" }),
  address: map({ city: register<{ zip: number }>(), moves: counter() }),
};

async function places(db?: AtollClient) {
  const client = db ?? (await (await FakeCluster.start({ eu: 1 })).connect());
  return client.map("places", FIELDS);
}

const NOTHING = {
  name: undefined,
  visits: 0,
  open: false,
  tags: new Set(),
  raw: new Set(),
  address: { city: undefined, moves: 0 },
};

describe("a record in a map", () => {
  const line = map({ quantity: counter(), note: register<string>(), marks: set() });
  const carts = async () => {
    const db = await (await FakeCluster.start({ eu: 1 })).connect();
    const fields = {
      lines: record(line),
      votes: record(counter()),
      rooms: record(record(register<number>())),
    };
    return { db, bucket: db.map("carts", fields) };
  };

  it("has the same schema under any name, and its types", async () => {
    const { bucket } = await carts();
    const empty = await bucket.get("c1");
    expect(empty).toEqual({ found: false, value: { lines: {}, votes: {}, rooms: {} } });
    expectTypeOf(empty.value).toEqualTypeOf<{
      readonly lines: Readonly<
        Record<
          string,
          {
            readonly quantity: number;
            readonly note: string | undefined;
            readonly marks: ReadonlySet<string>;
          }
        >
      >;
      readonly votes: Readonly<Record<string, number>>;
      readonly rooms: Readonly<Record<string, Readonly<Record<string, number>>>>;
    }>();
    await bucket.update("c1", (cart) => [
      cart.lines.at("tea").quantity.add(2),
      cart.lines.at("tea").marks.add("green"),
      cart.lines.at("$ é").note.put("a name like any"),
      cart.votes.at("ada").add(1),
      cart.rooms.at("a").at("b").put(7),
    ]);
    const { value } = await bucket.get("c1", { pageSize: 1 });
    expect(value).toEqual({
      lines: {
        tea: { quantity: 2, note: undefined, marks: new Set(["green"]) },
        "$ é": { quantity: 0, note: "a name like any", marks: new Set() },
      },
      votes: { ada: 1 },
      rooms: { a: { b: 7 } },
    });
    // @ts-expect-error no line has it
    await expect(bucket.update("c1", (cart) => cart.lines.at("tea").price)).rejects.toThrow(
      "has to return the changes",
    );
  });

  it("is read and removed in part: all of it, one name, a leaf below it", async () => {
    const { bucket, db } = await carts();
    await bucket.update("c1", (cart) => [
      cart.lines.at("tea").quantity.add(2),
      cart.lines.at("milk").quantity.add(1),
      cart.votes.at("ada").add(1),
    ]);
    const lines = await bucket.getAt("c1", (cart) => cart.lines);
    expectTypeOf(lines).toExtend<RecordValue<{ readonly quantity: number }>>();
    expect(Object.keys(lines)).toEqual(["milk", "tea"]);
    expect(await bucket.getAt("c1", (cart) => cart.lines.at("tea"))).toMatchObject({ quantity: 2 });
    expect(await bucket.getAt("c1", (cart) => cart.lines.at("tea").quantity)).toBe(2);
    expect(await bucket.getAt("c1", (cart) => cart.votes.at("bob"))).toBe(0);
    expect(await bucket.has("c1", (cart) => cart.lines.at("tea").marks, "green")).toBe(false);
    await bucket.remove("c1", (cart) => cart.lines.at("milk"));
    await db.batch((to) => [
      to.map("carts", { votes: record(counter()) }).update("c1", (cart) => cart.votes.clear()),
    ]);
    expect((await bucket.get("c1")).value).toMatchObject({ lines: { tea: { quantity: 2 } }, votes: {} });
    expect(Object.keys((await bucket.get("c1")).value.lines)).toEqual(["tea"]);
  });

  it("takes names that objects have by themselves for data, and shows only what is of its schema", async () => {
    const { bucket, db } = await carts();
    await bucket.update("c1", (cart) => [
      cart.votes.at("__proto__").add(3),
      cart.votes.at("toString").add(4),
    ]);
    await db
      .map("carts")
      .update("c1", (at) => [
        at("votes", "other").as(flag()).enable(),
        at("votes").as(counter()).add(9),
        at("rooms", "a").as(counter()).add(9),
      ]);
    const { votes, rooms } = (await bucket.get("c1")).value;
    expect(Object.entries(votes)).toEqual([
      ["__proto__", 3],
      ["toString", 4],
    ]);
    expect([votes.constructor, rooms]).toEqual([undefined, {}]);
    await expect(bucket.update("c1", (cart) => cart.votes.at("").add(1))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      metadata: { field: "path" },
    });
  });
});

describe("a map with a schema", () => {
  it("is changed by cursors and read whole, with types", async () => {
    const bucket = await places();
    expect(await bucket.get("p1")).toEqual({ found: false, value: NOTHING });
    await bucket.update("p1", (place) => [
      place.name.put("Café"),
      place.visits.add(3),
      place.visits.subtract(),
      place.open.enable(),
      place.tags.add("wifi", "quiet", "é"),
      place.tags.remove("quiet"),
      place.raw.add(Uint8Array.of(0xff)),
      place.address.city.put({ zip: 75_001 }),
      place.address.moves.add(),
    ]);
    const { found, value } = await bucket.get("p1");
    expectTypeOf(value).toEqualTypeOf<{
      readonly name: string | undefined;
      readonly visits: number;
      readonly open: boolean;
      readonly tags: ReadonlySet<string>;
      readonly raw: ReadonlySet<Uint8Array>;
      readonly address: { readonly city: { zip: number } | undefined; readonly moves: number };
    }>();
    expect([found, value]).toEqual([
      true,
      {
        name: "Café",
        visits: 2,
        open: true,
        tags: new Set(["wifi", "é"]),
        raw: new Set([Uint8Array.of(0xff)]),
        address: { city: { zip: 75_001 }, moves: 1 },
      },
    ]);
    expect(await bucket.get("p1", { pageSize: 1 })).toEqual({ found, value });
  });

  it("sends all changes of an update in one request", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const bucket = await places(await cluster.connect());
    await bucket.update("p1", (place) => [place.visits.add(1), place.open.enable()]);
    await bucket.update("p1", (place) => place.visits.add(1), { consistency: "ALL" });
    expect(cluster.node("eu-1").requests("update")).toHaveLength(2);
    expect((await bucket.get("p1")).value).toMatchObject({ visits: 2, open: true });
  });

  it("is read in part: a leaf, a set, a map in it, one member", async () => {
    const bucket = await places();
    expect(await bucket.getAt("p1", (place) => place.visits)).toBe(0);
    expect(await bucket.getAt("p1", (place) => place.name)).toBeUndefined();
    await bucket.update("p1", (place) => [
      place.name.put("Café"),
      place.visits.add(2),
      place.open.enable(),
      place.tags.add("wifi"),
      place.address.moves.add(5),
    ]);
    const name = await bucket.getAt("p1", (place) => place.name);
    expectTypeOf(name).toEqualTypeOf<string | undefined>();
    expect(name).toBe("Café");
    expect(await bucket.getAt("p1", (place) => place.visits)).toBe(2);
    expect(await bucket.getAt("p1", (place) => place.open)).toBe(true);
    expect(await bucket.getAt("p1", (place) => place.tags)).toEqual(new Set(["wifi"]));
    expect(await bucket.getAt("p1", (place) => place.address)).toEqual({ city: undefined, moves: 5 });
    expect(await bucket.has("p1", (place) => place.tags, "wifi")).toBe(true);
    expect(await bucket.has("p1", (place) => place.tags, "none")).toBe(false);
  });

  it("is removed in part and whole", async () => {
    const bucket = await places();
    await bucket.update("p1", (place) => [
      place.name.put("Café"),
      place.tags.add("wifi"),
      place.address.moves.add(5),
    ]);
    await bucket.remove("p1", (place) => place.address);
    expect((await bucket.get("p1")).value).toEqual({ ...NOTHING, name: "Café", tags: new Set(["wifi"]) });
    await bucket.update("p1", (place) => [place.name.clear(), place.tags.clear(), place.visits.add(1)]);
    expect((await bucket.get("p1")).value).toEqual({ ...NOTHING, visits: 1 });
    await bucket.update("p1", (place) => [place.address.$clear(), place.visits.clear()]);
    await bucket.update("p2", (place) => place.open.enable());
    await bucket.clear("p2");
    for (const key of ["p1", "p2"]) expect(await bucket.get(key)).toEqual({ found: false, value: NOTHING });
  });

  it("leaves alone what its schema does not name", async () => {
    const db = await (await FakeCluster.start({ eu: 1 })).connect();
    const bucket = await places(db);
    await db
      .map("places")
      .update("p1", (at) => [
        at("unknown").as(counter()).add(1),
        at("visits").as(flag()).enable(),
        at("visits", "deeper").as(counter()).add(7),
      ]);
    expect(await bucket.get("p1")).toEqual({ found: true, value: NOTHING });
  });

  it("writes and reads values with the codec of the field", async () => {
    const codec: Codec<number> = {
      encode: (value) => ({ data: Buffer.from(String(value)), encoding: "text" }),
      decode: ({ data }) => {
        if (!/^\d+$/.test(Buffer.from(data).toString())) throw new TypeError("no digits");
        return Number(Buffer.from(data).toString());
      },
    };
    const db = await (await FakeCluster.start({ eu: 1 })).connect();
    const bucket = db.map("m", { inner: map({ size: register({ codec }) }) });
    await bucket.update("k", (m) => m.inner.size.put(12));
    expect((await bucket.get("k")).value.inner.size).toBe(12);
    await db.map("m").update("k", (at) => at("inner", "size").as(register()).put("many"));
    await expect(bucket.get("k")).rejects.toMatchObject({
      code: "DATA_LOSS",
      message: expect.stringContaining('key "k" at inner/size in bucket "m"'),
      metadata: { bucket: "m", key: "k", path: "inner/size" },
    });
  });

  it("refuses names that cannot be fields, and changes that cannot be", async () => {
    const db = await (await FakeCluster.start({ eu: 1 })).connect();
    for (const name of ["$clear", ""])
      expect(() => db.map("m", { [name]: counter() })).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }),
      );
    const bucket = await places(db);
    await expect(bucket.update("k", (place) => place.visits.add(0.5))).rejects.toMatchObject({
      metadata: { field: "amount" },
    });
    await expect(bucket.update("k", (place) => place.tags.add(""))).rejects.toMatchObject({
      metadata: { field: "member" },
    });
    const odd = db.map("m", { constructor: counter() });
    await odd.update("k", (m) => m.constructor.add(2));
    expect((await odd.get("k")).value.constructor).toBe(2);
  });
});

describe("an update of a map that names no change", () => {
  it.each([() => [], () => undefined, () => ({}), () => 3])(
    "is refused, and says what to return (%#)",
    async (build) => {
      const cluster = await FakeCluster.start({ eu: 1 });
      const bucket = (await cluster.connect()).map("m");
      // @ts-expect-error nothing of it is a change
      const updated = bucket.update("k", build);
      await expect(updated).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
        metadata: { field: "build" },
      });
    },
  );
});

describe("a map without a schema", () => {
  it("is a list of entries at any paths, in order, page by page", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const bucket = (await cluster.connect()).map("m");
    await bucket.update("k", (at) => [
      at("a", "b").as(register()).put({ deep: true }),
      at("a", "c").as(counter()).add(-4),
      at("b").as(flag()).enable(),
      at("c").as(set()).add("x", "y"),
      at("d")
        .as(set({ members: "bytes" }))
        .add(Uint8Array.of(0xff)),
    ]);
    const expiresAt = undefined;
    const expected: MapEntry[] = [
      { path: ["a", "b"], type: "register", value: { deep: true }, expiresAt },
      { path: ["a", "c"], type: "counter", value: -4, expiresAt },
      { path: ["b"], type: "flag", value: true, expiresAt },
      { path: ["c"], type: "set", member: "x", expiresAt },
      { path: ["c"], type: "set", member: "y", expiresAt },
      { path: ["d"], type: "set", member: Uint8Array.of(0xff), expiresAt },
    ];
    expect(await bucket.get("k")).toEqual({ found: true, value: expected });
    cluster.forgetReceived();
    const entries: MapEntry[] = [];
    for await (const entry of bucket.entries("k", { pageSize: 4 })) entries.push(entry);
    expect(entries).toEqual(expected);
    expect(cluster.node("eu-1").requests("get")).toHaveLength(2);
    expect(await bucket.getAt("k", (at) => at("a"))).toEqual(expected.slice(0, 2));
    expect(await bucket.getAt("k", (at) => at("a", "c").as(counter()))).toBe(-4);
    await bucket.remove("k", (at) => at("a"));
    await bucket.update("k", (at) => [at("b").clear(), at("c").clear()]);
    expect((await bucket.get("k")).value).toEqual(expected.slice(5));
  });
});
