import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { SimulatedWorld } from "../../../../src/runtime/simulated/index.js";
import { address, Listener } from "./listener.js";

let world: SimulatedWorld;
let a: Listener;
let b: Listener;

beforeEach(() => begin(1));

function begin(seed: number | string): void {
  world = new SimulatedWorld(seed);
  a = new Listener(world.addNode(1, { region: "eu" }), [2]);
  b = new Listener(world.addNode(2, { region: "us" }), [1]);
  expect(world.time.runUntil(() => world.network.isLinked(1, 2), 2_000)).toBe(true);
  expect([a.news(), b.news()]).toEqual([["up 2.1"], ["up 1.1"]]);
}

function afterMs(durationMs: number): { a: string[]; b: string[] } {
  world.time.runFor(durationMs);
  return { a: a.news(), b: b.news() };
}

describe("a simulated link", () => {
  test("carries frames both ways, in order, after the latency between the regions", () => {
    for (let n = 0; n < 100; n++) {
      a.send(2, `a${n}`);
      b.send(1, `b${n}`);
    }
    expect(afterMs(39)).toEqual({ a: [], b: [] });
    const { a: heardByA, b: heardByB } = afterMs(20);
    expect(heardByB).toEqual(Array.from({ length: 100 }, (_, n) => `1: a${n}`));
    expect(heardByA).toEqual(Array.from({ length: 100 }, (_, n) => `2: b${n}`));
  });

  test("copies frames, so that either side may reuse its bytes", () => {
    const frame = Buffer.from("mine");
    a.host.runtime.transport.send(2, frame);
    frame.fill(0);
    expect(afterMs(100).b).toEqual(["1: mine"]);
  });

  test("takes as long as it is told to", () => {
    world.network.setLatency(1, 2, { baseMs: 300, jitterMs: 0 });
    a.send(2, "slow");
    b.send(1, "fast");
    expect(afterMs(60)).toEqual({ a: ["2: fast"], b: [] });
    expect(afterMs(250).b).toEqual(["1: slow"]);
    world.network.setLatency(1, 2, undefined);
    a.send(2, "fast again");
    expect(afterMs(60).b).toEqual(["1: fast again"]);
  });

  test("does not exist towards nodes that are not peers, and drops what is sent there", () => {
    a.send(9, "nobody");
    a.host.runtime.transport.reset(9, "nobody");
    expect(a.host.runtime.transport.queuedBytes(9)).toBe(0);
    expect(afterMs(1_000)).toEqual({ a: [], b: [] });
  });

  test("is dialled again after a reset, and both sides are told", () => {
    b.host.runtime.transport.reset(1, "broke the protocol");
    expect(b.news()).toEqual([]);
    b.send(1, "dropped");
    const { a: heardByA, b: heardByB } = afterMs(1_000);
    expect(heardByA).toEqual(["down 2", "up 2.1"]);
    expect(heardByB).toEqual(["down 1", "up 1.1"]);
  });

  test("delivers nothing of an earlier link once the next one is up", () => {
    for (let seed = 0; seed < 10; seed++) {
      begin(seed);
      world.network.setLatency(1, 2, { baseMs: 1_500, jitterMs: 0 });
      for (let n = 0; n < 10; n++) {
        a.send(2, `${n}`);
      }
      world.network.setLatency(1, 2, { baseMs: 1, jitterMs: 0 });
      a.host.runtime.transport.reset(2, "again");
      const { a: heardByA, b: heardByB } = afterMs(3_000);
      expect(heardByA).toEqual(["down 2", "up 2.1"]);
      expect(heardByB).toEqual(["down 1", "up 1.1"]);
    }
  });

  test("tells its fall before the next one, also when the fall was noticed last", () => {
    b.host.pause();
    a.host.runtime.transport.reset(2, "again");
    world.time.runFor(1_000);
    b.host.runtime.transport.reset(1, "silence");
    b.host.resume();
    expect(afterMs(1_000)).toEqual({ a: ["down 2", "up 2.1"], b: ["down 1", "up 1.1"] });
  });

  test("ends when a node is no peer any more", () => {
    a.host.runtime.transport.setPeers([]);
    expect(afterMs(2_000)).toEqual({ a: ["down 2"], b: ["down 1"] });
    a.host.runtime.transport.setPeers([address(2)]);
    expect(afterMs(2_000)).toEqual({ a: ["up 2.1"], b: ["up 1.1"] });
  });

  test("ends when a transport is closed, which says when none is left", () => {
    let closed = 0;
    a.host.runtime.transport.close(() => closed++);
    expect(closed).toBe(0);
    expect(afterMs(2_000)).toEqual({ a: ["down 2"], b: ["down 1"] });
    a.host.runtime.transport.close(() => closed++);
    world.time.runFor(1);
    expect(closed).toBe(2);
    expect(a.host.armedTimers).toBe(0);
  });

  test("is refused by the dialled node, with its reason, as often as it is dialled", () => {
    b.refusal = () => "another cluster";
    a.host.runtime.transport.reset(2, "again");
    const { a: heardByA, b: heardByB } = afterMs(2_000);
    expect(heardByA[0]).toBe("down 2");
    expect(new Set(heardByA.slice(1))).toEqual(new Set(["refused by 2: another cluster"]));
    expect(heardByA.length).toBeGreaterThan(4);
    expect(heardByB.slice(0, 2)).toEqual(["down 1", "refuse 1"]);
    b.refusal = () => undefined;
    expect(world.time.runUntil(() => world.network.isLinked(1, 2), 1_000)).toBe(true);
  });

  test("is refused by the dialling node, with its reason, and never comes up at the dialled one", () => {
    a.refusal = () => "not you";
    a.host.runtime.transport.reset(2, "again");
    const { a: heardByA, b: heardByB } = afterMs(2_000);
    expect(heardByA.slice(0, 2)).toEqual(["down 2", "refuse 2"]);
    expect(heardByB[0]).toBe("down 1");
    expect(new Set(heardByB.slice(1))).toEqual(new Set(["refused by 1: not you"]));
    a.refusal = () => undefined;
    expect(world.time.runUntil(() => world.network.isLinked(1, 2), 1_000)).toBe(true);
  });

  test("costs whoever lets a stalled queue grow without end", () => {
    world.network.cut(1, 2, "a-to-b");
    const frame = Buffer.alloc(4 * 1024 * 1024);
    let sent = 0;
    for (; sent < 20 && a.host.runtime.transport.queuedBytes(2) === sent * frame.length; sent++) {
      a.host.runtime.transport.send(2, frame);
    }
    expect(sent).toBe(17);
    expect(afterMs(1).a).toEqual(["down 2"]);
  });
});

describe("a network fault", () => {
  test("cuts both ways: frames stall, and arrive in order once it is healed", () => {
    a.send(2, "under way");
    world.network.cut(1, 2);
    a.send(2, "one");
    a.send(2, "two");
    b.send(1, "three");
    expect(afterMs(10_000)).toEqual({ a: [], b: [] });
    expect(a.host.runtime.transport.queuedBytes(2)).toBe("under wayonetwo".length);
    world.network.heal(1, 2);
    expect(a.host.runtime.transport.queuedBytes(2)).toBe(0);
    expect(afterMs(100)).toEqual({ a: ["2: three"], b: ["1: under way", "1: one", "1: two"] });
  });

  test("cuts one way: the other direction goes on", () => {
    world.network.cut(1, 2, "a-to-b");
    a.send(2, "stalled");
    b.send(1, "through");
    expect(afterMs(1_000)).toEqual({ a: ["2: through"], b: [] });
    world.network.heal(1, 2);
    expect(afterMs(100)).toEqual({ a: [], b: ["1: stalled"] });
  });

  test.each(["a-to-b", "both"] as const)(
    "lets no link come up while a direction is cut (%s)",
    (direction) => {
      for (const [from, to] of [
        [1, 2],
        [2, 1],
      ] as const) {
        begin("cut");
        world.network.cut(from, to, direction);
        a.send(2, "lost or stalled");
        a.host.runtime.transport.reset(2, "silence");
        b.host.runtime.transport.reset(1, "silence");
        const { a: heardByA, b: heardByB } = afterMs(20_000);
        expect(heardByA).toEqual(["down 2"]);
        expect(heardByB.filter((line) => line !== "1: lost or stalled")).toEqual(["down 1"]);
        expect(world.network.isLinked(1, 2)).toBe(false);
        world.network.healAll();
        expect(world.time.runUntil(() => world.network.isLinked(1, 2), 1_000)).toBe(true);
      }
    },
  );

  test("hides a reset from the other side until it is healed", () => {
    world.network.cut(1, 2, "a-to-b");
    a.host.runtime.transport.reset(2, "silence");
    b.send(1, "into the void");
    expect(afterMs(10_000)).toEqual({ a: ["down 2"], b: [] });
    world.network.heal(1, 2);
    const { a: heardByA, b: heardByB } = afterMs(1_000);
    expect(heardByA).toEqual(["up 2.1"]);
    expect(heardByB).toEqual(["down 1", "up 1.1"]);
  });

  test("clogs one way for a while, and loses nothing", () => {
    world.network.clog(1, 2, 5_000);
    a.send(2, "one");
    b.send(1, "through");
    expect(afterMs(4_990)).toEqual({ a: ["2: through"], b: [] });
    a.send(2, "two");
    expect(afterMs(100)).toEqual({ a: [], b: ["1: one", "1: two"] });
  });

  test("drops a link with a suffix of what is under way, and tells both", () => {
    const lengths = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      begin(seed);
      const sent = Array.from({ length: 10 }, (_, n) => `1: ${n}`);
      for (let n = 0; n < 10; n++) {
        a.send(2, `${n}`);
      }
      world.network.dropLink(1, 2);
      a.send(2, "after the drop");
      const { a: heardByA, b: heardByB } = afterMs(2_000);
      const frames = heardByB.slice(0, heardByB.indexOf("down 1"));
      expect(frames).toEqual(sent.slice(0, frames.length));
      lengths.add(frames.length);
      expect(heardByA).toEqual(["down 2", "up 2.1"]);
      expect(heardByB.slice(frames.length)).toEqual(["down 1", "up 1.1"]);
    }
    expect(lengths.size).toBeGreaterThan(4);
  });
});

describe("a crash of one end", () => {
  test("tells the other, and the next process gets a link of its own", () => {
    b.host.crash();
    a.send(2, "to nobody");
    expect(afterMs(2_000)).toEqual({ a: ["down 2"], b: [] });
    b.host.restart();
    b.start([1]);
    expect(afterMs(2_000)).toEqual({ a: ["up 2.2"], b: ["up 1.1"] });
    a.send(2, "hello again");
    expect(afterMs(100).b).toEqual(["1: hello again"]);
  });

  test("is silent when the machine lost its power, until it is back and is sent something", () => {
    b.host.crash({ loseUnsynced: true });
    a.send(2, "to nobody");
    expect(afterMs(30_000)).toEqual({ a: [], b: [] });
    b.host.restart();
    b.start([1]);
    a.send(2, "who is there");
    const { a: heardByA, b: heardByB } = afterMs(2_000);
    expect(heardByA).toEqual(["down 2", "up 2.2"]);
    expect(heardByB).toEqual(["up 1.1"]);
  });

  test("is noticed at the latest when its successor wants a link", () => {
    a.host.crash({ loseUnsynced: true });
    expect(afterMs(1_000).b).toEqual([]);
    a.host.restart();
    a.start([2]);
    expect(afterMs(2_000)).toEqual({ a: ["up 2.1"], b: ["down 1", "up 1.2"] });
  });

  test("lets frames wait for a paused process, in order", () => {
    b.host.pause();
    a.send(2, "one");
    a.send(2, "two");
    expect(afterMs(10_000)).toEqual({ a: [], b: [] });
    b.host.resume();
    a.send(2, "three");
    expect(afterMs(100).b).toEqual(["1: one", "1: two", "1: three"]);
  });
});

test("a transport answers only to its own number, and once at a time", () => {
  const self = { clusterId: "c", nodeId: "x", number: 7, incarnation: 1, instance: "0", protocolVersion: 1 };
  expect(() => a.host.runtime.transport.start(self, a)).toThrowError(/node 1 was started as node 7/);
  expect(() => a.host.runtime.transport.start({ ...self, number: 1 }, a)).toThrowError(/running already/);
});

test("one seed makes one history, and another seed another", () => {
  const history = (seed: number) => {
    begin(seed);
    const lines: string[] = [];
    const random = world.random.split("workload");
    for (let step = 0; step < 200; step++) {
      disturb(random.below(8));
      world.time.runFor(random.between(0, 400));
      lines.push(`${world.time.nowMs} a ${a.news().join(", ")} b ${b.news().join(", ")}`);
    }
    return lines;
  };
  const first = history(5);
  expect(history(5)).toEqual(first);
  expect(history(6)).not.toEqual(first);
});

test("whatever happens to the network, frames arrive once and in order, and a link comes up in the end", () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.nat(7), { maxLength: 60 }), (seed, faults) => {
      begin(seed);
      const random = world.random.split("workload");
      let sent = 0;
      const heard: string[] = [];
      for (const fault of faults) {
        disturb(fault);
        for (let n = random.below(4); n > 0; n--) {
          a.send(2, String(sent++).padStart(6, "0"));
        }
        world.time.runFor(random.between(0, 300));
        heard.push(...b.news());
      }
      a.host.resume();
      b.host.resume();
      world.network.healAll();
      expect(world.time.runUntil(() => world.network.isLinked(1, 2), 20_000)).toBe(true);
      heard.push(...afterMs(1_000).b);
      const frames = heard.filter((line) => line.startsWith("1: "));
      expect(frames).toEqual([...new Set(frames)].sort());
      expectLinkGrammar(heard);
    }),
    { numRuns: 150 },
  );
});

/** One of the ways to trouble the two nodes. */
function disturb(fault: number): void {
  const actions: readonly (() => void)[] = [
    () => world.network.cut(1, 2),
    () => world.network.cut(2, 1, "a-to-b"),
    () => world.network.heal(1, 2),
    () => world.network.dropLink(1, 2),
    () => world.network.clog(1, 2, 700),
    () => a.host.runtime.transport.reset(2, "silence"),
    () => b.host.pause(),
    () => b.host.resume(),
  ];
  actions[fault]?.();
}

/** Frames and `down` only while a link is up. */
function expectLinkGrammar(heard: readonly string[]): void {
  let isUp = true;
  for (const line of heard) {
    if (line.startsWith("up")) {
      isUp = true;
    } else {
      expect(isUp).toBe(true);
      isUp = !line.startsWith("down");
    }
  }
}
