import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HeartbeatMessage } from "../../../src/codec/index.js";
import { ClockFilter, driftFromMedian } from "../../../src/membership/clock-filter.js";
import { FailureDetector } from "../../../src/membership/failure-detector.js";

const PEER = 2;
const FAILURE_TIMEOUT_MS = 3_000;

function heartbeat(fields: Partial<HeartbeatMessage> = {}): HeartbeatMessage {
  const silent = { sentMs: 1, echoMs: 0, echoDelayMs: 0, wallMs: 0, hlc: 0n, isHeard: true };
  return { type: "heartbeat", ...silent, ...fields };
}

describe("the failure detector", () => {
  it("believes a peer to be alive from its handshake on, for the timeout, and from each heartbeat again", () => {
    const detector = new FailureDetector();
    expect(detector.isAlive(PEER, 0)).toBe(false);
    detector.linkUp(PEER, 1_000);
    expect(detector.isAlive(PEER, 1_000 + FAILURE_TIMEOUT_MS)).toBe(true);
    expect(detector.isAlive(PEER, 1_001 + FAILURE_TIMEOUT_MS)).toBe(false);
    detector.heartbeat(PEER, heartbeat(), 3_000);
    expect(detector.isAlive(PEER, 3_000 + FAILURE_TIMEOUT_MS)).toBe(true);
    expect(detector.silent(3_000 + FAILURE_TIMEOUT_MS)).toEqual([]);
    expect(detector.silent(3_001 + FAILURE_TIMEOUT_MS)).toEqual([PEER]);
  });

  it("does not count on a peer that does not hear us, nor on one whose link is down", () => {
    const detector = new FailureDetector();
    detector.linkUp(PEER, 0);
    detector.heartbeat(PEER, heartbeat({ isHeard: false }), 100);
    expect(detector.isAlive(PEER, 100)).toBe(false);
    expect(detector.health(PEER, 150, 0)).toMatchObject({ isLinked: true, isAlive: false, silentMs: 50 });
    detector.heartbeat(PEER, heartbeat(), 200);
    expect(detector.isAlive(PEER, 200)).toBe(true);
    detector.linkDown(PEER);
    expect(detector.isAlive(PEER, 200)).toBe(false);
    // A peer without a link is no reason to close one.
    expect(detector.silent(100_000)).toEqual([]);
    detector.linkUp(PEER, 300);
    expect(detector.isAlive(PEER, 300)).toBe(true);
  });

  it("tells a peer that it was not heard, so that both sides stop counting on each other", () => {
    const detector = new FailureDetector();
    expect(detector.echo(PEER, 0).isHeard).toBe(false);
    detector.linkUp(PEER, 0);
    expect(detector.echo(PEER, 10)).toEqual({ echoMs: 0, echoDelayMs: 0, isHeard: true });
    detector.heartbeat(PEER, heartbeat({ sentMs: 777 }), 100);
    expect(detector.echo(PEER, 130)).toEqual({ echoMs: 777, echoDelayMs: 30, isHeard: true });
    expect(detector.echo(PEER, 101 + FAILURE_TIMEOUT_MS).isHeard).toBe(false);
    // Of an earlier link nothing is echoed: it may have been another process.
    detector.linkUp(PEER, 5_000);
    expect(detector.echo(PEER, 5_000).echoMs).toBe(0);
  });

  it("ignores whom it never shook hands with", () => {
    const detector = new FailureDetector();
    detector.heartbeat(9, heartbeat(), 0);
    expect(detector.isAlive(9, 0)).toBe(false);
    expect(detector.health(9, 50, 0)).toEqual({
      isLinked: false,
      isAlive: false,
      silentMs: 0,
      roundTripMs: 100,
      clockOffsetMs: undefined,
    });
  });

  it("measures the way there and back, and the peer's clock with half of it taken off", () => {
    const detector = new FailureDetector();
    detector.linkUp(PEER, 0);
    // Sent at 1,000, taken 20 later, echoed after 300 there, back 20 later; its clock is 5,000 ahead.
    const echo = { echoMs: 1_000, echoDelayMs: 300 };
    detector.heartbeat(PEER, heartbeat({ ...echo, wallMs: 10_320 + 5_000 }), 1_340);
    expect(detector.health(PEER, 1_340, 10_340)).toMatchObject({ roundTripMs: 40, clockOffsetMs: 5_000 });
    // A slower way says less about the clock.
    detector.heartbeat(PEER, heartbeat({ ...echo, echoMs: 2_000, wallMs: 11_000 }), 2_900);
    expect(detector.health(PEER, 2_900, 11_900)).toMatchObject({ roundTripMs: 40, clockOffsetMs: 5_000 });
    // When our own clock is set, it is known at once.
    expect(detector.health(PEER, 2_900, 13_900)).toMatchObject({ clockOffsetMs: 3_000 });
  });
});

describe("the clock filter", () => {
  it("takes the shortest way of the last eight, and of equals the newest", () => {
    const filter = new ClockFilter();
    expect(filter.best).toBeUndefined();
    filter.add({ roundTripMs: 5, offsetMs: 1 });
    for (let i = 0; i < 7; i++) filter.add({ roundTripMs: 10, offsetMs: 100 + i });
    expect(filter.best?.offsetMs).toBe(1);
    filter.add({ roundTripMs: 10, offsetMs: 200 });
    expect(filter.best?.offsetMs).toBe(200);
  });
});

describe("the drift from the median", () => {
  it("is not judged with fewer than three clocks", () => {
    expect(driftFromMedian([])).toBeUndefined();
    expect(driftFromMedian([10_000])).toBeUndefined();
    expect(driftFromMedian([10_000, 10_000])).toBe(-10_000);
  });

  it("is nothing for us when one other is wrong, and all of it when we are", () => {
    expect(driftFromMedian([1, 7_000])).toBe(-1);
    expect(driftFromMedian([-7_000, 3, -1])).toBe(0.5);
    expect(driftFromMedian([-7_000, -7_001])).toBe(7_000);
  });

  it("is the same, whoever of the nodes judges: the true clocks decide", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -10_000, max: 10_000 }), { minLength: 3, maxLength: 9 }),
        (clocks) => {
          const sorted = clocks.toSorted((a, b) => a - b);
          const low = sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
          const high = sorted[Math.floor(sorted.length / 2)] ?? 0;
          for (const [self, own] of clocks.entries()) {
            const others = clocks.filter((_, index) => index !== self).map((clock) => clock - own);
            expect(driftFromMedian(others)).toBeCloseTo(own - (low + high) / 2);
          }
        },
      ),
    );
  });
});
