/** Watch as one real node serves it: tokens, sessions, the elements of sets and maps, slow readers, and its end. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ClientReadableStream, credentials } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { actorOf, VersionVector } from "../../src/causality/index.js";
import { clusterMark, decodeSession, encodeSession } from "../../src/codec/index.js";
import { AtollServer, parseConfig } from "../../src/server/index.js";
import { KvServiceClient, type kv } from "../../src/wire/index.js";
import { call, failureOf, ServerFixture, SILENT } from "../unit/server/server-fixture.js";

const WITHIN = { timeout: 15_000 };

let folder: string;
let server: AtollServer;
let client: InstanceType<typeof KvServiceClient>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "atoll-watch-"));
  const listen = { client: "127.0.0.1:0", peer: "127.0.0.1:0", admin: "127.0.0.1:0" };
  const config = parseConfig({
    node: "eu-west-1",
    region: "eu-west",
    data: folder,
    listen,
    limits: { watched_partitions: 700 },
  });
  server = await AtollServer.start(config, { log: SILENT });
  client = new KvServiceClient(server.addresses.client, credentials.createInsecure());
});

afterEach(async () => {
  client.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const text = (of: string | Buffer): Buffer => Buffer.from(of);

function put(key: string, data: string | Buffer, bucket = "b"): Promise<kv.PutResponse__Output> {
  const address = { type: "DATA_TYPE_REGISTER", bucket, key: text(key) } as const;
  const value = { data: text(data) };
  return call((...rest) => client.put({ address, value }, ...rest));
}

/** What came on one stream. */
class Watched {
  readonly stream: ClientReadableStream<kv.WatchResponse__Output>;
  readonly replies: kv.WatchResponse__Output[] = [];
  readonly failed: Promise<unknown>;

  constructor(request: kv.WatchRequest) {
    this.stream = client.watch({ type: "DATA_TYPE_REGISTER", bucket: "b", ...request });
    this.stream.on("data", (reply: kv.WatchResponse__Output) => this.replies.push(reply));
    this.failed = new Promise((resolve, reject) => {
      this.stream.on("error", reject);
      this.stream.on("end", resolve);
    });
    this.failed.catch(() => undefined);
  }

  static async begun(request: kv.WatchRequest = {}): Promise<Watched> {
    const watched = new Watched(request);
    await vi.waitFor(() => expect(watched.replies).not.toHaveLength(0), WITHIN);
    return watched;
  }

  get changes(): kv.Change__Output[] {
    return this.replies.flatMap(({ changes }) => changes);
  }

  /** Key to value, of what was shown last. */
  get shown(): Record<string, string | undefined> {
    return Object.fromEntries(
      this.changes.map(({ key, values }) => [key.toString(), values[0]?.data.toString()]),
    );
  }

  get token(): Buffer {
    return (
      this.replies.filter(({ resumeToken }) => resumeToken.length > 0).at(-1)?.resumeToken ?? Buffer.alloc(0)
    );
  }
}

describe("a watch of registers", () => {
  it("begins with a token, shows values, contexts, stamps and dots, and goes on from a later token", async () => {
    await put("k0", "before");
    const watched = await Watched.begun({ prefix: text("k") });
    expect(watched.replies).toMatchObject([
      { changes: [], header: { nodeId: "eu-west-1", region: "eu-west" } },
    ]);
    const { token: first } = watched;
    expect(first.length).toBeGreaterThan(0);
    const written = await put("k1", "one");
    await put("other", "not watched");
    await vi.waitFor(() => expect(watched.shown).toEqual({ k1: "one" }), WITHIN);
    const [change] = watched.changes;
    expect(change).toMatchObject({
      isDeleted: false,
      hlc: written.hlc,
      dots: [{ counter: "1" }],
      element: null,
    });
    // Its context is that of a read.
    const address = { type: "DATA_TYPE_REGISTER", bucket: "b", key: text("k1") } as const;
    const context = change?.context ?? Buffer.alloc(0);
    await call((...rest) => client.delete({ address, context }, ...rest));
    await vi.waitFor(() => expect(watched.shown).toEqual({ k1: undefined }), WITHIN);
    expect(watched.changes[1]).toMatchObject({ isDeleted: true, values: [] });
    // A token covers what came before it in the stream.
    await vi.waitFor(() => expect(watched.replies.at(-1)?.resumeToken).not.toHaveLength(0), WITHIN);
    expect(watched.token).not.toEqual(first);
    watched.stream.cancel();

    await put("k2", "two");
    const later = await Watched.begun({ prefix: text("k"), resumeToken: watched.token });
    await put("k3", "three");
    await vi.waitFor(() => expect(later.shown).toEqual({ k2: "two", k3: "three" }), WITHIN);
    const again = await Watched.begun({ prefix: text("k"), resumeToken: first });
    await vi.waitFor(() => expect(again.shown).toMatchObject({ k2: "two", k3: "three" }), WITHIN);
  });

  it("of one key, or of a tag, follows one partition", async () => {
    const one = await Watched.begun({ key: text("k1") });
    const tagged = await Watched.begun({ prefix: text("{user}") });
    expect([one.token.length, tagged.token.length].map((bytes) => bytes < 40)).toEqual([true, true]);
    for (const key of ["k1", "k12", "{user}:a", "{user}:b"]) await put(key, "v");
    await vi.waitFor(() => expect(tagged.shown).toEqual({ "{user}:a": "v", "{user}:b": "v" }), WITHIN);
    await vi.waitFor(() => expect(one.shown).toEqual({ k1: "v" }), WITHIN);
  });

  it("in a session begins with what a read has to have seen to miss nothing", async () => {
    await put("k0", "before");
    const options = { sessionToken: encodeSession(new Map(), 0) };
    const watched = await Watched.begun({ options });
    const [first] = watched.replies;
    // Alone in its cluster, this node holds all that anybody may have seen.
    expect([...decodeSession(first?.header?.sessionToken ?? Buffer.alloc(0))]).toEqual([]);

    const fixture = await ServerFixture.start();
    onTestFinished(() => fixture.close());
    const cluster = clusterMark(fixture.nodes.last.layout.clusterId);
    const seen = VersionVector.from([[actorOf(2, 1), 9]]);
    fixture.nodes.last.watchSeen = new Map([[3, seen]]);
    const before = new Map([
      [3, VersionVector.from([[actorOf(1, 1), 5]])],
      [4, seen],
    ]);
    const stream = fixture.kv.watch({
      type: "DATA_TYPE_REGISTER",
      bucket: "b",
      options: { sessionToken: encodeSession(before, cluster) },
    });
    const [reply]: kv.WatchResponse__Output[] = await once(stream, "data");
    stream.on("error", () => undefined);
    stream.cancel();
    const after = decodeSession(reply?.header?.sessionToken ?? Buffer.alloc(0));
    expect([...after].map(([partition, dots]) => [partition, dots.sorted()])).toEqual([
      [3, [[actorOf(1, 1), 5], ...seen.sorted()]],
      [4, seen.sorted()],
    ]);
  });
});

describe("watches of other types", () => {
  it("show counters, flags, members and leaves", async () => {
    const update = (type: kv.DataType, operation: kv.Operation) => {
      const address = { type, bucket: "b", key: text("k") };
      return call((...rest) => client.update({ address, operations: [operation] }, ...rest));
    };
    const of = (type: kv.DataType) => Watched.begun({ type, key: text("k") });
    const [counter, flag] = [await of("DATA_TYPE_COUNTER"), await of("DATA_TYPE_FLAG")];
    const [set, map] = [await of("DATA_TYPE_SET"), await of("DATA_TYPE_MAP")];
    await update("DATA_TYPE_COUNTER", { counterAdd: 7 });
    await update("DATA_TYPE_FLAG", { flagSet: true });
    await update("DATA_TYPE_SET", { setAdd: { members: [text("x")] } });
    await update("DATA_TYPE_SET", { setRemove: { members: [text("x")] } });
    await update("DATA_TYPE_MAP", { path: [text("cart"), text("milk")], counterAdd: 2 });
    await vi.waitFor(() => expect(set.changes.at(-1)).toMatchObject({ isDeleted: true }), WITHIN);
    expect(set.changes.at(-1)).toMatchObject({ element: { member: Buffer.from("x"), flag: false } });
    await vi.waitFor(() => expect(map.changes).toHaveLength(1), WITHIN);
    expect(counter.changes).toMatchObject([{ key: Buffer.from("k"), counter: "7", isDeleted: false }]);
    expect(flag.changes).toMatchObject([{ flag: true }]);
    const path = [Buffer.from("cart"), Buffer.from("milk")];
    expect(map.changes).toMatchObject([{ element: { path, type: "DATA_TYPE_COUNTER", counter: "2" } }]);
  });
});

describe("the server", () => {
  it("keeps nothing but a few pages for a client that does not read, and it finds the rest in the log", async () => {
    const watched = await Watched.begun();
    watched.stream.pause();
    const value = Buffer.alloc(200_000, "x");
    for (let round = 0; round < 60; round++) await put(`k${round % 3}`, value);
    await put("last", "v");
    watched.stream.resume();
    await vi.waitFor(() => expect(watched.shown).toHaveProperty("last"), WITHIN);
    expect(Object.keys(watched.shown).sort()).toEqual(["k0", "k1", "k2", "last"]);
    // What was written again before it was read came once.
    expect(watched.changes.length).toBeLessThan(50);
  });

  it("takes so many watches, and tells how many are open", async () => {
    const metric = async (): Promise<string | undefined> =>
      /^atoll_watches_open (\d+)/m.exec(
        await (await fetch(`http://${server.addresses.admin}/metrics`)).text(),
      )?.[1];
    const watches = [await Watched.begun(), await Watched.begun({ key: text("k") })];
    expect(await metric()).toBe("2");
    await Watched.begun({ bucket: "c" });
    expect(await failureOf(new Watched({}).failed)).toMatchObject({
      code: "RESOURCE_EXHAUSTED",
      reason: "OVERLOADED",
    });
    for (const { stream } of watches) stream.cancel();
    await vi.waitFor(async () => expect(await metric()).toBe("1"), WITHIN);
    await Watched.begun();
  });

  it("ends its watches when it drains, with a reason to go elsewhere, and at once", async () => {
    const watched = await Watched.begun();
    const startedAt = performance.now();
    const failure = failureOf(watched.failed);
    await server.stop();
    expect(await failure).toMatchObject({ code: "UNAVAILABLE", reason: "DRAINING" });
    // It waits five seconds for what does not end.
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
