import { describe, expect, test } from "vitest";
import { NodeClock, NodeRandom, NodeTimers } from "../../../../src/runtime/node/index.js";

describe("the machine's clock", () => {
  test("tells whole milliseconds since 1970, and a monotonic time that moves on", async () => {
    const clock = new NodeClock();
    const before = Date.now();
    const wallMs = clock.wallMs();
    expect(wallMs).toBeGreaterThanOrEqual(before);
    expect(wallMs).toBeLessThanOrEqual(Date.now());
    expect(Number.isInteger(wallMs)).toBe(true);
    const startMs = clock.monotonicMs();
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(clock.monotonicMs()).toBeGreaterThan(startMs);
  });
});

describe("the machine's timers", () => {
  const timers = new NodeTimers();

  test("fire once, or again and again, until they are cancelled", async () => {
    const fired: string[] = [];
    timers.after(1, () => fired.push("cancelled")).cancel();
    await new Promise<void>((resolve) => {
      const periodic = timers.every(1, () => {
        fired.push("every");
        if (fired.filter((name) => name === "every").length === 3) {
          periodic.cancel();
          timers.after(5, resolve);
        }
      });
      timers.after(1, () => fired.push("after"));
    });
    expect(fired.filter((name) => name === "every")).toHaveLength(3);
    expect(fired.filter((name) => name === "after")).toHaveLength(1);
    expect(fired).not.toContain("cancelled");
  });

  test("do not take a delay beyond 31 bits for no delay", async () => {
    let hasFired = false;
    const distant = timers.after(2 ** 40, () => {
      hasFired = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    distant.cancel();
    expect(hasFired).toBe(false);
  });

  test("run the end of a turn after what the turn had ready", async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      timers.endOfTurn(() => {
        order.push("end of turn");
        resolve();
      });
      Promise.resolve().then(() => order.push("microtask"));
      order.push("now");
    });
    expect(order).toEqual(["now", "microtask", "end of turn"]);
  });
});

describe("the machine's randomness", () => {
  test("stays in range, fills it, and does not repeat", () => {
    const random = new NodeRandom();
    const seen = new Set<number>();
    let allBits = 0;
    let sum = 0;
    for (let draw = 0; draw < 3_000; draw++) {
      const integer = random.uint32();
      expect(Number.isInteger(integer) && integer >= 0 && integer < 2 ** 32).toBe(true);
      seen.add(integer);
      allBits |= integer;
      const fraction = random.fraction();
      expect(fraction >= 0 && fraction < 1).toBe(true);
      sum += fraction;
    }
    expect(seen.size).toBeGreaterThan(2_990);
    expect(allBits >>> 0).toBe(2 ** 32 - 1);
    expect(sum / 3_000).toBeGreaterThan(0.45);
    expect(sum / 3_000).toBeLessThan(0.55);
  });
});
