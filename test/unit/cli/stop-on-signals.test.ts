import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { stopOnSignals } from "../../../src/cli/stop-on-signals.js";

class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

describe("signals", () => {
  it.each(["SIGTERM", "SIGINT"])("%s stops in order, and whatever comes second exits at once", (first) => {
    const target = new FakeProcess();
    let stops = 0;
    const never = new Promise<void>(() => {});
    stopOnSignals(target, () => {
      stops += 1;
      return never;
    });
    target.emit(first);
    expect([stops, target.exits]).toEqual([1, []]);
    target.emit("SIGTERM");
    expect([stops, target.exits]).toEqual([1, [1]]);
  });

  it("are left alone again in the end", () => {
    const target = new FakeProcess();
    stopOnSignals(target, () => Promise.resolve()).close();
    expect(target.eventNames()).toEqual([]);
  });

  it("do not trip over a stop that fails", async () => {
    const target = new FakeProcess();
    stopOnSignals(target, () => Promise.reject(new Error("the start failed")));
    target.emit("SIGTERM");
    await new Promise((resolve) => setImmediate(resolve));
    expect(target.exits).toEqual([]);
  });
});
