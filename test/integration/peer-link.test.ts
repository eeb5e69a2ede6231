/** What a node makes of a peer that keeps to the protocol of a link only halfway. */
import { once } from "node:events";
import { status } from "@grpc/grpc-js";
import { afterEach, describe, expect, it } from "vitest";
import { type peer, peerService } from "../../src/wire/index.js";
import { TestNode, until } from "../unit/runtime/node/grpc-test-node.js";
import { cleanUp, HandmadePeer, HELLO, later, Stranger, serveBytes } from "./peer-fixture.js";

afterEach(cleanUp);

describe("a peer that breaks the protocol once its link is up", () => {
  it.each<[string, peer.ExchangeResponse | Buffer]>([
    ["a second Hello", { hello: { ...HELLO, number: 3 } }],
    ["nothing", Buffer.alloc(0)],
    ["what is no message", Buffer.from("ffffffff", "hex")],
    ["a huge frame", { frame: Buffer.alloc(9 * 2 ** 20) }],
  ])("with %s where it sends loses both halves", async (_, message) => {
    const linked = await HandmadePeer.link();
    const { node, ownDial, nodesDial } = linked;
    linked.send({ frame: Buffer.from("fine") });
    await until(() => node.frames.length === 1);
    linked.send(message);
    await Promise.all([ownDial.ended, once(nodesDial, "cancelled")]);
    await until(() => node.events.length === 2);
    expect(node.events).toEqual(["up 3", "down 3"]);
    expect(node.frames.length).toBe(1);
  });

  it.each<[string, peer.ExchangeRequest | Buffer, keyof typeof status, RegExp]>([
    [
      "a second Hello",
      { hello: { ...HELLO, number: 3 } },
      "INVALID_ARGUMENT",
      /Hello once, and nothing after/,
    ],
    ["nothing", Buffer.alloc(0), "INVALID_ARGUMENT", /Hello once, and nothing after/],
    ["what is no message", Buffer.from("ffffffff", "hex"), "INTERNAL", /deserializing/],
    ["a huge message", Buffer.alloc(9 * 2 ** 20), "RESOURCE_EXHAUSTED", /larger than max/],
  ])("with %s where it receives is told, and loses both halves", async (_, message, code, reason) => {
    const { node, ownDial, nodesDial } = await HandmadePeer.link();
    const [ending] = await Promise.all([ownDial.send(message).ended, once(nodesDial, "cancelled")]);
    expect(status[ending.code]).toBe(code);
    expect(ending.details).toMatch(reason);
    await until(() => node.events.length === 2);
    expect(node.events).toEqual(["up 3", "down 3"]);
  });

  it("by never reading costs what its queue may hold, and cannot hold up the closing", async () => {
    const { node, ownDial } = await HandmadePeer.link({ limits: { queueBytes: 2 ** 20 } });
    ownDial.stream.pause();
    let sentBytes = 0;
    while (!node.events.includes("down 3")) {
      node.transport.send(3, Buffer.alloc(2 ** 16));
      sentBytes += 2 ** 16;
      expect(node.transport.queuedBytes(3)).toBeLessThanOrEqual(2 ** 20);
      expect(sentBytes).toBeLessThan(2 ** 26);
      await new Promise(setImmediate);
    }
    const closingAtMs = performance.now();
    await node.close();
    // It gives its peers a second; this one would never let go.
    expect(performance.now() - closingAtMs).toBeLessThan(20_000);
  });
});

describe("a peer with half a link", () => {
  it("that answers no dial of the leader's is turned away, and told so", async () => {
    const node = await new TestNode(1, {}).start();
    later(() => node.close());
    const dials: Buffer[] = [];
    const address = await serveBytes((call) => call.on("data", (bytes: Buffer) => dials.push(bytes)));
    node.transport.setPeers([{ number: 3, nodeId: HELLO.nodeId, address }]);
    await until(() => dials.length > 0);
    for (const link of ["0", "7"]) {
      const ending = await new Stranger(node.address).send({ hello: { ...HELLO, number: 3 }, link }).ended;
      expect(status[ending.code]).toBe("UNAVAILABLE");
      expect(ending.details).toMatch(/no answer to the present dial of member 1/);
    }
    expect(node.events).toEqual([]);
  });

  it("that greets with another process's instance gets no link", async () => {
    const node = await new TestNode(1, {}).start();
    later(() => node.close());
    const hello = { ...HELLO, number: 3 };
    const strangers: Stranger[] = [];
    const address = await serveBytes((call) => {
      call.once("data", (bytes: Buffer) => {
        const { link } = peerService.Exchange.requestDeserialize(bytes);
        call.write(peerService.Exchange.responseSerialize({ hello: { ...hello, instance: "2" } }));
        strangers.push(new Stranger(node.address).send({ hello, link }));
      });
    });
    node.transport.setPeers([{ number: 3, nodeId: HELLO.nodeId, address }]);
    await until(() => strangers.length > 1);
    expect((await strangers[0]?.ended)?.details).toMatch(/of two processes/);
    expect(node.events).toEqual([]);
  });

  it("that sends before the other half is there loses it", async () => {
    const node = await new TestNode(1, { limits: { pairTimeoutMs: 60_000 } }).start();
    later(() => node.close());
    let attempts = 0;
    const address = await serveBytes((call) => {
      attempts += 1;
      call.write(peerService.Exchange.responseSerialize({ hello: { ...HELLO, number: 3 } }));
      call.write(peerService.Exchange.responseSerialize({ frame: Buffer.from("early") }));
      call.resume();
    });
    node.transport.setPeers([{ number: 3, nodeId: HELLO.nodeId, address }]);
    await until(() => attempts >= 2);
    expect([node.events, node.frames]).toEqual([[], []]);
  });
});
