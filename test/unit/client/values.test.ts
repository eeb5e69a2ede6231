import { describe, expect, it } from "vitest";
import { FakeCluster } from "./fake-cluster.js";

/** What becomes of a context on its way through a form or a file of JSON, and what never was one. */
const NO_CONTEXTS: readonly unknown[] = [
  JSON.parse(JSON.stringify(Buffer.from("a"))),
  JSON.parse(JSON.stringify(Uint8Array.of(1, 2))),
  Buffer.from("a").toString("base64"),
  5,
  null,
  {},
];

describe("a context that is no bytes", () => {
  it.each([true, false])("is refused and nothing is sent, pipelining %s", async (pipelining) => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const db = await cluster.connect({ pipelining });
    for (const bucket of [db.register("users"), db.multi("carts")])
      for (const context of NO_CONTEXTS) {
        const options: object = { context };
        const refused = { code: "INVALID_ARGUMENT", maybeApplied: false };
        await expect(bucket.put("k", 1, options)).rejects.toMatchObject({
          ...refused,
          metadata: { field: "context" },
        });
        await expect(bucket.delete("k", options)).rejects.toMatchObject({
          ...refused,
          metadata: { field: "context" },
        });
        const condition: object = { ifUnchanged: context };
        await expect(bucket.put("k", 1, condition)).rejects.toMatchObject({
          ...refused,
          metadata: { field: "ifUnchanged" },
        });
      }
    await expect(
      db.batch((to) => {
        const options: object = { context: "x" };
        return [to.register("users").delete("k", options)];
      }),
    ).rejects.toMatchObject({ code: "INVALID_ARGUMENT", metadata: { field: "context" } });
    expect(cluster.node("eu-1").received.filter(({ method }) => method !== "getLayout")).toEqual([]);
  });

  it("that was left out is none", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const db = await cluster.connect();
    await expect(db.register("users").put("k", 1, {})).resolves.toMatchObject({ region: "eu" });
  });
});
