/** What the peer port does with those who are no peers: each gets a clear end, and the links of the others stay. */
import { once } from "node:events";
import { connect, createServer, type Server as TcpServer } from "node:net";
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type peer, peerService } from "../../src/wire/index.js";
import { mesh, TestNode, until } from "../unit/runtime/node/grpc-test-node.js";
import { cleanUp, HELLO, later, Stranger } from "./peer-fixture.js";

const HTTP2_PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

let honest: TestNode[] = [];

beforeEach(async () => {
  honest = await mesh(2);
});

afterEach(async () => {
  await cleanUp();
  await Promise.all(honest.map((node) => node.close()));
});

/** The node that strangers talk to here. */
function target(): TestNode {
  const [, two] = honest;
  if (!two) throw new Error("two honest nodes");
  return two;
}

/** The honest link is the one it was, and carries frames. */
async function expectUnharmed(): Promise<void> {
  const [one, two] = honest;
  if (!one || !two) throw new Error("two honest nodes");
  const before = two.frames.length;
  one.transport.send(2, Buffer.from("still here"));
  await until(() => two.frames.length > before);
  expect(two.frames.at(-1)?.frame.toString()).toBe("still here");
  expect(one.events).toEqual(["up 2"]);
  expect(two.events.filter((event) => event.endsWith(" 1"))).toEqual(["up 1"]);
}

describe("a stranger on the peer port", () => {
  it("who speaks no HTTP/2 is cut off", async () => {
    const [host, port] = target().address.split(":");
    const garbage = [
      "GET / HTTP/1.1\r\nhost: a\r\n\r\n",
      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
      "\0".repeat(5_000),
    ];
    const samples = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 2_000 }), { numRuns: 20, seed: 1 });
    const openings = [...garbage.map((text) => Buffer.from(text, "latin1")), ...samples.map(Buffer.from)];
    for (const preface of ["", HTTP2_PREFACE]) {
      for (const bytes of openings) {
        const socket = connect(Number(port), host);
        later(() => socket.destroy());
        socket.on("error", () => undefined);
        socket.end(Buffer.concat([Buffer.from(preface), bytes]));
        await Promise.all([once(socket, "close"), socket.resume()]);
      }
    }
    await expectUnharmed();
  });

  it.each<[string, peer.ExchangeRequest | Buffer, keyof typeof status, RegExp]>([
    ["nothing", Buffer.alloc(0), "INVALID_ARGUMENT", /first message .* must be a Hello/],
    ["what is no message", Buffer.from("ffffffff", "hex"), "INTERNAL", /deserializing/],
    [
      "a Hello without cluster",
      { hello: { ...HELLO, clusterId: "" } },
      "INVALID_ARGUMENT",
      /without cluster_id/,
    ],
    ["a Hello without node", { hello: { ...HELLO, nodeId: "" } }, "INVALID_ARGUMENT", /without node_id/],
    ["a Hello without number", { hello: { ...HELLO, number: 0 } }, "INVALID_ARGUMENT", /without number/],
    ["a long name", { hello: { ...HELLO, nodeId: "n".repeat(257) } }, "INVALID_ARGUMENT", /node_id .* 256/],
    [
      "an endless name",
      { hello: { ...HELLO, nodeId: "n".repeat(10_000) } },
      "RESOURCE_EXHAUSTED",
      /larger than max/,
    ],
    ["another cluster", { hello: { ...HELLO, clusterId: "prod" } }, "FAILED_PRECONDITION", /other cluster/],
    [
      "our own number",
      { hello: { ...HELLO, number: 2 } },
      "FAILED_PRECONDITION",
      /member 2, as this node is/,
    ],
    ["a number of no peer", { hello: { ...HELLO, number: 9 } }, "UNAVAILABLE", /member 9 is not among/],
  ])("who opens with %s is told what is wrong", async (_, opening, code, reason) => {
    const ending = await new Stranger(target().address).send(opening).ended;
    expect(status[ending.code]).toBe(code);
    expect(ending.details).toMatch(reason);
    await expectUnharmed();
  });

  it("whose names are not UTF-8 is refused like any other", async () => {
    const hello = peerService.Exchange.requestSerialize({ hello: { ...HELLO, clusterId: "xxx" } });
    hello.set([0xed, 0xa0, 0x80], hello.indexOf("xxx"));
    const ending = await new Stranger(target().address).send(hello).ended;
    expect(ending.code).toBe(status.FAILED_PRECONDITION);
    await expectUnharmed();
  });

  it("who connects and says nothing cannot hold up the closing", async () => {
    const node = await new TestNode(9, {}).start();
    const [host, port] = node.address.split(":");
    const socket = connect(Number(port), host);
    later(() => socket.destroy());
    socket.on("error", () => undefined);
    await once(socket, "connect");
    const closed = once(socket.resume(), "close");
    const closingAtMs = performance.now();
    await node.close();
    await closed;
    // It gives its peers a second; this one is silent for longer, and answers no ping.
    expect(performance.now() - closingAtMs).toBeLessThan(20_000);
  });

  it("who asks for another method is told that there is none", async () => {
    const ending = await new Stranger(target().address, "/atoll.peer.v1.PeerService/Steal").ended;
    expect(ending.code).toBe(status.UNIMPLEMENTED);
  });

  it("who says no Hello is ended in time, and one too many ends the oldest", async () => {
    const limits = { helloTimeoutMs: 1_000, strangers: 2 };
    const node = await new TestNode(9, { limits }).start();
    later(() => node.close());
    const ended: number[] = [];
    const strangers = [0, 1, 2].map((number) => {
      const stranger = new Stranger(node.address);
      void stranger.ended.then(() => ended.push(number));
      return stranger;
    });
    const endings = await Promise.all(strangers.map((stranger) => stranger.ended));
    expect(endings.map(({ code }) => code).sort()).toEqual([
      status.DEADLINE_EXCEEDED,
      status.DEADLINE_EXCEEDED,
      status.RESOURCE_EXHAUSTED,
    ]);
    expect(endings[ended[0] ?? 0]?.details).toBe("more than 2 streams without Hello");
  });
});

describe("a dialer whose peer's port is held by a stranger", () => {
  const dialled = (address: string) => ({ number: 2, nodeId: "node-2", address });

  async function expectToComeHome(dialer: TestNode, address: string): Promise<void> {
    expect(dialer.events).toEqual([]);
    const peerNode = await new TestNode(2, { listenAddress: address }).start();
    later(() => peerNode.close());
    peerNode.transport.setPeers([dialer.peer]);
    await until(() => dialer.events.includes("up 2"));
  }

  async function listening(tcp: TcpServer): Promise<string> {
    await once(tcp.listen(0, "127.0.0.1"), "listening");
    const bound = tcp.address();
    if (bound === null || typeof bound === "string") throw new Error("a TCP port");
    return `127.0.0.1:${bound.port}`;
  }

  async function startDialer(address: string): Promise<TestNode> {
    const dialer = await new TestNode(1, { limits: { pairTimeoutMs: 1_500 } }).start();
    later(() => dialer.close());
    dialer.transport.setPeers([dialled(address)]);
    return dialer;
  }

  it.each(["garbage\r\n\r\n", HTTP2_PREFACE, ""])("that answers %j over TCP tries again", async (answer) => {
    let attempts = 0;
    const tcp = createServer((socket) => {
      attempts += 1;
      socket.on("error", () => undefined);
      socket.resume().end(answer);
    });
    const address = await listening(tcp);
    const dialer = await startDialer(address);
    await until(() => attempts >= 2);
    // Comes back only when the dialer let go of every connection it made.
    await new Promise((resolve) => tcp.close(resolve));
    await expectToComeHome(dialer, address);
  });

  it("that never answers leaves nothing open", async () => {
    let accepted = 0;
    const tcp = createServer((socket) => {
      accepted += 1;
      socket.on("error", () => undefined);
      socket.resume();
    });
    const address = await listening(tcp);
    const dialer = await startDialer(address);
    await until(() => accepted === 1);
    await dialer.close();
    await new Promise((resolve) => tcp.close(resolve));
  });

  it.each<[string, peer.ExchangeResponse]>([
    ["a frame", { frame: Buffer.from("x") }],
    ["nothing", {}],
    ["a Hello without instance or name", { hello: {} }],
    ["another node's Hello", { hello: { ...HELLO, number: 2, nodeId: "node-3" } }],
    ["as its peer would, but never dials back,", { hello: { ...HELLO, number: 2, nodeId: "node-2" } }],
  ])("that answers %s tries again", async (_, answer) => {
    let attempts = 0;
    const server = new Server();
    const handlers: peer.PeerServiceHandlers = {
      Exchange: (call) => {
        attempts += 1;
        call.write(answer);
        call.resume();
      },
    };
    server.addService(peerService, handlers);
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
        if (error) reject(error);
        else resolve(bound);
      });
    });
    const address = `127.0.0.1:${port}`;
    const dialer = await startDialer(address);
    await until(() => attempts >= 2);
    await new Promise((resolve) => server.tryShutdown(resolve));
    await expectToComeHome(dialer, address);
  });
});
