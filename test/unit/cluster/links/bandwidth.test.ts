import fc from "fast-check";
import { expect, it } from "vitest";
import { Bandwidth } from "../../../../cluster/links/bandwidth.js";

it("lets bytes leave one after another at its rate", () => {
  const bandwidth = new Bandwidth(8000); // a byte a millisecond
  expect(bandwidth.reserve(100, 10)).toBe(110);
  expect(bandwidth.reserve(100, 5)).toBe(115);
  expect(bandwidth.backlogMs(105)).toBe(10);
  expect(bandwidth.reserve(200, 1)).toBe(201);
  expect(bandwidth.backlogMs(300)).toBe(0);
});

it("never lets more through in any span than its rate allows", () => {
  const step = fc.record({ waitMs: fc.nat(50), bytes: fc.integer({ min: 1, max: 1000 }) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1 }), (steps) => {
      const bandwidth = new Bandwidth(8000);
      let nowMs = 0;
      const left = steps.map(({ waitMs, bytes }) => {
        nowMs += waitMs;
        return { atMs: bandwidth.reserve(nowMs, bytes), bytes };
      });
      left.forEach((first, from) => {
        let bytes = 0;
        for (const later of left.slice(from + 1)) {
          bytes += later.bytes;
          expect(later.atMs - first.atMs).toBeGreaterThanOrEqual(bytes);
        }
      });
    }),
  );
});

it("does not hold anything back when it has no limit", () => {
  const bandwidth = new Bandwidth(Number.POSITIVE_INFINITY);
  expect(bandwidth.reserve(7, 1e9)).toBe(7);
  expect(bandwidth.backlogMs(7)).toBe(0);
});
