import { describe, expect, it } from "vitest";
import { CircuitBreaker } from "../../../src/client/circuit-breaker.js";

describe("a circuit breaker", () => {
  it("opens on a failure, and waits twice as long after each failed probe, up to five seconds", () => {
    const breaker = new CircuitBreaker();
    const waits = [breaker.trip("failure", 0)];
    for (let i = 0; i < 7; i += 1) waits.push(breaker.probed(false, 100 * i));
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
    expect(breaker.isOpen).toBe(true);
  });

  it("closes on a healthy probe", () => {
    const breaker = new CircuitBreaker();
    breaker.trip("failure", 0);
    expect(breaker.probed(true, 250)).toBeUndefined();
    expect(breaker.isOpen).toBe(false);
  });

  it("probes at once after a first silence, which may be the fault of the request", () => {
    const breaker = new CircuitBreaker();
    expect(breaker.trip("silence", 0)).toBe(0);
    expect(breaker.isOpen).toBe(true);
  });

  it("leaves a node alone for longer and longer that passes its probes and fails its requests", () => {
    const breaker = new CircuitBreaker();
    const waits = [0, 10, 20, 30].map((nowMs) => {
      const waitMs = breaker.trip("silence", nowMs);
      breaker.probed(true, nowMs + 1);
      return waitMs;
    });
    expect(waits).toEqual([0, 500, 1_000, 2_000]);
  });

  it("starts over once a request is answered, which also closes it", () => {
    const breaker = new CircuitBreaker();
    breaker.trip("failure", 0);
    breaker.probed(false, 250);
    breaker.answered(300);
    expect(breaker.isOpen).toBe(false);
    expect(breaker.trip("failure", 400)).toBe(250);
  });

  it("counts one outage once, however many requests it hits", () => {
    const breaker = new CircuitBreaker();
    breaker.trip("failure", 0);
    expect(breaker.trip("failure", 1)).toBeUndefined();
    breaker.probed(true, 250);
    // Sent before the breaker closed, so its silence tells of the past.
    expect(breaker.trip("silence", 100)).toBeUndefined();
    expect(breaker.isOpen).toBe(false);
  });
});
