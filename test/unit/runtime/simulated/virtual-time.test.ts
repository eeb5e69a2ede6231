import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SimulatedWorld, SimulationError } from "../../../../src/runtime/simulated/index.js";

function newTime() {
  return new SimulatedWorld(1).time;
}

describe("virtual time", () => {
  test("runs events by time, and those of one moment in the order they were scheduled", () => {
    const time = newTime();
    const ran: string[] = [];
    const note = (name: string) => () => ran.push(`${name}@${time.nowMs}`);
    time.schedule(5, note("late"));
    time.schedule(1, note("first"));
    time.schedule(1, () => {
      note("second")();
      time.schedule(0, note("fourth"));
    });
    time.schedule(1, note("third"));
    expect(time.run()).toBe("idle");
    expect(ran).toEqual(["first@1", "second@1", "third@1", "fourth@1", "late@5"]);
  });

  test("stops at a time, and is then exactly there", () => {
    const time = newTime();
    let ran = 0;
    time.schedule(10, () => ran++);
    time.schedule(11, () => ran++);
    expect(time.run({ untilMs: 10 })).toBe("until");
    expect([time.nowMs, ran]).toEqual([10, 1]);
    expect(time.run({ untilMs: 100 })).toBe("idle");
    expect([time.nowMs, ran]).toEqual([100, 2]);
    expect(time.run({ untilMs: 50 })).toBe("idle");
    expect(time.nowMs).toBe(100);
  });

  test("runs until a condition holds, or gives up", () => {
    const time = newTime();
    let ran = 0;
    const again = () => {
      ran += 1;
      time.schedule(10, again);
    };
    again();
    expect(time.runUntil(() => ran === 4, 1_000)).toBe(true);
    expect(time.nowMs).toBe(30);
    expect(time.runUntil(() => ran === 1_000, 100)).toBe(false);
    expect(time.nowMs).toBe(130);
  });

  test("runs no event that was cancelled, however often", () => {
    const time = newTime();
    const timer = time.schedule(1, () => expect.unreachable("a cancelled event ran"));
    timer.cancel();
    timer.cancel();
    expect(time.pending).toBe(0);
    const fired = time.schedule(1, () => undefined);
    time.run();
    fired.cancel();
    expect(time.pending).toBe(0);
  });

  test("says when a task threw, and why", () => {
    const time = newTime();
    const cause = new Error("broken invariant");
    time.schedule(12.5, () => {
      throw cause;
    });
    let thrown: unknown;
    try {
      time.run();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SimulationError);
    expect(thrown).toMatchObject({
      atMs: 12.5,
      cause,
      message: expect.stringMatching(/broken invariant.*12\.5 ms/),
    });
    expect(time.run()).toBe("idle");
  });

  test("ends a run that would never end", () => {
    const time = newTime();
    const again = () => {
      time.schedule(0, again);
    };
    again();
    expect(() => time.run({ maxEvents: 1_000 })).toThrowError(/more than 1000 events/);
  });

  test("refuses delays that are no delays, and runs within runs", () => {
    const time = newTime();
    for (const delayMs of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => time.schedule(delayMs, () => undefined)).toThrowError(SimulationError);
    }
    time.schedule(1, () => time.run());
    expect(() => time.run()).toThrowError(/cannot run the simulation/);
  });

  test("keeps order whatever is scheduled and cancelled", () => {
    const step = fc.record({ delayMs: fc.integer({ min: 0, max: 20 }), cancels: fc.option(fc.nat(50)) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const time = newTime();
        const ran: number[] = [];
        const scheduled = steps.map(({ delayMs }, index) => time.schedule(delayMs, () => ran.push(index)));
        const cancelled = new Set<number>();
        for (const { cancels } of steps) {
          if (cancels !== null && cancels < steps.length) {
            scheduled[cancels]?.cancel();
            cancelled.add(cancels);
          }
        }
        time.run();
        const expected = steps
          .map(({ delayMs }, index) => ({ delayMs, index }))
          .filter(({ index }) => !cancelled.has(index))
          .sort((a, b) => a.delayMs - b.delayMs || a.index - b.index);
        expect(ran).toEqual(expected.map(({ index }) => index));
      }),
    );
  });
});
