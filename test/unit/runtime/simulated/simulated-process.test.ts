import { describe, expect, test } from "vitest";
import { SimulatedWorld } from "../../../../src/runtime/simulated/index.js";

function newHost(clockOffsetMs = 0) {
  const world = new SimulatedWorld(1);
  return { world, time: world.time, host: world.addNode(1, { region: "eu", clockOffsetMs }) };
}

describe("a simulated clock", () => {
  test("is off by its offset, in whole milliseconds", () => {
    const { time, host } = newHost(-250);
    const exact = newHost();
    time.runFor(10.7);
    exact.time.runFor(10.7);
    expect(host.clock.wallMs()).toBe(exact.host.clock.wallMs() - 250);
    expect(host.clock.errorMs).toBeCloseTo(-250);
    expect(Number.isInteger(host.clock.wallMs())).toBe(true);
  });

  test("drifts from the moment it is told to, without a jump", () => {
    const { time, host } = newHost();
    time.runFor(1_000);
    const before = host.clock.wallMs();
    host.clock.setDriftPpm(1_000);
    expect(host.clock.wallMs()).toBe(before);
    time.runFor(10_000);
    expect(host.clock.errorMs).toBeCloseTo(10);
    expect(host.clock.monotonicMs()).toBeCloseTo(11_010);
    host.clock.setDriftPpm(-1_000);
    time.runFor(20_000);
    expect(host.clock.errorMs).toBeCloseTo(-10);
    expect(() => host.clock.setDriftPpm(-1_000_000)).toThrowError(/not move forward/);
  });

  test("steps its wall clock both ways, while the monotonic one never goes back", () => {
    const { time, host } = newHost();
    let monotonicMs = host.clock.monotonicMs();
    for (const byMs of [5_000, -20_000, 3]) {
      const wallMs = host.clock.wallMs();
      host.clock.step(byMs);
      expect(host.clock.wallMs()).toBe(wallMs + byMs);
      time.runFor(1);
      expect(host.clock.monotonicMs()).toBeGreaterThan(monotonicMs);
      monotonicMs = host.clock.monotonicMs();
    }
  });

  test("goes on while its node is down", () => {
    const { time, host } = newHost(100);
    host.crash();
    time.runFor(500);
    host.restart();
    expect(host.runtime.clock.monotonicMs()).toBe(500);
    expect(host.clock.errorMs).toBe(100);
  });
});

describe("simulated timers", () => {
  test("fire when they are due, and periodic ones again until cancelled", () => {
    const { time, host } = newHost();
    const { timers } = host.runtime;
    const fired: string[] = [];
    timers.after(20, () => fired.push(`after@${time.nowMs}`));
    timers.after(30, () => fired.push("cancelled")).cancel();
    const periodic = timers.every(15, () => {
      fired.push(`every@${time.nowMs}`);
      if (time.nowMs >= 45) {
        periodic.cancel();
      }
    });
    time.run();
    expect(fired).toEqual(["every@15", "after@20", "every@30", "every@45"]);
    expect(host.armedTimers).toBe(0);
  });

  test("take at least a millisecond, so that none stops time", () => {
    const { time, host } = newHost();
    let fired = 0;
    host.runtime.timers.every(0, () => fired++);
    host.runtime.timers.after(-5, () => fired++);
    time.runFor(10);
    expect(fired).toBe(11);
  });

  test("run the end of a turn after all that the moment had ready", () => {
    const { time, host } = newHost();
    const { timers } = host.runtime;
    const ran: string[] = [];
    timers.after(10, () => {
      ran.push("first");
      timers.endOfTurn(() => ran.push(`end of turn@${time.nowMs}`));
    });
    timers.after(10, () => ran.push("second"));
    timers.after(11, () => ran.push("next moment"));
    time.run();
    expect(ran).toEqual(["first", "second", "end of turn@10", "next moment"]);
  });

  test("die with their process", () => {
    const { time, host } = newHost();
    const dead = host.runtime.timers;
    const ran: string[] = [];
    dead.after(10, () => ran.push("after"));
    dead.every(10, () => ran.push("every"));
    dead.endOfTurn(() => ran.push("end of turn"));
    host.crash();
    expect(host.isAlive).toBe(false);
    dead.after(10, () => ran.push("after the crash"));
    dead.endOfTurn(() => ran.push("end of turn after the crash"));
    host.restart().timers.after(10, () => ran.push("new process"));
    expect(host.isAlive).toBe(true);
    time.run();
    expect(ran).toEqual(["new process"]);
  });

  test("wait while the process is paused, and then run in order, each once", () => {
    const { time, host } = newHost();
    const { timers } = host.runtime;
    const ran: string[] = [];
    const note = (name: string) => ran.push(`${name}@${time.nowMs}`);
    timers.after(10, () => {
      note("first");
      timers.endOfTurn(() => note("end of turn"));
    });
    const periodic = timers.every(15, () => note("every"));
    const cancelledLater = timers.after(20, () => note("cancelled while it waited"));
    timers.after(25, () => note("second"));
    host.pause();
    time.runFor(100);
    expect(ran).toEqual([]);
    cancelledLater.cancel();
    host.resume();
    time.runFor(1);
    expect(ran).toEqual(["first@100", "every@100", "second@100", "end of turn@100"]);
    time.runFor(15);
    expect(ran.slice(4)).toEqual(["every@115"]);
    periodic.cancel();
  });

  test("keep what waits when a resumed process is paused at once, or crashes", () => {
    const { time, host } = newHost();
    let ran = 0;
    host.runtime.timers.after(10, () => ran++);
    host.pause();
    time.runFor(20);
    host.resume();
    host.pause();
    time.runFor(20);
    expect(ran).toBe(0);
    host.resume();
    time.runFor(1);
    expect(ran).toBe(1);
    host.runtime.timers.after(10, () => ran++);
    host.pause();
    time.runFor(20);
    host.crash();
    host.resume();
    time.runFor(20);
    expect(ran).toBe(1);
  });
});

test("a log line says when, where and what", () => {
  const lines: object[] = [];
  const world = new SimulatedWorld(1, { onLog: (line) => lines.push(line) });
  const host = world.addNode(3, { region: "eu" });
  world.time.runFor(7);
  host.runtime.log.warn({ peer: 2 }, "a peer is silent");
  expect(lines).toEqual([
    { atMs: 7, node: 3, level: "warn", fields: { peer: 2 }, message: "a peer is silent" },
  ]);
  expect(() => world.addNode(3, { region: "eu" })).toThrowError(/node 3 already/);
});
