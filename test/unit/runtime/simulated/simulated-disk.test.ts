import { beforeEach, describe, expect, test } from "vitest";
import type { Runtime, Store, StoreError } from "../../../../src/runtime/index.js";
import { type SimulatedHost, SimulatedWorld } from "../../../../src/runtime/simulated/index.js";

let world: SimulatedWorld;
let host: SimulatedHost;
let store: Store;

function begin(seed: number): void {
  world = new SimulatedWorld(seed);
  host = world.addNode(1, { region: "eu" });
  store = open(host.runtime);
}

beforeEach(() => begin(1));

function tryOpen(runtime: Runtime): StoreError | Store | undefined {
  let result: StoreError | Store | undefined;
  runtime.disk.openStore((error, opened) => {
    result = error ?? opened;
  });
  world.time.run();
  return result;
}

function open(runtime: Runtime): Store {
  const opened = tryOpen(runtime);
  if (opened === undefined || opened instanceof Error) {
    throw opened ?? new Error("the store did not open");
  }
  return opened;
}

/** Writes and waits; what went wrong, or "ok". */
function write(key: string, sync: boolean): string {
  let outcome = "no answer";
  store.write([{ key: Buffer.from(key), value: Buffer.from(`value of ${key}`) }], sync, (error) => {
    outcome = error?.code ?? "ok";
  });
  world.time.run();
  return outcome;
}

function held(...keys: string[]): string[] {
  return keys.filter((key) => store.get(Buffer.from(key)) !== undefined);
}

function restart(): void {
  store = open(host.restart());
}

describe("a crash", () => {
  test("of the process keeps every write that was answered", () => {
    write("synced", true);
    write("unsynced", false);
    host.crash({ loseUnsynced: false });
    restart();
    expect(held("synced", "unsynced")).toEqual(["synced", "unsynced"]);
  });

  test("of the machine loses what no flush covered", () => {
    write("a", false);
    write("b", true);
    write("c", false);
    write("d", false);
    host.crash({ loseUnsynced: true });
    restart();
    expect(held("a", "b", "c", "d")).toEqual(["a", "b"]);
  });

  test("that tears the log loses its last unflushed batch only", () => {
    write("a", false);
    write("b", false);
    host.crash({ loseUnsynced: false, tearLast: true });
    restart();
    expect(held("a", "b")).toEqual(["a"]);
    write("c", true);
    host.crash({ loseUnsynced: false, tearLast: true });
    restart();
    expect(held("a", "c")).toEqual(["a", "c"]);
  });

  test("undoes overwrites and removals, too", () => {
    write("kept", true);
    store.write([{ key: Buffer.from("kept"), value: undefined }], false, () => undefined);
    world.time.run();
    expect(held("kept")).toEqual([]);
    host.crash({ loseUnsynced: true });
    restart();
    expect(store.get(Buffer.from("kept"))).toEqual(Buffer.from("value of kept"));
  });

  test("undoes a batch that changes one key twice", () => {
    const change = (value: string | undefined) => ({
      key: Buffer.from("k"),
      value: value === undefined ? undefined : Buffer.from(value),
    });
    store.write([change("old")], true, () => undefined);
    world.time.run();
    store.write([change("new"), change(undefined), change("newer")], false, () => undefined);
    world.time.run();
    expect(store.get(Buffer.from("k"))).toEqual(Buffer.from("newer"));
    host.crash({ loseUnsynced: true });
    restart();
    expect(store.get(Buffer.from("k"))).toEqual(Buffer.from("old"));
  });

  test("finds what an earlier opening flushed", () => {
    write("a", false);
    host.crash({ loseUnsynced: false });
    restart();
    host.crash({ loseUnsynced: true });
    restart();
    expect(held("a")).toEqual(["a"]);
  });

  test("leaves the batch in flight whole or not at all, by chance, and never answers it", () => {
    const outcomes = new Map<number, number>();
    for (let seed = 0; seed < 60; seed++) {
      begin(seed);
      const keys = ["x", "y", "z"];
      const changes = keys.map((key) => ({ key: Buffer.from(key), value: Buffer.from("1") }));
      store.write(changes, true, () => expect.unreachable("a dead process was called back"));
      host.crash({ loseUnsynced: false });
      world.time.run();
      restart();
      const count = held(...keys).length;
      outcomes.set(count, (outcomes.get(count) ?? 0) + 1);
    }
    expect([...outcomes.keys()].sort()).toEqual([0, 3]);
    for (const count of outcomes.values()) {
      expect(count).toBeGreaterThan(10);
    }
  });

  test("ends everything that the dead process holds", () => {
    const dead = store;
    const runtime = host.runtime;
    host.crash();
    expect(() => dead.get(Buffer.from("a"))).toThrowError(expect.objectContaining({ code: "CLOSED" }));
    expect(() => runtime.disk.mark.write(Buffer.from("m"))).toThrowError(
      expect.objectContaining({ code: "CLOSED" }),
    );
    runtime.disk.openStore(() => expect.unreachable("a dead process was called back"));
    dead.scan({ from: Buffer.of(0), to: Buffer.of(1) }, 1, () => expect.unreachable("called back"));
    restart();
  });
});

describe("a failing disk", () => {
  test("fails one write with the code asked for, and then all until the store is reopened", () => {
    host.disk.failNextWrite("IO");
    expect(write("a", true)).toBe("IO");
    expect(write("b", true)).toBe("IO");
    store.close(() => undefined);
    world.time.run();
    store = open(host.runtime);
    expect(write("c", true)).toBe("ok");
    expect(held("b", "c")).toEqual(["c"]);
  });

  test("leaves the outcome of the failed write open", () => {
    const outcomes = new Set<number>();
    for (let seed = 0; seed < 30; seed++) {
      begin(seed);
      host.disk.failNextWrite("IO");
      write("a", true);
      restart();
      outcomes.add(held("a").length);
    }
    expect([...outcomes].sort()).toEqual([0, 1]);
  });

  test("that is full refuses writes and opening, and works again once it is not", () => {
    host.disk.full = true;
    expect(write("a", true)).toBe("DISK_FULL");
    host.runtime.disk.mark.write(Buffer.from("in place"));
    host.disk.full = false;
    expect(write("b", true)).toBe("DISK_FULL");
    host.disk.full = true;
    host.restart();
    expect(tryOpen(host.runtime)).toMatchObject({ code: "DISK_FULL" });
    host.disk.full = false;
    store = open(host.runtime);
    expect(write("c", true)).toBe("ok");
    expect(host.runtime.disk.mark.read()).toEqual(Buffer.from("in place"));
  });

  test("that is slow takes longer", () => {
    const tookMs = () => {
      const startMs = world.time.nowMs;
      write("a", true);
      return world.time.nowMs - startMs;
    };
    expect(tookMs()).toBeLessThan(25);
    host.disk.slowFactor = 1_000;
    expect(tookMs()).toBeGreaterThan(250);
  });

  test("flips one bit of one matching value, and leaves what was handed out alone", () => {
    write("a", true);
    write("b", true);
    const before = store.get(Buffer.from("b"));
    const flipped = host.disk.flipBit((key) => key.toString() === "b");
    expect(flipped).toEqual(Buffer.from("b"));
    expect(before).toEqual(Buffer.from("value of b"));
    expect(store.get(Buffer.from("a"))).toEqual(Buffer.from("value of a"));
    const after = store.get(Buffer.from("b")) ?? Buffer.alloc(0);
    const bits = [...after].reduce((sum, byte, at) => sum + popCount(byte ^ (before?.[at] ?? 0)), 0);
    expect(after).toHaveLength(before?.length ?? Number.NaN);
    expect(bits).toBe(1);
    expect(host.disk.flipBit(() => false)).toBeUndefined();
    expect(host.disk.flipBit()).toBeDefined();
  });

  test("loses one matching record, and no other", () => {
    write("a", true);
    write("b", true);
    expect(host.disk.loseRecord((key) => key.toString() === "b")).toBe("b");
    expect(store.get(Buffer.from("b"))).toBeUndefined();
    expect(store.get(Buffer.from("a"))).toEqual(Buffer.from("value of a"));
    expect(host.disk.loseRecord((key) => key.toString() === "b")).toBeUndefined();
  });

  test("opens one store at a time", () => {
    expect(tryOpen(host.runtime)).toMatchObject({ code: "LOCKED" });
  });

  test("refuses a second write before the first has called back", () => {
    store.write([], false, () => undefined);
    expect(() => store.write([], false, () => undefined)).toThrowError(/before the one before it/);
  });
});

describe("a disk that is put back", () => {
  test("holds what it held then, with or without its mark", () => {
    const { mark } = host.runtime.disk;
    write("a", true);
    mark.write(Buffer.from("after a"));
    const snapshot = host.disk.snapshot();
    write("b", true);
    mark.write(Buffer.from("after b"));
    expect(() => host.disk.rollback(snapshot, "disk")).toThrowError(/open/);
    host.crash();
    host.disk.rollback(snapshot, "store");
    restart();
    expect(held("a", "b")).toEqual(["a"]);
    expect(host.runtime.disk.mark.read()).toEqual(Buffer.from("after b"));
    write("c", true);
    host.crash();
    host.disk.rollback(snapshot, "disk");
    restart();
    expect(held("a", "b", "c")).toEqual(["a"]);
    expect(host.runtime.disk.mark.read()).toEqual(Buffer.from("after a"));
  });

  test("holds nothing once it was wiped", () => {
    write("a", true);
    host.runtime.disk.mark.write(Buffer.from("m"));
    expect(() => host.disk.wipe()).toThrowError(/open/);
    host.crash();
    host.disk.wipe();
    restart();
    expect(held("a")).toEqual([]);
    expect(host.runtime.disk.mark.read()).toBeUndefined();
  });
});

describe("a simulated mark", () => {
  function sync(): void {
    let outcome = "no answer";
    host.runtime.disk.mark.sync((error) => {
      outcome = error?.code ?? "ok";
    });
    expect(outcome).toBe("no answer");
    world.time.run();
    expect(outcome).toBe("ok");
  }

  function writeMark(text: string): void {
    host.runtime.disk.mark.write(Buffer.from(text));
  }

  function markAfter(crash: { loseUnsynced: boolean; tearLast?: boolean }): string | undefined {
    host.crash(crash);
    const read = host.restart().disk.mark.read();
    return read === undefined ? undefined : Buffer.from(read).toString();
  }

  test("survives the process at once, and the machine once it was flushed", () => {
    expect(host.runtime.disk.mark.read()).toBeUndefined();
    writeMark("one");
    expect(markAfter({ loseUnsynced: false })).toBe("one");
    expect(markAfter({ loseUnsynced: true })).toBeUndefined();
    writeMark("two");
    sync();
    writeMark("three");
    expect(markAfter({ loseUnsynced: true })).toBe("two");
  });

  test("torn, leaves the write before it", () => {
    writeMark("one");
    sync();
    writeMark("two");
    writeMark("three");
    expect(markAfter({ loseUnsynced: false, tearLast: true })).toBe("two");
    sync();
    expect(markAfter({ loseUnsynced: false, tearLast: true })).toBe("two");
  });

  test("flushes what was written before the flush began, not what came after", () => {
    writeMark("one");
    host.runtime.disk.mark.sync(() => undefined);
    writeMark("two");
    world.time.run();
    expect(markAfter({ loseUnsynced: true })).toBe("one");
  });

  test("is bounded, and hands out copies", () => {
    expect(() => writeMark("x".repeat(257))).toThrowError(/257 bytes/);
    const bytes = Buffer.from("mine");
    host.runtime.disk.mark.write(bytes);
    bytes.fill(0);
    host.runtime.disk.mark.read()?.fill(0);
    expect(host.runtime.disk.mark.read()).toEqual(Buffer.from("mine"));
  });
});

function popCount(byte: number): number {
  return byte.toString(2).replaceAll("0", "").length;
}
