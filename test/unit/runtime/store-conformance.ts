/**
 * What every `Store` must do, whatever it lies on. Each implementation runs this suite over a fixture that can open
 * the same contents again and again.
 */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Change, Entry, KeyRange, Store, StoreError } from "../../../src/runtime/index.js";

export interface StoreFixture {
  /** Opens the store, with what was written through the last one once that was closed. */
  open(done: (error: StoreError | undefined, store: Store | undefined) => void): void;
  /** Makes callbacks come that do not come by themselves. */
  drive(): void;
  dispose(): Promise<void>;
}

const EVERYTHING: KeyRange = { from: Buffer.alloc(0), to: Buffer.alloc(64, 0xff) };

export function describeStore(name: string, makeFixture: () => Promise<StoreFixture>): void {
  describe(`${name} as a store`, () => {
    let fixture: StoreFixture;
    let store: Store;

    beforeEach(async () => {
      fixture = await makeFixture();
      store = await open();
    });

    afterEach(async () => {
      await close(store);
      await fixture.dispose();
    });

    function settled<T>(
      start: (resolve: (result: T) => void, reject: (error: Error) => void) => void,
    ): Promise<T> {
      return new Promise((resolve, reject) => {
        start(resolve, reject);
        fixture.drive();
      });
    }

    function open(): Promise<Store> {
      return settled((resolve, reject) =>
        fixture.open((error, opened) =>
          opened === undefined ? reject(error ?? new Error("neither error nor store")) : resolve(opened),
        ),
      );
    }

    function close(closing: Store): Promise<void> {
      return settled((resolve) => closing.close(() => resolve()));
    }

    function write(changes: readonly Change[], sync = false): Promise<void> {
      return settled((resolve, reject) =>
        store.write(changes, sync, (error) => (error === undefined ? resolve() : reject(error))),
      );
    }

    function scan(range: KeyRange, limit = 1_000): Promise<Entry[]> {
      return settled((resolve, reject) =>
        store.scan(range, limit, (error, entries) =>
          error === undefined ? resolve(entries) : reject(error),
        ),
      );
    }

    async function scannedKeys(range: KeyRange, limit?: number): Promise<string[]> {
      return (await scan(range, limit)).map(([key]) => key.toString("latin1"));
    }

    test("gets what was put, and nothing for other keys", async () => {
      await write([put("a", "1"), put("b", "2")]);
      expect(store.get(bytes("a"))).toEqual(bytes("1"));
      expect(store.get(bytes("b"))).toEqual(bytes("2"));
      expect(store.get(bytes("c"))).toBeUndefined();
      expect(store.get(bytes("aa"))).toBeUndefined();
    });

    test("takes keys and values that are not Buffers", async () => {
      await write([{ key: Uint8Array.of(0, 1, 2).subarray(1), value: Uint8Array.of(9, 8, 7).subarray(1) }]);
      expect(store.get(Uint8Array.of(1, 2))).toEqual(Buffer.of(8, 7));
      expect(await scan({ from: Uint8Array.of(1), to: Uint8Array.of(2) })).toEqual([
        [Buffer.of(1, 2), Buffer.of(8, 7)],
      ]);
    });

    test("overwrites and removes", async () => {
      await write([put("a", "1"), put("b", "2")]);
      await write([put("a", "3"), remove("b"), remove("never there")]);
      expect(store.get(bytes("a"))).toEqual(bytes("3"));
      expect(store.get(bytes("b"))).toBeUndefined();
      expect(await scannedKeys(EVERYTHING)).toEqual(["a"]);
    });

    test("keeps an empty value apart from no value", async () => {
      await write([put("a", "")]);
      expect(store.get(bytes("a"))).toEqual(Buffer.alloc(0));
    });

    test("applies the changes of a batch in order", async () => {
      await write([put("a", "1"), remove("a"), put("b", "1"), put("b", "2"), remove("c"), put("c", "3")]);
      expect(store.get(bytes("a"))).toBeUndefined();
      expect(store.get(bytes("b"))).toEqual(bytes("2"));
      expect(store.get(bytes("c"))).toEqual(bytes("3"));
    });

    test("shows a batch whole or not at all while it is being written", async () => {
      const keys = Array.from({ length: 50 }, (_, index) => `key-${index}`);
      // Scans, because they see one moment of the store; the write may land between two gets.
      const scans: Promise<Entry[]>[] = [];
      const writing = settled<void>((resolve) => {
        store.write(
          keys.map((key) => put(key, "1")),
          true,
          () => resolve(),
        );
        scans.push(scan(EVERYTHING), scan(EVERYTHING));
      });
      await writing;
      for (const seen of await Promise.all(scans)) {
        expect([0, 50]).toContain(seen.length);
      }
      expect(await scannedKeys(EVERYTHING)).toHaveLength(50);
    });

    test("accepts an empty batch, flushed or not", async () => {
      await write([put("", "held under the empty key"), put("a", "1")]);
      await write([], false);
      await write([], true);
      expect(store.get(bytes(""))).toEqual(bytes("held under the empty key"));
      await write([remove("")]);
      await write([], true);
      expect(await scannedKeys(EVERYTHING)).toEqual(["a"]);
    });

    test("orders keys by unsigned bytes, a prefix before what it begins", async () => {
      const inOrder = [
        "\x00",
        "\x00\x00",
        "\x00\xff",
        "\x01",
        "\x7f",
        "\x80",
        "a",
        "a\x00",
        "a\xff",
        "b",
        "\xff",
        "\xff\xff",
      ];
      const sorted = [...inOrder].sort((a, b) => Buffer.compare(bytes(a), bytes(b)));
      await write([...inOrder].reverse().map((key) => put(key, key)));
      expect(await scannedKeys(EVERYTHING)).toEqual(sorted);
      expect(await scannedKeys({ ...EVERYTHING, reverse: true })).toEqual([...sorted].reverse());
      for (const key of inOrder) {
        expect(store.get(bytes(key))).toEqual(bytes(key));
      }
    });

    test("scans from the first key on, up to the last one, which is left out", async () => {
      await write(["a", "b", "c", "d"].map((key) => put(key, key)));
      expect(await scannedKeys(range("b", "d"))).toEqual(["b", "c"]);
      expect(await scannedKeys({ ...range("b", "d"), reverse: true })).toEqual(["c", "b"]);
      expect(await scannedKeys(range("aa", "cc"))).toEqual(["b", "c"]);
      expect(await scannedKeys({ ...range("aa", "cc"), reverse: true })).toEqual(["c", "b"]);
    });

    test("finds nothing in an empty range, an empty store, or with a limit of 0", async () => {
      expect(await scan(EVERYTHING)).toEqual([]);
      await write(["a", "b"].map((key) => put(key, key)));
      expect(await scan(range("b", "b"))).toEqual([]);
      expect(await scan(range("b", "a"))).toEqual([]);
      expect(await scan(range("c", "d"))).toEqual([]);
      expect(await scan(EVERYTHING, 0)).toEqual([]);
    });

    test("stops a scan at its limit, whichever way it goes", async () => {
      await write(["a", "b", "c"].map((key) => put(key, key)));
      expect(await scannedKeys(EVERYTHING, 2)).toEqual(["a", "b"]);
      expect(await scannedKeys({ ...EVERYTHING, reverse: true }, 2)).toEqual(["c", "b"]);
      expect(await scannedKeys(EVERYTHING, 3)).toEqual(["a", "b", "c"]);
    });

    test("scans more than one chunk of large values", async () => {
      const value = Buffer.alloc(100_000, 7);
      const keys = Array.from({ length: 40 }, (_, index) => `k${String(index).padStart(2, "0")}`);
      await write(keys.map((key) => ({ key: bytes(key), value })));
      const entries = await scan(EVERYTHING);
      expect(entries.map(([key]) => key.toString())).toEqual(keys);
      expect(entries.every(([, held]) => held.equals(value))).toBe(true);
    });

    test("scans the store as it was when the scan began", async () => {
      await write([put("a", "1")]);
      const seen = settled<Entry[]>((resolve) =>
        store.scan(EVERYTHING, 10, (_, entries) => resolve(entries)),
      );
      await write([put("a", "2"), put("b", "2")]);
      expect(await seen).toEqual([[bytes("a"), bytes("1")]]);
    });

    test("hands out buffers that later changes leave alone", async () => {
      await write([put("a", "before")]);
      const got = store.get(bytes("a"));
      const scanned = await scan(EVERYTHING);
      await write([put("a", "after!")]);
      expect(got).toEqual(bytes("before"));
      expect(scanned).toEqual([[bytes("a"), bytes("before")]]);
    });

    test("never calls back before it returns", async () => {
      const early: string[] = [];
      const check = (what: string, start: (done: () => void) => void) =>
        settled<void>((resolve) => {
          let hasReturned = false;
          start(() => {
            if (!hasReturned) {
              early.push(what);
            }
            resolve();
          });
          hasReturned = true;
        });
      const checkAll = async (state: string) => {
        await check(`write, ${state}`, (done) => store.write([put("a", "1")], false, done));
        await check(`empty write, ${state}`, (done) => store.write([], false, done));
        await check(`scan, ${state}`, (done) => store.scan(EVERYTHING, 10, done));
        await check(`empty scan, ${state}`, (done) => store.scan(EVERYTHING, 0, done));
      };
      await checkAll("open");
      await check("close", (done) => store.close(done));
      await checkAll("closed");
      await check("close again", (done) => store.close(done));
      expect(early).toEqual([]);
    });

    test("keeps what was written over close and open", async () => {
      await write([put("a", "1"), put("b", "1")], true);
      await write([put("b", "2")], false);
      await close(store);
      store = await open();
      expect(store.get(bytes("a"))).toEqual(bytes("1"));
      expect(store.get(bytes("b"))).toEqual(bytes("2"));
      await write([remove("a")]);
      await close(store);
      store = await open();
      expect(await scannedKeys(EVERYTHING)).toEqual(["b"]);
    });

    test("answers CLOSED to everything from the moment that close is called", async () => {
      await write([put("a", "1")]);
      const closing = close(store);
      const check = async () => {
        expect(() => store.get(bytes("a"))).toThrowError(expect.objectContaining({ code: "CLOSED" }));
        await expect(write([put("a", "2")])).rejects.toMatchObject({ name: "StoreError", code: "CLOSED" });
        await expect(scan(EVERYTHING)).rejects.toMatchObject({ name: "StoreError", code: "CLOSED" });
      };
      await check();
      await closing;
      await check();
    });

    test("closes as often as it is asked to, and says so each time", async () => {
      await Promise.all([close(store), close(store)]);
      await close(store);
    });

    test("ends the write in flight before it has closed", async () => {
      const order: string[] = [];
      await settled<void>((resolve) => {
        store.write([put("a", "1")], true, (error) =>
          order.push(error === undefined ? "written" : error.code),
        );
        store.close(() => {
          order.push("closed");
          resolve();
        });
      });
      expect(order).toEqual(["written", "closed"]);
      store = await open();
      expect(store.get(bytes("a"))).toEqual(bytes("1"));
    });

    test("answers a scan in flight though it is being closed", async () => {
      await write([put("a", "1")]);
      let answers = 0;
      await settled<void>((resolve) => {
        store.scan(EVERYTHING, 10, () => {
          answers += 1;
          resolve();
        });
        store.close(() => undefined);
      });
      expect(answers).toBe(1);
    });

    test("holds what a sorted map holds, whatever is done to it", async () => {
      const key = fc.uint8Array({ maxLength: 3 });
      const change = fc.record({
        key,
        value: fc.option(fc.uint8Array({ maxLength: 4 }), { nil: undefined }),
      });
      const batches = fc.array(fc.array(change, { maxLength: 8 }), { maxLength: 6 });
      const query = fc.record({ from: key, to: key, reverse: fc.boolean() });
      await fc.assert(
        fc.asyncProperty(batches, query, fc.integer({ min: 0, max: 10 }), async (written, asked, limit) => {
          const old = await scan({ ...EVERYTHING }, 10_000);
          await write(old.map(([held]) => ({ key: held, value: undefined })));
          const model = new Map<string, Buffer>();
          for (const batch of written) {
            await write(batch);
            for (const { key: changed, value } of batch) {
              const name = Buffer.from(changed).toString("latin1");
              if (value === undefined) {
                model.delete(name);
              } else {
                model.set(name, Buffer.from(value));
              }
            }
          }
          expect(await scan(asked, limit)).toEqual(expectedEntries(model, asked, limit));
        }),
        { numRuns: 60 },
      );
    });
  });
}

function expectedEntries(model: ReadonlyMap<string, Buffer>, asked: KeyRange, limit: number): Entry[] {
  const inRange = [...model]
    .map(([name, value]): Entry => [bytes(name), value])
    .filter(([key]) => Buffer.compare(key, asked.from) >= 0 && Buffer.compare(key, asked.to) < 0)
    .sort(([a], [b]) => Buffer.compare(a, b));
  return (asked.reverse === true ? inRange.reverse() : inRange).slice(0, limit);
}

function bytes(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

function put(key: string, value: string): Change {
  return { key: bytes(key), value: bytes(value) };
}

function remove(key: string): Change {
  return { key: bytes(key), value: undefined };
}

function range(from: string, to: string): KeyRange {
  return { from: bytes(from), to: bytes(to) };
}
