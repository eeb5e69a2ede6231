import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { actorOf, hlcAt, VersionVector } from "../../src/causality/index.js";
import { encodeWatch } from "../../src/codec/index.js";
import type { Failure } from "../../src/replication/index.js";
import type { admin, kv } from "../../src/wire/index.js";
import type { FakeNode } from "../unit/server/fake-node.js";
import { CALL_LIMIT_MS, call, failureOf, proto, ServerFixture } from "../unit/server/server-fixture.js";

const address: kv.Address = { type: "DATA_TYPE_REGISTER", bucket: "profiles", key: Buffer.from("u42") };
const value: kv.Value = { data: Buffer.from("Ada"), encoding: "VALUE_ENCODING_TEXT" };
const REQUEST_ID = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");

let fixture: ServerFixture;
let node: FakeNode;

beforeAll(async () => {
  fixture = await ServerFixture.start({
    limits: { value_bytes: 1_000, message_bytes: 262_144, batch_items: 600 },
  });
});
afterAll(() => fixture.close());
beforeEach(() => {
  node = fixture.nodes.last;
  node.failure = undefined;
  node.asked.length = 0;
});

const get = (request: kv.GetRequest, deadline?: number) =>
  call<kv.GetResponse__Output>((...rest) => fixture.kv.get(request, ...rest), deadline);
const put = (request: kv.PutRequest) =>
  call<kv.PutResponse__Output>((...rest) => fixture.kv.put(request, ...rest));
const remove = (request: kv.DeleteRequest) =>
  call<kv.DeleteResponse__Output>((...rest) => fixture.kv.delete(request, ...rest));
const update = (request: kv.UpdateRequest) =>
  call<kv.UpdateResponse__Output>((...rest) => fixture.kv.update(request, ...rest));
const batchGet = (request: kv.BatchGetRequest) =>
  call<kv.BatchGetResponse__Output>((...rest) => fixture.kv.batchGet(request, ...rest));
const batchWrite = (request: kv.BatchWriteRequest) =>
  call<kv.BatchWriteResponse__Output>((...rest) => fixture.kv.batchWrite(request, ...rest));

const HEADER = { clusterId: expect.stringMatching(/^cluster-/), nodeId: "eu-west-1", region: "eu-west" };

describe("requests for one key", () => {
  it("put, get, delete and get again", async () => {
    const written = await put({ address, value });
    expect(written.header).toMatchObject({ ...HEADER, layoutVersion: "1" });
    expect(written.acksReceived).toBe(2);
    const read = await get({ address });
    expect(read).toMatchObject({ found: true, hlc: written.hlc, header: HEADER });
    expect(read.values).toMatchObject([
      { data: Buffer.from("Ada"), encoding: "VALUE_ENCODING_TEXT", hlc: written.hlc },
    ]);
    expect(BigInt(read.hlc)).toBeGreaterThan(2n ** 53n);
    const removed = await remove({ address, context: read.context });
    expect(BigInt(removed.hlc)).toBeGreaterThan(BigInt(read.hlc));
    expect(await get({ address })).toMatchObject({ found: false, values: [], hlc: "0" });
  });

  it("reach the node as they were asked", async () => {
    const options: kv.RequestOptions = {
      consistency: { level: "CONSISTENCY_LEVEL_EACH_QUORUM" },
      requestId: REQUEST_ID,
      isRetry: true,
      isSloppy: true,
      timeoutMs: 700,
    };
    await put({
      address: { ...address, type: "DATA_TYPE_MULTI" },
      value,
      context: Buffer.from("ctx"),
      options,
    });
    await get({ address, options: { consistency: { replicas: 2 } } });
    await get({ address, options: { consistency: { level: "CONSISTENCY_LEVEL_UNSPECIFIED" } } });
    expect(node.asked).toMatchObject([
      {
        operation: {
          kind: "put",
          address: { type: 2, bucket: "profiles", key: Buffer.from("u42") },
          value: { data: Buffer.from("Ada"), encoding: 1 },
          context: Buffer.from("ctx"),
        },
        options: {
          consistency: { level: "EACH_QUORUM" },
          timeoutMs: 700,
          requestId: REQUEST_ID.toString("hex"),
          isRetry: true,
          isSloppy: true,
        },
      },
      { options: { consistency: { replicas: 2 }, requestId: undefined } },
      { options: { consistency: undefined } },
    ]);
  });

  it("take the shortest of the deadline, the timeout and the limit", async () => {
    const timeoutOf = async (timeoutMs: number, deadlineMs: number) => {
      node.asked.length = 0;
      await get({ address, options: { timeoutMs } }, Date.now() + deadlineMs);
      return node.asked[0]?.options.timeoutMs ?? 0;
    };
    expect(await timeoutOf(300, 20_000)).toBe(300);
    expect(await timeoutOf(0, 300_000)).toBe(60_000);
    expect(await timeoutOf(4_294_967_295, 300_000)).toBe(60_000);
    const byDeadline = await timeoutOf(30_000, 20_000);
    expect(byDeadline).toBeLessThan(19_990);
    expect(byDeadline).toBeGreaterThan(10_000);
    node.asked.length = 0;
    await get({ address }, Number.POSITIVE_INFINITY);
    expect(node.asked[0]?.options.timeoutMs).toBe(5_000);
  });
});

describe("a bad request is refused by the field that is wrong", () => {
  const long = (length: number) => Buffer.alloc(length, "x");
  const puts: [string, kv.PutRequest, string][] = [
    ["no address", { value }, "address"],
    ["no type", { address: { ...address, type: "DATA_TYPE_UNSPECIFIED" }, value }, "address.type"],
    ["no bucket", { address: { ...address, bucket: "" }, value }, "address.bucket"],
    ["a bucket with a slash", { address: { ...address, bucket: "a/b" }, value }, "address.bucket"],
    ["a bucket of 65", { address: { ...address, bucket: "x".repeat(65) }, value }, "address.bucket"],
    ["a bucket and a line", { address: { ...address, bucket: "a\n" }, value }, "address.bucket"],
    ["an empty key", { address: { ...address, key: Buffer.alloc(0) }, value }, "address.key"],
    ["a key of 4097", { address: { ...address, key: long(4_097) }, value }, "address.key"],
    ["no value", { address }, "value"],
    ["a value beyond the limit", { address, value: { data: long(1_001) } }, "value.data"],
    ["an endless context", { address, value, context: long(65_537) }, "context"],
    ["a short request id", { address, value, options: { requestId: long(15) } }, "options.request_id"],
    [
      "no replicas",
      { address, value, options: { consistency: { replicas: 0 } } },
      "options.consistency.replicas",
    ],
    ["a retry of nothing", { address, value, options: { isRetry: true } }, "options.is_retry"],
    ["a whole counter", { address: { ...address, type: "DATA_TYPE_COUNTER" }, value }, "address.type"],
    ["a condition on no context", { address, value, ifContext: true }, "context"],
    ["two conditions", { address, value, ifContext: true, ifAbsent: true, context: long(3) }, "if_absent"],
    ["a token of nobody", { address, value, options: { sessionToken: long(3) } }, "options.session_token"],
  ];
  it("a sloppy read", async () => {
    const options = { isSloppy: true };
    const failures = [
      await failureOf(get({ address, options })),
      await failureOf(batchGet({ addresses: [address], options })),
    ];
    for (const failure of failures)
      expect(failure).toMatchObject({ reason: "BAD_REQUEST", metadata: { field: "options.is_sloppy" } });
    expect(node.asked).toEqual([]);
  });

  it.each(puts)("put: %s", async (_name, request, field) => {
    const failure = await failureOf(put(request));
    expect(failure).toMatchObject({ code: "INVALID_ARGUMENT", reason: "BAD_REQUEST", metadata: { field } });
    expect(failure.message).toMatch(new RegExp(`^${field}: `));
    expect(node.asked).toEqual([]);
  });

  it("what is exactly at the limits passes", async () => {
    await put({
      address: { ...address, bucket: "Aa9._-".padEnd(64, "b"), key: long(4_096) },
      value: { data: long(1_000) },
    });
    await put({ address: { ...address, key: Buffer.from([0]) }, value: { data: Buffer.alloc(0) } });
    expect(node.asked).toHaveLength(2);
  });

  it.each([
    ["member", { member: Buffer.from("e") }],
    ["path", { path: [Buffer.from("e")] }],
    ["leaf_type", { leafType: "DATA_TYPE_COUNTER" as const }],
    ["is_count_only", { isCountOnly: true }],
    ["page_token", { pageToken: Buffer.from("t") }],
    ["page_size", { pageSize: 3 }],
  ])("get: %s of a register", async (field, more) => {
    expect(await failureOf(get({ address, ...more }))).toMatchObject({
      code: "INVALID_ARGUMENT",
      metadata: { field },
    });
  });

  const counter: kv.Address = { ...address, type: "DATA_TYPE_COUNTER" };
  const set: kv.Address = { ...address, type: "DATA_TYPE_SET" };
  const updates: [string, kv.UpdateRequest, string][] = [
    ["a register", { address, operations: [{ clear: {} }] }, "address.type"],
    ["nothing", { address: counter, operations: [] }, "operations"],
    ["an operation of no kind", { address: counter, operations: [{}] }, "operations[0].action"],
    [
      "an inexact number",
      { address: counter, operations: [{ counterAdd: "9007199254740993" }] },
      "operations[0].counter_add",
    ],
    [
      "no members",
      { address: set, operations: [{ setAdd: { members: [] } }] },
      "operations[0].set_add.members",
    ],
    [
      "an empty member",
      { address: set, operations: [{ setRemove: { members: [""] } }] },
      "operations[0].set_remove.members",
    ],
    [
      "an empty step",
      { address: { ...address, type: "DATA_TYPE_MAP" }, operations: [{ path: [""], clear: {} }] },
      "operations[0].path",
    ],
  ];
  it.each(updates)("update: %s", async (_name, request, field) => {
    const failure = await failureOf(call((...rest) => fixture.kv.update(request, ...rest)));
    expect(failure).toMatchObject({ code: "INVALID_ARGUMENT", reason: "BAD_REQUEST", metadata: { field } });
    expect(node.asked).toEqual([]);
  });

  it("scan: no type, no bucket, an endless page, a token of other keys, values of sets", async () => {
    const requests: [kv.ScanRequest, string][] = [
      [{ bucket: "b" }, "type"],
      [{ type: "DATA_TYPE_REGISTER" }, "bucket"],
      [{ type: "DATA_TYPE_REGISTER", bucket: "b", pageSize: 1_001 }, "page_size"],
      [{ type: "DATA_TYPE_REGISTER", bucket: "b", pageToken: long(4_097) }, "page_token"],
      [
        {
          type: "DATA_TYPE_REGISTER",
          bucket: "b",
          prefix: Buffer.from("eu"),
          pageToken: Buffer.from("us:1"),
        },
        "page_token",
      ],
      [
        { type: "DATA_TYPE_REGISTER", bucket: "b", start: Buffer.from("b"), pageToken: Buffer.from("a") },
        "page_token",
      ],
      [
        { type: "DATA_TYPE_REGISTER", bucket: "b", end: Buffer.from("b"), pageToken: Buffer.from("b") },
        "page_token",
      ],
      [{ type: "DATA_TYPE_SET", bucket: "b" }, "is_keys_only"],
    ];
    for (const [request, field] of requests) {
      const stream = fixture.kv.scan(request);
      const failed = new Promise((_resolve, reject) => {
        stream.on("error", reject);
        stream.on("data", () => {});
      });
      expect(await failureOf(failed)).toMatchObject({ code: "INVALID_ARGUMENT", metadata: { field } });
    }
  });

  it("watch: no type, no bucket, a key beside a prefix, a token of nobody's or of other keys", async () => {
    const watched = { type: "DATA_TYPE_REGISTER", bucket: "b" } as const;
    const tokenOf = (partition: number) =>
      encodeWatch(new Map([[partition, { position: new VersionVector(), seen: new VersionVector() }]]));
    const requests: [kv.WatchRequest, string][] = [
      [{ bucket: "b" }, "type"],
      [{ type: "DATA_TYPE_REGISTER" }, "bucket"],
      [{ ...watched, key: long(1), prefix: long(1) }, "key"],
      [{ ...watched, prefix: long(4_097) }, "prefix"],
      [{ ...watched, resumeToken: long(8) }, "resume_token"],
      [{ ...watched, resumeToken: tokenOf(0) }, "resume_token"],
      [{ ...watched, key: long(1), resumeToken: tokenOf(70_000) }, "resume_token"],
    ];
    for (const [request, field] of requests) {
      const stream = fixture.kv.watch(request);
      const failed = new Promise((_resolve, reject) => {
        stream.on("error", reject);
        stream.on("data", () => {});
      });
      expect(await failureOf(failed)).toMatchObject({ code: "INVALID_ARGUMENT", metadata: { field } });
    }
  });

  it("delete: an empty key", async () => {
    expect(await failureOf(remove({ address: { ...address, key: "" } }))).toMatchObject({
      code: "INVALID_ARGUMENT",
      metadata: { field: "address.key" },
    });
  });

  const GET = "/atoll.kv.v1.KvService/Get";
  const PUT = "/atoll.kv.v1.KvService/Put";
  const [type, bucket, key] = [proto.varint(1, 1), proto.bytes(2, "b"), proto.bytes(3, "k")];
  const raws: [string, string, Buffer, string][] = [
    ["an unknown type", GET, proto.bytes(1, proto.varint(1, 99), bucket, key), "address.type"],
    [
      "a bucket that is not UTF-8",
      GET,
      proto.bytes(1, type, proto.bytes(2, Buffer.from([0x61, 0xff, 0xfe])), key),
      "address.bucket",
    ],
    [
      "an unknown consistency",
      GET,
      Buffer.concat([proto.bytes(1, type, bucket, key), proto.bytes(2, proto.bytes(1, proto.varint(1, 77)))]),
      "options.consistency.level",
    ],
    [
      "an unknown encoding",
      PUT,
      Buffer.concat([proto.bytes(1, type, bucket, key), proto.bytes(2, proto.varint(2, 9))]),
      "value.encoding",
    ],
  ];
  it.each(raws)("%s", async (_name, path, message, field) => {
    expect(await fixture.raw(path, message)).toMatchObject({
      code: "INVALID_ARGUMENT",
      reason: "BAD_REQUEST",
      metadata: { field },
    });
  });

  it("unknown fields are ignored, as protobuf wants it", async () => {
    const message = Buffer.concat([proto.bytes(1, type, bucket, key), proto.bytes(99, "from the future")]);
    expect(await fixture.raw(GET, message)).toMatchObject({ code: "OK" });
  });

  it("a message that is no protobuf gets an error", async () => {
    expect(await fixture.raw(GET, Buffer.from([0x0a, 0xff, 0xff, 0xff]))).toMatchObject({ code: "INTERNAL" });
    expect(node.asked).toEqual([]);
  });

  it("a message beyond the limit gets an error, and the next one an answer", async () => {
    const failure = await failureOf(put({ address, value: { data: long(270_000) } }));
    expect(failure.code).toBe("RESOURCE_EXHAUSTED");
    expect(node.asked).toEqual([]);
    await put({ address, value });
  });
});

describe("deadlines", () => {
  const GET = "/atoll.kv.v1.KvService/Get";
  const message = proto.bytes(1, proto.varint(1, 1), proto.bytes(2, "b"), proto.bytes(3, "k"));
  const withTimeout = (timeout: string) => fixture.raw(GET, message, { "grpc-timeout": timeout });

  it("that have passed do no work", async () => {
    expect(await withTimeout("0n")).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(node.asked).toEqual([]);
  });

  it.each(["soon", "", "5", "5X"])("that are no number get an error: %j", async (timeout) => {
    const { code } = await withTimeout(timeout);
    expect(code).toBe("INTERNAL");
  });

  it.each(["-5S", "99999999H", "99999999S", "99999999999999H", "1e3S"])(
    "that are absurd end, and reach the node bounded if at all: %s",
    async (timeout) => {
      const { code } = await withTimeout(timeout);
      expect(["OK", "DEADLINE_EXCEEDED", "INTERNAL"]).toContain(code);
      for (const { options } of node.asked) {
        expect(options.timeoutMs).toBeGreaterThan(0);
        expect(options.timeoutMs).toBeLessThanOrEqual(60_000);
      }
    },
  );
});

describe("how long a write lasts", () => {
  it.each([
    [0, undefined],
    [1, 1],
    [String(2n ** 52n), 2 ** 52],
    [String(2n ** 64n - 1n), "never"],
  ])("is %s as a request says it", async (ttlMs, asked) => {
    await put({ address, value: { ...value, expiresAtMs: 7 }, ttlMs });
    expect(node.asked.at(-1)?.operation).toMatchObject({ kind: "put", ttlMs: asked });
    const set = { ...address, type: "DATA_TYPE_SET" } as const;
    await update({ address: set, operations: [{ setAdd: { members: [Buffer.from("a")] }, ttlMs }] });
    expect(node.asked.at(-1)?.operation).toMatchObject({ changes: [{ ttlMs: asked }] });
  });

  it("is no more than can be told exactly", async () => {
    const failure = await failureOf(put({ address, value, ttlMs: String(2n ** 52n + 1n) }));
    expect(failure).toMatchObject({ code: "INVALID_ARGUMENT", metadata: { field: "ttl_ms" } });
    expect(failure.message).toContain("4503599627370497 ms; the most is 2^52 (4503599627370496)");
    expect(node.asked).toEqual([]);
  });
});

describe("failures of the node", () => {
  const failure: Failure = {
    kind: "failed",
    reason: "QUORUM_UNAVAILABLE",
    message: "2 replicas are needed – 1 is alive; nothing was written",
    metadata: { required: "2", alive: "1" },
  };

  it("reach the client with code, reason, message and metadata", async () => {
    node.failure = failure;
    for (const attempt of [get({ address }), put({ address, value }), remove({ address })]) {
      expect(await failureOf(attempt)).toEqual({
        code: "UNAVAILABLE",
        reason: "QUORUM_UNAVAILABLE",
        message: failure.message,
        metadata: failure.metadata,
      });
    }
  });

  it("reach the items of a batch in the same terms", async () => {
    node.failure = failure;
    const error = {
      code: 14,
      reason: "ERROR_REASON_QUORUM_UNAVAILABLE",
      message: failure.message,
      metadata: failure.metadata,
    };
    expect((await batchGet({ addresses: [address] })).results).toMatchObject([{ outcome: "error", error }]);
    expect((await batchWrite({ items: [{ delete: { address } }] })).results).toMatchObject([
      { outcome: "error", error },
    ]);
  });
});

describe("batches", () => {
  const at = (key: string): kv.Address => ({ ...address, bucket: "batch", key: Buffer.from(key) });

  it("give each item a result of its own, in order", async () => {
    const written = await batchWrite({
      items: [
        { put: { address: at("a"), value } },
        { put: { address: at(""), value } },
        { delete: { address: at("b") } },
        { update: { address: at("c") } },
        {},
      ],
    });
    expect(written.header).toMatchObject(HEADER);
    expect(written.results.map((result) => result.outcome)).toEqual([
      "put",
      "error",
      "delete",
      "error",
      "error",
    ]);
    expect(written.results[1]?.error).toMatchObject({
      code: 3,
      metadata: { field: "items[1].put.address.key" },
    });
    expect(written.results[3]?.error).toMatchObject({
      code: 3,
      metadata: { field: "items[3].update.address.type" },
    });
    expect(written.results[4]?.error).toMatchObject({ code: 3, metadata: { field: "items[4].write" } });
    const read = await batchGet({ addresses: [at("a"), at("b"), { ...at("c"), bucket: "!" }] });
    expect(read.results[0]?.value).toMatchObject({ found: true, values: [{ data: Buffer.from("Ada") }] });
    expect(read.results[1]?.value).toMatchObject({ found: false });
    expect(read.results[2]?.error).toMatchObject({ metadata: { field: "addresses[2].bucket" } });
  });

  it("that are atomic are one operation with one outcome", async () => {
    const items: kv.BatchWriteItem[] = [
      { put: { address: at("a"), value } },
      { delete: { address: at("b") } },
      { update: { address: { ...at("c"), type: "DATA_TYPE_COUNTER" }, operations: [{ counterAdd: 1 }] } },
    ];
    const { results } = await batchWrite({ items, isAtomic: true, options: { requestId: REQUEST_ID } });
    expect(results.map(({ outcome }) => outcome)).toEqual(["put", "delete", "update"]);
    expect(new Set(results.map((result) => (result.put ?? result.delete ?? result.update)?.hlc)).size).toBe(
      1,
    );
    expect(node.asked.map(({ operation }) => operation.kind)).toEqual(["batch"]);
    expect(node.asked[0]?.options.requestId).toBe(REQUEST_ID.toString("hex"));
    node.failure = { kind: "failed", reason: "NOT_ATOMIC", message: "no", metadata: {} };
    expect(await failureOf(batchWrite({ items, isAtomic: true }))).toMatchObject({
      code: "FAILED_PRECONDITION",
      reason: "NOT_ATOMIC",
    });
  });

  it("may be empty", async () => {
    expect((await batchGet({ addresses: [] })).results).toEqual([]);
    expect((await batchWrite({ items: [] })).results).toEqual([]);
  });

  it("give each item a request id of its own, the same when they are sent again", async () => {
    const items = ["a", "b", "c"].map((key) => ({ put: { address: at(key), value } }));
    await batchWrite({ items, options: { requestId: REQUEST_ID } });
    await batchWrite({ items, options: { requestId: REQUEST_ID, isRetry: true } });
    await batchWrite({ items });
    const ids = node.asked.map(({ options }) => options.requestId);
    expect(new Set(ids.slice(0, 3)).size).toBe(3);
    for (const id of ids.slice(0, 3)) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(ids.slice(3, 6)).toEqual(ids.slice(0, 3));
    expect(ids.slice(6)).toEqual([undefined, undefined, undefined]);
    expect(node.asked.map(({ options }) => options.isRetry)).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it("take the request id of an item for that of the batch, but not inside of an atomic one", async () => {
    const [own, other] = [Buffer.alloc(16, 1), Buffer.alloc(16, 2)];
    const named = (key: string, requestId: Buffer) => ({ put: { address: at(key), value }, requestId });
    const options = { requestId: REQUEST_ID, isRetry: true };
    await batchWrite({ items: [named("a", own), { put: { address: at("b"), value } }], options });
    await batchWrite({ items: [named("c", other), named("a", own)], options: { requestId: other } });
    const [a, b, c, again] = node.asked.map((asked) => asked.options);
    expect([a, c, again].map((one) => one?.requestId)).toEqual(
      [own, other, own].map((id) => id.toString("hex")),
    );
    expect(b?.requestId).toMatch(/^[0-9a-f]{32}$/);
    expect([a, b, c, again].map((one) => one?.isRetry)).toEqual([true, true, false, false]);
    const { results } = await batchWrite({ items: [named("a", Buffer.alloc(15))] });
    expect(results[0]?.error).toMatchObject({ code: 3, metadata: { field: "items[0].request_id" } });
    const { length } = node.asked;
    expect(await failureOf(batchWrite({ items: [named("a", own)], isAtomic: true }))).toMatchObject({
      code: "INVALID_ARGUMENT",
      metadata: { field: "items[0].request_id" },
    });
    expect(node.asked).toHaveLength(length);
  });

  it("are refused whole when they are too long, atomic, or badly asked", async () => {
    const items = new Array(601).fill({ delete: { address: at("a") } });
    const addresses = new Array(601).fill(at("a"));
    const refused = async (attempt: Promise<unknown>, expected: object) =>
      expect(await failureOf(attempt)).toMatchObject(expected);
    await refused(batchWrite({ items }), { code: "INVALID_ARGUMENT", metadata: { field: "items" } });
    await refused(batchGet({ addresses }), { code: "INVALID_ARGUMENT", metadata: { field: "addresses" } });
    await refused(batchWrite({ items: [], isAtomic: true }), {
      code: "INVALID_ARGUMENT",
      metadata: { field: "items" },
    });
    const wrong = { put: { address: { ...at("a"), key: "" }, value } };
    await refused(batchWrite({ items: [{ put: { address: at("a"), value } }, wrong], isAtomic: true }), {
      code: "INVALID_ARGUMENT",
      metadata: { field: "items[1].put.address.key" },
    });
    await refused(batchGet({ addresses: [], options: { requestId: Buffer.from("x") } }), {
      metadata: { field: "options.request_id" },
    });
    await refused(batchWrite({ items: [], options: { isRetry: true } }), {
      metadata: { field: "options.is_retry" },
    });
    expect(node.asked).toEqual([]);
  });

  it("refuse options inside an item, which would be ignored", async () => {
    const { results } = await batchWrite({ items: [{ put: { address: at("a"), value, options: {} } }] });
    expect(results[0]?.error).toMatchObject({ code: 3, metadata: { field: "items[0].put.options" } });
  });

  it("run a bounded number of operations at a time", async () => {
    node.isHolding = true;
    const writing = batchWrite({ items: new Array(600).fill({ delete: { address: at("a") } }) });
    await expect.poll(() => node.heldCount, { timeout: CALL_LIMIT_MS }).toBe(256);
    node.release();
    expect([node.heldCount, node.asked.length]).toEqual([256, 512]);
    node.release();
    expect([node.heldCount, node.asked.length]).toEqual([88, 600]);
    node.isHolding = false;
    node.release();
    expect((await writing).results).toHaveLength(600);
  });

  it("keep the reply within one message, and do not read what cannot fit", async () => {
    await put({ address: at("big"), value: { data: Buffer.alloc(1_000) } });
    node.asked.length = 0;
    const { results } = await batchGet({ addresses: new Array(600).fill(at("big")) });
    const fitting = results.filter((result) => result.outcome === "value").length;
    // 196,608 bytes are left for results of 1,000 bytes and what is around them.
    expect(fitting).toBe(172);
    expect(node.asked.length).toBeLessThan(190);
    expect(results[599]?.error).toMatchObject({ code: 8, reason: "ERROR_REASON_OVERLOADED" });
  });
});

describe("GetLayout", () => {
  const getLayout = (knownVersion: number) =>
    call<kv.GetLayoutResponse__Output>((...rest) => fixture.kv.getLayout({ knownVersion }, ...rest));

  it("tells who is there and who holds what", async () => {
    const { layout, header } = await getLayout(0);
    expect(header).toMatchObject(HEADER);
    expect(layout).toMatchObject({ version: "1", partitionCount: 256 });
    expect(layout?.members).toMatchObject([
      {
        number: 1,
        nodeId: "eu-west-1",
        region: "eu-west",
        clientAddress: fixture.server.addresses.client,
        adminAddress: fixture.server.addresses.admin,
      },
    ]);
    expect(layout?.replicaSets).toHaveLength(256);
    expect(layout?.replicaSets[255]).toEqual({ members: [1] });
  });

  it("sends nothing to who has it", async () => {
    expect((await getLayout(1)).layout).toBeNull();
    expect((await getLayout(2 ** 53)).layout).toBeNull();
  });
});

describe("AdminService", () => {
  it("tells the state of the node and its peers", async () => {
    const status = await call<admin.GetStatusResponse__Output>((...rest) =>
      fixture.admin.getStatus({}, ...rest),
    );
    expect(status).toMatchObject({
      clusterId: expect.stringMatching(/^cluster-/),
      nodeId: "eu-west-1",
      region: "eu-west",
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      state: "NODE_STATE_READY",
      incarnation: "1",
      layoutVersion: "1",
      partitionsHeld: 256,
      rowsToReclaim: "12",
      reclaimBlockers: [{ nodeId: "us-east-1", blockingMs: "20000", partitions: 3 }],
      peers: [
        { nodeId: "us-east-1", isAlive: true, roundTripMs: 71.5, queueBytes: "2048", clockOffsetMs: -1.5 },
      ],
    });
    expect(Number(status.uptimeMs)).toBeLessThan(60_000);
  });

  it("tells lag, hints and digest", async () => {
    expect(await call((...rest) => fixture.admin.getLag({}, ...rest))).toMatchObject({
      nodeId: "eu-west-1",
      peers: [{ nodeId: "us-east-1", dotsBehind: "3", dotsMissing: "1", partitionsBehind: 2 }],
      regions: [{ region: "us-east", count: "10", p50Ms: 40, p99Ms: 90.5, maxMs: 100 }],
    });
    expect(await call((...rest) => fixture.admin.listHints({}, ...rest))).toMatchObject({
      peers: [{ nodeId: "us-east-1", pending: "4", created: "12", ratePerSecond: 2, isFullSyncDue: true }],
    });
    const digest = await call((...rest) => fixture.admin.getDigest({}, ...rest));
    expect(digest).toMatchObject({ partitions: { 7: "00000000000000ff" }, all: "0123456789abcdef" });
    const summary = await call((...rest) => fixture.admin.getDigest({ isSummaryOnly: true }, ...rest));
    expect(summary).toMatchObject({ partitions: {}, all: "0123456789abcdef" });
  });

  it("lists conflicts by pages, newest first, and values only for who asks", async () => {
    const side = (member: number, region: string | undefined, text: string) => ({
      dot: { actor: actorOf(member, 9), counter: 4 },
      hlc: hlcAt(1_700_000_000_000 + member),
      isDelete: false,
      encoding: 1 as const,
      sizeBytes: text.length,
      data: Buffer.from(text),
      region,
    });
    node.noted.length = 0;
    for (const name of ["a1", "b1", "a2", "a3"])
      node.noted.push({
        bucket: name === "a1" ? "other" : "profiles",
        key: Buffer.from(name),
        path: name === "a2" ? [Buffer.from("name")] : [],
        notedAtMs: 1_700_000_000_500,
        kept: side(2, "us-east", "winner"),
        discarded: side(1, undefined, "loser"),
      });
    const list = (request: admin.ListConflictsRequest) =>
      call<admin.ListConflictsResponse__Output>((...rest) => fixture.admin.listConflicts(request, ...rest));
    const keysOf = ({ conflicts }: admin.ListConflictsResponse__Output) =>
      conflicts.map(({ key }) => key.toString());
    const first = await list({ pageSize: 3 });
    expect(keysOf(first)).toEqual(["a3", "a2", "b1"]);
    const second = await list({ pageSize: 3, pageToken: first.nextPageToken });
    expect(keysOf(second)).toEqual(["a1"]);
    expect(second.nextPageToken).toBe("");
    expect(keysOf(await list({ bucket: "profiles", prefix: Buffer.from("a") }))).toEqual(["a3", "a2"]);
    const hidden = first.conflicts[1];
    expect(hidden).toMatchObject({
      bucket: "profiles",
      path: [Buffer.from("name")],
      notedAtMs: "1700000000500",
    });
    expect(hidden?.kept).toEqual({
      region: "us-east",
      dot: "2.9:4",
      hlc: hlcAt(1_700_000_000_002).toString(),
      isDelete: false,
      sizeBytes: "6",
      encoding: "text",
      data: Buffer.alloc(0),
    });
    expect(hidden?.discarded).toMatchObject({ region: "", data: Buffer.alloc(0) });
    const shown = await list({ isValuesShown: true, pageSize: 1 });
    expect(shown.conflicts).toMatchObject([
      { kept: { data: Buffer.from("winner") }, discarded: { data: Buffer.from("loser") } },
    ]);
    for (const [request, field] of [
      [{ bucket: "no such/name" }, "bucket"],
      [{ pageSize: 1_001 }, "page_size"],
      [{ pageToken: "x" }, "page_token"],
    ] as const)
      expect(await failureOf(list(request))).toMatchObject({ code: "INVALID_ARGUMENT", metadata: { field } });
  });
});
