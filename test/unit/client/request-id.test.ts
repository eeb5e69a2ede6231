/** Writes that callers name themselves: what goes over the wire, so that a repetition is known, and nothing else is taken for one. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { AtollClient, RequestOptions } from "../../../src/client/index.js";
import { FakeCluster } from "./fake-cluster.js";

afterEach(() => vi.restoreAllMocks());

const NAMED = { requestId: "payment 7" };

async function started() {
  const cluster = await FakeCluster.start({ eu: 3 });
  const db = await cluster.connect();
  /** What one call sent. */
  const sentBy = async (call: () => Promise<unknown>) => {
    cluster.forgetReceived();
    const before = cluster.store.applied.length;
    await call();
    const received = cluster.nodes.flatMap((node) => node.received);
    return { ids: cluster.store.applied.slice(before), retries: received.map(({ isRetry }) => isRetry) };
  };
  return { cluster, db, sentBy };
}

describe("a write with a name", () => {
  it("is sent as a repetition, under the same id by every client; and as a first one where the caller says so", async () => {
    const { cluster, db, sentBy } = await started();
    const first = await sentBy(() => db.counter("c").add("a", 1, { ...NAMED, firstAttempt: true }));
    expect(first).toEqual({ ids: [expect.stringMatching(/^[0-9a-f]{32}$/)], retries: [false] });
    const other = await cluster.connect();
    const again = await sentBy(() => other.counter("c").add("a", 1, NAMED));
    expect(again).toEqual({ ids: first.ids, retries: [true] });
    const unnamed = await sentBy(() => db.counter("c").add("a"));
    expect([unnamed.ids[0] === first.ids[0], unnamed.retries]).toEqual([false, [false]]);
  });

  it("is another one with another name, key, bucket, type or place in a batch", async () => {
    const { db, sentBy } = await started();
    const calls: (() => Promise<unknown>)[] = [
      () => db.counter("c").add("a", 1, NAMED),
      () => db.counter("c").add("a", 1, { requestId: "payment 8" }),
      () => db.counter("c").add("b", 1, NAMED),
      () => db.counter("d").add("a", 1, NAMED),
      () => db.flag("c").enable("a", NAMED),
      () => db.batch((to) => [to.counter("c").add("a"), to.counter("c").add("a")], NAMED),
      () => db.atomic((to) => [to.counter("c").add("a")], NAMED),
      () =>
        db.register("c").putMany(
          [
            { key: "a", value: 1 },
            { key: "b", value: 1 },
          ],
          NAMED,
        ),
    ];
    const ids: string[] = [];
    for (const call of calls) ids.push(...(await sentBy(call)).ids);
    expect(ids).toHaveLength(10);
    expect(new Set(ids).size).toBe(10);
    for (const call of calls) expect(await sentBy(call)).toMatchObject({ ids: expect.any(Array) });
  });

  it.each([
    ["put", (db: AtollClient, named: RequestOptions) => db.register("r").put("k", 1, named)],
    ["delete", (db: AtollClient, named: RequestOptions) => db.multi("m").delete("k", named)],
    ["set add", (db: AtollClient, named: RequestOptions) => db.set("s").add("k", ["m"], named)],
    [
      "map update",
      (db: AtollClient, named: RequestOptions) => db.map("p").update("k", (at) => at("x").clear(), named),
    ],
    ["clear", (db: AtollClient, named: RequestOptions) => db.set("s").clear("k", named)],
    [
      "in a session",
      (db: AtollClient, named: RequestOptions) => db.session().register("r").put("k", 1, named),
    ],
  ])("is the same when it comes again: %s", async (_what, write) => {
    const { db, sentBy } = await started();
    const [first, second] = [await sentBy(() => write(db, NAMED)), await sentBy(() => write(db, NAMED))];
    expect([first.ids.length, second.ids, second.retries]).toEqual([1, first.ids, [true]]);
  });

  it("keeps its ids in a batch, whatever nodes it goes to", async () => {
    const keys = Array.from({ length: 20 }, (_, at) => `k${at}`);
    const ids: string[][] = [];
    for (const regions of [{ eu: 1 }, { eu: 4 }]) {
      const cluster = await FakeCluster.start(regions);
      const db = await cluster.connect();
      await db.batch((to) => keys.map((key) => to.counter("c").add(key)), NAMED);
      const received = cluster.nodes.flatMap((node) => node.requests("batchWrite"));
      expect(received.every(({ isRetry }) => isRetry)).toBe(true);
      ids.push(cluster.store.applied.toSorted());
    }
    expect(ids[0]).toEqual(ids[1]);
    expect(new Set(ids[0]).size).toBe(20);
  });

  it("that fails may have been applied by an earlier call; not where there was none", async () => {
    const { cluster, db } = await started();
    for (const node of cluster.nodes)
      node.behaviour = { does: "refuse", code: "UNAVAILABLE", reason: "NOT_READY" };
    const put = (named: RequestOptions) => db.register("r").put("k", 1, named);
    await expect(put(NAMED)).rejects.toMatchObject({ reason: "NOT_READY", maybeApplied: true });
    await expect(put({ ...NAMED, firstAttempt: true })).rejects.toMatchObject({ maybeApplied: false });
  });

  it.each([
    ["requestId", { requestId: "" }],
    ["requestId", { requestId: "x".repeat(257) }],
    ["requestId", { requestId: "\ud800" }],
    // What a program without types passes on of a message that has no id.
    ["requestId", JSON.parse('{"requestId":null}')],
    ["requestId", Object.fromEntries([["requestId", undefined]])],
    ["firstAttempt", { firstAttempt: true }],
  ])("is refused with a bad %s, before anything is sent", async (field, options: RequestOptions) => {
    const { cluster, db } = await started();
    cluster.forgetReceived();
    for (const call of [
      () => db.counter("c").add("a", 1, options),
      () => db.batch((to) => [to.counter("c").add("a")], options),
      () => db.atomic((to) => [to.counter("c").add("a")], options),
      () => db.register("c").putMany([{ key: "a", value: 1 }], options),
    ])
      await expect(call()).rejects.toMatchObject({ code: "INVALID_ARGUMENT", metadata: { field } });
    expect(cluster.nodes.flatMap((node) => node.received)).toEqual([]);
  });
});
