/** What is late for a while, though it goes on: a path, or a process. */
import { describe, expect, test } from "vitest";
import { SimulatedWorld } from "../../../../src/runtime/simulated/index.js";
import { Listener } from "./listener.js";

function twoNodes(seed = 1) {
  const world = new SimulatedWorld(seed, { latency: () => ({ baseMs: 10, jitterMs: 0 }) });
  const a = new Listener(world.addNode(1, { region: "eu" }), [2]);
  const b = new Listener(world.addNode(2, { region: "us" }), [1]);
  world.time.runFor(1_000);
  a.news();
  b.news();
  const tripMs = (from: Listener, to: Listener): number => {
    const startMs = world.time.nowMs;
    from.send(to.host.number, "x");
    if (!world.time.runUntil(() => to.heard.length > 0, 600_000)) throw new Error("it was lost");
    to.news();
    return world.time.nowMs - startMs;
  };
  return { world, a, b, tripMs };
}

describe("a slow path", () => {
  test("takes longer in its direction, for as long as it was told, and again when told twice", () => {
    const { world, a, b, tripMs } = twoNodes();
    world.network.slow(1, 2, { baseMs: 300, jitterMs: 0 }, 1_000);
    expect(tripMs(a, b)).toBeCloseTo(310);
    expect(tripMs(b, a)).toBeCloseTo(10);
    world.network.slow(1, 2, { baseMs: 50, jitterMs: 10 }, 500);
    expect(tripMs(a, b)).toBeGreaterThanOrEqual(360);
    world.time.runFor(1_000);
    expect(tripMs(a, b)).toBeCloseTo(10);
  });

  test("keeps the order of what was sent before and after", () => {
    const { world, a, b } = twoNodes();
    world.network.slow(1, 2, { baseMs: 300, jitterMs: 100 }, 100);
    for (let i = 0; i < 20; i++) {
      a.send(2, `${i}`);
      world.time.runFor(10);
    }
    world.time.runFor(1_000);
    expect(b.news()).toEqual(Array.from({ length: 20 }, (_, i) => `1: ${i}`));
  });
});

describe("a path that loses packets", () => {
  test("delivers everything, once and in order, some of it late", () => {
    const { world, a, b } = twoNodes();
    world.network.losePackets(1, 2, 0.3, 2_000);
    const arrivals: number[] = [];
    for (let i = 0; i < 100; i++) {
      a.send(2, `${i}`);
      world.time.runFor(10);
      arrivals.push(b.heard.length);
    }
    world.time.runFor(60_000);
    expect(b.news()).toEqual(Array.from({ length: 100 }, (_, i) => `1: ${i}`));
    expect(arrivals.filter((heard, i) => heard < i - 10).length).toBeGreaterThan(10);
    expect(world.network.isLinked(1, 2)).toBe(true);
  });

  test("loses none once it is over, and none in the other direction", () => {
    const { world, a, b, tripMs } = twoNodes();
    world.network.losePackets(1, 2, 1, 1_000);
    expect(tripMs(b, a)).toBeCloseTo(10);
    expect(tripMs(a, b)).toBeGreaterThan(200 * (2 ** 6 - 1));
    expect(tripMs(a, b)).toBeCloseTo(10);
  });
});

describe("a slow process", () => {
  test("takes its time for each event, in order, and is itself again after a while", () => {
    const { world, a, b } = twoNodes();
    b.host.slowDown(100, 2_000);
    for (let i = 0; i < 10; i++) a.send(2, `${i}`);
    world.time.runFor(50);
    const early = b.heard.length;
    expect(early).toBeLessThan(5);
    world.time.runFor(1_500);
    expect(b.news()).toEqual(Array.from({ length: 10 }, (_, i) => `1: ${i}`));
    world.time.runFor(1_000);
    for (let i = 0; i < 10; i++) a.send(2, `${i}`);
    world.time.runFor(11);
    expect(b.news()).toHaveLength(10);
  });

  test("is late with its timers, and cancels those that it did not come to", () => {
    const { world, a } = twoNodes();
    const { timers } = a.host.runtime;
    a.host.slowDown(50, 10_000);
    const fired: string[] = [];
    const startMs = world.time.nowMs;
    timers.after(10, () => {
      fired.push("first");
      cancelled.cancel();
    });
    const cancelled = timers.after(10, () => fired.push("cancelled"));
    timers.after(10, () => fired.push("last"));
    world.time.runUntil(() => fired.length === 2, 1_000);
    expect(fired).toEqual(["first", "last"]);
    expect(world.time.nowMs - startMs).toBeGreaterThan(15);
  });

  test("stays slow when it is started anew, stops when paused, and runs nothing once it has crashed", () => {
    const { world, a } = twoNodes();
    a.host.slowDown(100, 60_000);
    a.host.restart();
    const ran: string[] = [];
    const begin = (): void => {
      for (let i = 0; i < 20; i++) a.host.runtime.timers.endOfTurn(() => ran.push(`${i}`));
    };
    begin();
    world.time.runFor(100);
    expect(ran.length).toBeLessThan(10);
    a.host.pause();
    const paused = ran.length;
    world.time.runFor(5_000);
    expect(ran).toHaveLength(paused);
    a.host.resume();
    world.time.runFor(5_000);
    expect(ran).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
    begin();
    world.time.runFor(100);
    const before = ran.length;
    a.host.crash();
    world.time.runFor(5_000);
    expect(ran).toHaveLength(before);
  });
});
