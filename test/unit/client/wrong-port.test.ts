/** What a client is told that was given the address of something else, and not a word of gRPC's own. */
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { createServer, type Server } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { AtollError, connect, connectAdmin } from "../../../src/client/index.js";
import { FakeCluster } from "./fake-cluster.js";

/** Where it listens, until the test has ended. */
async function listening(server: Server): Promise<string> {
  const sockets = new Set<{ destroy(): void }>();
  server.on("connection", (socket) => sockets.add(socket.on("error", () => undefined)));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((done) => server.close(() => done()));
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it has no port");
  return `127.0.0.1:${address.port}`;
}

async function nobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise<void>((done) => server.close(() => done()));
  if (address === null || typeof address === "string") throw new Error("it had no port");
  return `127.0.0.1:${address.port}`;
}

async function failureOf(call: Promise<unknown>): Promise<AtollError> {
  const outcome = await call.catch((thrown: unknown) => thrown);
  if (outcome instanceof AtollError) return outcome;
  throw new Error(`expected an AtollError, got ${String(outcome)}`);
}

const PLACES: readonly (readonly [string, () => Promise<string>, (address: string) => string])[] = [
  ["nobody", nobody, (address) => `nothing listens on ${address}`],
  [
    "a web server",
    () => listening(createHttpServer((_request, response) => response.end("hello"))),
    (address) => `what listens on ${address} is no client port of AtollDB`,
  ],
  [
    "somebody who accepts and says nothing",
    () => listening(createServer()),
    (address) => `no connection to ${address} within`,
  ],
  [
    "somebody who hangs up",
    () => listening(createServer((socket) => void socket.destroy())),
    (address) => `the connection to ${address} broke before it had answered`,
  ],
  [
    "another server of HTTP/2",
    () => listening(createHttp2Server((_request, response) => void response.end("hello"))),
    (address) => `${address} announced an answer of `,
  ],
];

describe("the address of", () => {
  it.each(PLACES)("%s is told as such by connect, and nothing was sent", async (_name, open, account) => {
    const address = await open();
    const { message } = await failureOf(connect({ endpoints: [address], connectTimeoutMs: 1_500 }));
    expect(message).toContain(`not connected, so nothing was sent: `);
    expect(message).toContain(account(address));
    expect(message).not.toMatch(/LB pick|Resolution note|No connection established|UNAVAILABLE/);
  });

  it.each(PLACES)("%s is told as such to operators", async (_name, open, account) => {
    const address = await open();
    await using admin = connectAdmin(address);
    const { message } = await failureOf(admin.status({ timeoutMs: 1_000 }));
    expect(message).toContain(account(address));
    const removal = await failureOf(admin.removeMember("n1", { timeoutMs: 1_000 }));
    expect(removal.message).toMatch(/; (nothing was done|it may have removed the member: ask again, .*)$/);
  });
});

describe("a write that no node answers", () => {
  it("says where, and what it left: nothing, where none was there", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const bucket = (await cluster.connect()).register("b");
    const { address } = cluster.node("eu-1");
    cluster.node("eu-1").kill();
    const failure = await failureOf(bucket.put("k", 1));
    expect(failure.message).toContain(address);
    expect(failure.message).toMatch(/; nothing was written$/);
    expect(failure.maybeApplied).toBe(false);
    const read = await failureOf(bucket.get("k"));
    expect(read.message).not.toContain("written");
  });

  it("says that it may have been applied, where one took it and was silent", async () => {
    const cluster = await FakeCluster.start({ eu: 1 });
    const bucket = (await cluster.connect()).register("b");
    cluster.node("eu-1").behaviour = { does: "keep-silent" };
    const failure = await failureOf(bucket.put("k", 1, { timeoutMs: 300 }));
    expect(failure.message).toMatch(
      /no answer from 127\.0\.0\.1:\d+ within .*; the write may have been applied, or may yet be$/,
    );
    expect(failure.maybeApplied).toBe(true);
  });
});
