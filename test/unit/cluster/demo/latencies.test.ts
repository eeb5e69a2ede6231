import { describe, expect, it } from "vitest";
import { LatencyRecorder } from "../../../../cluster/demo/latencies.js";
import { pollUntil } from "../../../../cluster/demo/polling.js";

describe("latencies", () => {
  it("are of what succeeded, in milliseconds", async () => {
    const latencies = new LatencyRecorder();
    expect(await latencies.time(new Promise((done) => setTimeout(() => done("done"), 30)))).toBe("done");
    await expect(latencies.time(Promise.reject(new Error("refused")))).rejects.toThrow("refused");
    const { p50Ms, p99Ms } = latencies.summary();
    expect(p50Ms).toBeGreaterThanOrEqual(29);
    expect(p50Ms).toBeLessThan(5000);
    expect(p99Ms).toBe(p50Ms);
  });
});

describe("polling", () => {
  const never = new AbortController().signal;

  it("asks until the answer is yes", async () => {
    let asked = 0;
    expect(await pollUntil(async () => ++asked === 3, 10_000, never)).toBe(true);
    expect(asked).toBe(3);
  });

  it("gives up at its deadline, but never unasked", async () => {
    let asked = 0;
    expect(await pollUntil(async () => ++asked < 0, 0, never)).toBe(false);
    expect(asked).toBeGreaterThan(0);
  });

  it("ends with its signal", async () => {
    const stop = new AbortController();
    const polling = pollUntil(async () => false, 10_000, stop.signal);
    stop.abort();
    await expect(polling).rejects.toThrow(/abort/);
  });
});
