/** What a disk loses behind the back of the process that uses it. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../../../src/runtime/index.js";
import { type SimulatedHost, SimulatedWorld } from "../../../../src/runtime/simulated/index.js";

let world: SimulatedWorld;
let host: SimulatedHost;
let store: Store;
let wasRepaired: boolean;

function open(): void {
  host.runtime.disk.openStore((error, opened, repaired) => {
    if (opened === undefined) throw error ?? new Error("the store did not open");
    store = opened;
    wasRepaired = repaired;
  });
  world.time.run();
}

function begin(seed: number): void {
  world = new SimulatedWorld(seed);
  host = world.addNode(1, { region: "eu" });
  open();
}

beforeEach(() => begin(1));

function write(key: string, options: { sync?: boolean; bytes?: number } = {}): string {
  let outcome = "no answer";
  const value = options.bytes === undefined ? Buffer.from(`value of ${key}`) : Buffer.alloc(options.bytes);
  store.write([{ key: Buffer.from(key), value }], options.sync ?? true, (error) => {
    outcome = error?.code ?? "ok";
  });
  world.time.run();
  return outcome;
}

function held(...keys: string[]): string[] {
  return keys.filter((key) => store.get(Buffer.from(key)) !== undefined);
}

function restart(how: "crash" | "power cut" | "close" = "crash"): void {
  if (how === "close") {
    store.close(() => undefined);
    world.time.run();
  }
  host.crash({ loseUnsynced: how === "power cut" });
  host.restart();
  open();
}

describe("a flush that fails", () => {
  test("fails its write, but no write that is not flushed, and then all until the store is reopened", () => {
    host.disk.failNextSync("IO");
    expect(write("a", { sync: false })).toBe("ok");
    expect(write("b")).toBe("IO");
    expect(write("c", { sync: false })).toBe("IO");
    restart("close");
    expect(write("d")).toBe("ok");
    expect(held("c", "d")).toEqual(["d"]);
  });

  test("may lose its batch and those before it that were not flushed, from the last on; never a flushed one", () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      begin(seed);
      write("flushed");
      write("a", { sync: false });
      host.disk.failNextSync("IO");
      write("b");
      expect(held("flushed", "a", "b")).toHaveLength(3);
      restart("close");
      outcomes.add(held("flushed", "a", "b").join());
    }
    expect([...outcomes].sort()).toEqual(["flushed", "flushed,a", "flushed,a,b"]);
  });

  test("loses all of it in a power cut", () => {
    host.disk.failNextSync("IO");
    write("a");
    restart("power cut");
    expect(held("a")).toEqual([]);
  });
});

describe("a damaged log", () => {
  test.each(["crash", "close", "power cut"] as const)(
    "is noticed by nobody, and after a %s lacks some batches in a row, though all was flushed",
    (how) => {
      const keys = ["a", "b", "c", "d", "e", "f"];
      for (const key of keys) write(key);
      host.runtime.disk.mark.write(Buffer.from("after f"));
      host.runtime.disk.mark.sync(() => undefined);
      world.time.run();
      const lost = host.disk.flipLogBit();
      expect(lost).toBeGreaterThan(0);
      expect(held(...keys)).toEqual(keys);
      expect(write("g")).toBe("ok");
      restart(how);
      const all = [...keys, "g"];
      const gone = all.filter((key) => held(key).length === 0);
      expect(gone).toHaveLength(lost);
      expect(all.join("")).toContain(gone.join(""));
      expect(held("g")).toEqual(["g"]);
      expect(wasRepaired).toBe(true);
      expect(host.runtime.disk.mark.read()).toEqual(Buffer.from("after f"));
      expect(write("h")).toBe("ok");
      restart();
      expect(held("h")).toEqual(["h"]);
      expect(wasRepaired).toBe(true);
      host.runtime.disk.acceptRepair();
      restart();
      expect(wasRepaired).toBe(false);
    },
  );

  test("goes unnoticed only where it looks like a write that was cut off", () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      begin(seed);
      for (const key of ["a", "b", "c"]) write(key);
      host.disk.flipLogBit();
      restart();
      outcomes.add(`${held("a", "b", "c").join("")} ${wasRepaired ? "seen" : "unseen"}`);
    }
    const ends = ["", "a", "ab"].flatMap((kept) => [`${kept} seen`, `${kept} unseen`]);
    expect([...outcomes].sort()).toEqual([...ends, "ac seen", "bc seen", "c seen"].sort());
  });

  test("is in a snapshot, too: nothing that cannot be read comes back with it", () => {
    write("a");
    restart();
    write("b");
    expect(host.disk.flipLogBit()).toBe(1);
    const snapshot = host.disk.snapshot();
    restart();
    host.crash();
    host.disk.rollback(snapshot, "store");
    host.restart();
    open();
    expect(held("a", "b")).toEqual(["a"]);
  });

  test("brings overwritten values back", () => {
    write("k", { bytes: 1 });
    restart();
    write("k", { bytes: 2 });
    expect(host.disk.flipLogBit()).toBe(1);
    restart();
    expect(store.get(Buffer.from("k"))).toEqual(Buffer.alloc(1));
  });

  test("harms nothing when it became a table before it was read, and nothing when it is empty", () => {
    expect(host.disk.flipLogBit()).toBe(0);
    write("a");
    expect(host.disk.flipLogBit()).toBe(1);
    write("large", { bytes: 300_000 });
    write("b");
    restart();
    expect(held("a", "large", "b")).toEqual(["a", "large", "b"]);
    expect(host.disk.flipLogBit()).toBe(0);
  });

  test("loses nothing of the tables before it, and a power cut still nothing that was flushed", () => {
    write("old", { bytes: 300_000 });
    write("a");
    write("b", { sync: false });
    restart("power cut");
    expect(held("old", "a", "b")).toEqual(["old", "a"]);
  });
});

describe("a lost table", () => {
  const keys = Array.from({ length: 30 }, (_, i) => `r${String(i).padStart(2, "0")}`);

  test("takes neighbouring old records of a kind, and no new ones", () => {
    for (let seed = 0; seed < 20; seed++) {
      begin(seed);
      for (const key of [...keys, "m1", "z1"]) write(key, { sync: false });
      expect(() => host.disk.loseTable()).toThrowError(/open/);
      restart();
      write("r00");
      host.crash();
      const lost = host.disk.loseTable((key) => key[0] === "r".charCodeAt(0));
      host.restart();
      open();
      expect(lost).toBeGreaterThan(0);
      const left = held(...keys);
      expect(left).toHaveLength(keys.length - lost);
      expect(left[0]).toBe("r00");
      const gone = keys.filter((key) => !left.includes(key));
      const first = keys.indexOf(gone[0] ?? "");
      expect(gone).toEqual(keys.slice(first, first + lost));
      expect(held("m1", "z1")).toEqual(["m1", "z1"]);
    }
  });

  test("is none where nothing is old enough", () => {
    write("a");
    host.crash();
    expect(host.disk.loseTable()).toBe(0);
  });
});

test("a flipped bit of a record without a value leaves it under another key", () => {
  store.write([{ key: Buffer.from("mark"), value: Buffer.alloc(0) }], true, () => undefined);
  world.time.run();
  expect(host.disk.flipBit()).toEqual(Buffer.from("mark"));
  expect(held("mark")).toEqual([]);
  const found: Buffer[] = [];
  store.scan({ from: Buffer.of(0), to: Buffer.of(255) }, 10, (_error, entries) =>
    found.push(...entries.map(([key]) => key)),
  );
  world.time.run();
  expect(found).toHaveLength(1);
  expect(found[0]).toHaveLength(4);
});
