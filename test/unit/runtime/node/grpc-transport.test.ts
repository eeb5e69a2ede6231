import { afterEach, describe, expect, it } from "vitest";
import { mesh, TestNode, type TestNodeOptions, until } from "./grpc-test-node.js";

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
  one.transport.setPeers([two.peer]);
  two.transport.setPeers([one.peer]);
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

  it("keeps 10,000 frames in order, both ways at once, and counts what waits", async () => {
    const [one, two] = await linkedPair();
    for (let i = 0; i < 10_000; i += 1) {
      one.transport.send(2, numbered(i));
      two.transport.send(1, numbered(i));
    }
    expect(one.transport.queuedBytes(2)).toBe(40_000);
    expect(two.transport.queuedBytes(1)).toBe(40_000);
    await until(() => one.frames.length === 10_000 && two.frames.length === 10_000);
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

  it("tells the dialer why its Hello was refused, and dials on", async () => {
    let reason: string | undefined = "cluster “test” is not “prod”";
    const [one, two] = [await started(1), await started(2, { refuse: () => reason })];
    one.transport.setPeers([two.peer]);
    await until(() => one.events.length >= 2);
    expect(new Set(one.events)).toEqual(new Set([`refused 2: ${reason}`]));
    reason = undefined;
    await until(() => one.events.at(-1) === "up 2");
    expect(two.events).toEqual(["up 1"]);
  });

  it("ends a link that the dialer refuses", async () => {
    const [one, two] = [await started(1, { refuse: () => "no" }), await started(2)];
    one.transport.setPeers([two.peer]);
    await until(() => two.events.includes("down 1"));
    expect(one.events).toEqual([]);
    expect(two.events.slice(0, 2)).toEqual(["up 1", "down 1"]);
  });

  it("does not take another node at a peer's address for that peer", async () => {
    const [one, other] = [await started(1), await started(3)];
    one.transport.setPeers([{ number: 2, nodeId: "node-2", address: other.address }]);
    await until(() => other.events.filter((event) => event === "down 1").length >= 2);
    expect(one.events).toEqual([]);
  });

  it("refuses a dialer with a higher number", async () => {
    const [one, two] = [
      await started(1, { hello: { number: 7 } }),
      await started(2, { hello: { number: 9 } }),
    ];
    one.transport.setPeers([two.peer]);
    await until(() => one.events.length === 1);
    expect(two.events).toEqual(["up 7"]);
    const liar = await started(5, { hello: { number: 8 } });
    liar.transport.setPeers([{ number: 9, nodeId: "node-1", address: one.address }]);
    await until(() => liar.events.length > 0);
    expect(liar.events[0]).toMatch(/^refused 9: node node-5 is member 8 and dialled member 7/);
    expect(one.events).toEqual(["up 9"]);
  });

  it.each(["acceptor", "dialer"])("links again when the %s restarts", async (role) => {
    const [one, two] = await linkedPair();
    const [stays, goes] = role === "acceptor" ? [one, two] : [two, one];
    await goes.close();
    await until(() => stays.events.length === 2);
    const back = await started(goes.hello.number, { listenAddress: goes.address });
    back.transport.setPeers([stays.peer]);
    await until(() => stays.events.length === 3 && back.events.length === 1);
    const number = goes.hello.number;
    expect(stays.events).toEqual([`up ${number}`, `down ${number}`, `up ${number}`]);
    back.transport.send(stays.hello.number, Buffer.from("again"));
    await until(() => stays.frames.length === 1);
  });

  it("replaces a link by a newer one without reporting the older as down", async () => {
    const [one, two] = await linkedPair();
    const again = await started(1, { hello: { incarnation: 2 } });
    again.transport.setPeers([two.peer]);
    await until(() => one.events.includes("down 2"));
    expect(two.events.slice(0, 2)).toEqual(["up 1", "up 1"]);
    expect(two.hellos[1]?.incarnation).toBe(2);
    expect(two.events).not.toContain("down 1");
  });

  it.each(["dialer", "acceptor"])("dials again after the %s resets the link", async (role) => {
    const [one, two] = await linkedPair();
    if (role === "dialer") one.transport.reset(2, "it broke the protocol");
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
    one.transport.setPeers([two.peer]);
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
    const handler = { onHello: () => undefined, onFrame() {}, onDown() {}, onRefused() {} };
    expect(() => node.transport.start(node.hello, handler)).toThrow(/await listen\(\) before start/);
  });

  it("survives an address that is none", async () => {
    const one = await started(1);
    one.transport.setPeers([{ number: 2, nodeId: "node-2", address: "::::not an address" }]);
    const two = await started(2);
    one.transport.setPeers([two.peer]);
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
