import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { Client, credentials, status } from "@grpc/grpc-js";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { NodeState } from "../../src/node/index.js";
import type { kv } from "../../src/wire/index.js";
import { CALL_LIMIT_MS, call, failureOf, proto, ServerFixture } from "../unit/server/server-fixture.js";

const HEALTH = "/grpc.health.v1.Health";
const SERVING = 1;
const NOT_SERVING = 2;
const asIs = (bytes: Buffer): Buffer => bytes;
/** The one field of HealthCheckResponse. */
const servingStatus = (bytes: Buffer): number => bytes[1] ?? 0;

let fixture: ServerFixture;
let plain: Client;

beforeAll(async () => {
  fixture = await ServerFixture.start({ reflection: true });
  plain = new Client(fixture.server.addresses.client, credentials.createInsecure());
});
afterAll(async () => {
  plain.close();
  await fixture.close();
});
beforeEach(() => {
  fixture.nodes.last.state = "READY";
});

const get = (request: kv.GetRequest) =>
  call<kv.GetResponse__Output>((...rest) => fixture.kv.get(request, ...rest));
const address: kv.Address = { type: "DATA_TYPE_REGISTER", bucket: "b", key: Buffer.from("k") };

describe("health", () => {
  const check = (service: string) =>
    call<number>((...rest) =>
      plain.makeUnaryRequest(`${HEALTH}/Check`, asIs, servingStatus, proto.bytes(1, service), ...rest),
    );

  it.each<[NodeState, number]>([
    ["JOINING", NOT_SERVING],
    ["READY", SERVING],
    ["RECOVERING", NOT_SERVING],
    ["CATCHING_UP", SERVING],
    ["DRAINING", NOT_SERVING],
  ])("follows the node: %s", async (state, expected) => {
    fixture.nodes.last.state = state;
    for (const service of ["", "atoll.kv.v1.KvService"]) {
      await expect.poll(() => check(service), { timeout: CALL_LIMIT_MS }).toBe(expected);
    }
  });

  it("does not know other services", async () => {
    expect(await failureOf(check("atoll.kv.v2.KvService"))).toMatchObject({ code: "NOT_FOUND" });
  });

  it("tells watchers of changes", async () => {
    await expect.poll(() => check(""), { timeout: CALL_LIMIT_MS }).toBe(SERVING);
    const seen: number[] = [];
    const watch = plain.makeServerStreamRequest(`${HEALTH}/Watch`, asIs, servingStatus, proto.bytes(1, ""));
    watch.on("data", (given: number) => seen.push(given));
    watch.on("error", () => {});
    await expect.poll(() => seen, { timeout: CALL_LIMIT_MS }).toEqual([SERVING]);
    fixture.nodes.last.state = "RECOVERING";
    await expect.poll(() => seen, { timeout: CALL_LIMIT_MS }).toEqual([SERVING, NOT_SERVING]);
    fixture.nodes.last.state = "READY";
    await expect.poll(() => seen, { timeout: CALL_LIMIT_MS }).toEqual([SERVING, NOT_SERVING, SERVING]);
    watch.cancel();
  });
});

describe("reflection, when it is asked for", () => {
  it("names the services", async () => {
    const stream = plain.makeBidiStreamRequest(
      "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
      asIs,
      asIs,
    );
    stream.write(proto.bytes(7, "*"));
    stream.end();
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    await once(stream, "end", { signal: AbortSignal.timeout(CALL_LIMIT_MS) });
    const text = Buffer.concat(chunks).toString("latin1");
    expect(text).toContain("atoll.kv.v1.KvService");
    expect(text).toContain("atoll.admin.v1.AdminService");
  });
});

describe("the admin port", () => {
  it("is alive", async () => {
    const response = await fixture.http("/livez");
    expect([response.status, await response.text()]).toEqual([200, "ok\n"]);
  });

  it("is ready while the node takes requests, and else says why not", async () => {
    const ready = await fixture.http("/readyz?verbose");
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, state: "READY", reason: "" }]);
    fixture.nodes.last.state = "JOINING";
    const joining = await fixture.http("/readyz");
    expect(joining.status).toBe(503);
    expect(await joining.json()).toEqual({
      ready: false,
      state: "JOINING",
      reason: "the fake node is JOINING",
    });
  });

  it("says what it is", async () => {
    const response = await fixture.http("/");
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(await response.json()).toMatchObject({
      name: "atolldb",
      nodeId: "eu-west-1",
      region: "eu-west",
      state: "READY",
      peers: { connected: 1, known: 1 },
    });
  });

  it("tells Prometheus of requests, the node, its peers and the process", async () => {
    await get({ address });
    await failureOf(get({}));
    await call((...rest) => fixture.kv.batchGet({ addresses: [address, address] }, ...rest));
    fixture.nodes.last.counts = { hints_created: 41 };
    const response = await fixture.http("/metrics");
    expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
    const text = await response.text();
    const sample = (series: string): number => {
      const line = text.split("\n").find((candidate) => candidate.startsWith(`${series} `));
      return line === undefined ? Number.NaN : Number(line.slice(series.length + 1));
    };
    expect(sample('atoll_request_duration_seconds_count{method="Get",outcome="ok"}')).toBe(1);
    expect(sample('atoll_request_duration_seconds_count{method="Get",outcome="bad_request"}')).toBe(1);
    expect(sample("atoll_hints_created_total")).toBe(41);
    expect(sample("atoll_batch_get_items_total")).toBe(2);
    expect(sample("atoll_scan_rows_total")).toBe(0);
    expect(sample("atoll_ready")).toBe(1);
    expect(sample("atoll_peers_connected")).toBe(1);
    expect(sample('atoll_peer_queue_bytes{peer="us-east-1",region="us-east"}')).toBe(2_048);
    expect(sample('atoll_peer_round_trip_seconds{peer="us-east-1",region="us-east"}')).toBe(0.0715);
    expect(sample("atoll_process_resident_memory_bytes")).toBeGreaterThan(1e6);
    expect(sample('atoll_event_loop_lag_seconds{quantile="0.99"}')).toBeGreaterThanOrEqual(0);
    expect(text).not.toMatch(/^(?!#|atoll_|$)/m);
    fixture.nodes.last.counts = { hints_created: 42 };
    expect(await (await fixture.http("/metrics")).text()).toContain("atoll_hints_created_total 42\n");
  });

  it("refuses other paths and other methods", async () => {
    expect((await fixture.http("/etc/passwd")).status).toBe(404);
    const post = await fixture.http("/readyz", "POST");
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    const head = await fixture.http("/livez", "HEAD");
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  it("cuts off headers without end", async () => {
    const [host, port] = fixture.server.addresses.admin.split(":");
    const socket = connect(Number(port), host);
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", () => {});
    socket.write(`GET / HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(20_000)}`);
    await once(socket, "close", { signal: AbortSignal.timeout(CALL_LIMIT_MS) });
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 431 /);
  });
});

describe("a connection", () => {
  it("is told how many streams it may have", async () => {
    const session = connectHttp2(`http://${fixture.server.addresses.client}`);
    try {
      const [settings]: unknown[] = await once(session, "remoteSettings", {
        signal: AbortSignal.timeout(CALL_LIMIT_MS),
      });
      expect(settings).toMatchObject({ maxConcurrentStreams: 1_000 });
    } finally {
      session.destroy();
    }
  });
});

describe("hostile bytes on the client port", () => {
  /** Sends them on a connection of their own; resolves when the server has answered with anything, or hung up. */
  const send = async (bytes: Buffer): Promise<void> => {
    const [host, port] = fixture.server.addresses.client.split(":");
    const socket = connect(Number(port), host);
    socket.on("error", () => {});
    const limit = { signal: AbortSignal.timeout(CALL_LIMIT_MS) };
    const reaction = Promise.race([once(socket, "close", limit), once(socket, "data", limit)]);
    socket.end(bytes);
    await reaction;
    socket.destroy();
  };
  const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  /** An HTTP/2 frame header. */
  const frame = (length: number, type: number, stream: number): Buffer => {
    const header = Buffer.alloc(9);
    header.writeUIntBE(length, 0, 3);
    header[3] = type;
    header.writeUInt32BE(stream, 5);
    return header;
  };

  it.each<[string, Buffer]>([
    ["HTTP/1", Buffer.from("GET / HTTP/1.1\r\nhost: x\r\n\r\n")],
    ["noise", randomBytes(10_000)],
    ["a preface and noise", Buffer.concat([PREFACE, randomBytes(10_000)])],
    ["a frame that promises 16 MB", Buffer.concat([PREFACE, frame(0xffffff, 0, 1)])],
    ["data on a stream that was never opened", Buffer.concat([PREFACE, frame(0, 4, 0), frame(0, 0, 5)])],
    ["half a frame", Buffer.concat([PREFACE, frame(100, 1, 1), Buffer.from([1, 2, 3])])],
  ])("%s: the other connections do not notice", async (_name, bytes) => {
    await send(bytes);
    expect(await get({ address })).toMatchObject({ header: { nodeId: "eu-west-1" } });
  });

  it("a compressed message that grows beyond the limit gets an error", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20));
    const failed = await fixture.raw("/atoll.kv.v1.KvService/Get", bomb, { "grpc-encoding": "gzip" }, true);
    expect(failed).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
  });

  it("a method that does not exist gets an error", async () => {
    expect(await fixture.raw("/atoll.kv.v1.KvService/Drop", Buffer.alloc(0))).toMatchObject({
      code: status[status.UNIMPLEMENTED],
    });
  });
});
