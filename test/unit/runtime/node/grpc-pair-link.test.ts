/** What two streams, each of which can fail alone, do as one link. */
import { afterEach, describe, expect, it } from "vitest";
import { TestNode, until } from "./grpc-test-node.js";
import { TestProxy } from "./grpc-test-proxy.js";

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Nodes 1 and 2, and the proxies through which they dial: `toOne` is node 2's way to node 1. */
interface Pair {
  readonly one: TestNode;
  readonly two: TestNode;
  readonly both: readonly TestNode[];
  readonly toOne: TestProxy;
  readonly toTwo: TestProxy;
}

async function pair(): Promise<Pair> {
  const [one, two] = [new TestNode(1, {}), new TestNode(2, {})];
  const toOne = await new TestProxy(() => one.address).start();
  const toTwo = await new TestProxy(() => two.address).start();
  cleanups.push(
    () => toOne.close(),
    () => toTwo.close(),
    () => one.close(),
    () => two.close(),
  );
  await Promise.all([one.start(), two.start()]);
  return { one, two, both: [one, two], toOne, toTwo };
}

function dial({ one, two, toOne, toTwo }: Pair): void {
  one.transport.setPeers([{ ...two.peer, address: toTwo.address }]);
  two.transport.setPeers([{ ...one.peer, address: toOne.address }]);
}

async function linked(): Promise<Pair> {
  const nodes = await pair();
  dial(nodes);
  await until(() => nodes.one.events.length === 1 && nodes.two.events.length === 1);
  return nodes;
}

describe("a link of two halves", () => {
  it.each(["toOne", "toTwo"] as const)("is not up while the way %s is closed", async (way) => {
    const nodes = await pair();
    const { one, two } = nodes;
    nodes[way].isOpen = false;
    dial(nodes);
    const asked = way === "toOne" ? two : one;
    await until(() => asked.asked >= 3);
    one.transport.send(2, Buffer.from("lost"));
    two.transport.send(1, Buffer.from("lost"));
    expect([...one.events, ...two.events]).toEqual([]);
    nodes[way].isOpen = true;
    await until(() => one.events.length === 1 && two.events.length === 1);
    expect([...one.frames, ...two.frames]).toEqual([]);
  });

  it.each(["toOne", "toTwo"] as const)(
    "is down at both ends when the half %s breaks, and comes back",
    async (way) => {
      const nodes = await linked();
      const { one, two } = nodes;
      nodes[way].break();
      await until(() => one.events.length === 3 && two.events.length === 3);
      expect(one.events).toEqual(["up 2", "down 2", "up 2"]);
      expect(two.events).toEqual(["up 1", "down 1", "up 1"]);
      one.transport.send(2, Buffer.from("there"));
      two.transport.send(1, Buffer.from("back"));
      await until(() => one.frames.length === 1 && two.frames.length === 1);
    },
  );

  it.each(["toOne", "toTwo"] as const)("comes up however slow the half %s is", async (way) => {
    const nodes = await pair();
    nodes[way].delayMs = () => 150;
    dial(nodes);
    const { one, two } = nodes;
    await until(() => one.events.length === 1 && two.events.length === 1);
    expect([...one.events, ...two.events]).toEqual(["up 2", "up 1"]);
  });

  it.each([1, 2])(
    "does not outlive a restart of node %i, of which only one half was noticed",
    async (number) => {
      const nodes = await linked();
      const [stays, goes] = number === 1 ? [nodes.two, nodes.one] : [nodes.one, nodes.two];
      const [toGone, fromGone] = number === 1 ? [nodes.toOne, nodes.toTwo] : [nodes.toTwo, nodes.toOne];
      // What the gone node dialled hangs, so its end is not heard of.
      fromGone.delayMs = () => 60_000;
      await goes.close();
      await until(() => stays.events.length === 2);
      const next = new TestNode(number, {
        listenAddress: goes.address,
        hello: { incarnation: 2, instance: "00000000000000fe" },
      });
      cleanups.push(() => next.close());
      await next.start();
      fromGone.delayMs = () => 0;
      next.transport.setPeers([{ ...stays.peer, address: fromGone.address }]);
      stays.transport.setPeers([{ ...next.peer, address: toGone.address }]);
      await until(() => stays.events.length === 3 && next.events.length === 1);
      expect(stays.hellos.at(-1)).toEqual(next.hello);
    },
  );

  it("is the same at both ends, whatever breaks, is reset and is slow", async () => {
    const nodes = await pair();
    const { one, two, toOne, toTwo } = nodes;
    const random = lcg(1);
    toOne.delayMs = toTwo.delayMs = () => (random() < 0.5 ? 0 : Math.floor(random() * 30));
    const numbers = new Map<string, number>();
    /** Each frame says on which link of its sender it was sent, and as which. */
    const sendAll = (): void => {
      for (const node of nodes.both.filter(isUp)) {
        const link = `${node.hello.number}:${node.links.length}`;
        const number = numbers.get(link) ?? 0;
        numbers.set(link, number + 1);
        node.transport.send(3 - node.hello.number, Buffer.from(`${node.links.length} ${number}`));
      }
    };
    dial(nodes);
    for (let step = 0; step < 60; step += 1) {
      const fault = random();
      if (fault < 0.2) toOne.break();
      else if (fault < 0.4) toTwo.break();
      else if (fault < 0.5) one.transport.reset(2, "as you like it");
      else if (fault < 0.6) two.transport.reset(1, "as you like it");
      else if (fault < 0.7) two.transport.setPeers([]);
      // Listed anew, a peer is dialled at once, however often it failed before.
      if (random() < 0.7) one.transport.setPeers([]);
      dial(nodes);
      for (let n = Math.floor(random() * 20); n > 0; n -= 1) {
        sendAll();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    const [before, beforeTwo] = [one.frames.length, two.frames.length];
    await until(() => {
      sendAll();
      return one.frames.length > before && two.frames.length > beforeTwo;
    });
    for (const node of nodes.both) {
      const expected = node.events.map((_, i) => `${i % 2 === 0 ? "up" : "down"} ${3 - node.hello.number}`);
      expect(node.events).toEqual(expected);
      expect(node.events.length).toBeGreaterThan(10);
    }
    const [ofTwo, ofOne] = [one.links.map(senderLink), two.links.map(senderLink)];
    for (const [heard, heardBack] of [
      [ofTwo, ofOne],
      [ofOne, ofTwo],
    ] as const) {
      for (const [i, link] of heard.entries()) {
        const back = link === undefined ? undefined : heardBack[link - 1];
        if (back !== undefined) expect(back, "frames there and back are of one link").toBe(i + 1);
      }
    }
  });
});

/** The one link of the sender that these frames came on, from the first on; undefined when there are none. */
function senderLink(frames: readonly Buffer[]): number | undefined {
  const [link] = frames[0]?.toString().split(" ") ?? [];
  expect(frames.map((frame) => frame.toString())).toEqual(frames.map((_, i) => `${link} ${i}`));
  return link === undefined ? undefined : Number(link);
}

function isUp(node: TestNode): boolean {
  return node.events.at(-1)?.startsWith("up") === true;
}

/** Random numbers in [0, 1) that are the same in each run. */
function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
