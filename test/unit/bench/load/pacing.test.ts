import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Latencies } from "../../../../bench/load/latencies.js";
import { type Pace, pace, type Span } from "../../../../bench/load/pacing.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A store that answers after a millisecond, and for a while not at all: then to all at once. */
class StallingStore {
  readonly latencies = Latencies.none();
  inFlightMax = 0;
  #inFlight = 0;
  readonly #stallFromMs: number;
  readonly #stallToMs: number;

  constructor(stallFromMs: number, stallToMs: number) {
    this.#stallFromMs = stallFromMs;
    this.#stallToMs = stallToMs;
  }

  perform = async (startedMs: number): Promise<boolean> => {
    this.inFlightMax = Math.max(this.inFlightMax, ++this.#inFlight);
    const nowMs = performance.now();
    const isStalled = nowMs >= this.#stallFromMs && nowMs < this.#stallToMs;
    await new Promise((resolve) => setTimeout(resolve, isStalled ? this.#stallToMs - nowMs : 1));
    this.#inFlight--;
    this.latencies.record(performance.now() - startedMs);
    return true;
  };
}

function spanOf(span: Partial<Span> = {}): Span {
  const startMs = performance.now();
  return {
    startMs,
    measureFromMs: startMs,
    endMs: startMs + 10_000,
    operations: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
    ...span,
  };
}

async function run(pacing: Pace, store: Pick<StallingStore, "perform">, span = spanOf()): Promise<number> {
  const paced = pace(pacing, span, store.perform);
  await vi.advanceTimersByTimeAsync(20_000);
  return await paced;
}

describe("an open loop", () => {
  it("shows a stall of a second in ten in the latencies of a tenth of the operations", async () => {
    const startMs = performance.now();
    const store = new StallingStore(startMs + 4_000, startMs + 5_000);
    const unstarted = await run({ concurrency: 4, perSecond: 100 }, store);
    expect(unstarted).toBe(0);
    expect(store.latencies.count).toBe(1_000);
    expect(store.latencies.percentileMs(50)).toBeLessThan(3);
    // Those that were due in the stall waited from then on, on average for half of it.
    expect(store.latencies.percentileMs(95)).toBeGreaterThan(400);
    expect(store.latencies.percentileMs(95)).toBeLessThan(600);
    expect(store.latencies.percentileMs(99)).toBeGreaterThan(850);
    expect(store.inFlightMax).toBe(4);
  });

  it("counts what was due and never began, where the store does not keep up", async () => {
    const store = new StallingStore(performance.now() + 1_000, performance.now() + 15_000);
    const unstarted = await run({ concurrency: 2, perSecond: 100 }, store);
    expect(unstarted).toBe(1_000 - store.latencies.count);
    expect(store.latencies.count).toBeLessThan(110);
  });

  it("ends after so many operations, those of the warm-up not counted", async () => {
    const startMs = performance.now();
    const store = new StallingStore(0, 0);
    await run(
      { concurrency: 4, perSecond: 100 },
      store,
      spanOf({ measureFromMs: startMs + 1_000, endMs: Number.POSITIVE_INFINITY, operations: 50 }),
    );
    expect(store.latencies.count).toBe(150);
  });
});

describe("a closed loop", () => {
  it("hides the same stall: one operation of each client sees it", async () => {
    const startMs = performance.now();
    const store = new StallingStore(startMs + 4_000, startMs + 5_000);
    await run({ concurrency: 4, perSecond: undefined }, store);
    expect(store.latencies.percentileMs(99)).toBeLessThan(3);
    expect(store.latencies.percentileMs(100)).toBeGreaterThan(900);
    expect(store.inFlightMax).toBe(4);
  });

  it("does as many operations as it was asked for", async () => {
    const store = new StallingStore(0, 0);
    await run({ concurrency: 8, perSecond: undefined }, store, spanOf({ operations: 77 }));
    expect(store.latencies.count).toBe(77);
  });

  it("does not ask a store in a tight loop that refuses at once", async () => {
    let asked = 0;
    const perform = async (): Promise<boolean> => {
      asked++;
      return false;
    };
    await run({ concurrency: 1, perSecond: undefined }, { perform });
    expect(asked).toBeLessThanOrEqual(1_001);
    expect(asked).toBeGreaterThan(500);
  });
});

describe("either loop", () => {
  for (const perSecond of [undefined, 100])
    it(`ends when it is told to, at ${perSecond ?? "any"} a second`, async () => {
      const stop = new AbortController();
      const store = new StallingStore(0, 0);
      const paced = pace({ concurrency: 1, perSecond }, spanOf({ signal: stop.signal }), store.perform);
      await vi.advanceTimersByTimeAsync(1_000);
      stop.abort();
      const done = store.latencies.count;
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await paced).toBe(0);
      expect(store.latencies.count).toBeLessThanOrEqual(done + 1);
    });
});
