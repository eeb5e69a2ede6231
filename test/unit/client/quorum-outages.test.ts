import { describe, expect, it } from "vitest";
import { placeOf, QuorumOutages } from "../../../src/client/quorum-outages.js";

const place = placeOf("eu", 7, "LOCAL_QUORUM");

describe("a quorum outage", () => {
  it("sends requests past the place, but for one trial when each wait is over", () => {
    const outages = new QuorumOutages();
    outages.failed(place, 0);
    expect([outages.isOut(place, 0), outages.isOut(place, 249)]).toEqual([true, true]);
    expect([outages.isOut(place, 250), outages.isOut(place, 251)]).toEqual([false, true]);
  });

  it("waits twice as long after each failed trial, up to five seconds", () => {
    const outages = new QuorumOutages();
    for (let i = 0; i < 10; i += 1) outages.failed(place, 0);
    expect([outages.isOut(place, 4_999), outages.isOut(place, 5_000)]).toEqual([true, false]);
  });

  it("is over with the first answer from the place", () => {
    const outages = new QuorumOutages();
    outages.failed(place, 0);
    outages.answered(place);
    expect(outages.isOut(place, 1)).toBe(false);
  });

  it("is of one partition, region and level only", () => {
    const outages = new QuorumOutages();
    outages.failed(place, 0);
    for (const other of [
      placeOf("us", 7, "LOCAL_QUORUM"),
      placeOf("eu", 8, "LOCAL_QUORUM"),
      placeOf("eu", 7, 1),
    ]) {
      expect(outages.isOut(other, 1)).toBe(false);
    }
  });

  it("is forgotten rather than remembered without a bound", () => {
    const outages = new QuorumOutages();
    outages.failed(place, 0);
    for (let partition = 0; partition < 5_000; partition += 1)
      outages.failed(placeOf("us", partition, "ONE"), 0);
    expect(outages.isOut(place, 1)).toBe(false);
  });
});
