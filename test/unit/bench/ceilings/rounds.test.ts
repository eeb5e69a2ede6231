import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Ceiling, inFlight, inTurns, median } from "../../../../bench/ceilings/ceiling.js";
import { frame, itemsOf } from "../../../../bench/ceilings/echo-service.js";
import { measureAll } from "../../../../bench/ceilings/rounds.js";

/** One that gives these figures, the first to a warm-up. */
function scripted(name: string, figures: readonly number[]): Ceiling {
  const left = [...figures];
  return { name, measure: async () => ({ perSecond: left.shift() ?? Number.NaN }) };
}

describe("ceilings", () => {
  it("are medians over rounds, and ratios within a round", async () => {
    const base = scripted("base", [999, 100, 200, 400]);
    const other = scripted("other", [999, 300, 200, 800]);
    const rounds: number[] = [];
    const results = await measureAll([base, other], {
      rounds: 3,
      forMs: 1,
      base: "base",
      onRound: (round) => rounds.push(round),
    });
    expect(results).toEqual([
      { name: "base", perSecond: 200, ofBase: 1, p50Us: null, rounds: [100, 200, 400] },
      { name: "other", perSecond: 300, ofBase: 2, p50Us: null, rounds: [300, 200, 800] },
    ]);
    expect(rounds).toEqual([1, 2, 3]);
  });

  it("keep so many in flight and no more", async () => {
    let [now, most] = [0, 0];
    const { perSecond } = await inFlight(7, 20, async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
    });
    expect([most, now]).toEqual([7, 0]);
    expect(perSecond).toBeGreaterThan(0);
  });

  it("time a turn where it waits", async () => {
    expect((await inTurns(5, 10, () => undefined)).p50Us).toBeUndefined();
    const { p50Us } = await inTurns(5, 10, () => new Promise((resolve) => setTimeout(resolve, 2)));
    expect(p50Us).toBeGreaterThan(900);
  });

  it("have medians", () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([5])]).toEqual([2, 2.5, 5]);
  });
});

describe("a frame of the echo", () => {
  it("holds its items", () => {
    const item = fc.record({
      id: fc.nat({ max: 2 ** 32 - 1 }),
      payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    });
    fc.assert(
      fc.property(fc.array(item), (items) => {
        expect(itemsOf(frame(items))).toEqual(items);
      }),
    );
  });
});
