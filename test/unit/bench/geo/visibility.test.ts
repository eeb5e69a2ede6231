import { describe, expect, it } from "vitest";
import { sentBetween } from "../../../../bench/geo/cluster-figures.js";
import { OUTSTANDING_MAX, Visibility } from "../../../../bench/geo/visibility.js";

describe("what is seen of another region's writes", () => {
  it("is as stale as the oldest write that is not seen", () => {
    const visibility = new Visibility();
    expect(visibility.stalenessMs(1_000)).toBe(0);
    visibility.sent(1, 1_000);
    visibility.sent(2, 1_100);
    expect(visibility.stalenessMs(1_500)).toBe(500);
    visibility.seen(2, 1_500);
    expect(visibility.stalenessMs(1_600)).toBe(600);
    expect(visibility.hasSeenAllBefore(1_000)).toBe(true);
    expect(visibility.hasSeenAllBefore(1_001)).toBe(false);
    visibility.seen(1, 1_700);
    expect(visibility.stalenessMs(9_000)).toBe(0);
    expect(visibility.hasSeenAllBefore(9_000)).toBe(true);
    expect([visibility.writes, visibility.latencies.count]).toEqual([2, 2]);
    expect(visibility.latencies.percentileMs(50)).toBeCloseTo(400, 0);
  });

  it("does not wait for what failed, and counts nothing twice", () => {
    const visibility = new Visibility();
    visibility.sent(1, 0);
    visibility.failed(1);
    visibility.seen(1, 50);
    visibility.sent(2, 10);
    visibility.seen(2, 20);
    visibility.seen(2, 30);
    expect([visibility.writes, visibility.latencies.count, visibility.stalenessMs(99)]).toEqual([1, 1, 0]);
  });

  it("remembers so many writes and no more", () => {
    const visibility = new Visibility();
    for (let number = 0; number <= OUTSTANDING_MAX; number++) visibility.sent(number, number);
    expect(visibility.stalenessMs(5_000)).toBe(4_999);
    visibility.seen(0, 5_000);
    expect(visibility.latencies.count).toBe(0);
  });
});

describe("bytes between nodes", () => {
  it("count from the first look, and from zero for a node that restarted or was away", () => {
    expect(sentBetween([100, 200, undefined, 50], [150, 30, 40, undefined])).toBe(50 + 30 + 40);
  });
});
