import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RowCache } from "../../../src/storage/row-cache.js";
import { CommitFixture, key } from "./commit-fixture.js";

fc.configureGlobal({ seed: 4002, numRuns: 300 });

const anyStep = fc.record({
  kind: fc.constantFrom("set", "set", "get", "delete"),
  name: fc.constantFrom("ra", "rb", "rc", "rd", "re"),
  bytes: fc.option(fc.integer({ min: 0, max: 900 }), { nil: undefined }),
});

describe("the row cache", () => {
  it("never holds more bytes than it may, and never a value that is not the last", () => {
    fc.assert(
      fc.property(
        fc.array(anyStep, { maxLength: 60 }),
        fc.integer({ min: 0, max: 2_000 }),
        (steps, bytesMax) => {
          const cache = new RowCache(bytesMax);
          const last = new Map<string, Buffer | undefined>();
          for (const { kind, name, bytes } of steps) {
            const value = bytes === undefined ? undefined : Buffer.alloc(bytes);
            if (kind === "set") {
              cache.set(key(name), value);
              last.set(name, value);
            } else if (kind === "delete") {
              cache.delete(key(name));
              expect(cache.get(key(name))).toBe("unknown");
            } else {
              const got = cache.get(key(name));
              if (got !== "unknown") expect(got).toBe(last.get(name));
            }
            expect(cache.bytes).toBeLessThanOrEqual(bytesMax);
            expect(cache.bytes).toBeGreaterThanOrEqual(0);
          }
          for (const name of last.keys()) cache.delete(key(name));
          expect(cache.bytes).toBe(0);
        },
      ),
    );
  });

  it("keeps a record, and nothing of the memory that it was cut out of", () => {
    const cache = new RowCache(10_000);
    cache.set(key("ra"), Buffer.alloc(8_192, "x").subarray(100, 200));
    const held = cache.get(key("ra"));
    expect(held).toEqual(Buffer.alloc(100, "x"));
    expect(held !== "unknown" && held?.buffer.byteLength).toBe(100);
  });

  it("costs a record the same however many it holds", () => {
    const small = microsecondsOfSet(256 * 1024);
    const large = microsecondsOfSet(16 * 1024 * 1024);
    expect(large / small).toBeLessThan(8);
  });

  it("drops what was used longest ago", () => {
    const cache = new RowCache(1_300);
    for (const name of ["ra", "rb", "rc"]) cache.set(key(name), Buffer.alloc(100));
    cache.get(key("ra"));
    cache.set(key("rd"), Buffer.alloc(100));
    expect(["ra", "rb", "rc", "rd"].map((name) => cache.get(key(name)) === "unknown")).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });

  it("remembers absence, so that a new key's first write reads nothing", () => {
    const f = new CommitFixture();
    expect(f.pending("ra")).toBeUndefined();
    expect(f.store.readCount).toBe(1);
    f.write("ra", "1");
    f.flush();
    expect([f.pending("ra"), f.durable("ra")]).toEqual(["1", "1"]);
    expect(f.store.readCount).toBe(1);
  });

  it("takes no log entries or clocks in when they are written: they would push rows out", () => {
    const f = new CommitFixture();
    f.commit.put(key("l1"), Buffer.from("entry"));
    expect(f.store.readCount).toBe(0);
    f.flush();
    expect(f.durable("l1")).toBe("entry");
    expect(f.store.readCount).toBe(1);
  });
});

/** What it takes to set a new key in a full cache: the median of stretches, so that no pause counts. */
function microsecondsOfSet(bytesMax: number): number {
  const cache = new RowCache(bytesMax);
  const value = Buffer.alloc(100);
  let keys = 0;
  const setMany = (count: number): void => {
    for (const last = keys + count; keys < last; keys++) cache.set(key(`r${keys}`), value);
  };
  setMany(50_000);
  const stretches = Array.from({ length: 21 }, () => {
    const startMs = performance.now();
    setMany(2_000);
    return performance.now() - startMs;
  });
  return ((stretches.sort((a, b) => a - b)[10] ?? Number.NaN) * 1_000) / 2_000;
}
