import { describe, expect, it } from "vitest";
import type { AtollSet, Key } from "../../../src/client/index.js";
import { FakeCluster } from "./fake-cluster.js";

async function listed<Member extends Key>(
  set: AtollSet<Member>,
  key: string,
  pageSize?: number,
): Promise<Member[]> {
  const members: Member[] = [];
  for await (const member of set.members(key, pageSize === undefined ? {} : { pageSize }))
    members.push(member);
  return members;
}

describe("a set", () => {
  it("has the members that were added and not removed", async () => {
    const cluster = await FakeCluster.start({ eu: 2 });
    const tags = (await cluster.connect()).set("tags");
    await tags.add("post", "crdt", "geo", "é");
    await tags.add("post", ["late"], { consistency: "ALL" });
    await tags.remove("post", "geo");
    await tags.remove("post", ["never there"], { timeoutMs: 1_000 });
    expect(await listed(tags, "post")).toEqual(["crdt", "late", "é"]);
    expect([await tags.has("post", "crdt"), await tags.has("post", "geo")]).toEqual([true, false]);
    expect(await tags.size("post")).toBe(3);
    await tags.clear("post");
    expect([await tags.size("post"), await listed(tags, "post")]).toEqual([0, []]);
  });

  it("is read page by page, and no page before it is wanted", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const tags = (await cluster.connect()).set("tags");
    await tags.add("k", "a", "b", "c", "d", "e", "f", "g");
    cluster.forgetReceived();
    const reading = tags.members("k", { pageSize: 3 });
    expect(await reading.next()).toEqual({ done: false, value: "a" });
    expect(cluster.node("eu-1").requests("get")).toHaveLength(1);
    const others: string[] = [];
    for await (const member of reading) others.push(member);
    expect(others.join("")).toBe("bcdefg");
    expect(cluster.node("eu-1").requests("get")).toHaveLength(3);
  });

  it("has members of bytes where that is asked, and says so where they are no text", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const db = await cluster.connect();
    const bytes = db.set("raw", { members: "bytes" });
    await bytes.add("k", Uint8Array.of(0xff, 0x00));
    expect(await listed(bytes, "k")).toEqual([Uint8Array.of(0xff, 0x00)]);
    expect(await bytes.has("k", Uint8Array.of(0xff, 0x00))).toBe(true);
    await expect(listed(db.set("raw"), "k")).rejects.toMatchObject({
      code: "DATA_LOSS",
      message: expect.stringContaining('{ members: "bytes" }'),
    });
  });

  it("refuses what can be no member, and no page", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const tags = (await cluster.connect()).set("tags");
    for (const member of ["", "\ud800"]) {
      const refusal = { code: "INVALID_ARGUMENT", metadata: { field: "member" } };
      await expect(tags.add("k", member)).rejects.toMatchObject(refusal);
      await expect(tags.has("k", member)).rejects.toMatchObject(refusal);
    }
    for (const pageSize of [0, -1, 1.5])
      await expect(listed(tags, "k", pageSize)).rejects.toMatchObject({ metadata: { field: "pageSize" } });
    expect(cluster.receivers("update")).toEqual([]);
  });
});
