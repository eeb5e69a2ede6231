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

  it("costs a record about the same however many it holds", () => {
    const small = new FullCache(16 * 1024);
    const large = new FullCache(32 * 1024 * 1024);
    let smallUs = 0;
    let largeUs = 0;
    for (let turn = 0; turn < 20; turn++) {
      smallUs += small.cpuUsOfSets(2_000);
      largeUs += large.cpuUsOfSets(2_000);
    }
    expect(largeUs / smallUs).toBeLessThan(16);
  });

  it("drops what was used longest ago", () => {
    const cache = new RowCache(1_500);
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

class FullCache {
  readonly #cache: RowCache;
  readonly #value = Buffer.alloc(100);
  #keys = 0;

  constructor(bytesMax: number) {
    this.#cache = new RowCache(bytesMax);
    this.cpuUsOfSets(100_000);
  }

  /** Each of a new key, for which the oldest goes. */
  cpuUsOfSets(count: number): number {
    const before = process.cpuUsage();
    for (const last = this.#keys + count; this.#keys < last; this.#keys++)
      this.#cache.set(key(`r${this.#keys}`), this.#value);
    return process.cpuUsage(before).user;
  }
}
