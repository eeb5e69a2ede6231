import { describe, expect, it } from "vitest";
import { RequestFences } from "../../../src/replication/request-fences.js";

const MAX = 100_000;

/** Microseconds on the processor to note so many more. */
function cpuUsOf(fences: RequestFences, from: number, count: number): number {
  const before = process.cpuUsage();
  for (let id = from; id < from + count; id++) fences.done(`request ${id}`);
  return process.cpuUsage(before).user;
}

describe("request fences", () => {
  it("are bounded, and the oldest go first", () => {
    const fences = new RequestFences();
    cpuUsOf(fences, 0, MAX);
    expect([fences.fill.size, fences.of("request 0")]).toEqual([MAX, "done"]);
    let most = 0;
    for (let id = MAX; id < 3 * MAX; id++) {
      fences.promise(`request ${id}`);
      most = Math.max(most, fences.fill.size);
    }
    expect(most).toBe(MAX);
    expect([fences.of("request 0"), fences.of(`request ${MAX}`)]).toEqual([undefined, undefined]);
    const kept = Array.from({ length: 3 * MAX }, (_, id) => fences.of(`request ${id}`) !== undefined);
    expect(kept.indexOf(true)).toBe(3 * MAX - fences.fill.size);
    expect(fences.fill.size).toBeGreaterThan(0.9 * MAX);
  });

  it("cost about the same once they are full", () => {
    const fences = new RequestFences();
    const fillingUs = cpuUsOf(fences, 0, MAX);
    expect(cpuUsOf(fences, MAX, MAX) / fillingUs).toBeLessThan(10);
  });
});
