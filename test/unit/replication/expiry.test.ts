/** What expires, through three replicas: who sees it until when, and what is left of it. */
import { describe, expect, it } from "vitest";
import { encodeRowKey } from "../../../src/codec/index.js";
import { DataType } from "../../../src/crdt/index.js";
import type { Action, KeyAddress, Operation, Outcome } from "../../../src/replication/index.js";
import { expirationRange } from "../../../src/storage/index.js";
import { Lab } from "./lab.js";

const ALL = { consistency: { level: "ALL" } } as const;
const ONE = { consistency: { level: "ONE" } } as const;
const { counter, flag, map, multi, register, set } = DataType;
/** The clocks of the lab are taken to be right, and this far off at most. */
const MARGIN_MS = 1_000;

function address(type: DataType): KeyAddress {
  return { type, bucket: "b", key: Buffer.from("k") };
}

function put(text: string, ttlMs?: number | "never", type: DataType = register): Operation {
  const value = { data: Buffer.from(text), encoding: 1 } as const;
  return {
    kind: "put",
    address: address(type),
    value,
    context: Buffer.alloc(0),
    condition: undefined,
    ttlMs,
  };
}

function update(type: DataType, action: Action, ttlMs?: number | "never", path: string[] = []): Operation {
  const change = { path: path.map((step) => Buffer.from(step)), action, ttlMs };
  return { kind: "update", address: address(type), changes: [change] };
}

const ADD: Action = { kind: "add-members", members: [Buffer.from("m")] };
const count = (amount: number): Action => ({ kind: "increment", amount });

function read(lab: Lab, type: DataType, at = 1, options: object = ALL): Outcome {
  const element = type === set ? [Buffer.from("m")] : [];
  return lab.execute(at, { kind: "get", address: address(type), element }, options);
}

function textOf(lab: Lab, at = 1, type: DataType = register): string {
  const outcome = read(lab, type, at);
  if (outcome.kind !== "read") throw new Error(JSON.stringify(outcome));
  return outcome.values.map(({ data }) => data.toString()).join(",");
}

/** Runs until a time since the lab's clocks were first read here. */
function clockOf(lab: Lab): (ms: number) => void {
  const { clock } = lab.node(1).environment;
  const startMs = clock.wallMs();
  return (ms) => lab.runFor(startMs + ms - clock.wallMs());
}

function rowOf(lab: Lab, at: number, type: DataType = register) {
  return lab.node(at).replica.rows.readPending(encodeRowKey(type, "b", Buffer.from("k")));
}

/** Who removes what is over: first, second, third. */
function inLine(lab: Lab): number[] {
  return [...lab.view.replicaSet(0)];
}

function reclaimed(lab: Lab): number[] {
  return inLine(lab).map((number) => lab.node(number).environment.counters.get("rows_reclaimed"));
}

/** Entries of the index on a node's disk. */
function indexed(lab: Lab, at: number): number {
  let count = -1;
  lab.node(at).environment.commit.scanKeys(expirationRange(0), 100, "durable", (_error, keys) => {
    count = keys.length;
  });
  lab.runFor(5);
  return count;
}

const THREE = { eu: 3 };

/** Three replicas that reclaim what is over. */
function reclaimingLab(): Lab {
  const lab = new Lab(THREE);
  for (const { replicator } of lab.nodes) replicator.reclaiming.start();
  return lab;
}

describe("a value with a lifetime", () => {
  it("is there until it is over, and then nowhere, whichever node is asked", () => {
    const lab = new Lab(THREE);
    const at = clockOf(lab);
    lab.execute(1, put("a", 10_000), ALL);
    at(9_900);
    for (const node of [1, 2, 3]) expect(textOf(lab, node)).toBe("a");
    at(10_100);
    for (const node of [1, 2, 3]) expect(textOf(lab, node)).toBe("");
  });

  it("says when it ends, by the clock of the node that took it", () => {
    const lab = new Lab(THREE);
    const nowMs = lab.node(2).environment.clock.wallMs();
    lab.execute(2, put("a", 10_000), ALL);
    const outcome = read(lab, register, 3);
    expect(outcome).toMatchObject({ kind: "read", values: [{ expiresAtMs: nowMs + 10_000 }] });
  });

  it("does not bring back what it replaced, and is replaced by what lasts longer", () => {
    const lab = new Lab(THREE);
    const at = clockOf(lab);
    lab.execute(1, put("old"), ALL);
    lab.execute(1, put("new", 1_000), ALL);
    at(2_000);
    expect(textOf(lab)).toBe("");
    lab.execute(2, put("newer"), ALL);
    at(60_000);
    expect(textOf(lab)).toBe("newer");
  });

  it("gets the default of its bucket where it asks for nothing, and none where it asks for none", () => {
    const lab = new Lab(THREE);
    lab.defaultTtlsMs.set("b", 1_000);
    const at = clockOf(lab);
    lab.execute(1, put("a"), ALL);
    at(2_000);
    expect(textOf(lab)).toBe("");
    lab.execute(1, put("b", "never"), ALL);
    at(20_000);
    expect(textOf(lab)).toBe("b");
    lab.execute(1, put("c", 3_000), ALL);
    at(22_500);
    expect(textOf(lab)).toBe("c");
  });

  it("counts as absent for a put on that condition once it is over", () => {
    const lab = new Lab(THREE);
    const at = clockOf(lab);
    const ifAbsent = { ...put("b"), condition: "absent" } as Operation;
    lab.execute(1, put("a", 500), ALL);
    expect(lab.execute(2, ifAbsent, ALL)).toMatchObject({ reason: "CONDITION_FAILED" });
    at(600);
    expect(lab.execute(2, ifAbsent, ALL)).toMatchObject({ kind: "written" });
  });

  it("and its end are no change for a put that wants nothing newer, reclaimed or not", () => {
    for (const waitMs of [600, 20_000]) {
      const lab = reclaimingLab();
      const at = clockOf(lab);
      lab.execute(1, put("a", 500), ALL);
      const seen = read(lab, register);
      const context = seen.kind === "read" ? seen.context : Buffer.alloc(0);
      at(waitMs);
      const unchanged = { ...put("b"), context, condition: "unchanged" } as Operation;
      expect(lab.execute(2, unchanged, ALL)).toMatchObject({ kind: "written" });
      expect(textOf(lab)).toBe("b");
    }
  });
});

describe("the other types", () => {
  it("siblings go one by one", () => {
    const lab = new Lab(THREE);
    const at = clockOf(lab);
    lab.execute(1, put("a", 1_000, multi), ALL);
    lab.execute(1, put("b", "never", multi), ALL);
    expect(textOf(lab, 1, multi)).toBe("b,a");
    at(1_100);
    expect(textOf(lab, 2, multi)).toBe("b");
    lab.execute(1, put("c", "never", multi), ALL);
    expect(rowOf(lab, 3, multi).live).toHaveLength(2);
  });

  it("a member, and a flag, are there while one that put them there lasts", () => {
    const lab = new Lab(THREE);
    const at = clockOf(lab);
    lab.holds = (message) => message.type === "delta";
    lab.execute(1, update(set, ADD, 1_000), ONE);
    lab.execute(2, update(set, ADD, 3_000), ONE);
    lab.execute(1, update(flag, { kind: "set-flag", isEnabled: true }, 1_000), ONE);
    lab.release();
    at(1_100);
    expect(read(lab, flag, 2)).toMatchObject({ isEnabled: false });
    expect(read(lab, set, 3)).toMatchObject({ isEnabled: true });
    at(3_100);
    expect(read(lab, set, 3)).toMatchObject({ isEnabled: false });
  });

  it("a counter counts from zero once all of it is over", () => {
    const lab = new Lab(THREE);
    const at = clockOf(lab);
    lab.execute(1, update(counter, count(5), 1_000), ALL);
    lab.execute(2, update(counter, count(7), 2_000), ALL);
    at(1_500);
    expect(read(lab, counter, 3)).toMatchObject({ value: 12n });
    at(2_100);
    expect(read(lab, counter, 3)).toMatchObject({ value: 0n, isFound: false });
    lab.execute(1, update(counter, count(1), 1_000), ALL);
    expect(read(lab, counter, 3)).toMatchObject({ value: 1n });
    expect(rowOf(lab, 3, counter).live).toHaveLength(1);
  });

  it("leaves of a map go one by one, and a register in it does not bring back what was put at once", () => {
    const lab = new Lab(THREE);
    const at = clockOf(lab);
    const assign = (text: string): Action => ({
      kind: "assign",
      value: { data: Buffer.from(text), encoding: 1 },
    });
    lab.holds = (message) => message.type === "delta";
    lab.execute(1, update(map, assign("older"), "never", ["name"]), ONE);
    lab.runFor(5);
    lab.execute(2, update(map, assign("newer"), 1_000, ["name"]), ONE);
    lab.execute(2, update(map, count(1), "never", ["visits"]), ONE);
    lab.release();
    lab.runFor(50);
    const list: Operation = { kind: "list", address: address(map), path: [], after: undefined, limit: 10 };
    expect(lab.execute(3, list, ALL)).toHaveProperty("rows.length", 2);
    at(1_100);
    expect(lab.execute(3, list, ALL)).toMatchObject({ rows: [{ reading: { kind: "counter" } }] });
  });
});

describe("what is over", () => {
  it.each([
    ["register", register, put("a", 1_000)],
    ["multi", multi, put("a", 1_000, multi)],
    ["set", set, update(set, ADD, 1_000)],
    ["counter", counter, update(counter, count(1), 1_000)],
  ] as const)("is removed from every disk: %s", (_name, type, write) => {
    const lab = reclaimingLab();
    const at = clockOf(lab);
    lab.execute(1, write, ALL);
    for (const node of [1, 2, 3]) expect(indexed(lab, node)).toBe(1);
    at(1_000 + MARGIN_MS - 20);
    for (const node of [1, 2, 3]) expect(indexed(lab, node)).toBe(1);
    at(1_000 + MARGIN_MS + 300);
    for (const node of [1, 2, 3]) expect(indexed(lab, node)).toBe(0);
    expect(reclaimed(lab)).toEqual([1, 0, 0]);
    if (type === register) expect(rowOf(lab, 3).live).toMatchObject([{ payload: { isTombstone: true } }]);
    else expect(rowOf(lab, 3, type).live).toEqual([]);
  });

  it("waits for all of the row", () => {
    const lab = reclaimingLab();
    const at = clockOf(lab);
    lab.execute(1, put("a", 1_000, multi), ALL);
    lab.execute(2, put("b", 60_000, multi), ALL);
    at(30_000);
    expect(rowOf(lab, 1, multi).live).toHaveLength(2);
    at(60_000 + MARGIN_MS + 300);
    expect(rowOf(lab, 1, multi).live).toEqual([]);
  });

  it("is left by a node that cannot tell the time", () => {
    const lab = reclaimingLab();
    const at = clockOf(lab);
    lab.execute(1, put("a", 1_000), ALL);
    lab.clockDrift = "the clock is wrong";
    at(120_000);
    expect(rowOf(lab, 1).live).toMatchObject([{ payload: { isTombstone: false } }]);
  });

  it("is removed by the next in line where the first one does not", () => {
    const lab = reclaimingLab();
    const at = clockOf(lab);
    lab.execute(1, put("a", 1_000), ALL);
    const [first = 0, second = 0] = inLine(lab);
    lab.node(first).replicator.reclaiming.close();
    at(30_000);
    expect(rowOf(lab, second).live).toMatchObject([{ payload: { isTombstone: false } }]);
    at(1_000 + MARGIN_MS + 30_300);
    expect(reclaimed(lab)).toEqual([0, 1, 0]);
    expect(rowOf(lab, first).live).toMatchObject([{ payload: { isTombstone: true } }]);
  });

  it("loses against a put that nobody has told the node that removes it", () => {
    const lab = reclaimingLab();
    const at = clockOf(lab);
    lab.execute(1, put("a", 1_000), ALL);
    at(900);
    lab.holds = (message) => message.type === "delta";
    const [first = 0, , last = 0] = inLine(lab);
    lab.execute(last, put("b"), ONE);
    at(5_000);
    expect(rowOf(lab, first).live).toMatchObject([{ payload: { isTombstone: true } }]);
    lab.release();
    lab.runFor(200);
    for (const node of [1, 2, 3]) expect(textOf(lab, node)).toBe("b");
  });

  it("is removed in bounded steps", () => {
    const lab = reclaimingLab();
    const members = Array.from({ length: 350 }, (_, at) => Buffer.from(`m${at}`));
    lab.execute(1, update(set, { kind: "add-members", members }, 1_000), ALL);
    const { counters } = lab.node(inLine(lab)[0] ?? 0).environment;
    let most = 0;
    let before = 0;
    for (let turn = 0; turn < 60; turn++) {
      lab.runFor(50);
      most = Math.max(most, counters.get("rows_reclaimed") - before);
      before = counters.get("rows_reclaimed");
    }
    expect(before).toBe(350);
    expect(most).toBe(100);
  });

  it("is found again by a scrub where the index has lost it", () => {
    const lab = reclaimingLab();
    const at = clockOf(lab);
    lab.execute(1, put("a", 20_000), ALL);
    const first = inLine(lab)[0] ?? 0;
    const { environment, replica } = lab.node(first);
    const rowKey = encodeRowKey(register, "b", Buffer.from("k"));
    const [dot] = replica.rows.readPending(rowKey).live;
    replica.rows.expirations.replace(rowKey, dot?.payload.expiresAtMs ?? 0, 0);
    lab.runFor(50);
    expect(indexed(lab, first)).toBe(0);
    lab.node(first).replicator.repair(true, () => undefined);
    lab.runFor(2_000);
    expect(indexed(lab, first)).toBe(1);
    at(20_000 + MARGIN_MS + 300);
    expect(environment.counters.get("rows_reclaimed")).toBe(1);
  });
});
