/** A request is answered alike whether it comes as a call of its own or on a pipeline, and reaches the node alike. */
import type { ServiceError } from "@grpc/grpc-js";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PipelineRequest } from "../../src/codec/index.js";
import { ValueEncoding } from "../../src/crdt/index.js";
import { type kv, kvService } from "../../src/wire/index.js";
import type { FakeNode } from "../unit/server/fake-node.js";
import { CALL_LIMIT_MS, failureOf, ServerFixture } from "../unit/server/server-fixture.js";
import { type Answer, failedOf, hotGet, hotPut, RawPipeline } from "./pipeline-fixture.js";

const address: kv.Address = { type: "DATA_TYPE_REGISTER", bucket: "profiles", key: Buffer.from("u42") };
const value: kv.Value = { data: Buffer.from("Ada"), encoding: "VALUE_ENCODING_TEXT" };
const requestId = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");
const long = (length: number): Buffer => Buffer.alloc(length, "x");

let fixture: ServerFixture;
let node: FakeNode;
let pipeline: RawPipeline;
let lastId = 0;

beforeAll(async () => {
  fixture = await ServerFixture.start({ limits: { value_bytes: 1_000, batch_items: 10 } });
  node = fixture.nodes.last;
  pipeline = RawPipeline.open(fixture);
});
afterAll(async () => {
  pipeline.stream.cancel();
  await fixture.close();
});
beforeEach(() => {
  node.failure = undefined;
});

type Reply =
  | kv.GetResponse__Output
  | kv.PutResponse__Output
  | kv.DeleteResponse__Output
  | kv.UpdateResponse__Output
  | kv.BatchGetResponse__Output
  | kv.BatchWriteResponse__Output;

/** One request in all the ways in which it can come. */
interface Ways {
  readonly method: string;
  readonly alone: (done: (error: ServiceError | null, reply?: Reply) => void) => unknown;
  readonly body: Buffer;
  readonly replyOf: (body: Buffer) => Reply;
  readonly hot?: (id: number) => PipelineRequest & { readonly id: number };
}

const deadline = (): { deadline: number } => ({ deadline: Date.now() + CALL_LIMIT_MS });

const gets = (request: kv.GetRequest): Ways => ({
  method: "Get",
  alone: (done) => fixture.kv.get(request, deadline(), done),
  body: kvService.Get.requestSerialize(request),
  replyOf: kvService.Get.responseDeserialize,
});
const puts = (request: kv.PutRequest): Ways => ({
  method: "Put",
  alone: (done) => fixture.kv.put(request, deadline(), done),
  body: kvService.Put.requestSerialize(request),
  replyOf: kvService.Put.responseDeserialize,
});
const hotGets = (request: kv.GetRequest): Ways => ({ ...gets(request), hot: (id) => hotGet(id, request) });
const hotPuts = (request: kv.PutRequest): Ways => ({ ...puts(request), hot: (id) => hotPut(id, request) });
const deletes = (request: kv.DeleteRequest): Ways => ({
  method: "Delete",
  alone: (done) => fixture.kv.delete(request, deadline(), done),
  body: kvService.Delete.requestSerialize(request),
  replyOf: kvService.Delete.responseDeserialize,
});
const updates = (request: kv.UpdateRequest): Ways => ({
  method: "Update",
  alone: (done) => fixture.kv.update(request, deadline(), done),
  body: kvService.Update.requestSerialize(request),
  replyOf: kvService.Update.responseDeserialize,
});
const batchGets = (request: kv.BatchGetRequest): Ways => ({
  method: "BatchGet",
  alone: (done) => fixture.kv.batchGet(request, deadline(), done),
  body: kvService.BatchGet.requestSerialize(request),
  replyOf: kvService.BatchGet.responseDeserialize,
});
const batchWrites = (request: kv.BatchWriteRequest): Ways => ({
  method: "BatchWrite",
  alone: (done) => fixture.kv.batchWrite(request, deadline(), done),
  body: kvService.BatchWrite.requestSerialize(request),
  replyOf: kvService.BatchWrite.responseDeserialize,
});

/** What came of a request, and what the node was asked for it. */
interface Outcome {
  readonly answer: object;
  readonly asked: readonly object[];
}

/** From the same state, and without what differs from one write to the next. */
async function outcomeOf(attempt: () => Promise<object>): Promise<Outcome> {
  node.asked.length = 0;
  const answer = await attempt();
  const asked = node.asked.map(({ operation, options }) => ({
    operation,
    options: { ...options, timeoutMs: 0 },
  }));
  return { answer: JSON.parse(JSON.stringify(answer, masked)), asked };
}

/** Stamps, and contexts that hold one. */
function masked(name: string, shown: unknown): unknown {
  if (typeof shown === "bigint") return name === "hlc" ? "a stamp" : shown.toString();
  if (name === "hlc" && shown !== "0") return "a stamp";
  return name === "context" ? "a context" : shown;
}

function alone({ alone }: Ways): Promise<object> {
  const reply = new Promise<object>((resolve, reject) => {
    alone((error, answer) => (answer === undefined ? reject(error) : resolve(answer)));
  });
  return reply.catch(() => failureOf(reply));
}

async function carried({ body, method, replyOf }: Ways): Promise<object> {
  const answer = await pipeline.ask({ kind: "call", id: ++lastId, timeoutMs: CALL_LIMIT_MS, method, body });
  return answer.kind === "reply" ? replyOf(answer.body) : failedOf(answer);
}

const ENCODING_NAMES: Readonly<Record<ValueEncoding, string>> = {
  [ValueEncoding.bytes]: "VALUE_ENCODING_UNSPECIFIED",
  [ValueEncoding.text]: "VALUE_ENCODING_TEXT",
  [ValueEncoding.msgpack]: "VALUE_ENCODING_MSGPACK",
  [ValueEncoding.json]: "VALUE_ENCODING_JSON",
};

/** As the reply of the method says it. */
function spelled(answer: Answer): object {
  const [hello] = pipeline.hellos;
  if (hello === undefined) throw new Error("nobody said who answers");
  const { kind: _, layoutVersion, ...who } = hello;
  const sessionToken = "sessionToken" in answer ? (answer.sessionToken ?? Buffer.alloc(0)) : undefined;
  const header = { ...who, layoutVersion: String(layoutVersion), sessionToken };
  if (answer.kind === "written") {
    const { acksReceived, context, fallbackAcks, hlc } = answer;
    return { header, hlc, context, acksReceived, fallbackAcks };
  }
  if (answer.kind !== "read") return failedOf(answer);
  const values = answer.values.map(({ data, encoding, expiresAtMs, hlc }) => ({
    data,
    encoding: ENCODING_NAMES[encoding],
    hlc,
    expiresAtMs: String(expiresAtMs),
  }));
  return { header, values, context: answer.context };
}

/** Each with the state that `before` makes. */
async function expectAlike(ways: Ways, before: () => Promise<void> = async () => {}): Promise<Outcome> {
  await before();
  const own = await outcomeOf(() => alone(ways));
  await before();
  const inCall = await outcomeOf(() => carried(ways));
  expect(inCall).toEqual(own);
  const { hot } = ways;
  if (hot === undefined) return own;
  await before();
  const inItem = await outcomeOf(async () => spelled(await pipeline.ask(hot(++lastId))));
  expect(inItem.asked).toEqual(own.asked);
  // A reply of gRPC says some things twice, and has fields of other types; a failure is the same in every field.
  if ("reason" in inItem.answer) expect(inItem.answer).toEqual(own.answer);
  else expect(own.answer).toMatchObject(inItem.answer);
  return own;
}

const put = async (data: Buffer = Buffer.from("Ada")): Promise<void> => {
  await alone(puts({ address, value: { ...value, data } }));
};
const counter: kv.Address = { ...address, type: "DATA_TYPE_COUNTER" };

describe("what succeeds", () => {
  it.each<[string, Ways]>([
    ["get", hotGets({ address })],
    ["get of a multi", hotGets({ address: { ...address, type: "DATA_TYPE_MULTI" } })],
    ["get of a counter", gets({ address: counter })],
    ["get at a level", hotGets({ address, options: { consistency: { level: "CONSISTENCY_LEVEL_ALL" } } })],
    ["get from many replicas", hotGets({ address, options: { consistency: { replicas: 3 } } })],
    ["get in a session", hotGets({ address, options: { sessionToken: Buffer.from([1, 0, 0]) } })],
    ["get with an id", hotGets({ address, options: { requestId } })],
    ["put", hotPuts({ address, value })],
    ["put of nothing", hotPuts({ address, value: {} })],
    ["put of JSON", hotPuts({ address, value: { data: Buffer.from("1"), encoding: "VALUE_ENCODING_JSON" } })],
    ["put for a while", hotPuts({ address, value, ttlMs: 60_000 })],
    ["put for ever", hotPuts({ address, value, ttlMs: String(2n ** 64n - 1n) })],
    ["put where nothing is", hotPuts({ address, value, ifAbsent: true })],
    ["put on a context", hotPuts({ address, value, context: long(9) })],
    ["put if unchanged", hotPuts({ address, value, context: long(9), ifContext: true })],
    [
      "put again, sloppily",
      hotPuts({ address, value, options: { requestId, isRetry: true, isSloppy: true } }),
    ],
    ["put in a session", hotPuts({ address, value, options: { sessionToken: Buffer.from([1, 0, 0]) } })],
    ["delete", deletes({ address })],
    ["update", updates({ address: counter, operations: [{ counterAdd: 2 }] })],
    ["batch of gets", batchGets({ addresses: [address, counter] })],
    [
      "batch of writes",
      batchWrites({ items: [{ put: { address, value } }, { delete: { address } }], options: { requestId } }),
    ],
    [
      "batch with a bad item",
      batchWrites({
        items: [{ put: { address: { ...address, bucket: "a/b" }, value } }, { delete: { address } }],
      }),
    ],
  ])("%s", async (_name, ways) => {
    const { answer, asked } = await expectAlike(ways, put);
    expect(answer).toHaveProperty("header.nodeId", "eu-west-1");
    expect(asked.length).toBeGreaterThan(0);
  });
});

describe("what is refused", () => {
  it.each<[string, string, Ways]>([
    ["no type", "address.type", hotGets({ address: { ...address, type: "DATA_TYPE_UNSPECIFIED" } })],
    ["a bad bucket", "address.bucket", hotGets({ address: { ...address, bucket: "a/b" } })],
    ["a bucket that is not of ASCII", "address.bucket", hotGets({ address: { ...address, bucket: "é" } })],
    ["a long key", "address.key", hotGets({ address: { ...address, key: long(4_097) } })],
    ["an empty key", "address.key", hotPuts({ address: { ...address, key: Buffer.alloc(0) }, value })],
    ["a long value", "value.data", hotPuts({ address, value: { data: long(1_001) } })],
    ["a long context", "context", hotPuts({ address, value, context: long(65_537) })],
    ["a condition on nothing", "context", hotPuts({ address, value, ifContext: true })],
    ["an endless time", "ttl_ms", hotPuts({ address, value, ttlMs: 2 ** 52 + 2 })],
    ["a retry of nothing", "options.is_retry", hotPuts({ address, value, options: { isRetry: true } })],
    ["a sloppy read", "options.is_sloppy", hotGets({ address, options: { isSloppy: true } })],
    ["a token of nobody", "options.session_token", hotGets({ address, options: { sessionToken: long(3) } })],
    [
      "an endless token",
      "options.session_token",
      hotPuts({ address, value, options: { sessionToken: long(32_769) } }),
    ],
    ["a short id", "options.request_id", puts({ address, value, options: { requestId: long(15) } })],
    [
      "no replicas",
      "options.consistency.replicas",
      gets({ address, options: { consistency: { replicas: 0 } } }),
    ],
    ["a member of a register", "member", gets({ address, member: long(1) })],
    ["a context for a counter", "context", deletes({ address: counter, context: long(3) })],
    ["an update of a register", "address.type", updates({ address, operations: [{ clear: {} }] })],
    ["too many reads at once", "addresses", batchGets({ addresses: new Array(11).fill(address) })],
    ["too many writes at once", "items", batchWrites({ items: new Array(11).fill({ delete: { address } }) })],
  ])("%s", async (_name, field, ways) => {
    const { answer, asked } = await expectAlike(ways);
    expect(answer).toMatchObject({ code: "INVALID_ARGUMENT", reason: "BAD_REQUEST", metadata: { field } });
    expect(asked).toEqual([]);
  });

  it("an unknown level, of a client from the future", async () => {
    const level = Buffer.from([0x12, 4, 0x0a, 2, 0x08, 77]);
    const body = Buffer.concat([kvService.Get.requestSerialize({ address }), level]);
    const own = await fixture.raw("/atoll.kv.v1.KvService/Get", body);
    expect(own).toMatchObject({ metadata: { field: "options.consistency.level" } });
    const answer = await pipeline.ask({ kind: "call", id: ++lastId, timeoutMs: 0, method: "Get", body });
    expect(failedOf(answer)).toEqual(own);
  });

  it("what the node itself refuses, with its figures", async () => {
    node.failure = {
      kind: "failed",
      reason: "QUORUM_UNAVAILABLE",
      message: "2 of 3 replicas are needed, 1 is alive",
      metadata: { required: "2", alive: "1" },
    };
    for (const ways of [hotGets({ address }), hotPuts({ address, value }), deletes({ address })])
      expect((await expectAlike(ways)).answer).toEqual({
        code: "UNAVAILABLE",
        reason: "QUORUM_UNAVAILABLE",
        message: node.failure.message,
        metadata: node.failure.metadata,
      });
  });

  it("a time that has passed before anything was done", async () => {
    const own = await fixture.raw("/atoll.kv.v1.KvService/Get", kvService.Get.requestSerialize({ address }), {
      "grpc-timeout": "0n",
    });
    expect(own).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    await pipeline.warmUp(address);
    node.asked.length = 0;
    node.isHolding = true;
    const first = ++lastId;
    const held = Array.from({ length: 4_096 }, (_, index) => hotGet(first + index, { address }));
    lastId += 4_096;
    const [late, later] = [++lastId, ++lastId];
    const body = kvService.Get.requestSerialize({ address });
    pipeline.send(
      ...held,
      { ...hotGet(late, { address, options: { timeoutMs: 1 } }) },
      { kind: "call", id: later, timeoutMs: 1, method: "Get", body },
    );
    await expect.poll(() => node.heldCount, { timeout: CALL_LIMIT_MS }).toBe(4_096);
    const passed = performance.now() + 2;
    await expect.poll(() => performance.now() > passed).toBe(true);
    node.isHolding = false;
    node.release();
    for (const id of [late, later])
      expect(failedOf(await pipeline.answerOf(id))).toMatchObject({
        code: "DEADLINE_EXCEEDED",
        reason: "DEADLINE_PASSED",
      });
    expect(node.asked).toHaveLength(4_096);
  });

  it("a method that nobody knows, and one that is no unary one", async () => {
    for (const method of ["Frobnicate", "Scan", "Pipeline", "", "toString"]) {
      const answer = await pipeline.ask({ kind: "call", id: ++lastId, timeoutMs: 0, method, body: long(3) });
      expect(failedOf(answer)).toMatchObject({ code: "UNIMPLEMENTED", reason: "UNIMPLEMENTED" });
    }
  });

  it("a request in bytes that are none", async () => {
    const body = Buffer.from([0x0a, 0xff, 0xff, 0xff]);
    const answer = await pipeline.ask({ kind: "call", id: ++lastId, timeoutMs: 0, method: "Put", body });
    expect(failedOf(answer)).toMatchObject({ code: "INVALID_ARGUMENT", metadata: { field: "body" } });
  });
});
