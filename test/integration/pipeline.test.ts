/** Pipelines over real gRPC, with a fake node behind the server: what holds for every client, however it behaves. */
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { actorOf, VersionVector } from "../../src/causality/index.js";
import { clusterMark, decodeSession, encodeSession, type PipelineRequest } from "../../src/codec/index.js";
import { partitionOf } from "../../src/topology/index.js";
import { type kv, kvService } from "../../src/wire/index.js";
import type { FakeNode } from "../unit/server/fake-node.js";
import { CALL_LIMIT_MS, call, ServerFixture } from "../unit/server/server-fixture.js";
import { DeafPipeline } from "./deaf-pipeline.js";
import { failedOf, frameOf, HELLO, hotGet, hotPut, RawPipeline } from "./pipeline-fixture.js";

fc.configureGlobal({ seed: 1102, numRuns: 60 });

const address: kv.Address = { type: "DATA_TYPE_REGISTER", bucket: "profiles", key: Buffer.from("u42") };
const value: kv.Value = { data: Buffer.from("Ada"), encoding: "VALUE_ENCODING_TEXT" };

let fixture: ServerFixture;
let node: FakeNode;

beforeAll(async () => {
  fixture = await ServerFixture.start({ limits: { value_bytes: 200_000 } });
});
afterAll(() => fixture.close());
beforeEach(() => {
  node = fixture.nodes.last;
  Object.assign(node, { failure: undefined, isHolding: false, seen: undefined, defect: undefined });
  node.release();
  node.asked.length = 0;
});

const get = (id: number, options?: kv.RequestOptions) => hotGet(id, { address, options: options ?? null });
const put = (id: number, options?: kv.RequestOptions) =>
  hotPut(id, { address, value, options: options ?? null });

/** Closed when the test ends, whatever became of it. */
function opened(pipeline: RawPipeline): RawPipeline {
  onTestFinished(() => pipeline.stream.cancel());
  return pipeline;
}

/** That nobody else was harmed: a call of its own, and another pipeline. */
async function expectService(): Promise<void> {
  await call<kv.GetResponse__Output>((...rest) => fixture.kv.get({ address }, ...rest));
  const other = opened(RawPipeline.open(fixture));
  expect(await other.ask(get(1))).toMatchObject({ kind: "read" });
  expect(await other.finish()).toBe("ok");
}

describe("a pipeline begins", () => {
  it("with a hello of each side, and the server's says who answers", async () => {
    const pipeline = opened(RawPipeline.open(fixture));
    await pipeline.until(() => pipeline.hellos.length > 0);
    expect(pipeline.hellos).toEqual([
      {
        kind: "hello",
        clusterId: node.layout.clusterId,
        nodeId: "eu-west-1",
        region: "eu-west",
        layoutVersion: 1,
      },
    ]);
    expect(await pipeline.finish()).toBe("ok");
  });

  it("for a cluster that is named, and is this one", async () => {
    const pipeline = opened(RawPipeline.silent(fixture));
    pipeline.send({ kind: "hello", clusterId: node.layout.clusterId }, get(1));
    expect(await pipeline.answerOf(1)).toMatchObject({ kind: "read", values: [] });
  });

  it("not for a client of another cluster: nothing that it asks is done", async () => {
    const pipeline = opened(RawPipeline.silent(fixture));
    pipeline.send({ kind: "hello", clusterId: "another" }, put(1));
    expect(await pipeline.ended()).toMatchObject({ code: "FAILED_PRECONDITION", reason: "WRONG_CLUSTER" });
    expect([node.asked, pipeline.hellos, pipeline.answers]).toEqual([[], [], []]);
    await expectService();
  });

  it("not with an operation", async () => {
    const pipeline = opened(RawPipeline.silent(fixture));
    pipeline.send(put(1), HELLO);
    const end = await pipeline.ended();
    expect(end).toMatchObject({ code: "INVALID_ARGUMENT", metadata: { field: "frame" } });
    expect(end).toMatchObject({ message: "frame: a pipeline begins with a hello" });
    expect(node.asked).toEqual([]);
  });

  it("again in the middle, which changes nothing", async () => {
    const pipeline = opened(RawPipeline.open(fixture));
    pipeline.send(get(1), HELLO, get(2));
    await pipeline.answerOf(2);
    expect(pipeline.hellos).toHaveLength(2);
    expect(pipeline.answers).toHaveLength(2);
  });
});

describe("a frame that is malformed ends its pipeline, and harms nobody else", () => {
  const good = frameOf([get(7)]);
  it.each<[string, Buffer]>([
    ["nothing at all", Buffer.alloc(0)],
    ["another version", Buffer.from([2, ...good.subarray(1)])],
    ["an unknown kind", Buffer.from([1, 9])],
    ["unknown flags of how it is asked", Buffer.from([1, 2, 7, 0x40])],
    ["unknown flags of a put", Buffer.from("010307000101620161200000", "hex")],
    ["flags that exclude each other", Buffer.from("010307000101620161180000", "hex")],
    ["a frame cut short", good.subarray(0, good.length - 1)],
    ["a length beyond the end", Buffer.from([1, 1, 100, 65])],
    ["a number of over 53 bits", Buffer.from([1, 2, ...new Array(9).fill(0xff)])],
    ["bytes after the last item", Buffer.concat([good, Buffer.from([0])])],
  ])("%s", async (_what, frame) => {
    const pipeline = opened(RawPipeline.open(fixture));
    pipeline.sendRaw(frame);
    expect(await pipeline.ended()).toMatchObject({
      code: "INVALID_ARGUMENT",
      reason: "BAD_REQUEST",
      message: expect.stringMatching(/^frame: malformed: /),
      metadata: { field: "frame" },
    });
    await expectService();
  });

  it("what came before it in the frame was done, and its answers are lost with the pipeline", async () => {
    const pipeline = opened(RawPipeline.open(fixture));
    pipeline.sendRaw(Buffer.concat([frameOf([put(1)]), Buffer.from([99])]));
    expect(await pipeline.ended()).toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(node.asked).toHaveLength(1);
  });

  it("whatever its bytes are", async () => {
    const good = frameOf([
      get(1),
      put(2),
      { kind: "call", id: 3, timeoutMs: 9, method: "Get", body: Buffer.alloc(0) },
    ]);
    const mutated = fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, byte]) => {
      const frame = Buffer.from(good);
      frame[at] = byte;
      return frame;
    });
    const random = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from([1, ...bytes]));
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, random), async (frame) => {
        const pipeline = RawPipeline.open(fixture);
        pipeline.sendRaw(frame);
        const end = await pipeline.finish();
        if (end !== "ok") expect(["INVALID_ARGUMENT", "FAILED_PRECONDITION"]).toContain(end.code);
      }),
    );
    await expectService();
  });
});

describe("operations on a pipeline", () => {
  it("are answered in the order in which they are done: a slow one holds up nobody", async () => {
    const pipeline = opened(RawPipeline.open(fixture));
    node.isHolding = true;
    pipeline.send(get(1));
    await expect.poll(() => node.heldCount, { timeout: CALL_LIMIT_MS }).toBe(1);
    node.isHolding = false;
    await pipeline.ask(put(2));
    await pipeline.ask(get(3));
    expect(pipeline.answers.map(({ id }) => id)).toEqual([2, 3]);
    node.release();
    await pipeline.answerOf(1);
  });

  it("that one turn has done go out as one frame", async () => {
    const pipeline = opened(RawPipeline.open(fixture));
    await pipeline.until(() => pipeline.hellos.length === 1);
    pipeline.send(...Array.from({ length: 100 }, (_, index) => get(index + 1)));
    await pipeline.answerOf(100);
    expect(pipeline.frames).toBe(2);
  });

  it("have each a time of their own, of which the answer keeps a little for itself", async () => {
    const pipeline = opened(RawPipeline.open(fixture));
    const timeoutOf = async (request: PipelineRequest & { id: number }): Promise<number> => {
      node.asked.length = 0;
      await pipeline.ask(request);
      return node.asked[0]?.options.timeoutMs ?? 0;
    };
    expect(await timeoutOf(get(1, { timeoutMs: 2_000 }))).toBeCloseTo(1_975, -2);
    expect(await timeoutOf(put(2, { timeoutMs: 100 }))).toBeLessThanOrEqual(90);
    expect(await timeoutOf(get(3))).toBe(5_000);
    expect(await timeoutOf(get(4, { timeoutMs: 2 ** 40 }))).toBe(60_000);
  });

  it("carry the session on", async () => {
    const pipeline = opened(RawPipeline.open(fixture));
    const partition = partitionOf("profiles", Buffer.from("u42"), node.layout.partitionCount);
    const [before, now] = [actorOf(1, 5), actorOf(2, 6)].map((actor) => VersionVector.from([[actor, 3]]));
    if (before === undefined || now === undefined) throw new Error("two actors");
    node.seen = now;
    const sessionToken = encodeSession(new Map([[partition, before]]), clusterMark(node.layout.clusterId));
    for (const request of [get(1, { sessionToken }), put(2, { sessionToken })]) {
      const answer = await pipeline.ask(request);
      if (answer.kind !== "read" && answer.kind !== "written") throw new Error(answer.kind);
      if (answer.sessionToken === undefined) throw new Error("no token");
      expect(decodeSession(answer.sessionToken)).toEqual(new Map([[partition, now]]));
    }
    expect(node.asked.map(({ options }) => options.session)).toEqual([before, before]);
    expect(await pipeline.ask(get(3))).toMatchObject({ sessionToken: undefined });
  });

  it("tell when the layout has changed, before the first answer by the new one", async () => {
    const pipeline = opened(RawPipeline.open(fixture));
    await pipeline.ask(get(1));
    const { layout } = node;
    onTestFinished(() => {
      node.layout = layout;
    });
    node.layout = { ...layout, version: 2 };
    await pipeline.ask(get(2));
    await pipeline.ask(get(3));
    expect(pipeline.hellos.map(({ layoutVersion }) => layoutVersion)).toEqual([1, 2]);
  });

  it("of which the node has a defect fail alone", async () => {
    const pipeline = opened(RawPipeline.open(fixture));
    node.defect = new Error("a bug");
    pipeline.send(get(1), put(2), {
      kind: "call",
      id: 3,
      timeoutMs: 0,
      method: "Put",
      body: Buffer.alloc(0),
    });
    for (const id of [1, 2])
      expect(failedOf(await pipeline.answerOf(id))).toMatchObject({ code: "INTERNAL", reason: "INTERNAL" });
    expect(failedOf(await pipeline.answerOf(3))).toMatchObject({ code: "INVALID_ARGUMENT" });
    node.defect = undefined;
    expect(await pipeline.ask(get(4))).toMatchObject({ kind: "read" });
  });

  it("are counted by method, whichever way they came", async () => {
    const pipeline = opened(RawPipeline.open(fixture));
    const countOf = async (method: string, outcome: string): Promise<number> => {
      const text = await (await fixture.http("/metrics")).text();
      const line = new RegExp(
        `^atoll_request_duration_seconds_count\\{method="${method}",outcome="${outcome}"\\} (\\d+)$`,
        "m",
      );
      return Number(line.exec(text)?.[1] ?? 0);
    };
    const counts = () =>
      Promise.all([
        countOf("Get", "ok"),
        countOf("Put", "bad_request"),
        countOf("Delete", "bad_request"),
        countOf("unknown", "unimplemented"),
      ]);
    const before = await counts();
    await pipeline.ask(get(1));
    await pipeline.ask(hotPut(2, { address: { ...address, bucket: "" }, value }));
    await pipeline.ask({ kind: "call", id: 3, timeoutMs: 0, method: "Delete", body: Buffer.alloc(0) });
    await pipeline.ask({
      kind: "call",
      id: 4,
      timeoutMs: 0,
      method: "x".repeat(100_000),
      body: Buffer.alloc(0),
    });
    expect(await counts()).toEqual(before.map((count) => count + 1));
  });
});

describe("a pipeline holds a bounded amount", () => {
  it("of operations: the rest of the frame, and later frames, wait for them", async () => {
    const pipeline = opened(RawPipeline.open(fixture));
    await pipeline.warmUp(address);
    node.asked.length = 0;
    node.isHolding = true;
    pipeline.send(...Array.from({ length: 5_000 }, (_, index) => get(index + 1)));
    for (let id = 5_001; id <= 5_100; id++) pipeline.send(get(id));
    await expect.poll(() => node.heldCount, { timeout: CALL_LIMIT_MS }).toBe(4_096);
    await expectBusy(4_096);
    node.isHolding = false;
    node.release();
    await pipeline.until(() => pipeline.answers.length === 5_100);
    expect(new Set(pipeline.answers.map(({ id }) => id)).size).toBe(5_100);
    expect(node.asked).toHaveLength(5_100);
  });

  it("of answers that its client has not taken, and goes on when it takes them", async () => {
    const size = 200_000;
    await putOf(size);
    const pipeline = new DeafPipeline(fixture.server.addresses.client);
    onTestFinished(() => pipeline.close());
    const count = 200;
    for (let id = 1; id <= count; id += 50)
      pipeline.send(...Array.from({ length: 50 }, (_, index) => get(id + index)));
    await expect
      .poll(() => node.asked.length * size, { timeout: CALL_LIMIT_MS })
      .toBeGreaterThan(4 * 2 ** 20);
    await expectService();
    // Two of the requests were of the others. A frame is of two, and one may be on its way.
    expect((node.asked.length - 2) * size).toBeLessThan(4 * 2 ** 20 + 4 * size);
    pipeline.read();
    await expect.poll(() => pipeline.answers.length, { timeout: CALL_LIMIT_MS }).toBe(count);
    expect(node.asked.length).toBe(count + 2);
  });

  it("of answers that come late, and all at once", async () => {
    const size = 200_000;
    await putOf(size);
    const pipeline = opened(RawPipeline.deaf(fixture));
    node.isHolding = true;
    pipeline.send(...getsOf(300));
    await expect.poll(() => node.heldCount, { timeout: CALL_LIMIT_MS }).toBe(64);
    await expectBusy(64);
    node.isHolding = false;
    node.release();
    await expectBusy(64);
    pipeline.read();
    await pipeline.until(() => pipeline.answers.length === 300);
  });

  it("of answers that are larger than any before: then it refuses what is only read", async () => {
    await put("short");
    const pipeline = opened(RawPipeline.open(fixture));
    await pipeline.warmUp(address);
    const size = 200_000;
    await putOf(size);
    pipeline.stream.pause();
    node.isHolding = true;
    pipeline.send(...getsOf(400), hotPut(401, { address, value }));
    await expect.poll(() => node.heldCount, { timeout: CALL_LIMIT_MS }).toBe(401);
    node.isHolding = false;
    node.release();
    pipeline.stream.resume();
    await pipeline.until(() => pipeline.answers.length === 401);
    const read = pipeline.answers.filter(({ kind }) => kind === "read").length;
    expect(Math.abs(read * size - 64 * 2 ** 20)).toBeLessThan(2 ** 20);
    const refused = pipeline.answers.filter(({ kind }) => kind === "failed");
    expect(refused).toHaveLength(400 - read);
    expect(refused[0]).toMatchObject({ reason: "OVERLOADED" });
    expect(await pipeline.answerOf(401)).toMatchObject({ kind: "written" });

    async function put(text: string): Promise<void> {
      await call((...rest) => fixture.kv.put({ address, value: { data: Buffer.from(text) } }, ...rest));
    }
  });

  it("in one frame, however short the messages are that it may send", async () => {
    const own = await ServerFixture.start({
      limits: { value_bytes: 1_000, message_bytes: 262_144, siblings: 1 },
    });
    onTestFinished(() => own.close());
    await call((...rest) => own.kv.put({ address, value: { data: Buffer.alloc(1_000) } }, ...rest));
    const pipeline = opened(RawPipeline.open(own));
    await pipeline.warmUp(address);
    const body = kvService.BatchGet.requestSerialize({ addresses: new Array(170).fill(address) });
    const gets = getsOf(240);
    pipeline.send(...gets, { kind: "call", id: 241, timeoutMs: 0, method: "BatchGet", body });
    expect(await pipeline.answerOf(241)).toMatchObject({ kind: "reply" });
    expect(pipeline.answers).toHaveLength(241);
  });

  function getsOf(count: number): PipelineRequest[] {
    return Array.from({ length: count }, (_, index) => get(index + 1));
  }

  async function putOf(size: number): Promise<void> {
    await call((...rest) => fixture.kv.put({ address, value: { data: Buffer.alloc(size) } }, ...rest));
    node.asked.length = 0;
  }

  /** Whatever could happen has happened: others were served meanwhile. */
  async function expectBusy(asked: number): Promise<void> {
    for (let round = 0; round < 3; round++)
      await call((...rest) => fixture.kv.getLayout({ knownVersion: 0 }, ...rest));
    expect(node.asked).toHaveLength(asked);
  }
});

describe("a pipeline that ends early", () => {
  it("because its client vanished leaves no operation counted, and the server serves on", async () => {
    const own = await ServerFixture.start();
    onTestFinished(() => own.close());
    const pipeline = RawPipeline.open(own);
    own.nodes.last.isHolding = true;
    pipeline.send(get(1), put(2));
    await expect.poll(() => own.nodes.last.heldCount, { timeout: CALL_LIMIT_MS }).toBe(2);
    await pipeline.vanish();
    own.nodes.last.isHolding = false;
    own.nodes.last.release();
    const other = opened(RawPipeline.open(own));
    expect(await other.ask(get(1))).toMatchObject({ kind: "read" });
    await other.finish();
    const startedAt = performance.now();
    await own.server.stop();
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });

  it("because its client vanished with answers untaken frees what waited for room", async () => {
    await call((...rest) => fixture.kv.put({ address, value: { data: Buffer.alloc(200_000) } }, ...rest));
    node.asked.length = 0;
    const pipeline = new DeafPipeline(fixture.server.addresses.client);
    pipeline.send(...Array.from({ length: 200 }, (_, index) => get(index + 1)));
    await expect.poll(() => node.asked.length, { timeout: CALL_LIMIT_MS }).toBeGreaterThan(20);
    pipeline.close();
    await expectService();
    const { length } = node.asked;
    await expectService();
    expect(node.asked).toHaveLength(length + 2);
    expect(length).toBeLessThan(60);
  });

  it("by a deadline of its own, while it is deaf, breaks nothing", async () => {
    await call((...rest) => fixture.kv.put({ address, value: { data: Buffer.alloc(150_000) } }, ...rest));
    const pipeline = opened(RawPipeline.deaf(fixture, Date.now() + 500));
    node.isHolding = true;
    pipeline.send(get(1), get(2), get(3), get(4));
    await expect.poll(() => node.heldCount, { timeout: CALL_LIMIT_MS }).toBe(4);
    node.isHolding = false;
    for (const _ of [1, 2]) pipeline.send(get(5), get(6));
    pipeline.stream.on("error", () => {});
    await expect.poll(() => node.asked.length, { timeout: CALL_LIMIT_MS }).toBe(9);
    const passed = Date.now() + 400;
    await expect.poll(() => Date.now() > passed, { timeout: CALL_LIMIT_MS }).toBe(true);
    node.release();
    await expectService();
    expect(await pipeline.ended()).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });

  it("by a message beyond the limit, with answers still to come, breaks nothing", async () => {
    const pipeline = opened(RawPipeline.open(fixture));
    node.isHolding = true;
    pipeline.send(get(1), get(2));
    await expect.poll(() => node.heldCount, { timeout: CALL_LIMIT_MS }).toBe(2);
    node.isHolding = false;
    pipeline.sendRaw(Buffer.alloc(5_000_000, 1));
    expect(await pipeline.ended()).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    node.release();
    await expectService();
  });
});

describe("a server that drains", () => {
  it("answers what is under way, and ends its pipelines once they are idle", async () => {
    const own = await ServerFixture.start();
    onTestFinished(() => own.close());
    const [busy, idle] = [opened(RawPipeline.open(own)), opened(RawPipeline.open(own))];
    await idle.ask(get(1));
    own.nodes.last.isHolding = true;
    busy.send(put(1));
    await expect.poll(() => own.nodes.last.heldCount, { timeout: CALL_LIMIT_MS }).toBe(1);
    const stopped = own.server.stop();
    expect(await idle.ended()).toMatchObject({ code: "UNAVAILABLE", reason: "DRAINING" });
    expect(busy.end).toBeUndefined();
    own.nodes.last.release();
    expect(await busy.ended()).toMatchObject({ code: "UNAVAILABLE", reason: "DRAINING" });
    expect(busy.answers).toMatchObject([{ kind: "written", id: 1 }]);
    await stopped;
  });

  it("has many pipelines to end, and warns of nothing", async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on("warning", warn);
    onTestFinished(() => void process.off("warning", warn));
    const pipelines = Array.from({ length: 20 }, () => opened(RawPipeline.open(fixture)));
    await Promise.all(pipelines.map((pipeline) => pipeline.ask(get(1))));
    await Promise.all(pipelines.map((pipeline) => pipeline.finish()));
    expect(warnings).toEqual([]);
  });
});
