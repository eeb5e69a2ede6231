/** Scans of the SDK against fake nodes: every key once, in order, whatever becomes of the nodes and of the caller. */
import { afterEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import type { CounterRow, RegisterRow, Scan, ScanOptions } from "../../../src/client/index.js";
import { FakeCluster } from "./fake-cluster.js";

afterEach(() => vi.restoreAllMocks());

async function listed<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** Reads so many rows, and leaves the scan open. */
async function take<Row>(scan: Scan<Row>, count: number): Promise<Row[]> {
  const rows: Row[] = [];
  while (rows.length < count) {
    const { done, value } = await scan.next();
    if (done === true) break;
    rows.push(value);
  }
  return rows;
}

async function until(condition: () => boolean): Promise<void> {
  const endMs = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`not in time: ${condition}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

const KEYS = Array.from({ length: 9 }, (_, index) => `k${index}`);

/** Three nodes in one region and two in another, with nine keys in the bucket `b`. */
async function filled() {
  const cluster = await FakeCluster.start({ eu: 3, us: 2 });
  const db = await cluster.connect({ timeoutMs: 3_000 });
  const bucket = db.register<string>("b");
  for (const key of KEYS) await bucket.put(key, `v of ${key}`);
  const serving = () => {
    const [nodeId = ""] = cluster.receivers("scan").slice(-1);
    return cluster.node(nodeId);
  };
  return { cluster, db, bucket, serving };
}

describe("a scan", () => {
  it("gives keys, values and contexts of registers, of which a prefix, a range and a limit choose", async () => {
    const { bucket } = await filled();
    const rows = await listed(bucket.scan());
    expect(rows.map(({ key }) => key)).toEqual(KEYS);
    expect(rows[3]).toEqual({ key: "k3", value: "v of k3", context: expect.any(Uint8Array), hlc: 4n });
    await bucket.put("k3", "new", { context: rows[3]?.context ?? new Uint8Array() });
    const keys = async (options: ScanOptions) => (await listed(bucket.scan(options))).map(({ key }) => key);
    expect(await keys({ prefix: "k", start: "k2", end: "k5" })).toEqual(["k2", "k3", "k4"]);
    expect(await keys({ reverse: true, limit: 3 })).toEqual(["k8", "k7", "k6"]);
    expect(await keys({ prefix: "none" })).toEqual([]);
    expect(await keys({ limit: 4, pageSize: 4 })).toEqual(["k0", "k1", "k2", "k3"]);
  });

  it("gives siblings of multis, numbers of counters, and the keys of every type", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const db = await cluster.connect();
    await db.multi<number>("m").put("a", 1);
    await db.multi<number>("m").put("a", 2);
    const [multi] = await listed(db.multi<number>("m").scan());
    expect(multi).toMatchObject({ key: "a", values: [1, 2] });
    await db.counter("c").add("x", 7);
    expect(await listed(db.counter("c").scan())).toEqual([{ key: "x", value: 7 }]);
    await db.flag("f").enable("on");
    await db.set("s").add("tags", "a", "b");
    await db.map("p").update("p1", (at) => at("x").clear());
    await db.map("p").update("p2", (at) => [at("y").clear()]);
    expect(await listed(db.flag("f").keys())).toEqual(["on"]);
    expect(await listed(db.set("s").keys())).toEqual(["tags"]);
    expect(await listed(db.map("p").keys())).toEqual([]);
    expect(await listed(db.set("s").keys({ keys: "bytes" }))).toEqual([Uint8Array.from(Buffer.from("tags"))]);
    expectTypeOf(db.set("s").keys()).toEqualTypeOf<Scan<string>>();
    expectTypeOf(db.counter("c").scan()).toEqualTypeOf<Scan<CounterRow>>();
    expectTypeOf(db.register<number>("b").scan({ keys: "bytes" })).toEqualTypeOf<
      Scan<RegisterRow<number, Uint8Array>>
    >();
  });

  it.each(["break", "stall", "drain"] as const)("goes on at another node when one does: %s", async (does) => {
    const { cluster, bucket } = await filled();
    for (const node of cluster.nodes) node.scanEnd = { afterPages: 2, does };
    // Two pages of two keys from each stream: five pages take three.
    expect((await listed(bucket.scan())).map(({ key }) => key)).toEqual(KEYS);
    expect(cluster.nodes.flatMap((node) => node.requests("scan")).length).toBe(3);
  });

  it("goes on in another region, and ends with the failure when nobody is left", async () => {
    const { cluster, bucket } = await filled();
    const scan = bucket.scan({ timeoutMs: 1_500 });
    await take(scan, 3);
    for (const node of cluster.inRegion("eu")) node.kill();
    expect((await take(scan, 3)).map(({ key }) => key)).toEqual(["k3", "k4", "k5"]);
    for (const node of cluster.inRegion("us")) node.kill();
    await expect(listed(scan)).rejects.toMatchObject({ name: "AtollError" });
  });

  it("goes on later, in both directions, behind what it gave", async () => {
    const { bucket } = await filled();
    for (const reverse of [false, true]) {
      const found: string[] = [];
      let pageToken: string | null | undefined;
      do {
        const scan = bucket.keys({ reverse, limit: 2, pageToken });
        found.push(...(await listed(scan)));
        pageToken = scan.pageToken;
      } while (pageToken !== null);
      expect(found).toEqual(reverse ? KEYS.toReversed() : KEYS);
      const left = bucket.keys({ reverse, pageSize: 4 });
      const begun = await take(left, 3);
      await left.return();
      const rest = await listed(bucket.keys({ reverse, pageToken: left.pageToken ?? "" }));
      expect([...begun, ...rest]).toEqual(reverse ? KEYS.toReversed() : KEYS);
    }
  });

  it("that is at its end has a token that begins no other: what goes on there gives nothing", async () => {
    const { bucket, cluster } = await filled();
    const whole = bucket.keys();
    expect(whole.pageToken).toBeUndefined();
    await listed(whole);
    const requests = () => cluster.nodes.flatMap((node) => node.requests("scan")).length;
    const sent = requests();
    for (const ended of [whole, bucket.keys({ limit: 10 }), bucket.keys({ prefix: "none" })]) {
      await listed(ended);
      // As in the answer of a web server, and in the next request to it.
      const { pageToken } = JSON.parse(JSON.stringify({ pageToken: ended.pageToken }));
      expect(pageToken).toBeNull();
      const rest = bucket.keys({ pageToken });
      expect([await listed(rest), rest.pageToken]).toEqual([[], null]);
    }
    expect(requests()).toBe(sent + 2);
    const last = bucket.keys({ limit: 9 });
    await take(last, 9);
    const rest = bucket.keys({ pageToken: last.pageToken });
    expect([await listed(rest), rest.pageToken]).toEqual([[], null]);
    await expect(listed(bucket.keys({ pageToken: null, limit: 0 }))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    expectTypeOf(whole.pageToken).toEqualTypeOf<string | null | undefined>();
  });

  it("takes no token of another scan, and none that was made up", async () => {
    const { bucket, db } = await filled();
    const scan = bucket.keys({ limit: 3 });
    await listed(scan);
    const { pageToken } = scan;
    const refused = expect.objectContaining({ code: "INVALID_ARGUMENT", metadata: { field: "pageToken" } });
    const others = [
      bucket.keys({ reverse: true, pageToken }),
      bucket.keys({ prefix: "k", pageToken }),
      db.register("elsewhere").keys({ pageToken }),
      db.multi("b").keys({ pageToken }),
      ...["nonsense", "zzz", "a", ""].map((made) => bucket.keys({ pageToken: made })),
    ];
    for (const other of others) await expect(listed(other)).rejects.toEqual(refused);
    expect(await listed(bucket.keys({ limit: 3, pageToken }))).toEqual(KEYS.slice(3, 6));
  });

  it("reads no more ahead than a page and what the connection takes, and ends at the server when the loop is left", async () => {
    const { bucket, db, serving } = await filled();
    const large = db.register<string>("large");
    // Five of them are more than what the connection takes by itself.
    for (const key of KEYS) await large.put(key, "x".repeat(1_000_000));
    for await (const { key } of large.scan({ pageSize: 1 })) {
      for (let call = 0; call < 30; call++) await bucket.get("k0");
      expect(serving().pagesSent).toBeLessThanOrEqual(key === "k0" ? 6 : 7);
      if (key === "k1") break;
    }
    await until(() => serving().scansCancelled === 1);
    const unread = bucket.scan();
    await unread.return();
    expect(await listed(unread)).toEqual([]);
    expect(serving().requests("scan").length).toBe(1);
  });

  it("ends when its signal fires, before and in the middle", async () => {
    const { bucket, serving } = await filled();
    await expect(listed(bucket.scan({ signal: AbortSignal.abort() }))).rejects.toMatchObject({
      code: "CANCELLED",
    });
    const abort = new AbortController();
    const scan = bucket.scan({ signal: abort.signal });
    await take(scan, 1);
    serving().scanEnd = { afterPages: 0, does: "stall" };
    abort.abort();
    await expect(listed(scan)).rejects.toMatchObject({ code: "CANCELLED" });
    await until(() => serving().scansCancelled === 1);
  });

  it("ends with the client", async () => {
    const { bucket, db, serving } = await filled();
    const scan = bucket.scan();
    await take(scan, 1);
    await db.close();
    await expect(listed(scan)).rejects.toMatchObject({ code: "FAILED_PRECONDITION" });
    await until(() => serving().scansCancelled === 1);
  });

  it("says when no page comes in time", async () => {
    const { cluster, bucket } = await filled();
    for (const node of cluster.nodes) node.behaviour = { does: "stall" };
    const scan = bucket.scan({ timeoutMs: 400 });
    await expect(listed(scan)).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });

  it("names a key or value that cannot be read, and goes on behind it", async () => {
    const { cluster, db, bucket } = await filled();
    cluster.store.plant("b", "k4", { data: Buffer.from([0xc1]), encoding: "VALUE_ENCODING_MSGPACK" });
    const scan = bucket.scan();
    await expect(listed(scan)).rejects.toMatchObject({ code: "DATA_LOSS", metadata: { key: "k4" } });
    const rest = await listed(bucket.scan({ pageToken: scan.pageToken ?? "" }));
    expect(rest.map(({ key }) => key)).toEqual(KEYS.slice(5));
    await db.register("raw").put(Uint8Array.of(0xff), "v");
    await expect(listed(db.register("raw").keys())).rejects.toMatchObject({ metadata: { key: "0xff" } });
    expect(await listed(db.register("raw").scan({ keys: "bytes" }))).toMatchObject([
      { key: Uint8Array.of(0xff), value: "v" },
    ]);
  });

  it.each([
    ["limit", { limit: 0 }],
    ["pageSize", { pageSize: 1.5 }],
    ["pageToken", { pageToken: "no token!" }],
    ["prefix", { prefix: "\ud800" }],
  ])("refuses a bad %s", async (field, options) => {
    const { bucket } = await filled();
    await expect(listed(bucket.scan(options))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      metadata: { field },
    });
  });

  it("of a session goes with what the session has seen, and adds what it sees", async () => {
    const { cluster, db, serving } = await filled();
    for (const node of cluster.nodes) node.session = (sent) => sent;
    const session = db.session();
    expect((await listed(session.register("b").keys())).length).toBe(KEYS.length);
    expect(serving().requests("scan")[0]?.sessionToken).toBe("010000");
  });
});
