/** Watches of the SDK against fake nodes: in which session, from which token and at which node they go on. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { actorOf, VersionVector } from "../../../src/causality/index.js";
import type { Watch } from "../../../src/client/index.js";
import { encodeSession } from "../../../src/codec/index.js";
import type { kv } from "../../../src/wire/index.js";
import { FakeCluster } from "./fake-cluster.js";

afterEach(() => vi.restoreAllMocks());

const bytes = (text: string): Buffer => Buffer.from(text);

/** A change of a key to its own name, with so many dots. */
function change(key: string, ...counters: number[]): kv.Change {
  const dots = counters.map((counter) => ({ actor: 7, counter }));
  return { key: bytes(key), values: [{ data: bytes(key), encoding: "VALUE_ENCODING_TEXT" }], dots };
}

const token = (text: string): kv.WatchResponse => ({ resumeToken: bytes(text) });
const changes = (...all: kv.Change[]): kv.WatchResponse => ({ changes: all });

async function take(watch: Watch<{ readonly key: string }>, count: number): Promise<string[]> {
  const keys: string[] = [];
  while (keys.length < count) {
    const { done, value } = await watch.next();
    if (done === true) break;
    keys.push(value.key);
  }
  return keys;
}

async function clusterOf(nodes: number) {
  const cluster = await FakeCluster.start({ eu: nodes });
  const db = await cluster.connect({ timeoutMs: 3_000 });
  return { cluster, db, bucket: db.register<string>("b") };
}

describe("a watch", () => {
  it("is in no session, and with what exists in one of its own, in which the scan is, too", async () => {
    const { cluster, db } = await clusterOf(1);
    const node = cluster.node("eu-1");
    const session = db.session();
    await session.register("b").put("k", "v");
    const before = session.token;
    node.watches = [{ replies: [token("t1")] }, { replies: [token("t2"), changes(change("c", 1))] }];
    const seen = encodeSession(new Map([[3, VersionVector.from([[actorOf(1, 1), 5]])]]), 7);
    node.session = () => seen;
    await using plain = session.register<string>("b").watch();
    await plain.ready();
    await using existing = session.register<string>("b").watch({ withExisting: true });
    expect(await take(existing, 2)).toEqual(["k", "c"]);
    const [first, second] = node.requests("watch");
    expect(first?.sessionToken).toBe("");
    expect(second?.sessionToken).toBe(Buffer.from(before, "base64url").toString("hex"));
    const [scan] = node.requests("scan");
    expect(scan?.sessionToken).toBe(seen.toString("hex"));
    expect(session.token).toBe(before);
  });

  it("goes on from its last token at another node, and leaves out what has come since", async () => {
    const { cluster, bucket } = await clusterOf(2);
    const [first, second] = [cluster.node("eu-1"), cluster.node("eu-2")];
    for (const node of [first, second])
      node.watches = [
        {
          replies: [
            token("t0"),
            changes(change("a", 1)),
            token("t1"),
            changes(change("b", 2), change("c", 3)),
          ],
        },
        { replies: [token("t9")] },
      ];
    await using watch = bucket.watch();
    expect(await take(watch, 3)).toEqual(["a", "b", "c"]);
    // Whichever of the two it began at.
    const [begun, other] = first.watched.length > 0 ? [first, second] : [second, first];
    other.watches = [
      // Its first token is where it begins: what it covers is no news. One dot of the last change is.
      {
        replies: [
          token("t1"),
          changes(change("b", 2)),
          token("t2"),
          changes(change("c", 3), change("c2", 3, 4)),
        ],
      },
    ];
    expect(begun.watched[0]?.resumeToken.toString()).toBe("");
    begun.kill();
    expect(await take(watch, 1)).toEqual(["c2"]);
    expect(other.watched[0]?.resumeToken.toString()).toBe("t1");
    expect(Buffer.from(watch.token ?? "", "base64url").toString()).toBe("t2");
  });

  it("goes on where a node drains, and fails where the log is gone", async () => {
    const { cluster, bucket } = await clusterOf(1);
    const node = cluster.node("eu-1");
    node.watches = [
      { replies: [token("t0"), changes(change("a", 1))], ends: "DRAINING" },
      { replies: [token("t0"), changes(change("a", 1), change("b", 2))], ends: "DRAINING" },
      { replies: [token("t0")], ends: "RESYNC" },
    ];
    await using watch = bucket.watch();
    expect(await take(watch, 2)).toEqual(["a", "b"]);
    await expect(watch.next()).rejects.toMatchObject({ code: "OUT_OF_RANGE", reason: "RESYNC" });
    expect(await watch.next()).toEqual({ done: true, value: undefined });
  });
});
