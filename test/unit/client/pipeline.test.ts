import { createServer } from "node:http2";
import { credentials } from "@grpc/grpc-js";
import fc from "fast-check";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { AtollError } from "../../../src/client/atoll-error.js";
import { attemptFailure } from "../../../src/client/attempt-failure.js";
import { openKvStub } from "../../../src/client/channel.js";
import type { CallTerms } from "../../../src/client/dispatcher.js";
import type { AttemptCall } from "../../../src/client/node-calls.js";
import { PipelinedCalls } from "../../../src/client/pipelined-calls.js";
import type { ValueGet, ValuePut } from "../../../src/client/values.js";
import type { PipelineReply } from "../../../src/codec/index.js";
import { FakeCluster } from "./fake-cluster.js";
import { HELLO, type OpenedPipeline, PipelinedNode, POLL } from "./pipelined-node.js";

fc.configureGlobal({ seed: 1103, numRuns: 40 });

const KIB = 1024;
const TERMS: CallTerms = {
  clusterId: "test",
  consistency: { message: undefined, number: 0 },
  level: "",
  isSloppy: false,
  request: undefined,
  deadlineMs: 0,
  signal: undefined,
  session: undefined,
};

function getOf(key: string | Buffer = "k"): ValueGet {
  return { address: { type: "DATA_TYPE_REGISTER", bucket: "b", key: Buffer.from(key) }, terms: TERMS };
}

function putOf(bytes: number, contextBytes = 0): ValuePut {
  return {
    ...getOf(),
    value: { data: Buffer.alloc(bytes), encoding: "bytes" },
    requestId: Buffer.alloc(16),
    isRetry: false,
    context: Buffer.alloc(contextBytes),
    condition: undefined,
    ttlMs: 0,
  };
}

/** What came of one call: none of them is told twice. */
class Told {
  readonly outcomes: (AtollError | object)[] = [];
  call: AttemptCall | undefined;

  readonly done = (error: Error | null, reply?: object): void => {
    this.outcomes.push(error === null ? (reply ?? {}) : AtollError.from(error));
  };

  async outcome(): Promise<AtollError | object> {
    await expect.poll(() => this.outcomes.length, POLL).toBeGreaterThan(0);
    const [outcome] = this.outcomes;
    expect(this.outcomes).toHaveLength(1);
    return outcome ?? {};
  }

  async failure(): Promise<AtollError> {
    const outcome = await this.outcome();
    if (outcome instanceof AtollError) return outcome;
    throw new Error("it has not failed");
  }
}

class Client {
  readonly node: PipelinedNode;
  readonly calls: PipelinedCalls;

  private constructor(node: PipelinedNode) {
    this.node = node;
    const stub = openKvStub(node.address, credentials.createInsecure());
    this.calls = new PipelinedCalls(stub, "test");
    onTestFinished(() => {
      this.calls.close();
      stub.close();
    });
  }

  static async start(): Promise<Client> {
    return new Client(await PipelinedNode.start());
  }

  get(get = getOf(), timeoutMs = 60_000): Told {
    const told = new Told();
    told.call = this.calls.getValue(get, { deadline: new Date(Date.now() + timeoutMs) }, told.done);
    return told;
  }

  put(put = putOf(3)): Told {
    const told = new Told();
    told.call = this.calls.putValue(put, { deadline: new Date(Date.now() + 60_000) }, told.done);
    return told;
  }

  delete(): Told {
    const told = new Told();
    const request = { address: getOf().address };
    told.call = this.calls.delete(request, { deadline: new Date(Date.now() + 60_000) }, told.done);
    return told;
  }

  /** Its pipeline is open, and has greeted. */
  async begun(): Promise<OpenedPipeline> {
    const first = this.get();
    const pipeline = await this.node.pipeline();
    await pipeline.askedSoFar(1);
    pipeline.answer(HELLO, readOf(1));
    await first.outcome();
    return pipeline;
  }
}

function readOf(id: number): PipelineReply {
  return { kind: "read", id, values: [], context: Buffer.alloc(0), sessionToken: undefined };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a pipeline sends", () => {
  it("its hello, and once it is greeted what one turn asked as one frame", async () => {
    const client = await Client.start();
    for (let count = 0; count < 3; count++) client.get();
    client.put();
    client.delete();
    const pipeline = await client.node.pipeline();
    await pipeline.askedSoFar(5);
    await turn();
    client.get();
    await Promise.resolve();
    client.get();
    await pipeline.askedSoFar(7);
    expect(pipeline.frames.map((items) => items.map(({ kind }) => kind))).toEqual([
      ["hello"],
      ["get", "get", "get", "put", "call"],
      ["get", "get"],
    ]);
    expect(pipeline.frames[0]?.[0]).toEqual({ kind: "hello", clusterId: "test" });
    expect(new Set(pipeline.asked.map(({ id }) => id)).size).toBe(7);
  });

  it("frames that every node takes, however much a turn asked", async () => {
    const client = await Client.start();
    for (let count = 0; count < 30; count++) client.put(putOf(63 * KIB));
    const pipeline = await client.node.pipeline();
    await pipeline.askedSoFar(30);
    expect(pipeline.frames.length).toBeGreaterThan(9);
    expect(Math.max(...pipeline.frameBytes)).toBeLessThan(256 * KIB);
  });

  it("nothing large: that goes as a call of its own", async () => {
    const client = await Client.start();
    client.put(putOf(65 * KIB));
    client.put(putOf(33 * KIB, 33 * KIB));
    client.get(getOf(Buffer.alloc(65 * KIB)));
    client.put(putOf(60 * KIB));
    const pipeline = await client.node.pipeline();
    await pipeline.askedSoFar(1);
    await expect.poll(() => client.node.alone.toSorted(), POLL).toEqual(["Get", "Put", "Put"]);
    expect(pipeline.asked).toHaveLength(1);
  });

  it("nothing of what cannot be written: it fails alone, and the frame of the others is whole", async () => {
    const client = await Client.start();
    const before = client.get();
    const told = client.put({ ...putOf(3), requestId: Buffer.alloc(15) });
    const after = client.get();
    expect(await told.failure()).toMatchObject({ code: "INVALID_ARGUMENT", metadata: { field: "request" } });
    const pipeline = await client.node.pipeline();
    await pipeline.askedSoFar(2);
    expect(pipeline.frames).toHaveLength(2);
    pipeline.answer(readOf(1), readOf(3));
    expect([await before.outcome(), await after.outcome()]).toMatchObject([{ values: [] }, { values: [] }]);
  });

  it("nothing that was given up in the same turn", async () => {
    const client = await Client.start();
    const pipeline = await client.begun();
    client.get().call?.cancel();
    await turn();
    client.get();
    await pipeline.askedSoFar(2);
    expect(pipeline.frames).toHaveLength(3);
  });

  it("and takes 4 MiB before a node must wait: a round trip carries so much", async () => {
    const server = createServer();
    const window = new Promise<number | undefined>((resolve) => {
      server.on("session", (session) => {
        session.on("remoteSettings", ({ initialWindowSize }) => resolve(initialWindowSize));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const bound = server.address();
    if (bound === null || typeof bound === "string") throw new Error("no port");
    const stub = openKvStub(`127.0.0.1:${bound.port}`, credentials.createInsecure());
    onTestFinished(() => stub.close());
    stub.pipeline().on("error", () => {});
    expect(await window).toBe(4 * KIB * KIB);
  });
});

describe("answers of a pipeline", () => {
  it("find their operations in any order, and those that nobody waits for are left alone", async () => {
    const client = await Client.start();
    const [first, second] = [client.get(), client.get()];
    const pipeline = await client.node.pipeline();
    await pipeline.askedSoFar(2);
    pipeline.answer(HELLO, readOf(77), readOf(2));
    expect(await second.outcome()).toMatchObject({
      values: [],
      header: { nodeId: "eu-1", layoutVersion: "1" },
    });
    expect(first.outcomes).toEqual([]);
    pipeline.answer({ ...HELLO, layoutVersion: 2 }, readOf(2), readOf(1));
    expect(await first.outcome()).toMatchObject({ header: { layoutVersion: "2" } });
    await second.outcome();
  });

  it("that refuse are told as the node says them", async () => {
    const client = await Client.start();
    const put = client.put();
    const pipeline = await client.node.pipeline();
    await pipeline.askedSoFar(1);
    const metadata = { required: "2", alive: "1" };
    pipeline.answer(HELLO, {
      kind: "failed",
      id: 1,
      code: 14,
      reason: "QUORUM_UNAVAILABLE",
      message: "m",
      metadata,
    });
    expect(await put.failure()).toMatchObject({
      code: "UNAVAILABLE",
      reason: "QUORUM_UNAVAILABLE",
      message: "m",
      metadata,
    });
  });

  const malformed: [string, (pipeline: OpenedPipeline) => void][] = [
    ["of another version", (pipeline) => pipeline.answerRaw(Buffer.from([2]))],
    ["of nothing", (pipeline) => pipeline.answerRaw(Buffer.alloc(0))],
    ["cut short", (pipeline) => pipeline.answerRaw(Buffer.from([1, 2, 1]))],
    [
      "to something else",
      (pipeline) => pipeline.answer(HELLO, { kind: "reply", id: 1, body: Buffer.alloc(0) }),
    ],
    [
      "that is no message of the method",
      (pipeline) =>
        pipeline.answer(HELLO, { kind: "reply", id: 3, body: Buffer.from([0x0a, 0xff, 0xff, 0xff]) }),
    ],
  ];
  it.each(malformed)("%s end it, and all that is out fails", async (_name, answer) => {
    const client = await Client.start();
    const out = [client.get(), client.put(), client.delete()];
    const pipeline = await client.node.pipeline();
    await pipeline.askedSoFar(3);
    answer(pipeline);
    for (const told of out) {
      const failure = await told.failure();
      expect(failure).toMatchObject({ code: "INTERNAL", message: expect.stringMatching(/malformed/) });
      expect(attemptFailure(failure)).toMatchObject({ scope: "answer", mayHaveArrived: true });
    }
    const next = client.get();
    const other = await client.node.pipeline(2);
    await other.askedSoFar(1);
    other.answer(HELLO, readOf(1));
    expect(await next.outcome()).toMatchObject({ values: [] });
  });

  it("of any bytes are taken or end it, and no call is left without an end", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), async (bytes) => {
        const client = await Client.start();
        const told = client.get();
        const pipeline = await client.node.pipeline();
        await pipeline.askedSoFar(1);
        pipeline.answerRaw(Buffer.from([1, ...bytes]));
        pipeline.answer(HELLO, readOf(1));
        pipeline.end();
        await told.outcome();
      }),
    );
  });
});

describe("a pipeline that breaks", () => {
  it("fails all that is out, which may have arrived, and the next call opens another", async () => {
    const client = await Client.start();
    const out = [client.get(), client.put()];
    const pipeline = await client.node.pipeline();
    await pipeline.askedSoFar(2);
    client.node.kill();
    for (const told of out) {
      const failure = await told.failure();
      expect(attemptFailure(failure)).toEqual({ scope: "node", mayHaveArrived: true });
    }
    await client.node.listen();
    const answered = await vi.waitFor(async () => {
      const told = client.get();
      await expect
        .poll(() => told.outcomes.length + (client.node.pipelines.at(1)?.asked.length ?? 0), POLL)
        .toBeGreaterThan(0);
      expect(told.outcomes).toEqual([]);
      return told;
    }, POLL);
    client.node.pipelines.at(-1)?.answer(HELLO, readOf(client.node.pipelines.at(-1)?.asked.at(-1)?.id ?? 0));
    expect(await answered.outcome()).toMatchObject({ values: [] });
  });

  it("before a hello was answered leaves all that was asked free to be sent elsewhere", async () => {
    const client = await Client.start();
    client.node.greets = false;
    const put = client.put();
    const pipeline = await client.node.pipeline();
    pipeline.answer(readOf(1));
    expect(attemptFailure(await put.failure())).toEqual({ scope: "node", mayHaveArrived: false });
    expect(pipeline.asked).toEqual([]);
  });

  it("leaves what never left free to be sent elsewhere", async () => {
    const client = await Client.start();
    client.node.isReading = false;
    const out = Array.from({ length: 60 }, () => client.put(putOf(60 * KIB)));
    await client.node.pipeline();
    client.node.kill();
    const arrived = await Promise.all(
      out.map(async (told) => attemptFailure(await told.failure()).mayHaveArrived),
    );
    // A mebibyte was handed to the connection, beside what that had passed on.
    const sent = arrived.lastIndexOf(true) + 1;
    expect(sent).toBeGreaterThan(15);
    expect(sent).toBeLessThan(50);
    expect(arrived).toEqual(out.map((_, index) => index < sent));
  });

  it("because its node shuts down says that what is out was not done", async () => {
    const client = await Client.start();
    const put = client.put();
    const pipeline = await client.node.pipeline();
    await pipeline.askedSoFar(1);
    pipeline.refuse("UNAVAILABLE", "DRAINING");
    expect(attemptFailure(await put.failure())).toEqual({ scope: "node", mayHaveArrived: false });
  });

  it("with nobody there fails as a call of its own would", async () => {
    const client = await Client.start();
    client.node.kill();
    const failure = await client.put().failure();
    expect(attemptFailure(failure)).toEqual({ scope: "node", mayHaveArrived: false });
    expect(failure.message).toMatch(/ECONNREFUSED/);
  });
});

describe("an operation on a pipeline", () => {
  it("is not sent to a node that takes connections and hangs: another one does it, and it is no retry", async () => {
    const cluster = await FakeCluster.start({ eu: 2 });
    const db = await cluster.connect({ timeoutMs: 10_000 });
    const [hanging, other] = [cluster.node("eu-1"), cluster.node("eu-2")];
    hanging.greets = false;
    await db.register("users").put(cluster.keyAt("eu-1", "k"), 1);
    expect(hanging.requests("put")).toEqual([]);
    expect(other.requests("put")).toMatchObject([{ isRetry: false }]);
  });

  it("was not done where nobody greets until its deadline", async () => {
    const client = await Client.start();
    client.node.greets = false;
    const told = client.get(getOf(), 50);
    expect(attemptFailure(await told.failure())).toEqual({ scope: "node", mayHaveArrived: false });
  });

  it("has a deadline of its own: a silent node fails it alone", async () => {
    const client = await Client.start();
    const [patient, hasty, other] = [client.get(), client.get(getOf(), 30), client.get(getOf(), 40)];
    const pipeline = await client.node.pipeline();
    const asked = await pipeline.askedSoFar(3);
    for (const told of [hasty, other])
      expect(await told.failure()).toMatchObject({ code: "DEADLINE_EXCEEDED", message: "Deadline exceeded" });
    expect(patient.outcomes).toEqual([]);
    pipeline.answer(HELLO, readOf(1), readOf(2), readOf(3));
    await patient.outcome();
    await hasty.outcome();
    const timeouts = asked.map((item) => (item.kind === "get" ? item.asking.timeoutMs : 0));
    expect(timeouts[0]).toBeGreaterThan(50_000);
    expect(timeouts[1]).toBeLessThanOrEqual(30);
  });

  it("that was given up is told nothing, and holds up nobody", async () => {
    const client = await Client.start();
    const pipeline = await client.begun();
    const [given, kept] = [client.get(), client.get()];
    await pipeline.askedSoFar(3);
    given.call?.cancel();
    pipeline.answer(readOf(2), readOf(3));
    await kept.outcome();
    expect(given.outcomes).toEqual([]);
  });

  it("ends at the signal of its caller, and the pipeline goes on", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const node = cluster.node("eu-1");
    const bucket = (await cluster.connect({ timeoutMs: 20_000 })).register("b");
    node.behaviour = { does: "stall" };
    const controller = new AbortController();
    const put = bucket.put("k", 1, { signal: controller.signal });
    const failed = expect(put).rejects.toMatchObject({ code: "CANCELLED", maybeApplied: true });
    await expect.poll(() => node.requests("put").length, POLL).toBe(1);
    controller.abort();
    await failed;
    node.behaviour = { does: "answer" };
    await bucket.put("k", 2);
    expect(await bucket.get("k")).toMatchObject({ value: 2 });
    expect(node.pipelines).toBe(1);
  });
});

describe("a pipeline ends", () => {
  it("when it is closed, once what is out is answered", async () => {
    const client = await Client.start();
    const pipeline = await client.begun();
    const out = client.get();
    await pipeline.askedSoFar(2);
    client.calls.close();
    client.calls.close();
    await turn();
    expect(pipeline.hasEnded).toBe(false);
    pipeline.answer(readOf(2));
    await out.outcome();
    await expect.poll(() => pipeline.hasEnded, POLL).toBe(true);
  });

  it("when it is closed in the turn that asked, after that", async () => {
    const client = await Client.start();
    const out = client.get();
    client.calls.close();
    const pipeline = await client.node.pipeline();
    await pipeline.askedSoFar(1);
    pipeline.answer(HELLO, readOf(1));
    await out.outcome();
    await expect.poll(() => pipeline.hasEnded, POLL).toBe(true);
  });

  it("when nobody has used it for a while, so that the process can end; the next call opens another", async () => {
    const client = await Client.start();
    const pipeline = await client.begun();
    await expect.poll(() => pipeline.hasEnded, POLL).toBe(true);
    client.get();
    await (await client.node.pipeline(2)).askedSoFar(1);
  });

  it("when it is old: the next call opens another, which may be on a newer connection", async () => {
    const client = await Client.start();
    const pipeline = await client.begun();
    const slow = client.get(getOf(), 600_000);
    await pipeline.askedSoFar(2);
    const now = performance.now.bind(performance);
    const clock = vi.spyOn(performance, "now").mockImplementation(() => now() + 31_000);
    onTestFinished(() => clock.mockRestore());
    await vi.waitFor(() => {
      client.get(getOf(), 600_000);
      expect(client.node.pipelines).toHaveLength(2);
    }, POLL);
    expect(pipeline.hasEnded).toBe(false);
    for (const { id } of pipeline.asked) pipeline.answer(readOf(id));
    await slow.outcome();
    await expect.poll(() => pipeline.hasEnded, POLL).toBe(true);
  });
});

describe("a client without pipelining", () => {
  it("makes each request a call of its own", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const bucket = (await cluster.connect({ pipelining: false })).register("b");
    await bucket.put("k", 1);
    expect(await bucket.get("k")).toMatchObject({ value: 1 });
    expect(cluster.node("eu-1").pipelines).toBe(0);
    const other = (await cluster.connect()).register("b");
    await other.get("k");
    expect(cluster.node("eu-1").pipelines).toBe(1);
  });
});
