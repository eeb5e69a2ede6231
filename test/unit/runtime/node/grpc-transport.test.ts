import { afterEach, describe, expect, it } from "vitest";
import type { PeerHello } from "../../../../src/runtime/transport.js";
import { acquaint, mesh, TestNode, type TestNodeOptions, until } from "./grpc-test-node.js";

const FRAME_BYTES_MAX = 8 * 2 ** 20;

const running: TestNode[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((node) => node.close()));
});

async function started(number: number, options: TestNodeOptions = {}): Promise<TestNode> {
  const node = new TestNode(number, options);
  running.push(node);
  return node.start();
}

async function linkedPair(): Promise<[TestNode, TestNode]> {
  const [one, two] = [await started(1), await started(2)];
  acquaint(one, two);
  await until(() => one.events.length === 1 && two.events.length === 1);
  return [one, two];
}

function numbered(number: number): Buffer {
  const frame = Buffer.alloc(4);
  frame.writeUInt32BE(number);
  return frame;
}

describe("GrpcTransport", () => {
  it("links two nodes, which learn each other's Hello as it was", async () => {
    const [one, two] = [
      await started(1, { hello: { instance: "ffffffffffffffff", incarnation: 7 } }),
      await started(2, { hello: { instance: "000000000000000a", protocolVersion: 3 } }),
    ];
    one.transport.setPeers([one.peer, two.peer]);
    two.transport.setPeers([one.peer, two.peer]);
    await until(() => one.hellos.length === 1 && two.hellos.length === 1);
    expect(one.hellos).toEqual([two.hello]);
    expect(two.hellos).toEqual([one.hello]);
  });

  it("links three nodes, and each frame reaches the one it is for", async () => {
    const nodes = await mesh(3);
    running.push(...nodes);
    for (const node of nodes) {
      for (const other of nodes) {
        if (other === node) continue;
        node.transport.send(other.hello.number, Buffer.from(`${node.hello.number}>${other.hello.number}`));
      }
    }
    await until(() => nodes.every((node) => node.frames.length === 2));
    for (const node of nodes) {
      for (const { from, frame } of node.frames)
        expect(frame.toString()).toBe(`${from}>${node.hello.number}`);
    }
  });

  it("keeps 3,000 frames in order, both ways at once, and counts what waits", async () => {
    const [one, two] = await linkedPair();
    for (let i = 0; i < 3_000; i += 1) {
      one.transport.send(2, numbered(i));
      two.transport.send(1, numbered(i));
    }
    expect(one.transport.queuedBytes(2)).toBe(12_000);
    expect(two.transport.queuedBytes(1)).toBe(12_000);
    await until(() => one.frames.length === 3_000 && two.frames.length === 3_000);
    for (const node of [one, two]) {
      expect(node.frames.findIndex(({ frame }, i) => frame.readUInt32BE() !== i)).toBe(-1);
    }
    await until(() => one.transport.queuedBytes(2) === 0 && two.transport.queuedBytes(1) === 0);
  });

  it("drops what is sent without a link", async () => {
    const one = await started(1);
    one.transport.send(2, numbered(1));
    expect(one.transport.queuedBytes(2)).toBe(0);
  });

  it.each([
    [1, 2],
    [2, 1],
  ])("tells node %i why node %i refuses it, and dials on", async (refused, refusing) => {
    let reason: string | undefined = "cluster “test” is not “prod”";
    const one = await started(refused);
    const two = await started(refusing, { refuse: () => reason });
    acquaint(one, two);
    await until(() => one.events.length >= 2);
    expect(new Set(one.events)).toEqual(new Set([`refused ${refusing}: ${reason}`]));
    expect(two.events).toEqual([]);
    reason = undefined;
    await until(() => one.events.at(-1) === `up ${refusing}` && two.events.length > 0);
    expect(two.events).toEqual([`up ${refused}`]);
  });

  it("tells both when they refuse each other", async () => {
    const [one, two] = [
      await started(1, { refuse: () => "not you" }),
      await started(2, { refuse: () => "nor you" }),
    ];
    acquaint(one, two);
    await until(() => one.events.length >= 2 && two.events.length >= 2);
    expect(new Set(one.events)).toEqual(new Set(["refused 2: nor you"]));
    expect(new Set(two.events)).toEqual(new Set(["refused 1: not you"]));
  });

  it("tells a node that it is refused by one which never heard of its address", async () => {
    const [one, two] = [await started(1), await started(2, { refuse: () => "who are you" })];
    one.transport.setPeers([two.peer]);
    await until(() => one.events.length > 0);
    expect(one.events[0]).toBe("refused 2: who are you");
  });

  it("does not link with a node that does not list it, and is not refused either", async () => {
    const [one, two] = [await started(1), await started(2)];
    two.transport.setPeers([one.peer]);
    await until(() => one.asked >= 2);
    expect([...one.events, ...two.events]).toEqual([]);
    one.transport.setPeers([two.peer]);
    await until(() => one.events.length === 1 && two.events.length === 1);
  });

  it("does not take another node at a peer's address for that peer", async () => {
    const [one, other] = [await started(1), await started(3)];
    one.transport.setPeers([{ number: 2, nodeId: "node-2", address: other.address }]);
    other.transport.setPeers([one.peer]);
    await until(() => other.asked >= 2);
    expect([...one.events, ...other.events]).toEqual([]);
  });

  it("does not take a peer at another address for the one that it dials there", async () => {
    const [real, impostor] = [await started(1), await started(1)];
    const two = await started(2);
    two.transport.setPeers([real.peer]);
    impostor.transport.setPeers([two.peer]);
    await until(() => two.asked >= 2 && real.asked >= 2);
    expect([...two.events, ...impostor.events]).toEqual([]);
  });

  it("refuses a node that has its own number", async () => {
    const [one, two] = [await started(1), await started(2, { hello: { number: 1 } })];
    one.transport.setPeers([{ ...two.peer, number: 2 }]);
    await until(() => one.events.length > 0);
    expect(one.events[0]).toBe("refused 2: node node-1 says that it is member 1, as this node is");
    expect(two.asked).toBe(0);
  });

  it.each(["higher", "lower"])("links again when the %s number restarts", async (role) => {
    const [one, two] = await linkedPair();
    const [stays, goes] = role === "higher" ? [one, two] : [two, one];
    await goes.close();
    await until(() => stays.events.length === 2);
    const back = await started(goes.hello.number, {
      listenAddress: goes.address,
      hello: { instance: "00000000000000fe" },
    });
    back.transport.setPeers([stays.peer]);
    await until(() => stays.events.length === 3 && back.events.length === 1);
    const number = goes.hello.number;
    expect(stays.events).toEqual([`up ${number}`, `down ${number}`, `up ${number}`]);
    back.transport.send(stays.hello.number, Buffer.from("again"));
    await until(() => stays.frames.length === 1);
  });

  it("goes over to the process that a peer's new address leads to", async () => {
    let newest = 1;
    const refuse = ({ incarnation }: PeerHello) => (incarnation < newest ? "you are older" : undefined);
    const [one, two] = [await started(1), await started(2, { refuse })];
    acquaint(one, two);
    await until(() => one.events.length === 1 && two.events.length === 1);
    newest = 2;
    const again = await started(1, { hello: { incarnation: 2 } });
    acquaint(again, two);
    await until(() => again.events.length === 1 && two.events.length === 3);
    expect(two.events).toEqual(["up 1", "down 1", "up 1"]);
    expect(two.hellos[1]?.incarnation).toBe(2);
    await until(() => one.events.includes("refused 2: you are older"));
    expect(one.events.slice(0, 2)).toEqual(["up 2", "down 2"]);
  });

  it.each(["lower", "higher"])("dials again after the %s number resets the link", async (role) => {
    const [one, two] = await linkedPair();
    if (role === "lower") one.transport.reset(2, "it broke the protocol");
    else two.transport.reset(1, "it broke the protocol");
    expect([...one.events, ...two.events], "no callback inside a call").toEqual(["up 2", "up 1"]);
    await until(() => one.events.length === 3 && two.events.length === 3);
    expect(one.events).toEqual(["up 2", "down 2", "up 2"]);
    expect(two.events).toEqual(["up 1", "down 1", "up 1"]);
  });

  it("closes links to nodes no longer listed, and does not dial them", async () => {
    const [one, two, three] = await mesh(3);
    if (!one || !two || !three) throw new Error("a mesh of three");
    running.push(one, two, three);
    one.transport.setPeers([three.peer]);
    await until(() => two.events.includes("down 1"));
    await until(() => one.events.includes("down 2"));
    one.transport.setPeers([two.peer, three.peer]);
    await until(() => one.events.at(-1) === "up 2");
    expect(one.events).not.toContain("down 3");
  });

  it("takes frames at the limit, both ways at once, and neither side waits for the other for ever", async () => {
    const [one, two] = await linkedPair();
    const longest = Buffer.alloc(FRAME_BYTES_MAX, 0x5a);
    for (let i = 0; i < 3; i += 1) {
      one.transport.send(2, longest);
      two.transport.send(1, longest);
    }
    await until(() => one.frames.length === 3 && two.frames.length === 3);
    expect([...one.frames, ...two.frames].every(({ frame }) => frame.equals(longest))).toBe(true);
  });

  it("ends the link over a frame beyond the limit, and sends nothing after it", async () => {
    const [one, two] = await linkedPair();
    one.transport.send(2, Buffer.alloc(FRAME_BYTES_MAX + 1));
    one.transport.send(2, Buffer.from("late"));
    await until(() => one.events.length === 3 && two.events.length === 3);
    expect(one.events).toEqual(["up 2", "down 2", "up 2"]);
    expect(two.events).toEqual(["up 1", "down 1", "up 1"]);
    expect(two.frames).toEqual([]);
  });

  it("ends a link whose queue grows beyond its bound", async () => {
    const [one, two] = [await started(1, { limits: { queueBytes: 1_000 } }), await started(2)];
    acquaint(one, two);
    await until(() => one.events.length === 1);
    for (let i = 0; i < 11; i += 1) one.transport.send(2, Buffer.alloc(100));
    expect(one.transport.queuedBytes(2)).toBe(0);
    await until(() => one.events.includes("down 2"));
  });

  it("reports a port that is taken", async () => {
    const one = await started(1);
    const two = new TestNode(2, { listenAddress: one.address });
    await expect(two.transport.listen()).rejects.toThrow(
      new RegExp(`cannot listen for peers on ${one.address}.*EADDRINUSE`),
    );
    await two.close();
  });

  it("must listen before it starts", () => {
    const node = new TestNode(1, {});
    const handler = { onHello: () => undefined, onUp() {}, onFrame() {}, onDown() {}, onRefused() {} };
    expect(() => node.transport.start(node.hello, handler)).toThrow(/await listen\(\) before start/);
  });

  it("survives an address that is none", async () => {
    const one = await started(1);
    one.transport.setPeers([{ number: 2, nodeId: "node-2", address: "::::not an address" }]);
    const two = await started(2);
    acquaint(one, two);
    await until(() => one.events.includes("up 2"));
  });

  it("closes more than once, tells both sides, and leaves nothing open", async () => {
    const before = process.getActiveResourcesInfo().filter(isOurs).length;
    const nodes = await mesh(3);
    await Promise.all(nodes.flatMap((node) => [node.close(), node.close()]));
    for (const node of nodes) {
      const downs = node.events.filter((event) => event.startsWith("down"));
      expect(new Set(downs).size).toBe(2);
      expect(downs.length).toBe(2);
    }
    await until(() => process.getActiveResourcesInfo().filter(isOurs).length <= before);
  });

  it("closes when it never listened", async () => {
    await new TestNode(1, {}).close();
  });
});

function isOurs(resource: string): boolean {
  return resource.startsWith("TCP") || resource === "Timeout";
}
